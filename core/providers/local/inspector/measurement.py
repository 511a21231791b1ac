"""One part of a message after the other: measured in a worker, reported as each measurement is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from core.contract.chat import Media
from core.contract.errors import Interrupted, PolyphonyError
from core.contract.events import ImageReady, Progress
from core.contract.usage import Kind, Unit
from core.media import client
from core.media.installed import transcription_hint
from core.providers.local.inspector.message import Part
from core.providers.local.inspector.report import (
    audio,
)
from core.providers.local.inspector.report import (
    image as report_image,
)
from core.providers.local.inspector.report import (
    pdf as report_pdf,
)
from core.providers.local.inspector.report import (
    video as report_video,
)
from core.providers.local.inspector.report.markdown import Piece, heading, plain
from core.providers.local.inspector.report.request import address_piece, unknown_piece
from core.providers.local.inspector.report.text import text_piece
from core.providers.local.inspector.usage import Tally

Finding = Piece | ImageReady | Progress
Findings = AsyncGenerator[Finding, None]
Found = dict[str, Any]
Wordings = Mapping[str, Callable[[Found], Piece]]

SOUND_TRACK = "Sound track"
LONGEST_TEXT = 5_000_000
"""Bytes of a text file that are read."""


class Measuring:
    """Measures part by part and counts what it came to; pictures of the report are numbered from 0."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.pictures = 0

    async def part(self, part: Part) -> Findings:
        """The findings of one part. What cannot be read is told, not raised; only `Interrupted` comes out."""
        begun = False
        try:
            async with aclosing(self._findings(part)) as findings:
                async for finding in findings:
                    begun = begun or isinstance(finding, Piece)
                    yield finding
        except Interrupted:
            raise
        except PolyphonyError as error:
            yield unread(part, error, begun)

    def _findings(self, part: Part) -> Findings:
        if part.media is not None:
            measure = {"Image": self.image, "PDF": self.pdf, "Video": self.video, "Text": self.text_file}
            return measure.get(part.kind, self.sound)(part, part.media)
        return self._plain(part)

    async def _plain(self, part: Part) -> Findings:
        if part.address:
            yield address_piece(part)
        elif part.kind == "Text":
            yield await text_piece(part.text, part.number)
        else:
            yield unknown_piece(part)

    async def text_file(self, part: Part, media: Media) -> Findings:
        raw = await asyncio.to_thread(head, media.path)
        self.tally.add(Kind.FILE_IN, Unit.BYTE, len(raw))
        yield await text_piece(raw.decode("utf-8", "replace"), part.number, part.name)

    def image(self, part: Part, media: Media) -> Findings:
        def first(found: Found) -> Piece:
            self.tally.add(Kind.IMAGE_IN, Unit.IMAGE, 1)
            return report_image.image_piece(found, part.number, part.name, media.size)

        wordings: Wordings = {
            "image": first,
            "exif": report_image.exif_piece,
            "colours": report_image.colours_piece,
        }
        return self._job("inspect_image", media, wordings)

    def pdf(self, part: Part, media: Media) -> Findings:
        pages = 0

        def first(found: Found) -> Piece:
            nonlocal pages
            pages = found["pages"]
            self.tally.add(Kind.FILE_IN, Unit.PAGE, pages)
            return report_pdf.pdf_piece(found, part.number, part.name, media.size)

        wordings: Wordings = {
            "pdf": first,
            "text": lambda found: report_pdf.pdf_text_piece(found, pages),
        }
        return self._job("inspect_pdf", media, wordings)

    async def video(self, part: Part, media: Media) -> Findings:
        """Its pictures, then its sound track; a video without pictures is only sound."""
        result: Found = {}
        wordings: Wordings = {
            "video": lambda found: report_video.video_piece(found, part.number, part.name, media.size)
        }
        async with aclosing(self._job("inspect_video", media, wordings, result)) as findings:
            async for finding in findings:
                yield finding
        self.tally.add(Kind.VIDEO_IN, Unit.SECOND, result["seconds"])
        if result["audio"] or not result["seconds"]:
            title = SOUND_TRACK if result["seconds"] else "Audio"
            async with aclosing(self.sound(part, media, title)) as findings:
                async for finding in findings:
                    yield finding

    async def sound(self, part: Part, media: Media, title: str = "Audio") -> Findings:
        """How it is coded, how loud it is, what was said."""
        seconds = 0.0

        def loudness(found: Found) -> Piece:
            nonlocal seconds
            seconds = found["seconds"]
            self.tally.add(Kind.AUDIO_IN, Unit.SECOND, seconds)
            return audio.loudness_piece(found)

        name, stored = ("", 0) if title == SOUND_TRACK else (part.name, media.size)
        wordings: Wordings = {
            "audio": lambda found: audio.sound_piece(found, title + part.number, name, stored),
            "loudness": loudness,
        }
        async with aclosing(self._job("inspect_audio", media, wordings)) as findings:
            async for finding in findings:
                yield finding
        async with aclosing(self.transcript(media, seconds)) as findings:
            async for finding in findings:
                yield finding

    async def transcript(self, media: Media, seconds: float) -> Findings:
        """What was said, stretch by stretch as it is understood, of the first minutes."""
        if hint := transcription_hint():
            yield audio.deaf_piece(hint)
            return
        yield audio.transcript_opening(seconds)
        words = segments = 0
        limit = min(seconds, audio.LISTENED)
        async with aclosing(client.run("transcribe", {"path": media.path})) as messages:
            async for message in messages:
                assert isinstance(message, dict)
                if float(message.get("start") or message.get("done") or 0) > audio.LISTENED:
                    break
                if message["event"] == "segment":
                    words, segments = words + len(message["words"]), segments + 1
                    yield audio.segment_piece(message)
                elif message["event"] == "progress":
                    yield Progress("hearing", message["done"], limit, "second")
        yield audio.transcript_ending(words, segments)

    async def _job(
        self,
        kind: str,
        media: Media,
        wordings: Wordings,
        result: Found | None = None,
    ) -> Findings:
        """One operation of a worker, each of its events in words; `result` gets what it returns."""
        picture = b""
        async with aclosing(client.run(kind, {"path": media.path})) as messages:
            async for message in messages:
                if isinstance(message, bytes):
                    picture += message
                elif message["event"] == "rendered":
                    yield self._picture(message["media_type"], picture)
                    picture = b""
                elif message["event"] == "progress":
                    yield Progress("measuring", message["done"])
                elif message["event"] == "done":
                    (result if result is not None else {}).update(message["result"])
                elif (piece := wordings[message["event"]](message)).text:
                    yield piece

    def _picture(self, media_type: str, data: bytes) -> ImageReady:
        self.tally.add(Kind.IMAGE_OUT, Unit.IMAGE, 1)
        self.pictures += 1
        return ImageReady(self.pictures - 1, media_type, data)


def head(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(LONGEST_TEXT)


def unread(part: Part, error: PolyphonyError, begun: bool) -> Piece:
    """That a part, or the rest of it, could not be measured, and why."""
    what = f"{part.kind}{part.number}"
    text = "\n" if begun else heading(what, part.name)
    missing = "The rest of it could not be measured" if begun else "It could not be read"
    return Piece(
        f"{text}**{missing}**: {plain(error.message, 400)}\n\n",
        f"{'The rest of the' if begun else 'The'} {what.lower()} could not be read. {error.message}",
        measured=False,
        error=error,
    )
