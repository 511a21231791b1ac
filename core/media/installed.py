"""What of the optional extra is installed; looks without importing, so that nothing native gets loaded."""

from __future__ import annotations

import ctypes.util
from functools import cache
from importlib.util import find_spec

from core.contract.audio import AudioFormat

EAR, EYE = "pocketsphinx", "inspector"
"""The models that listen and that look, as their endpoints name them; the others speak."""

HINT = 'pip install "polyphony[local]"'
WITHOUT_LIBRARY = (AudioFormat.WAV, AudioFormat.PCM)


def missing() -> str | None:
    """How to install what speech lacks, None when it can speak."""
    if find_spec("espeakng_loader") is not None or system_engine():
        return None
    return HINT


def deaf() -> str | None:
    """How to install what transcription lacks, None when it can hear."""
    if find_spec(EAR) is not None and find_spec("av") is not None:
        return None
    return HINT


def blind() -> str | None:
    """How to install what measuring files lacks, None when all of it is here."""
    return None if all(find_spec(name) for name in ("PIL", "pypdfium2", "av")) else HINT


def can_make(form: AudioFormat) -> bool:
    """Whether a format can be made here, given that something can be spoken at all."""
    return form in WITHOUT_LIBRARY or find_spec("av") is not None


def available_formats() -> tuple[AudioFormat, ...]:
    """The formats that can be made here: all with PyAV, wav and pcm without it, none without an engine."""
    if missing() is not None:
        return ()
    return tuple(form for form in AudioFormat if can_make(form))


@cache
def system_engine() -> bool:
    """Whether the system has espeak-ng; the search is slow where there is no library cache."""
    return ctypes.util.find_library("espeak-ng") is not None
