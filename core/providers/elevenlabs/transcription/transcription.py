"""Speech to text: the file is sent from disk, the transcript comes back whole.

https://elevenlabs.io/docs/api-reference/speech-to-text/convert
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

from core.contract.events import AnswerMetadata, Event, Transcript, TranscriptDelta, TranscriptWords, Used
from core.contract.route import Target
from core.contract.text.languages import primary
from core.contract.transcription import TranscriptionRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.elevenlabs.errors import refusal, refusal_in
from core.providers.elevenlabs.fields import answer_id
from core.providers.elevenlabs.transcription.form import transcription_form, transcription_path
from core.providers.elevenlabs.transcription.words import entries_of, words_of
from core.providers.elevenlabs.vendor import VENDOR
from core.providers.shared import http
from core.providers.shared.answers.word_segments import segments_of
from core.providers.shared.calls import target_limits
from core.providers.shared.form_body import FormBody
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import string
from core.providers.shared.quantities import seconds

LIMITS = http.CallLimits(total=300.0, idle=300.0, size=64 * http.MIB)


class ElevenLabsTranscription:
    async def transcribe(self, target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
        """`AnswerMetadata`, the text, segments, words, the whole transcript, then `Used`.

        https://elevenlabs.io/docs/api-reference/speech-to-text/convert
        """
        body = FormBody(transcription_form(target, request), [("file", request.file)])
        path = transcription_path(target, request)
        total = max(LIMITS.total, request.file.seconds or 0.0)
        bounds = http.CallLimits(total, LIMITS.idle, LIMITS.size)
        call = VENDOR.form_call(target, path, body, target_limits(target, bounds))
        async with await http.send(call) as response:
            id, value = answer_id(response.headers), decode(await response.body())
        if error := refusal_in(value, call.hide):
            raise error
        if not isinstance(value, dict) or not has_text(value):
            raise refusal(value, call.hide)
        if id := string(value.get("transcription_id")) or id:
            yield AnswerMetadata(id)
        for event in transcript_events(value, request):
            yield event


def has_text(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("text"), str) or isinstance(value.get("transcripts"), list)


def transcript_events(value: Mapping[str, Any], request: TranscriptionRequest) -> Iterator[Event]:
    """What an answer tells, and its usage."""
    text, entries = text_of(value), entries_of(value)
    if text:
        yield TranscriptDelta(text)
    yield from segments_of(entries)
    if words := words_of(entries):
        yield TranscriptWords(words)
    usage = usage_of(value, request.file.seconds)
    language = language_of(value)
    duration = seconds(value.get("audio_duration_secs"))
    yield Transcript(text, language, request.file.seconds if duration is None else float(duration))
    yield Used(usage)


def channels(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The transcripts of the channels, where each was transcribed by itself; else the one answer."""
    found = value.get("transcripts")
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else [value]


def text_of(value: Mapping[str, Any]) -> str:
    """The text; that of several channels, one below the other."""
    return "\n".join(text for each in channels(value) if (text := string(each.get("text")).strip()))


def language_of(value: Mapping[str, Any]) -> str | None:
    """The primary code of the vendor's three-letter one."""
    code = next((code for each in channels(value) if (code := string(each.get("language_code")))), "")
    return primary(code)


def usage_of(value: Mapping[str, Any], measured: float | None) -> Usage:
    """Seconds as the vendor counted them, else as measured; each channel is charged by itself.

    https://elevenlabs.io/docs/api-reference/speech-to-text/convert#request.body.use_multi_channel
    """
    told = seconds(value.get("audio_duration_secs"))
    found = seconds(measured) if told is None else told
    if found is None:
        return Usage(estimated=True)
    return Usage((Amount(Kind.AUDIO_IN, Unit.SECOND, found * len(channels(value))),))
