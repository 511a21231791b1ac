"""Voices of models, and the names that stand for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList

from core.admin.audit import AuditedAdmin
from core.models import Voice, VoiceAlias


class TextFilter(admin.AllValuesFieldListFilter):
    """Every text of a field; the empty one has a dash, so that the link has a name."""

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or self.empty_value_display}


@admin.register(Voice)
class VoiceAdmin(AuditedAdmin):
    list_display = ("name", "voice_id", "model", "language", "gender", "enabled")
    list_filter = (("model", admin.RelatedOnlyFieldListFilter), ("gender", TextFilter), "enabled")
    list_select_related = ("model",)
    search_fields = ("name", "voice_id", "language")
    autocomplete_fields = ("model",)


@admin.register(VoiceAlias)
class VoiceAliasAdmin(AuditedAdmin):
    list_display = ("name", "model", "provider", "voice", "gender", "enabled")
    list_filter = ("enabled", "provider", ("model", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("model", "provider")
    search_fields = ("name", "voice")
    autocomplete_fields = ("model", "provider")
