"""Users, teams and the audit log."""

from __future__ import annotations

from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.admin import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.admin.audit import AuditedAdmin, ReadOnlyAdmin
from core.models import AuditEvent, Team, User
from core.operations.second_factors import remove_second_factors

LIMITS = ("requests_per_minute", "tokens_per_minute", "parallel_requests")
PRIVILEGES = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class AccountAdmin(AuditedAdmin, UserAdmin):
    list_display = ("username", "email", "team", "is_active", "is_staff", "last_login")
    list_filter = ("team", "is_active", "is_staff")
    list_select_related = ("team",)
    readonly_fields = ("last_login", "date_joined")
    autocomplete_fields = ("team",)
    fieldsets = (
        *UserAdmin.fieldsets,
        (_("Team"), {"fields": ("team",)}),
        (_("Limits"), {"fields": (LIMITS,)}),
    )
    add_fieldsets = (*UserAdmin.add_fieldsets, (_("Team"), {"fields": ("email", "team")}))
    actions = ("remove_factors",)

    @admin.action(description=_("Remove second factors (for those who lost theirs)"), permissions=["reset"])
    def remove_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        count = sum(remove_second_factors(user, request.user) for user in queryset)
        text = ngettext(
            "%(count)s person has no second factor now.", "%(count)s people have no second factor now.", count
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    def has_reset_permission(self, request: HttpRequest) -> bool:
        """Superusers only: whoever resets a factor could take the account over."""
        return request.user.is_superuser

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Only a superuser grants privileges; nobody else leaves their team, whose budget covers them, or
        raises their own limits."""
        privileges = () if request.user.is_superuser else PRIVILEGES
        own = ("team", *LIMITS) if obj is not None and obj.pk == request.user.pk and privileges else ()
        return (*super().get_readonly_fields(request, obj), *privileges, *own)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        outranked = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not outranked and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        outranked = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not outranked and super().has_delete_permission(request, obj)


# secrets of second factors and keys of sessions are nobody's to read; people have pages of their own for them
admin.site.unregister((Group, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken))


@admin.register(Group)
class PermissionGroupAdmin(AuditedAdmin, GroupAdmin):
    """Only a superuser grants privileges."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser


@admin.register(Team)
class TeamAdmin(AuditedAdmin):
    list_display = ("name", "shared_cache", "created_at")
    search_fields = ("name",)
    fields = ("name", "shared_cache", LIMITS)

    def get_readonly_fields(self, request: HttpRequest, obj: Team | None = None) -> tuple[str, ...]:
        """Nobody raises the limits of their own team, except superusers."""
        own = obj is not None and obj.pk == request.user.team_id and not request.user.is_superuser
        return LIMITS if own else ()


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "actor", "action", "subject")
    list_filter = ("action",)
    list_select_related = ("actor",)
    search_fields = ("subject", "actor__username")
    date_hierarchy = "created_at"
