"""espeak-ng by ctypes: voices, synthesis with word positions, one voice at a time per process."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

BUFFER_MS = 60
SYNCHRONOUS = 2
NO_EXIT = 0x8000
UTF8 = 0x0001
END_PAUSE = 0x1000
RATE, PITCH = 1, 3
NORMAL_RATE, SLOWEST, FASTEST = 175, 80, 700
"""Words per minute; between the bounds the engine keeps the rate, below 80 it silently clamps."""

WORD, END = 1, 5
GENDERS = {1: "male", 2: "female"}


class EventName(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class EngineEvent(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("identifier", ctypes.c_uint),
        ("position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", EventName),
    ]


class VoiceStructure(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("spare_byte", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    ]


Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(EngineEvent)
)


@dataclass(frozen=True, slots=True)
class EngineVoice:
    """A voice as the engine lists it; `identifier` is the only name by which it is reliably found."""

    identifier: str
    name: str
    language: str
    gender: str
    age: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or the end of a clause: its text position (from 0) and the sample at which it begins."""

    kind: int
    position: int
    sample: int


AudioSink = Callable[[bytes, list[Mark]], None]


class EngineMissing(Exception):
    """Neither the wheel nor a system library could be loaded."""


class Engine:
    """The library, initialised once; audio is signed 16-bit mono at `sample_rate`."""

    def __init__(self) -> None:
        library, data = locate()
        self.library = library
        self.sample_rate: int = library.espeak_Initialize(SYNCHRONOUS, BUFFER_MS, data, NO_EXIT)
        if self.sample_rate <= 0:
            raise EngineMissing("espeak-ng does not find its data")
        library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(VoiceStructure))
        self._sink: AudioSink = _discard
        self._error: BaseException | None = None
        self._callback = Callback(self._receive)
        library.espeak_SetSynthCallback(self._callback)
        self._voice = ""

    def speak(self, text: str, *, voice: str, rate: int, pitch: int, pause: bool, sink: AudioSink) -> None:
        """Synthesise `text` into `sink` chunk by chunk; an exception of the sink aborts it and is raised.

        `pause` ends the text with the silence of a sentence, so that fragments join as one text would sound.
        """
        self._select(voice)
        self.library.espeak_SetParameter(RATE, rate, 0)
        self.library.espeak_SetParameter(PITCH, pitch, 0)
        encoded = text.encode("utf-8", "replace")
        flags = UTF8 | (END_PAUSE if pause else 0)
        self._sink, self._error = sink, None
        self.library.espeak_Synth(encoded, len(encoded) + 1, 0, 1, 0, flags, None, None)
        self._sink = _discard
        if self._error is not None:
            raise self._error

    def _select(self, voice: str) -> None:
        if voice == self._voice:
            return
        self._voice = ""
        if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise LookupError(voice)
        self._voice = voice

    def _receive(self, samples: Any, count: int, events: Any) -> int:
        try:
            audio = ctypes.string_at(samples, count * 2) if samples and count > 0 else b""
            self._sink(audio, _marks(events))
        except BaseException as error:  # ctypes would print it and go on: keep it for `speak`
            self._error = error
            return 1
        return 0

    @cache  # noqa: B019 -- the engine lives as long as the process
    def voices(self) -> tuple[EngineVoice, ...]:
        """Every voice, by identifier."""
        return tuple(_listed(self.library.espeak_ListVoices(None)))

    @cache  # noqa: B019
    def variants(self) -> frozenset[str]:
        """Names that colour a voice, as in `gmw/en-US+f3`."""
        wanted = VoiceStructure(languages=ctypes.cast(ctypes.c_char_p(b"variant"), ctypes.c_void_p))
        listed = _listed(self.library.espeak_ListVoices(ctypes.byref(wanted)))
        return frozenset(voice.identifier.rpartition("/")[2] for voice in listed)


@cache
def engine() -> Engine:
    """The one engine of this process. Raises `EngineMissing`."""
    return Engine()


def locate() -> tuple[ctypes.CDLL, bytes | None]:
    """The wheel's library and data, else the system's; None as data means the library's own default."""
    try:
        loader = import_module("espeakng_loader")
        return ctypes.CDLL(loader.get_library_path()), str(loader.get_data_path()).encode()
    except (ImportError, OSError):
        pass
    for name in ("libespeak-ng.so.1", ctypes.util.find_library("espeak-ng")):
        try:
            if name is not None:  # None would be this very program
                return ctypes.CDLL(name), None
        except OSError:
            continue
    raise EngineMissing("espeak-ng is not installed")


def _listed(entries: Any) -> list[EngineVoice]:
    found: list[EngineVoice] = []
    index = 0
    while entries[index]:
        entry = entries[index].contents
        # The list of languages is a priority byte and a NUL-terminated tag, repeated.
        language = ctypes.string_at(entry.languages + 1).decode() if entry.languages else ""
        gender = GENDERS.get(entry.gender, "neutral")
        identifier, name = entry.identifier.decode(), entry.name.decode().strip()
        found.append(EngineVoice(identifier, name, language, gender, entry.age))
        index += 1
    return found


def _marks(events: Any) -> list[Mark]:
    marks: list[Mark] = []
    index = 0
    while events and events[index].type:
        event = events[index]
        if event.type in (WORD, END):
            marks.append(Mark(event.type, event.position - 1, event.sample))
        index += 1
    return marks


def _discard(audio: bytes, marks: list[Mark]) -> None:
    """The sink between two calls of `speak`."""
