"""API keys and budgets. A key's text is displayed once, after that it can only be revoked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib import messages as notes
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from core.access.keys import issue, revoke
from core.admin.audit import AuditedAdmin
from core.admin.fields import ListField, network
from core.contract.tasks import Task
from core.models import AIModel, ApiKey, Budget, User

TASKS = tuple(task.value for task in Task)


class ApiKeyForm(forms.ModelForm):
    actor: User
    """Who fills the form in."""

    allowed_tasks = ListField(
        label=_("Allowed tasks"), known=TASKS, help_text=_("Such as speech, chat. Empty: all.")
    )
    allowed_models = ListField(label=_("Allowed models"), help_text=_("Empty: all."))
    allowed_networks = ListField(
        label=_("Allowed networks"), each=network, help_text=_("Such as 10.0.0.0/8. Empty: all.")
    )

    def clean_user(self) -> User:
        """A key acts as its owner: staff issues none in the name of a superuser."""
        owner = self.cleaned_data["user"]
        if owner.is_superuser and not self.actor.is_superuser:
            raise forms.ValidationError(_("Only a superuser issues keys for a superuser."))
        return owner

    def clean_allowed_models(self) -> list[str]:
        slugs = self.cleaned_data["allowed_models"]
        known = set(AIModel.objects.filter(slug__in=slugs).values_list("slug", flat=True))
        if missing := [slug for slug in slugs if slug not in known]:
            raise forms.ValidationError(_("There is no model %(slug)s."), params={"slug": missing[0]})
        return slugs


@admin.register(ApiKey)
class ApiKeyAdmin(AuditedAdmin):
    form = ApiKeyForm
    list_display = ("__str__", "name", "user", "state", "created_at", "last_used_at", "expires_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), ("user", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("public_id", "name", "user__username")
    autocomplete_fields = ("user",)
    fields = (
        "user",
        "name",
        "allowed_tasks",
        "allowed_models",
        "allowed_networks",
        ("requests_per_minute", "tokens_per_minute", "parallel_requests"),
        "own_cache",
        "expires_at",
    )
    actions = ("revoke_keys",)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[forms.ModelForm]:
        form = super().get_form(request, *args, **kwargs)
        return type(form.__name__, (form,), {"actor": request.user})

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        outranked = obj is not None and obj.user.is_superuser and not request.user.is_superuser
        return not outranked and super().has_change_permission(request, obj)

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

    def log_addition(self, request: HttpRequest, obj: ApiKey, message: Any) -> Any:
        """`issue` creates the audit event itself, so only Django's own history is written here."""
        return super(AuditedAdmin, self).log_addition(request, obj, message)

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The one page with the key's text; it is stored neither in the session nor in a message."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("API key"),
            "key": obj,
            "opts": self.opts,
        }
        response = TemplateResponse(request, "admin/core/apikey/issued.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response

    @admin.action(description=_("Revoke the selected keys"), permissions=["change"])
    def revoke_keys(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset:
            if self.has_change_permission(request, key):
                revoke(key, actor=request.user)
        self.message_user(request, _("Revoked. The keys stop working within seconds."), notes.SUCCESS)


class BudgetForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if len([name for name in ("user", "team", "api_key") if cleaned.get(name)]) > 1:
            raise forms.ValidationError(_("A budget is for one user, one team or one key; empty: everyone."))
        return cleaned


def may_raise(user: User, budget: Budget | None) -> bool:
    """Nobody raises a budget that they spend from themselves, except superusers."""
    return budget is None or user.is_superuser or not covers(budget, user)


def covers(budget: Budget, user: User) -> bool:
    """Whether `user` spends from `budget`: their own, their team's, one of their keys', everyone's."""
    if budget.api_key is not None:
        return budget.api_key.user_id == user.pk
    if budget.user_id is not None:
        return budget.user_id == user.pk
    return budget.team_id is None or budget.team_id == user.team_id


@admin.register(Budget)
class BudgetAdmin(AuditedAdmin):
    form = BudgetForm
    list_display = ("owner", "usd", "window", "usd_spent", "usd_reserved", "window_start")
    list_filter = ("window",)
    list_select_related = ("user", "team", "api_key")
    autocomplete_fields = ("user", "team", "api_key")
    readonly_fields = ("usd_spent", "usd_reserved", "window_start")
    fields = ("user", "team", "api_key", "limit", "window", *readonly_fields)

    def has_change_permission(self, request: HttpRequest, obj: Budget | None = None) -> bool:
        return may_raise(request.user, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Budget | None = None) -> bool:
        return may_raise(request.user, obj) and super().has_delete_permission(request, obj)

    @admin.display(description=_("for"))
    def owner(self, budget: Budget) -> str:
        return str(budget.api_key or budget.user or budget.team or _("everyone"))

    @admin.display(description=_("limit"), ordering="limit")
    def usd(self, budget: Budget) -> str:
        return f"${budget.limit.normalize():f}"

    @admin.display(description=_("spent"), ordering="spent")
    def usd_spent(self, budget: Budget) -> str:
        return f"${budget.spent:.4f}" if budget.pk else "–"

    @admin.display(description=_("reserved"), ordering="reserved")
    def usd_reserved(self, budget: Budget) -> str:
        return f"${budget.reserved:.4f}" if budget.pk else "–"
