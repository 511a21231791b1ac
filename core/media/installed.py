"""What of the optional extra is installed, found without importing it, so that nothing native gets loaded."""

from __future__ import annotations

import ctypes.util
from functools import cache
from importlib.util import find_spec

from core.contract.audio import AudioFormat

NATURAL_VOICE = "hibari"
RECOGNISER, INSPECTOR = "pocketsphinx", "inspector"
"""The models of natural speech, of transcription and of chat, as their endpoints name them; any other
synthesises speech with espeak-ng."""

HINT = 'pip install "polyphony[local]"'
"""How to install the extra, in error messages."""

WITHOUT_LIBRARY = (AudioFormat.WAV, AudioFormat.PCM)


def speech_hint() -> str | None:
    """How to install what speech lacks, None where nothing is missing."""
    if find_spec("espeakng_loader") is not None or system_engine():
        return None
    return HINT


def natural_speech_hint() -> str | None:
    """How to install what natural speech lacks, None where nothing is missing."""
    return None if all(find_spec(name) for name in (NATURAL_VOICE, "numpy", "onnxruntime")) else HINT


def transcription_hint() -> str | None:
    """How to install what transcription lacks, None where nothing is missing."""
    if find_spec(RECOGNISER) is not None and find_spec("av") is not None:
        return None
    return HINT


def inspection_hint() -> str | None:
    """How to install what inspecting files lacks, None where nothing is missing."""
    return None if all(find_spec(name) for name in ("PIL", "pypdfium2", "av")) else HINT


def can_encode(form: AudioFormat) -> bool:
    """Whether audio can be encoded in this format here."""
    return form in WITHOUT_LIBRARY or find_spec("av") is not None


def available_formats() -> tuple[AudioFormat, ...]:
    """The formats speech is available in: all with PyAV, wav and pcm without it, none without an engine."""
    if speech_hint() is not None and natural_speech_hint() is not None:
        return ()
    return tuple(form for form in AudioFormat if can_encode(form))


@cache
def system_engine() -> bool:
    """Whether the system has espeak-ng; the search is slow where there is no library cache."""
    return ctypes.util.find_library("espeak-ng") is not None
