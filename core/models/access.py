"""API keys and budgets."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models.money import MoneyField
from core.models.people import LimitedRow, Team


class ApiKey(LimitedRow):
    """One of our API keys, `ak_…`: only its public id and an HMAC of the whole are stored."""

    public_id = models.CharField(_("public id"), max_length=8, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    pepper_id = models.CharField(max_length=8, editable=False)
    last4 = models.CharField(_("ends with"), max_length=4, editable=False)
    name = models.CharField(_("name"), max_length=120, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="api_keys"
    )
    allowed_tasks = models.JSONField(_("allowed tasks"), default=list, blank=True, help_text=_("Empty: all."))
    allowed_models = models.JSONField(
        _("allowed models"), default=list, blank=True, help_text=_("Empty: all.")
    )
    allowed_networks = models.JSONField(
        _("allowed networks"), default=list, blank=True, help_text=_("Empty: all.")
    )
    own_cache = models.BooleanField(
        _("cache of its own"),
        default=False,
        help_text=_("Cached answers are those of this key alone, not of its user or team."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"ak_{self.public_id}_…{self.last4}"

    @property
    def usable(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())


class Budget(models.Model):
    """A limit in USD over a window; conditional updates alone ensure `spent + reserved <= limit`."""

    class Window(models.TextChoices):
        TOTAL = "total", _("in total")
        DAY = "day", _("per day")
        WEEK = "week", _("per week")
        MONTH = "month", _("per month")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), null=True, blank=True, on_delete=models.CASCADE
    )
    team = models.ForeignKey(Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE)
    api_key = models.ForeignKey(
        ApiKey, verbose_name=_("API key"), null=True, blank=True, on_delete=models.CASCADE
    )
    limit = MoneyField(_("limit in USD"))
    window = models.CharField(_("window"), max_length=10, choices=Window, default=Window.TOTAL)
    spent = MoneyField(_("spent"), default=0, editable=False)
    reserved = MoneyField(_("reserved"), default=0, editable=False)
    window_start = models.DateTimeField(_("window began"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(limit__gte=0) & models.Q(spent__gte=0) & models.Q(reserved__gte=0),
                name="budget_not_negative",
            ),
        )

    def __str__(self) -> str:
        owner = self.api_key or self.user or self.team or _("everyone")
        return f"{owner}: ${self.limit:f} {self.get_window_display()}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Leaves `spent` and `reserved` out: a form opened before a payment would write old amounts back."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            kwargs["update_fields"] = ("user", "team", "api_key", "limit", "window")
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.limit is not None and self.limit < 0:
            raise ValidationError({"limit": _("A budget is zero or more.")})
