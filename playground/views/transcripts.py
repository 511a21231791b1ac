"""JSON views of a run's transcript: read, correct, align, download."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.http import content_disposition_header
from pydantic import Field, StringConstraints

from core.bodies.json_object import parse_json_object
from core.bodies.validation import Body, validate
from core.contract.errors import NotFound, Unsupported
from core.contract.tasks import Task
from core.media import client as media
from core.models import User
from core.models.offload import offload
from playground import studios
from playground.models import Run
from playground.runs import transcript as run_transcript
from playground.uploads.local_file import local_audio
from playground.views.json_response import not_found, signed_in

TRANSCRIPT_TASKS = [task for task, studio in studios.MODULES.items() if studio.FACTS.has_transcript]
MAX_WORDS = 50_000
Seconds = Annotated[float, Field(ge=0, le=360_000, allow_inf_nan=False)]
SegmentText = Annotated[str, StringConstraints(max_length=20_000)]
SpeakerLabel = Annotated[str, StringConstraints(min_length=1, max_length=40)]
SpeakerName = Annotated[str, StringConstraints(max_length=80)]


class SegmentBody(Body):
    id: int
    start: Seconds
    end: Seconds
    text: SegmentText
    speaker: SpeakerLabel | None = None


class WordBody(Body):
    word: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    start: Seconds
    end: Seconds
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    speaker: SpeakerLabel | None = None


class TranscriptBody(Body):
    """A corrected transcript; times are those of the audio, in seconds."""

    text: Annotated[str, StringConstraints(max_length=2_000_000)]
    segments: list[SegmentBody] = Field(default_factory=list, max_length=MAX_WORDS)
    words: list[WordBody] = Field(default_factory=list, max_length=MAX_WORDS)
    speakers: dict[SpeakerLabel, SpeakerName] = Field(default_factory=dict, max_length=64)


@signed_in("GET", "POST")
async def transcript(request: HttpRequest, user: User, run_id: UUID) -> HttpResponseBase:
    """GET: the transcript with its times and the URL of its audio. POST: store a corrected one, 204."""
    run = await get_run(user, run_id)
    if request.method == "GET":
        return JsonResponse(run_transcript.page_fields(run))
    body = validate(TranscriptBody, parse_json_object(request.body)).model_dump(exclude_none=True)
    words = body.pop("words")
    corrected = {**run.transcript, **body, "edited": True}
    await offload(Run.objects.filter(id=run.id).update, transcript=corrected, words=words)
    return HttpResponse(status=204)


@signed_in("POST")
async def align(request: HttpRequest, user: User, run_id: UUID) -> HttpResponseBase:
    """Find the time of each word of an English transcript by forced alignment with the audio.

    Returns the transcript with its words, marked as `aligned`. Raises `Unsupported` where it is not possible.
    """
    run = await get_run(user, run_id)
    if run.upload is None:
        raise NotFound("The sound of this run is gone.")
    can_align = studios.MODULES[Task(run.task)].FACTS.can_align and not run.words
    if not can_align or run.transcript.get("language") not in (None, "en"):
        raise Unsupported("Times can be found for English transcripts that have none.")
    file = await offload(local_audio, run.upload)
    words = await media.align(file.path, run.transcript.get("text", ""))
    if not words:
        raise Unsupported("The text does not fit the sound.")
    columns = run_transcript.aligned_columns(run, words)
    await offload(Run.objects.filter(id=run.id).update, **columns)
    return JsonResponse(run_transcript.page_fields(await get_run(user, run_id)))


@signed_in("GET", "HEAD")
async def download(request: HttpRequest, user: User, run_id: UUID, extension: str) -> HttpResponseBase:
    """The transcript as txt, srt, vtt or json, from the corrected text."""
    run = await get_run(user, run_id)
    if extension not in run_transcript.FILES:
        raise not_found()
    media_type, write = run_transcript.FILES[extension]
    response = HttpResponse(write(run_transcript.stored_transcript(run)), content_type=media_type)
    name = f"{PurePath(run.title).stem or 'transcript'}.{extension}"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-cache"
    return response


async def get_run(user: User, run_id: UUID) -> Run:
    mine = Run.objects.for_user(user).filter(id=run_id, task__in=TRANSCRIPT_TASKS).select_related("upload")
    if (run := await offload(mine.first)) is None:
        raise not_found()
    return run
