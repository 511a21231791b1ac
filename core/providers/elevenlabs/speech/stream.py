"""Audio as ElevenLabs streams it: plain bytes, or lines of JSON with base64 and the times of characters."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamInvalid
from core.contract.events import SpeechWords, Unreadable
from core.media.audio_header import require_format
from core.providers.elevenlabs.errors import refusal, refusal_in
from core.providers.elevenlabs.speech.word_times import WordTimes
from core.providers.shared import http
from core.providers.shared.audio.base64 import decode_audio
from core.providers.shared.calls import is_json
from core.providers.shared.json_body import decode

LONGEST_LINE = 16 * http.MIB
SpeechPiece = bytes | SpeechWords | Unreadable
"""Audio of the vendor, and the events between it."""

DATA = b"data:"
AUDIO = "audio_base64"


async def plain_audio(
    response: http.CallResponse, sent: AudioFormat, hide: tuple[str, ...]
) -> AsyncGenerator[SpeechPiece, None]:
    """The bytes as they arrive. Raises the error that an answer in JSON or text is."""
    if is_json(response.media_type) or response.media_type.startswith("text/"):
        raise refusal(decode(await response.body()), hide)
    checked = False
    async with aclosing(response.chunks()) as chunks:
        async for chunk in chunks:
            if not checked:
                require_format(chunk, sent)
                checked = True
            yield chunk


async def timed_audio(
    chunks: AsyncGenerator[bytes, None], hide: tuple[str, ...]
) -> AsyncGenerator[SpeechPiece, None]:
    """The words and the audio of lines of JSON, each as soon as its line is here.

    A line that cannot be read is left out; raises where the last one is not whole.
    https://elevenlabs.io/docs/api-reference/text-to-speech/stream-with-timestamps
    """
    times = WordTimes()
    async with aclosing(lines(chunks)) as found:
        async for line in found:
            try:
                value = decode(line)
            except UpstreamInvalid:
                value = None
            if error := refusal_in(value, hide):
                raise error
            for piece in pieces(value, times):
                yield piece
    if rest := times.end():
        yield rest


def pieces(value: Any, times: WordTimes) -> Iterator[SpeechPiece]:
    """The words and the audio of one line."""
    encoded = value.get(AUDIO) if isinstance(value, dict) else None
    try:
        audio = decode_audio(encoded)
    except UpstreamInvalid:
        yield Unreadable()
        return
    if words := times.add(value.get("alignment") or value.get("normalized_alignment")):
        yield words
    if audio:
        yield audio


async def lines(chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The lines that are not blank, without the `data:` of server-sent events.

    Raises `UpstreamInvalid` for one that is too long, and where the last one was cut.
    """
    held: list[bytes] = []
    size = 0
    async with aclosing(chunks):
        async for chunk in chunks:
            *whole, rest = chunk.split(b"\n")
            for line in whole:
                if found := bare(b"".join((*held, line))):
                    yield found
                held, size = [], 0
            held.append(rest)
            size += len(rest)
            if size > LONGEST_LINE:
                raise UpstreamInvalid(f"A line is longer than {LONGEST_LINE} bytes.")
    if last := bare(b"".join(held)):
        if not last.endswith(b"}"):
            raise UpstreamInvalid("The answer was cut short.", code="upstream_truncated")
        yield last


def bare(line: bytes) -> bytes:
    return line.strip().removeprefix(DATA).lstrip()
