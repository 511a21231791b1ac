"""What providers say otherwise than the catalogue."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.catalogue.models import Endpoint
from core.models.catalogue.providers import Provider


class Finding(models.Model):
    """What a provider's list of models says otherwise than the catalogue, until an admin decides on it.

    `upstream_id` is the provider's name of the model, `model` its slug here, or the one that it would have.
    `detail` by kind: the `tasks`, modalities and `prices` of a new model; `old` and `new` prices, lines of
    [kind, unit, USD per unit, condition]; the `day` of a shutdown and the `replacement`.
    """

    class Kind(models.TextChoices):
        SHUTDOWN = "shutdown", _("shutting down")
        GONE = "gone", _("no longer listed")
        PRICE = "price", _("price changed")
        NEW = "new", _("new")

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    upstream_id = models.CharField(_("upstream id"), max_length=200)
    model = models.CharField(_("model"), max_length=160)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="findings", null=True)
    detail = models.JSONField(_("detail"), default=dict)
    dismissed = models.BooleanField(_("dismissed"), default=False)
    found_at = models.DateTimeField(_("found"), auto_now_add=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        default_permissions = ("view", "change")
        ordering = ("kind", "model", "id")
        constraints = (
            models.UniqueConstraint(fields=("provider", "kind", "upstream_id", "model"), name="finding_once"),
        )

    def __str__(self) -> str:
        return f"{self.model} @ {self.provider}: {self.get_kind_display()}"
