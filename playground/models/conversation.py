"""Conversations: a tree of messages, each answer linked to its run."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models.money import MoneyField
from playground.models.owned import OwnedQuerySet
from playground.models.run import TITLE_LENGTH, Run
from playground.models.upload import Upload

ROLE_LENGTH = 16


class ConversationQuerySet(OwnedQuerySet["Conversation"]):
    def matching(self, words: str) -> Self:
        """Conversations with `words` in their title or in one of their messages, in any case."""
        words = words.replace("\0", "").strip()
        if not words:
            return self
        # LIKE of SQLite ignores case for ASCII only
        sqlite = connection.vendor == "sqlite"
        how, wanted = ("iregex", re.escape(words)) if sqlite else ("icontains", words)
        found = Message.objects.filter(conversation=models.OuterRef("pk"), **{f"text__{how}": wanted})
        return self.filter(models.Q(**{f"title__{how}": wanted}) | models.Exists(found))

    def summed(self) -> Self:
        """Annotate the `count` of messages, the USD `spent` on answers, the number of `unpriced` answers."""
        charged = models.Q(messages__charged=True)
        return self.annotate(
            count=models.Count("messages"),
            spent=models.Sum("messages__cost", filter=charged),
            unpriced=models.Count("messages", filter=charged & models.Q(messages__cost=None)),
        ).order_by(*self.model._meta.ordering)  # aggregation drops the default order


class Conversation(models.Model):
    """`settings` are the parameters of its last run, the system prompt among them as `system`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="conversations",
    )
    title = models.CharField(_("title"), max_length=TITLE_LENGTH)
    model = models.CharField(_("model"), max_length=160)
    settings = models.JSONField(_("settings"), default=dict)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ("-updated_at", "-id")
        indexes = (models.Index(fields=("user", "-updated_at"), name="conversation_user_updated"),)

    def __str__(self) -> str:
        return self.title

    @transaction.atomic
    def erase(self) -> None:
        """Delete it with its runs, their audio, and the uploads that nothing else uses."""
        mine = Message.objects.filter(conversation=self)
        runs = set(mine.exclude(run=None).values_list("run_id", flat=True))
        files = set(mine.exclude(uploads=None).values_list("uploads", flat=True))
        self.delete()
        kept = Message.objects.filter(run__in=runs).values_list("run_id", flat=True)
        Run.objects.filter(id__in=runs - set(kept)).delete()
        Upload.objects.unused(files).delete()


class MessageQuerySet(models.QuerySet["Message"]):
    def settle(self, runs: Iterable[uuid.UUID], state: str) -> int:
        """End the running answers of `runs`; what was saved of them stays."""
        return self.filter(run__in=runs, state=Run.State.RUNNING).update(state=state)

    def save_progress(self, rows: Iterable[tuple[str, dict[str, Any], uuid.UUID]]) -> None:
        """Update running answers, given as (text, answer, id), and no others: all or none.

        One statement for all rows: composing one for each costs fifty times as much.
        """
        columns = [self.model._meta.get_field(name) for name in ("text", "answer", "id", "state")]
        names = [connection.ops.quote_name(column.column) for column in columns]
        statement = "UPDATE {} SET {} = %s, {} = %s WHERE {} = %s AND {} = %s".format(
            connection.ops.quote_name(self.model._meta.db_table), *names
        )
        values = [
            [
                column.get_db_prep_save(value, connection)
                for column, value in zip(columns, (*row, Run.State.RUNNING), strict=True)
            ]
            for row in rows
        ]
        # values are prepared before the transaction, which blocks other writers
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, values)


class Message(models.Model):
    """`content` are canonical parts, a file in them as `{"upload": summary}`; `told` are the other fields of
    a message of the API, such as `name` and `tool_call_id`.

    An answer has its `text` and, in `answer`, what came beside it: `reasoning`, the `reasoning_seconds` that
    it took, `calls`, `images`, `transcript`, `finish`, `cut` where its texts are the beginning only. It has
    its own copy of the receipt, since its run may be deleted before it.
    `charged` is False for an answer that was copied from another conversation, or was free.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(
        Conversation, verbose_name=_("conversation"), on_delete=models.CASCADE, related_name="messages"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("answers to"),
        on_delete=models.CASCADE,
        null=True,
        related_name="children",
    )
    role = models.CharField(_("role"), max_length=ROLE_LENGTH)
    content = models.JSONField(_("content"), default=list)
    told = models.JSONField(default=dict)
    text = models.TextField(_("text"), blank=True)
    model = models.CharField(_("model"), max_length=160, blank=True)
    run = models.ForeignKey(
        Run, verbose_name=_("run"), on_delete=models.SET_NULL, null=True, related_name="messages"
    )
    state = models.CharField(_("state"), max_length=12, choices=Run.State, default=Run.State.COMPLETED)
    answer = models.JSONField(_("answer"), default=dict)
    receipt = models.JSONField(_("receipt"), null=True)
    error = models.JSONField(_("error"), null=True)
    cost = MoneyField(_("cost"), null=True)
    charged = models.BooleanField(default=False)
    uploads = models.ManyToManyField(Upload, verbose_name=_("files"), related_name="messages")
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return self.text[:80]
