"""What of the optional extra is installed, found without importing it, so that nothing native gets loaded."""

from __future__ import annotations

import ctypes.util
from functools import cache
from importlib.util import find_spec

from core.contract.audio import AudioFormat
from core.media.weights import WEIGHTS, weights_folder

NATURAL_VOICE = "hibari"
RECOGNISER, INSPECTOR, CANVAS = "whisper-base", "inspector", "canvas"
"""The models of natural speech, of chat and of images, the first one of transcription, as their endpoints
name them."""

ALIGNER = "pocketsphinx"
PACKAGED_VOICE = "heart"
VOICES = {name.partition("-")[2]: name for name in WEIGHTS if name.startswith("hibari-")}
"""The weights of each further voice of `NATURAL_VOICE` by its id; `PACKAGED_VOICE` needs none."""

RECOGNISERS = tuple(name for name in WEIGHTS if name.startswith("whisper-"))
"""The models of transcription: their endpoints have the names of their weights. Any other model synthesises
speech with espeak-ng."""

HINT = 'pip install "polyphony[local]"'
"""How to install the extra, in error messages."""

TEXT_READING_HINT = 'pip install "polyphony[ocr]"'
"""How to install what reads the text in pictures, an extra of its own."""

WITHOUT_LIBRARY = (AudioFormat.WAV, AudioFormat.PCM)


def speech_hint() -> str | None:
    """How to install what speech lacks, None where nothing is missing."""
    if find_spec("espeakng_loader") is not None or system_engine():
        return None
    return HINT


def natural_speech_hint() -> str | None:
    """How to install what natural speech lacks, None where nothing is missing."""
    return None if all(find_spec(name) for name in (NATURAL_VOICE, "numpy", "onnxruntime")) else HINT


def transcription_hint(model: str = RECOGNISER) -> str | None:
    """How to install what transcription by this model lacks, None where nothing is missing."""
    return recogniser_hint() or weights_hint(model)


def recogniser_hint() -> str | None:
    """How to install the packages that transcription needs, None where they are here."""
    return None if all(find_spec(name) for name in ("faster_whisper", "av")) else HINT


def weights_hint(model: str) -> str | None:
    """How to install the weights of a model; None where they are here, and for a model that has none."""
    return install_command(model) if model in RECOGNISERS else None


def voice_weights(model: str, voice: str) -> str:
    """The weights that a voice of a local model needs beside the packages, "" where none."""
    return VOICES.get(voice, "") if model == NATURAL_VOICE else ""


def install_command(weights: str) -> str | None:
    """What installs these weights, None where they are here."""
    return None if weights_folder(weights) is not None else f"manage.py install_model {weights}"


def alignment_hint() -> str | None:
    """How to install what aligning a text with its sound lacks, None where nothing is missing."""
    return None if all(find_spec(name) for name in (ALIGNER, "av")) else HINT


def is_offered(model: str) -> bool:
    """Whether a local model is listed: further sizes of the recogniser are when their weights are here."""
    return model == RECOGNISER or weights_hint(model) is None


def inspection_hint() -> str | None:
    """How to install what inspecting files lacks, None where nothing is missing."""
    return None if all(find_spec(name) for name in ("PIL", "pypdfium2", "av")) else HINT


def drawing_hint() -> str | None:
    """How to install what drawing pictures lacks, None where nothing is missing."""
    return None if all(find_spec(name) for name in ("PIL", "numpy")) else HINT


def text_reading_hint() -> str | None:
    """How to install what reading the text in pictures lacks, None where nothing is missing."""
    found = all(find_spec(name) for name in ("rapidocr", "cv2", "numpy", "onnxruntime"))
    return None if found else TEXT_READING_HINT


def can_encode(form: AudioFormat) -> bool:
    """Whether audio can be encoded in this format here."""
    return form in WITHOUT_LIBRARY or find_spec("av") is not None


def can_decode() -> bool:
    """Whether files of any audio format can be read here."""
    return find_spec("av") is not None


def available_formats() -> tuple[AudioFormat, ...]:
    """The formats speech is available in: all with PyAV, wav and pcm without it, none without an engine."""
    if speech_hint() is not None and natural_speech_hint() is not None:
        return ()
    return tuple(form for form in AudioFormat if can_encode(form))


@cache
def system_engine() -> bool:
    """Whether the system has espeak-ng; the search is slow where there is no library cache."""
    return ctypes.util.find_library("espeak-ng") is not None
