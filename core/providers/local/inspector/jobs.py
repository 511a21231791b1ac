"""Jobs of the worker processes, their events rendered as findings of the report."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from core.contract.chat import Media
from core.contract.events import ImageReady, Progress
from core.contract.usage import Kind, Unit
from core.media import client
from core.media.installed import RECOGNISER, text_reading_hint, transcription_hint
from core.providers.local.inspector.report import audio, picture_text
from core.providers.local.inspector.report.piece import ReportPiece
from core.providers.local.inspector.usage import UsageCounter
from core.providers.local.progress import queue_progress
from core.providers.local.transcript import model_folder

Finding = ReportPiece | ImageReady | Progress
Findings = AsyncGenerator[Finding, None]

PieceFunctions = Mapping[str, Callable[[Any], ReportPiece]]
"""By the name of a job's event: the function that renders it, which documents the event's shape."""


class InspectionJobs:
    """Runs jobs for one answer; the images they render are counted and numbered from 0."""

    def __init__(self, usage: UsageCounter) -> None:
        self._usage = usage
        self._images = 0

    async def run(
        self,
        job: str,
        media: Media,
        pieces: PieceFunctions,
        result: dict[str, Any] | None = None,
    ) -> Findings:
        """The findings of one job on a file; `result` is updated with what the job returns."""
        image = b""
        async with aclosing(client.run(job, {"path": media.path})) as messages:
            async for message in messages:
                if isinstance(message, bytes):
                    image += message
                elif message["event"] == "rendered":
                    yield self._image_ready(message["media_type"], image)
                    image = b""
                elif message["event"] == "progress":
                    yield Progress("measuring", message["done"])
                elif message["event"] == "queue":
                    yield queue_progress(message)
                elif message["event"] == "done":
                    (result if result is not None else {}).update(message["result"])
                elif (piece := pieces[message["event"]](message)).markdown:
                    yield piece

    def _image_ready(self, media_type: str, data: bytes) -> ImageReady:
        self._usage.add(Kind.IMAGE_OUT, Unit.IMAGE, 1)
        self._images += 1
        return ImageReady(self._images - 1, media_type, data)


async def transcript(media: Media, seconds: float) -> Findings:
    """The transcript of the first minutes of a file that plays for `seconds`, segment by segment."""
    if hint := transcription_hint():
        yield audio.missing_recogniser_piece(hint)
        return
    yield audio.transcript_heading_piece(seconds)
    words = segments = 0
    limit = min(seconds, audio.MAX_TRANSCRIBED)
    job = {"path": media.path, "model": model_folder(RECOGNISER)}
    async with aclosing(client.run("transcribe", job)) as messages:
        async for message in messages:
            assert isinstance(message, dict)
            if float(message.get("start") or message.get("done") or 0) > audio.MAX_TRANSCRIBED:
                break
            if message["event"] == "segment":
                words, segments = words + len(message["text"].split()), segments + 1
                yield audio.segment_piece(message)
            elif message["event"] == "progress":
                yield Progress("hearing", message["done"], limit, "second")
            elif message["event"] == "queue":
                yield queue_progress(message)
    yield audio.transcript_summary_piece(words, segments)


async def text_in_picture(media: Media) -> Findings:
    """The text in a picture, line by line."""
    if hint := text_reading_hint():
        yield picture_text.missing_reader_piece(picture_text.TITLE, hint)
        return
    async with aclosing(read_lines({"path": media.path}, 1, lambda _: picture_text.TITLE)) as findings:
        async for finding in findings:
            yield finding


async def text_in_pages(media: Media, pages: Sequence[int]) -> Findings:
    """The text in the pages without text of a PDF, numbered from 0 on: of the first ones, page by page."""
    if hint := text_reading_hint():
        yield picture_text.missing_reader_piece(picture_text.PAGES_TITLE, hint)
        return
    yield picture_text.pages_heading_piece(len(pages))
    read = pages[: picture_text.MAX_PAGES]
    job = {"path": media.path, "pages": list(read)}
    async with aclosing(read_lines(job, len(read), lambda page: f"Page {page + 1}")) as findings:
        async for finding in findings:
            yield finding


async def read_lines(job: dict[str, Any], pictures: int, title: Callable[[int], str]) -> Findings:
    """The findings of the job `read_text`; `title` is of a page by its number."""
    lines: list[str] = []
    done = 0
    async with aclosing(client.run("read_text", job)) as messages:
        async for message in messages:
            event: Any = message
            if event["event"] == "line":
                yield picture_text.line_piece(event, "" if lines else title(event["page"]))
                lines.append(event["text"])
            elif event["event"] == "picture":
                yield picture_text.picture_piece(event, title(event["page"]), lines)
                lines, done = [], done + 1
                yield Progress("reading", done, pictures, "page")
            elif event["event"] == "queue":
                yield queue_progress(event)
