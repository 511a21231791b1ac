"""Measurement of the parts of a message, each by its kind; a finding is yielded as soon as it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from core.contract.chat import Media
from core.contract.errors import Interrupted, PolyphonyError, RateLimited
from core.contract.usage import Kind, Unit
from core.providers.local.inspector.jobs import (
    Findings,
    InspectionJobs,
    text_in_pages,
    text_in_picture,
    transcript,
)
from core.providers.local.inspector.message import MessagePart, PartKind
from core.providers.local.inspector.report.audio import AudioFacts, LoudnessFacts, audio_piece, loudness_piece
from core.providers.local.inspector.report.image import ImageFacts, colours_piece, exif_piece, image_piece
from core.providers.local.inspector.report.markdown import escape, heading
from core.providers.local.inspector.report.pdf import PdfFacts, PdfTextFacts, pdf_piece, pdf_text_piece
from core.providers.local.inspector.report.piece import ReportPiece
from core.providers.local.inspector.report.request import address_piece, unknown_piece
from core.providers.local.inspector.report.text import text_piece
from core.providers.local.inspector.report.video import VideoFacts, video_piece
from core.providers.local.inspector.usage import UsageCounter

SOUND_TRACK = "Sound track"
MAX_TEXT_BYTES = 5_000_000
"""Bytes of a text file that are read."""


class Measurement:
    """Measures parts one after the other and counts their quantities in `usage`."""

    def __init__(self, usage: UsageCounter) -> None:
        self._usage = usage
        self._jobs = InspectionJobs(usage)

    async def measure(self, part: MessagePart) -> Findings:
        """The findings of one part. The unreadable is reported; raised are `Interrupted`, `RateLimited`."""
        begun = False
        try:
            async with aclosing(self._findings(part)) as findings:
                async for finding in findings:
                    begun = begun or isinstance(finding, ReportPiece)
                    yield finding
        except (Interrupted, RateLimited):
            raise
        except PolyphonyError as error:
            yield unreadable_piece(part, error, begun)

    def _findings(self, part: MessagePart) -> Findings:
        if part.media is not None:
            return FILE_MEASUREMENTS[part.kind](self, part, part.media)
        return self.without_file(part)

    async def without_file(self, part: MessagePart) -> Findings:
        if part.address:
            yield address_piece(part)
        elif part.text:
            yield await text_piece(part.text, part.number)
        else:
            yield unknown_piece(part)

    async def text_file(self, part: MessagePart, media: Media) -> Findings:
        raw = await asyncio.to_thread(read_beginning, media.path)
        self._usage.add(Kind.FILE_IN, Unit.BYTE, len(raw))
        yield await text_piece(raw.decode("utf-8", "replace"), part.number, part.name)

    async def image(self, part: MessagePart, media: Media) -> Findings:
        """Its header and colours, then the text in it."""

        def render_header(found: ImageFacts) -> ReportPiece:
            self._usage.add(Kind.IMAGE_IN, Unit.IMAGE, 1)
            return image_piece(found, part.number, part.name, media.size)

        pieces = {"image": render_header, "exif": exif_piece, "colours": colours_piece}
        async with aclosing(self._jobs.run("inspect.image", media, pieces)) as findings:
            async for finding in findings:
                yield finding
        async with aclosing(text_in_picture(media)) as findings:
            async for finding in findings:
                yield finding

    async def pdf(self, part: MessagePart, media: Media) -> Findings:
        """Its metadata, text and first page, then the text in those pages that are pictures."""
        pages = 0

        def render_metadata(found: PdfFacts) -> ReportPiece:
            nonlocal pages
            pages = found["pages"]
            self._usage.add(Kind.FILE_IN, Unit.PAGE, pages)
            return pdf_piece(found, part.number, part.name, media.size)

        def render_text(found: PdfTextFacts) -> ReportPiece:
            return pdf_text_piece(found, pages)

        result: dict[str, Any] = {}
        pieces = {"pdf": render_metadata, "text": render_text}
        async with aclosing(self._jobs.run("inspect.pdf", media, pieces, result)) as findings:
            async for finding in findings:
                yield finding
        if result["empty"]:
            async with aclosing(text_in_pages(media, result["empty"])) as findings:
                async for finding in findings:
                    yield finding

    async def video(self, part: MessagePart, media: Media) -> Findings:
        """Its frames, then its sound track; a video file without frames is measured as audio."""

        def render_video(found: VideoFacts) -> ReportPiece:
            return video_piece(found, part.number, part.name, media.size)

        result: dict[str, Any] = {}
        video = self._jobs.run("inspect.video", media, {"video": render_video}, result)
        async with aclosing(video) as findings:
            async for finding in findings:
                yield finding
        self._usage.add(Kind.VIDEO_IN, Unit.SECOND, result["seconds"])
        if result["audio"] or not result["seconds"]:
            title = SOUND_TRACK if result["seconds"] else PartKind.AUDIO
            async with aclosing(self.audio(part, media, title)) as findings:
                async for finding in findings:
                    yield finding

    async def audio(self, part: MessagePart, media: Media, title: str = PartKind.AUDIO) -> Findings:
        """Its coding and loudness, then its transcript."""
        name, size = ("", 0) if title == SOUND_TRACK else (part.name, media.size)
        seconds = 0.0

        def render_coding(found: AudioFacts) -> ReportPiece:
            return audio_piece(found, title + part.number, name, size)

        def render_loudness(found: LoudnessFacts) -> ReportPiece:
            nonlocal seconds
            seconds = found["seconds"]
            self._usage.add(Kind.AUDIO_IN, Unit.SECOND, seconds)
            return loudness_piece(found)

        pieces = {"audio": render_coding, "loudness": render_loudness}
        async with aclosing(self._jobs.run("inspect.audio", media, pieces)) as findings:
            async for finding in findings:
                yield finding
        async with aclosing(transcript(media, seconds)) as findings:
            async for finding in findings:
                yield finding


FILE_MEASUREMENTS: Mapping[PartKind, Callable[[Measurement, MessagePart, Media], Findings]] = {
    PartKind.TEXT: Measurement.text_file,
    PartKind.IMAGE: Measurement.image,
    PartKind.PDF: Measurement.pdf,
    PartKind.AUDIO: Measurement.audio,
    PartKind.VIDEO: Measurement.video,
    PartKind.FILE: Measurement.audio,  # whose demuxers decide whether it can be read
}
"""How a file is measured, by the kind of its part; a part of unknown type has no file."""


def read_beginning(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(MAX_TEXT_BYTES)


def unreadable_piece(part: MessagePart, error: PolyphonyError, begun: bool) -> ReportPiece:
    """That a part, or the rest of one that was `begun`, could not be measured, and why."""
    title = f"{part.kind}{part.number}"
    text = "\n" if begun else heading(title, part.name)
    missing = "The rest of it could not be measured" if begun else "It could not be read"
    return ReportPiece(
        f"{text}**{missing}**: {escape(error.message, 400)}\n\n",
        f"{'The rest of the' if begun else 'The'} {title.lower()} could not be read. {error.message}",
        measured=False,
        error=error,
    )
