"""Base classes of the admin's tables: read-only ones, and those whose changes leave audit events."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from core.models import AuditEvent

LONGEST_SEARCH, MOST_WORDS = 500, 20
LONGEST_KEY = 18
"""Digits of a primary key: with more of them SQLite raises an error, as Django does for what is no number."""


class KeySelect(AutocompleteSelect):
    """A box with a search, which selects nothing for a posted key that no row can have."""

    def optgroups(self, name: str, value: list[str], attr: Any = None) -> list[Any]:
        keys = [key for key in value if str(key).isdecimal() and len(str(key)) <= LONGEST_KEY]
        return super().optgroups(name, keys, attr)


class SearchedAdmin(admin.ModelAdmin):
    """Every word of a search becomes a condition per column, and databases take only so many of them."""

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KeySelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if len(search_term) > LONGEST_SEARCH or len(search_term.split()) > MOST_WORDS:
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)


class ReadOnlyAdmin(SearchedAdmin):
    """A table that only the program writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AuditedAdmin(SearchedAdmin):
    """Every change leaves an audit event with the names of the fields, never with their values."""

    formfield_overrides: ClassVar = {
        models.JSONField: {"widget": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})},
        models.URLField: {"assume_scheme": "https"},
    }

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        record_event(request, obj, "added", message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        if message:
            record_event(request, obj, "changed", message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for row in queryset:
            record_event(request, row, "deleted")
        return super().log_deletions(request, queryset)


def record_event(request: HttpRequest, row: Any, what: str, message: Any = None) -> None:
    """Create an audit event; `message` is Django's list of changes: labels of fields and names of rows."""
    AuditEvent.objects.create(
        actor=request.user,
        action=f"{row._meta.model_name}.{what}",
        subject=str(row)[:200],
        detail={"changes": message} if message else {},
    )
