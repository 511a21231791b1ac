"""Voices of models, and the names that stand for them."""

from __future__ import annotations

from django.contrib import admin

from core.admin.audit import AuditedAdmin
from core.models import Voice, VoiceAlias


@admin.register(Voice)
class VoiceAdmin(AuditedAdmin):
    list_display = ("name", "voice_id", "model", "language", "gender", "enabled")
    list_filter = (("model", admin.RelatedOnlyFieldListFilter), "gender", "enabled")
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
