"""What an admin should look at, each with the way to where it is mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import operations
from core.admin import key_entry, review
from core.admin.overview.periods import month, records_link
from core.catalogue.prices import money
from core.ledger.reports import BudgetStatus, budget_status
from core.ledger.rollups.sums import sums
from core.models import AIModel, ApiKey, Attempt, Budget, Endpoint, ProviderKey, User

DAY = timedelta(days=1)
ENDS_WITHIN, UNUSED, NEVER_USED = 60 * DAY, 90 * DAY, 30 * DAY
NEAR = 80
"""Percent of a budget from which on its end is near."""
SHOWN = 5
"""Rows of a kind; there is a list of all of them."""
KEY_FAULTS = ("upstream_auth", "upstream_no_credit", "secret_locked")
"""Codes of failures that are about our key."""


@dataclass(frozen=True, slots=True)
class Alert:
    text: str
    link: str
    urgent: bool = False
    """Whether requests fail, or are about to."""


def found_for(user: User) -> list[Alert]:
    """Those that the user may see, the urgent ones first."""
    now = timezone.now()
    found = [alert for right, find in KINDS if user.has_perm(right) for alert in find(now)]
    return sorted(found, key=lambda alert: not alert.urgent)


def listed(model: str, **filters: object) -> str:
    return f"{reverse(f'admin:core_{model}_changelist')}?{urlencode(filters)}"


def page(model: str, pk: object) -> str:
    return reverse(f"admin:core_{model}_change", args=[pk])


def missing_keys(now: datetime) -> Iterator[Alert]:
    if count := len(key_entry.providers_without_key()):
        text = ngettext("%(count)d provider has no key.", "%(count)d providers have no key.", count)
        yield Alert(text % {"count": count}, "#key-panel-title")


def failing_keys(now: datetime) -> Iterator[Alert]:
    """Those that rest, as this process knows it, and those that providers refused in the last day."""
    named = set()
    for key in ProviderKey.objects.filter(active=True).select_related("provider"):
        if rest := operations.rest_text(key):
            named.add(key.provider.slug)
            yield Alert(f"{key}: {rest}", page("provider", key.provider_id), urgent=True)
    about_keys = Q(*((("reason__startswith", code)) for code in KEY_FAULTS), _connector=Q.OR)
    failed = Attempt.objects.filter(about_keys, outcome="failed", started_at__gte=now - DAY).order_by()
    for slug, count in failed.values_list("provider").annotate(Count("id")):
        if slug not in named:
            text = ngettext(
                "%(provider)s refused our key once in the last day.",
                "%(provider)s refused our key %(count)d times in the last day.",
                count,
            )
            link = records_link(now - DAY, provider=slug, outcome="failed")
            yield Alert(text % {"provider": slug, "count": count}, link, urgent=True)


def unpriced(now: datetime) -> Iterator[Alert]:
    """Endpoints without a price that were used this month, and records with units and no cost."""
    begin = month(now)
    used = {row.key: row.unbilled for row in sums(["model", "provider"], begin) if row.unbilled}
    if not used:
        return
    chosen = Endpoint.objects.filter(model__slug__in={model for model, _provider in used}, prices=None)
    for row in chosen.select_related("model", "provider"):
        if count := used.get((row.model.slug, row.provider.slug)):
            text = _("%(model)s at %(provider)s has no price. Requests this month: %(count)s.")
            names = {"model": row.model, "provider": row.provider, "count": f"{count:,}"}
            yield Alert(text % names, page("endpoint", row.pk))
    count = sum(used.values())
    text = ngettext(
        "%(count)s record of this month has units and no cost.",
        "%(count)s records of this month have units and no cost.",
        count,
    )
    yield Alert(text % {"count": f"{count:,}"}, records_link(begin, basis="unpriced"))


def ending_models(now: datetime) -> Iterator[Alert]:
    today = timezone.localtime(now).date()
    ending = AIModel.objects.filter(enabled=True, shutdown_at__range=(today, today + ENDS_WITHIN))
    rows = list(ending.order_by("shutdown_at")[: SHOWN + 1])
    for model in rows[:SHOWN]:
        day = {"model": model, "day": date_format(model.shutdown_at, "j F Y"), "other": model.replacement}
        text = _("%(model)s ends on %(day)s; its successor is %(other)s.") % day
        without = _("%(model)s ends on %(day)s; no successor is known.") % day
        soon = model.shutdown_at - today <= 7 * DAY
        yield Alert(text if model.replacement else without, page("aimodel", model.pk), urgent=soon)
    if len(rows) > SHOWN:
        link = listed("aimodel", shutdown_at__gte=today, shutdown_at__lte=today + ENDS_WITHIN)
        yield Alert(_("More models end within 60 days."), link)


def near_budgets(now: datetime) -> Iterator[Alert]:
    taken = ExpressionWrapper((F("spent") + F("reserved")) * Value(100), output_field=BigIntegerField())
    threshold = ExpressionWrapper(F("limit") * Value(NEAR), output_field=BigIntegerField())
    found = Budget.objects.annotate(taken=taken, threshold=threshold).filter(taken__gte=F("threshold"))
    shown = 0
    for budget in found.filter(limit__gt=0).select_related("user", "team", "api_key"):
        status = budget_status(budget, now)
        if (percent := percent_of(status)) >= NEAR and (shown := shown + 1) <= SHOWN:
            text = _("The budget of %(owner)s is %(percent)d%% used: %(left)s of %(limit)s left.") % {
                "owner": budget.api_key or budget.user or budget.team or _("everyone"),
                "percent": percent,
                "left": money(status.remaining),
                "limit": money(status.limit),
            }
            yield Alert(text, page("budget", budget.pk), urgent=not status.remaining)


def percent_of(status: BudgetStatus) -> int:
    return int(100 * (status.spent + status.reserved) / status.limit)


def stale_keys(now: datetime) -> Iterator[Alert]:
    alive = ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)
    if count := alive.filter(last_used_at__lt=now - UNUSED).count():
        text = ngettext(
            "%(count)d API key was not used for 90 days.",
            "%(count)d API keys were not used for 90 days.",
            count,
        )
        before = (now - UNUSED).isoformat()
        yield Alert(
            text % {"count": count}, listed("apikey", revoked_at__isnull=True, last_used_at__lt=before)
        )
    if count := alive.filter(last_used_at=None, created_at__lt=now - NEVER_USED).count():
        text = ngettext("%(count)d API key was never used.", "%(count)d API keys were never used.", count)
        before = (now - NEVER_USED).isoformat()
        filters = {"revoked_at__isnull": True, "last_used_at__isnull": True, "created_at__lt": before}
        yield Alert(text % {"count": count}, listed("apikey", **filters))


def findings(now: datetime) -> Iterator[Alert]:
    if count := review.waiting():
        text = ngettext(
            "%(number)s finding waits for a decision.", "%(number)s findings wait for a decision.", count
        )
        yield Alert(text % {"number": count}, reverse("admin:core_provider_review"))


KINDS: tuple[tuple[str, Callable[[datetime], Iterator[Alert]]], ...] = (
    (key_entry.RIGHT, missing_keys),
    ("core.view_provider", failing_keys),
    ("core.view_usagerecord", unpriced),
    ("core.view_budget", near_budgets),
    ("core.view_aimodel", ending_models),
    ("core.view_apikey", stale_keys),
    (review.SEES, findings),
)
"""The right that each needs, and what finds it."""
