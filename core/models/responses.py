"""Answers that are kept: those that a client may refer to, and those of requests that it may repeat."""

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


class IdempotentRequest(models.Model):
    """One use of a key: claimed before the work begins, then with the answer, until it expires.

    `user` is None where the work is the same for everybody. `digest` is of the request; `process` is the
    token of the process that does the work. `status` 0 is an answer that was not whole, an empty `body` with
    a `size` one that was too large to be kept. `size` is in bytes.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, null=True, db_index=False
    )
    key = models.CharField(_("key"), max_length=255)
    digest = models.CharField(max_length=64)
    process = models.CharField(max_length=32)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    finished = models.BooleanField(default=False)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=list)
    body = models.BinaryField(default=b"")
    size = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("idempotent request")
        verbose_name_plural = _("idempotent requests")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(fields=("user", "key"), name="idempotent_user_key"),
            models.UniqueConstraint(fields=("key",), condition=models.Q(user=None), name="idempotent_key"),
        )

    def __str__(self) -> str:
        return self.key
