"""One use of a model in the browser: its request, its results, how it ended."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_valid_filename, slugify
from django.utils.translation import gettext_lazy as _

from playground.models.owned import OwnedQuerySet
from playground.models.upload import Upload

TITLE_LENGTH = 120
RECENT_RUNS = 200


class RunQuerySet(OwnedQuerySet["Run"]):
    def matching(self, words: str) -> Self:
        """Runs whose text or model contains `words`."""
        words = words.replace("\0", "").strip()
        if not words:
            return self
        return self.filter(
            models.Q(title__icontains=words)
            | models.Q(params__input__icontains=words)
            | models.Q(transcript__text__icontains=words)
            | models.Q(answer__text__icontains=words)
            | models.Q(answer__question__icontains=words)
            | models.Q(model__icontains=words)
        )

    def last_used(self) -> dict[str, datetime]:
        """By model, when the latest of its runs began; of the last `RECENT_RUNS` runs only."""
        recent = self.order_by("-created_at").values_list("model", "created_at")[:RECENT_RUNS]
        return dict(reversed(recent))


class Run(models.Model):
    """A run belongs to its user and to the server, never to a socket.

    `params` is the API body without `model`; media in it are ids. `transcript` has `text`, `language`,
    `segments` and the names given to `speakers`; its words are in `words`. `answer` is the answer of a chat,
    `sent` the body sent to the provider for it, `uploads` are the files of both. `frames` are the textual
    events with their numbers, for followers that come when the log is gone; those of a long log are in
    `RunPage`.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        COMPLETED = "completed", _("completed")
        PARTIAL = "partial", _("partial")
        STOPPED = "stopped", _("stopped")
        INTERRUPTED = "interrupted", _("interrupted")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="runs"
    )
    task = models.CharField(_("task"), max_length=16)
    model = models.CharField(_("model"), max_length=160)
    params = models.JSONField(_("parameters"), default=dict)
    title = models.CharField(_("title"), max_length=TITLE_LENGTH, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RUNNING)
    generation = models.CharField(_("generation id"), max_length=40, blank=True)
    error = models.JSONField(_("error"), null=True)
    receipt = models.JSONField(_("receipt"), null=True)
    format = models.CharField(_("format"), max_length=12, blank=True)
    sample_rate = models.PositiveIntegerField(_("sample rate"), null=True)
    duration = models.FloatField(_("duration, s"), null=True)
    bytes = models.PositiveBigIntegerField(_("bytes"), default=0)
    words = models.JSONField(_("words"), default=list)
    transcript = models.JSONField(_("transcript"), default=dict)
    answer = models.JSONField(_("answer"), default=dict)
    sent = models.JSONField(_("request as sent"), null=True)
    uploads = models.ManyToManyField(Upload, verbose_name=_("files"), related_name="chats")
    upload = models.ForeignKey(
        Upload,
        verbose_name=_("file"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="runs",
    )
    sound = models.CharField(_("sound file"), max_length=200, blank=True)
    frames = models.JSONField(default=list)
    timings = models.JSONField(_("timings in the browser"), default=dict)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = RunQuerySet.as_manager()
    left: list[uuid.UUID]

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("user", "-created_at"), name="run_user_created"),
            models.Index(fields=("state",), name="run_running", condition=models.Q(state="running")),
        )

    def __str__(self) -> str:
        return self.title or str(self.id)

    @property
    def text(self) -> str:
        """The text of the speech, the transcript, or the question of the chat."""
        return self.params.get("input") or self.transcript.get("text") or self.answer.get("question") or ""

    @property
    def media(self) -> str:
        """The URL of its audio: generated, uploaded, or that of another run; empty where there is none."""
        if self.sound:
            return reverse("playground:sound", args=[self.id])
        if self.upload_id:
            return reverse("playground:upload", args=[self.upload_id])
        return reverse("playground:sound", args=[self.source]) if self.source else ""

    @property
    def source(self) -> str:
        """The id of the run whose sound this one listened to; empty where it is none."""
        file = self.params.get("file")
        return str(file.get("run", "")) if isinstance(file, dict) else ""

    @property
    def file_name(self) -> str:
        """The name of the audio file for download, such as `espeak-ng-hello-world.mp3`."""
        if not self.sound and self.upload:
            return self.upload.name
        model = slugify(self.model.rsplit("/", 1)[-1])
        title = slugify(self.title, allow_unicode=True)[:60].strip("-")
        stem = "-".join(part for part in (model, title) if part) or "sound"
        return get_valid_filename(f"{stem}.{self.sound.rsplit('.', 1)[-1]}")

    def erase_audio(self) -> None:
        """Delete the stored audio file."""
        if self.sound:
            default_storage.delete(self.sound)

    def erase_partials(self) -> None:
        """Delete the unfinished pictures that its events name."""
        for _number, event in self.frames:
            if event["type"] == "image.partial":
                default_storage.delete(partial_name(self.user_id, self.id, event["index"], event["number"]))


def partial_name(user_id: int, run: uuid.UUID, index: int, number: int) -> str:
    """The name in the storage of an unfinished picture."""
    return f"partials/{user_id}/{run}-{index}-{number}"


@receiver(pre_delete, sender=Run, dispatch_uid="playground.run.files")
def note_files(instance: Run, **kwargs: Any) -> None:
    """Note the ids of its uploads: after the deletion the links are gone."""
    instance.left = [*instance.uploads.values_list("id", flat=True)]
    if instance.upload_id:
        instance.left.append(instance.upload_id)


@receiver(post_delete, sender=Run, dispatch_uid="playground.run.sound")
def delete_files(instance: Run, **kwargs: Any) -> None:
    """Delete its own files, once the deletion is committed, and uploads that nothing else uses."""
    transaction.on_commit(instance.erase_audio)
    transaction.on_commit(instance.erase_partials)
    Upload.objects.unused(instance.left).delete()
