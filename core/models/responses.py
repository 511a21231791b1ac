"""Responses that a client may refer to in its next request."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredResponse(models.Model):
    """One answer of `POST responses` and its input, kept for its user only, until it expires.

    `input` and `response` are JSON, in text columns because nothing looks inside; `size` is that of both in
    bytes. `item_ids` are the ids of the response's output items.
    """

    id = models.CharField(primary_key=True, max_length=80)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, db_index=False
    )
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    size = models.PositiveIntegerField()
    item_ids = models.JSONField(default=list)
    input = models.TextField()
    response = models.TextField()

    class Meta:
        verbose_name = _("stored response")
        verbose_name_plural = _("stored responses")
        ordering = ("-created_at",)
        indexes = (models.Index(fields=("user", "-created_at"), name="response_user_created"),)

    def __str__(self) -> str:
        return self.id
