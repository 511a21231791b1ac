"""The audit log: who changed what, append-only, without secrets."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("actor"),
        null=True,
        on_delete=models.SET_NULL,
        db_constraint=False,
    )
    action = models.CharField(_("action"), max_length=60)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
