"""Audio formats: what an endpoint is asked for, and what its audio or that of a request is converted to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from core.catalogue.entries import ModelEntry
from core.contract.audio import AudioFormat
from core.media.installed import can_decode, can_encode

SOURCES = (AudioFormat.PCM, AudioFormat.WAV)
"""What can be encoded here, best first."""

CONVERTED_TO = ("wav", "mp3")
"""What the audio of a request can be converted to."""


class AudioChoice(NamedTuple):
    """`asked` of the endpoint, None for an answer without audio; `encoding` where it is converted here."""

    asked: AudioFormat | None
    encoding: AudioFormat | None = None


def choose(wanted: Sequence[AudioFormat], made: Collection[AudioFormat]) -> AudioChoice | None:
    """The first of `wanted` that an endpoint makes, else the first that what it makes can be converted to."""
    for form in wanted:
        if form in made:
            return AudioChoice(form)
    source = next((form for form in SOURCES if form in made), None)
    target = next((form for form in wanted if can_encode(form)), None)
    return None if source is None or target is None else AudioChoice(source, target)


def deliverable(made: Sequence[AudioFormat]) -> tuple[AudioFormat, ...]:
    """The formats in which an endpoint's audio can be had: those it makes, then those we convert them to."""
    if not any(form in made for form in SOURCES):
        return tuple(made)
    return tuple(dict.fromkeys((*made, *(form for form in AudioFormat if can_encode(form)))))


def accepts_format(model: ModelEntry, form: str) -> bool:
    """Whether audio of a format can be sent to a model: as it is, or converted here."""
    taken = model.limits.get("audio_formats")
    return not taken or form in taken or (can_decode() and any(name in taken for name in CONVERTED_TO))
