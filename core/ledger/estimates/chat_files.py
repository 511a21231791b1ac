"""How many tokens, seconds, images and pages the files of a chat request come to: at most, and probably."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from core.contract.chat import ChatRequest, FilePart, Media, Modality, file_parts
from core.contract.route import Target
from core.contract.usage import Kind, Unit
from core.ledger.estimates.base import whole
from core.ledger.price_sheet import Line

RATES = {"image_in_tokens": 2500, "audio_tokens_per_second": 32, "video_tokens_per_second": 300}
"""Tokens where an endpoint's options do not say."""

KINDS = {
    Modality.IMAGE: Kind.IMAGE_IN,
    Modality.AUDIO: Kind.AUDIO_IN,
    Modality.VIDEO: Kind.VIDEO_IN,
    Modality.FILE: Kind.FILE_IN,
}
UNITS = {
    Kind.IMAGE_IN: Unit.IMAGE,
    Kind.AUDIO_IN: Unit.SECOND,
    Kind.VIDEO_IN: Unit.SECOND,
    Kind.FILE_IN: Unit.PAGE,
}


@dataclass(frozen=True, slots=True)
class Rates:
    """How to convert the size of a file whose seconds or pages were not measured, and what to assume of a
    file of which only the address or id is known."""

    image: Decimal
    """Share of the largest image."""
    audio_bytes: int
    video_bytes: int
    page_bytes: int
    page_tokens: int
    text_bytes: int
    unknown_seconds: int
    unknown_pages: int


MOST = Rates(Decimal(1), 500, 5_000, 6_000, 3_000, 1, 3_600, 300)
LIKELY = Rates(Decimal("0.5"), 4_000, 60_000, 20_000, 1_000, 3, 60, 10)


def tokens(request: ChatRequest, target: Target, how: Rates) -> dict[Kind, Decimal]:
    """By kind; a video's audio counts as audio."""
    found = dict.fromkeys(KINDS.values(), Decimal(0))
    for part in file_parts(request):
        for kind, quantity in tokens_of(part, target, how):
            found[kind] += whole(quantity)
    return found


def tokens_of(part: FilePart, target: Target, how: Rates) -> Iterator[tuple[Kind, Decimal]]:
    audio = rate(target, "audio_tokens_per_second")
    match part.modality:
        case Modality.IMAGE:
            yield Kind.IMAGE_IN, rate(target, "image_in_tokens") * how.image
        case Modality.AUDIO:
            yield Kind.AUDIO_IN, quantity(part, how) * audio
        case Modality.VIDEO:
            seconds = quantity(part, how)
            yield Kind.VIDEO_IN, seconds * rate(target, "video_tokens_per_second")
            yield Kind.AUDIO_IN, seconds * audio
        case Modality.FILE:
            yield Kind.FILE_IN, file_tokens(part, how)


def file_tokens(part: FilePart, how: Rates) -> Decimal:
    content = part.content
    if isinstance(content, Media) and content.media_type != "application/pdf":
        return Decimal(content.size) / how.text_bytes
    return quantity(part, how) * how.page_tokens


def measured(request: ChatRequest, line: Line, how: Rates) -> Decimal:
    """Seconds, images or pages of a line; 0 in units that files are not counted in."""
    kind, unit = line
    if UNITS.get(kind) is not unit:
        return Decimal(0)
    return sum(
        (quantity(part, how) for part in file_parts(request) if KINDS[part.modality] is kind), Decimal(0)
    )


def counted(request: ChatRequest) -> dict[Line, Decimal]:
    """Images, seconds and pages; a kind only where every file of it was measured."""
    found: dict[Line, Decimal] = {}
    incomplete: set[Line] = set()
    for part in file_parts(request):
        kind = KINDS[part.modality]
        line = (kind, UNITS[kind])
        known = exactly(part)
        found[line] = found.get(line, Decimal(0)) + (known or 0)
        if known is None:
            incomplete.add(line)
    return {line: quantity for line, quantity in found.items() if line not in incomplete}


def exactly(part: FilePart) -> Decimal | None:
    """How many images, seconds or pages a part has; None where it was not measured."""
    if part.modality is Modality.IMAGE:
        return Decimal(1)
    if not isinstance(part.content, Media):
        return None
    if part.modality is Modality.FILE:
        return None if part.content.pages is None else Decimal(part.content.pages)
    seconds = part.content.seconds
    return None if seconds is None else round(Decimal(str(seconds)), 3)


def quantity(part: FilePart, how: Rates) -> Decimal:
    """As measured, else by the size of the file, else what is assumed of a file that we do not have."""
    known = exactly(part)
    if known is not None:
        return whole(known) if how is MOST else known
    if not isinstance(part.content, Media):
        return Decimal(how.unknown_pages if part.modality is Modality.FILE else how.unknown_seconds)
    size = Decimal(part.content.size)
    match part.modality:
        case Modality.AUDIO:
            return whole(size / how.audio_bytes)
        case Modality.VIDEO:
            return whole(size / how.video_bytes)
    return whole(size / how.page_bytes)


def rate(target: Target, name: str) -> Decimal:
    return Decimal(str(target.options.get(name, RATES[name])))
