"""Usage and cost: one usage record per request, one attempt per upstream call."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models.access import ApiKey
from core.models.money import MoneyField
from core.models.people import Team


class LedgerState(models.TextChoices):
    """State of a record or an attempt; `open` becomes exactly one of the others, by a conditional update."""

    OPEN = "open", _("open")
    SETTLED = "settled", _("settled")
    ESTIMATED = "estimated", _("estimated")
    RELEASED = "released", pgettext_lazy("money set aside", "released")


class UsageRecord(models.Model):
    """One request: caller, model, units, cost, never its content. Only the ledger writes it.

    A row with `corrects`, the generation id of another one, is no request: its cost, which may be negative,
    is what the other one's was wrong by. Triggers keep final rows as they are, see `core.models.final_rows`.
    """

    public_id = models.CharField(_("generation id"), max_length=40, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,
        on_delete=models.SET_NULL,
        db_constraint=False,
        db_index=False,  # usage_user_created begins with it; every index costs time in every request
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, on_delete=models.SET_NULL, db_constraint=False
    )
    api_key = models.ForeignKey(
        ApiKey, verbose_name=_("API key"), null=True, on_delete=models.SET_NULL, db_constraint=False
    )
    source = models.CharField(_("source"), max_length=12)
    task = models.CharField(_("task"), max_length=16)
    model = models.CharField(_("model"), max_length=160)
    provider = models.CharField(_("provider"), max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=LedgerState, default=LedgerState.OPEN)
    outcome = models.CharField(_("outcome"), max_length=12, blank=True)
    error = models.CharField(_("error"), max_length=60, blank=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    streamed = models.BooleanField(_("streamed"), default=False)
    format = models.CharField(_("format"), max_length=12, blank=True)
    # null without a voice; for the null see `Attempt.upstream_id`
    voice = models.CharField(_("voice"), max_length=120, null=True)  # noqa: DJ001
    units = models.JSONField(_("units"), default=dict)
    estimate = MoneyField(_("estimate"), null=True)
    cost = MoneyField(_("cost"), null=True)
    computed_cost = MoneyField(_("computed cost"), null=True)
    reported_cost = MoneyField(_("reported cost"), null=True)
    basis = models.CharField(_("basis"), max_length=10, blank=True)
    budgets = models.JSONField(_("budgets"), default=list)
    created_at = models.DateTimeField(_("created"), db_index=True)
    first_event_ms = models.PositiveIntegerField(_("first event, ms"), null=True)
    total_ms = models.PositiveIntegerField(_("total, ms"), null=True)
    # null where no audio was converted, see `Attempt.upstream_id` for why
    conversions = models.JSONField(_("audio converted"), null=True)
    process = models.CharField(max_length=32, blank=True)
    corrects = models.CharField(_("corrects"), max_length=40, null=True)  # noqa: DJ001
    # the generation id of the request whose answer came from the cache; null where it was made
    cached_from = models.CharField(_("cached from"), max_length=40, null=True)  # noqa: DJ001
    # objects of `model`, `code` and `reason`; null where every model that was named could be asked
    skipped_models = models.JSONField(_("models not asked"), null=True)

    class Meta:
        verbose_name = _("usage record")
        verbose_name_plural = _("usage records")
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("user", "-created_at"), name="usage_user_created"),
            models.Index(fields=("model", "-created_at"), name="usage_model_created"),
            models.Index(fields=("process",), name="usage_open", condition=models.Q(state="open")),
            models.Index(
                fields=("corrects",), name="usage_corrects", condition=models.Q(corrects__isnull=False)
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(cost__isnull=True)
                | models.Q(cost__gte=0)
                | models.Q(corrects__isnull=False),
                name="usage_cost_not_negative",
            ),
        )

    def __str__(self) -> str:
        return self.public_id


class Attempt(models.Model):
    """One upstream call: committed before its first byte is sent, closed exactly once."""

    record = models.CharField(_("generation id"), max_length=40)
    number = models.PositiveSmallIntegerField(_("number"))
    endpoint_id = models.BigIntegerField(_("endpoint"), null=True)
    provider = models.CharField(_("provider"), max_length=60)
    model = models.CharField(_("upstream model"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=LedgerState, default=LedgerState.OPEN)
    outcome = models.CharField(_("outcome"), max_length=12, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    units = models.JSONField(_("units"), default=dict)
    prices = models.JSONField(_("price versions"), default=list)
    computed_cost = MoneyField(_("computed cost"), null=True)
    reported_cost = MoneyField(_("reported cost"), null=True)
    cost = MoneyField(_("cost"), null=True)
    basis = models.CharField(_("basis"), max_length=10, blank=True)
    started_at = models.DateTimeField(_("started"))
    first_event_ms = models.PositiveIntegerField(_("first event, ms"), null=True)
    duration_ms = models.PositiveIntegerField(_("duration, ms"), null=True)
    # null as long as the provider told none; only a column that may be null is added to SQLite's table
    # without building it anew, which would lose the trigger that keeps final rows as they are
    upstream_id = models.CharField(_("provider's id"), max_length=200, null=True)  # noqa: DJ001
    finish_reason = models.CharField(_("finish reason"), max_length=40, null=True)  # noqa: DJ001
    native_finish_reason = models.CharField(  # noqa: DJ001
        _("provider's finish reason"), max_length=80, null=True
    )

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ("record", "number")
        indexes = (
            models.Index(fields=("started_at",), name="attempt_started"),
            models.Index(
                fields=("provider", "-started_at"),
                name="attempt_failed",
                condition=models.Q(outcome="failed"),
            ),
        )
        constraints = (models.UniqueConstraint(fields=("record", "number"), name="attempt_once"),)

    def __str__(self) -> str:
        return f"{self.record} #{self.number}"


class StopRequest(models.Model):
    """An admin wants the request with this record ended; kept as long as a process may have to read it."""

    record = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.record


class UsageSum(models.Model):
    """What final records of one UTC hour or day come to that are about the same; `ledger.rollups` keeps them.

    There may be several rows for the same: a user who is deleted leaves theirs to nobody.
    """

    hours = models.PositiveSmallIntegerField()
    begin = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_constraint=False, db_index=False
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, db_constraint=False, db_index=False)
    api_key = models.ForeignKey(
        ApiKey, null=True, on_delete=models.SET_NULL, db_constraint=False, db_index=False
    )
    source = models.CharField(max_length=12)
    task = models.CharField(max_length=16)
    model = models.CharField(max_length=160)
    provider = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=12, blank=True)
    basis = models.CharField(max_length=10, blank=True)
    requests = models.BigIntegerField()
    unpriced = models.BigIntegerField()
    unbilled = models.BigIntegerField()
    cost = MoneyField()
    units = models.JSONField(default=dict)

    class Meta:
        # with what a sum by the hour needs, so that it reads the index alone
        indexes = (
            models.Index(fields=("hours", "begin", "requests", "unpriced", "cost"), name="usage_sum_begin"),
        )

    def __str__(self) -> str:
        return f"{self.begin:%Y-%m-%d %H}h {self.model}"


class UsageMark(models.Model):
    """The one row that says up to which id final records are in `UsageSum`."""

    record_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.record_id)


class ServerProcess(models.Model):
    """A running server and its last heartbeat; the sweeper closes records of a process that is gone."""

    token = models.CharField(max_length=32, primary_key=True)
    host = models.CharField(max_length=80, blank=True)
    pid = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    class Meta:
        verbose_name = _("server process")
        verbose_name_plural = _("server processes")

    def __str__(self) -> str:
        return self.token
