"""People: users, teams, and what was done by whom."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from core.admin.access import ReadOnly
from core.models import AuditEvent, Team, User


@admin.register(User)
class PersonAdmin(UserAdmin):
    list_display = ("username", "email", "team", "is_active", "is_staff", "last_login")
    list_filter = ("team", "is_active", "is_staff")
    list_select_related = ("team",)
    fieldsets = (*UserAdmin.fieldsets, (_("Team"), {"fields": ("team",)}))
    add_fieldsets = (*UserAdmin.add_fieldsets, (_("Team"), {"fields": ("email", "team")}))


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    list_display = ("name", "created_at")
    search_fields = ("name",)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly):
    list_display = ("created_at", "actor", "action", "subject")
    list_filter = ("action",)
    list_select_related = ("actor",)
    search_fields = ("subject",)
    date_hierarchy = "created_at"
