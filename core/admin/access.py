"""API keys and budgets: a key is shown once, then only revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib import messages as notes
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from core.access.keys import issue, revoke
from core.models import ApiKey, Budget


class ReadOnly(admin.ModelAdmin):
    """Rows that only the program writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    list_display = ("__str__", "name", "user", "state", "created_at", "last_used_at", "expires_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "user")
    list_select_related = ("user",)
    search_fields = ("public_id", "name", "user__username")
    autocomplete_fields = ("user",)
    fields = (
        "user",
        "name",
        "allowed_tasks",
        "allowed_models",
        "allowed_networks",
        "requests_per_minute",
        "expires_at",
    )
    actions = ("revoke_keys",)

    @admin.display(description=_("state"))
    def state(self, key: ApiKey) -> str:
        if key.revoked_at:
            return str(_("revoked"))
        return str(_("active") if key.usable else _("expired"))

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        return ("user", "revoked_at", "last_used_at") if obj else ()

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        return (*self.fields, "revoked_at", "last_used_at") if obj else self.fields

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        fields = {name: value for name, value in form.cleaned_data.items() if name not in ("user", "name")}
        obj.plaintext, issued = issue(obj.user, name=obj.name, actor=request.user, **fields)
        obj.__dict__.update({key: value for key, value in issued.__dict__.items() if key != "_state"})
        obj._state.adding = False

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The one page that shows the key; it is kept neither in the session nor in a message."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("API key"),
            "key": obj,
            "opts": self.opts,
        }
        response = TemplateResponse(request, "admin/core/apikey/issued.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response

    @admin.action(description=_("Revoke the selected keys"))
    def revoke_keys(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset:
            revoke(key, actor=request.user)
        self.message_user(request, _("Revoked. The keys stop working within seconds."), notes.SUCCESS)


@admin.register(Budget)
class BudgetAdmin(admin.ModelAdmin):
    list_display = ("__str__", "limit", "window", "spent", "reserved", "window_start")
    list_filter = ("window",)
    list_select_related = ("user", "team", "api_key__user")
    autocomplete_fields = ("user", "team", "api_key")
    readonly_fields = ("spent", "reserved", "window_start")
    fields = ("user", "team", "api_key", "limit", "window", "spent", "reserved", "window_start")
