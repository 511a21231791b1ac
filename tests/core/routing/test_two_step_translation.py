from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import pytest

from core.contract.chat import ChatRequest
from core.contract.errors import UpstreamFailed, UpstreamInvalid
from core.contract.events import (
    ChatDelta,
    Outcome,
    Progress,
    Segment,
    Started,
    Transcript,
    TranscriptDelta,
    Used,
)
from core.contract.route import Policy, Route, Target
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.contract.translation import TranslationRequest
from core.contract.usage import Usage
from core.routing.health import Health
from core.routing.two_step_translation import translate_in_two_steps
from tests.core.routing.attempt_log import MemoryAttemptLog

pytestmark = pytest.mark.anyio

FILE = AudioFile("/nowhere/talk.wav", "audio.wav", "audio/wav", 100, 4.0)
REQUEST = TranslationRequest("stt", FILE)
QUICK = Policy(retries=0, deadline=5.0)
TRANSCRIBER = Target(1, "ada", "Ada", "w", "http://x.test", "stt-1")
TRANSLATOR = Target(2, "bell", "Bell", "w", "http://y.test", "llm-1")
ROUTE = Route("stt", (TRANSCRIBER,), QUICK, then=Route("llm", (TRANSLATOR,), QUICK))
USED = Used(Usage())
TRANSCRIPTION = (
    TranscriptDelta("Guten Tag."),
    Segment(0, 0.0, 1.5, "Guten Tag.", "A"),
    Progress("transcribing", 1.5, 4.0, "s"),
    TranscriptDelta(" Wie geht es?"),
    Segment(1, 2.0, 3.5, "Wie geht es?", "B"),
    Transcript("Guten Tag. Wie geht es?", "de", 4.0),
    USED,
)


class Models:
    """Two models by script, and what each was asked."""

    def __init__(self, transcription, translation) -> None:
        self.scripts = {"stt-1": transcription, "llm-1": translation}
        self.requests: list = []

    async def __call__(self, target, request):
        self.requests.append(request)
        for step in self.scripts[target.model]:
            if isinstance(step, Exception):
                raise step
            yield step


async def collect(models: Models, attempts: MemoryAttemptLog, request: TranslationRequest = REQUEST) -> list:
    seen = []
    async with aclosing(translate_in_two_steps(ROUTE, request, attempts, Health(), models)) as events:
        async for event in events:
            seen.append(event)
    return seen


async def test_translation_comes_line_by_line_at_the_times_of_the_original():
    translation = (
        ChatDelta("[1] Good d"),
        ChatDelta("ay.\n[2] How "),
        ChatDelta("are you?", finish="stop"),
        USED,
    )
    models, attempts = Models(TRANSCRIPTION, translation), MemoryAttemptLog()
    assert await collect(models, attempts) == [
        Progress("transcribing", 1.5, 4.0, "s"),
        Started("Bell", "llm-1", 2),
        TranscriptDelta("Good day."),
        Segment(0, 0.0, 1.5, "Good day.", "A"),
        TranscriptDelta(" How are you?"),
        Segment(1, 2.0, 3.5, "How are you?", "B"),
        Transcript("Good day. How are you?", "en", 4.0),
        USED,
    ]
    assert attempts.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert attempts.log.index("next request to llm") > attempts.log.index("close completed")
    first, second = models.requests
    assert first == TranscriptionRequest("stt", FILE, segments=True, streamed=True)
    assert isinstance(second, ChatRequest)
    assert second.messages[1] == {"role": "user", "content": "[1] Guten Tag.\n[2] Wie geht es?"}


async def test_text_without_segments_is_translated_as_it_streams():
    transcription = (TranscriptDelta("Guten Tag."), Transcript("Guten Tag.", "de", 4.0), USED)
    translation = (ChatDelta("Good"), ChatDelta(" day."), ChatDelta(finish="stop"), USED)
    models = Models(transcription, translation)
    assert await collect(models, MemoryAttemptLog()) == [
        Started("Bell", "llm-1", 2),
        TranscriptDelta("Good"),
        TranscriptDelta(" day."),
        Transcript("Good day.", "en", 4.0),
        USED,
    ]
    assert models.requests[1].messages[1]["content"] == "Guten Tag."


async def test_lines_with_wrong_numbers_keep_their_words_and_get_no_time():
    translation = (ChatDelta("[7] Good day.\nHow are you?\n[1] Bye.\n[1] Again."), USED)
    seen = await collect(Models(TRANSCRIPTION, translation), MemoryAttemptLog())
    assert [event for event in seen if isinstance(event, Segment)] == [Segment(0, 0.0, 1.5, "Bye.", "A")]
    assert seen[-2] == Transcript("Good day. How are you? Bye. Again.", "en", 4.0)


async def test_audio_without_words_is_not_sent_on():
    models, attempts = Models((Transcript("", None, 4.0), USED), ()), MemoryAttemptLog()
    assert await collect(models, attempts) == [Started("Ada", "stt-1", 1), Transcript("", "en", 4.0), USED]
    assert len(models.requests) == 1
    assert attempts.opened == 1


async def test_hints_and_temperature_reach_the_translator():
    models = Models(TRANSCRIPTION, (ChatDelta("[1] Good day."), USED))
    await collect(models, MemoryAttemptLog(), replace(REQUEST, prompt="Kyiv", temperature=0.2))
    assert models.requests[1].parameters == {"temperature": 0.2}
    assert models.requests[1].messages[0]["content"].endswith("These names and words occur: Kyiv")
    assert models.requests[0].prompt is None


async def test_translator_that_fails_leaves_two_attempts_and_no_foreign_words():
    attempts = MemoryAttemptLog()
    with pytest.raises(UpstreamFailed):
        await collect(Models(TRANSCRIPTION, (UpstreamFailed("down"),)), attempts)
    assert attempts.outcomes == [Outcome.COMPLETED, Outcome.FAILED]


async def test_translation_that_ran_out_of_tokens_is_not_whole():
    translation = (ChatDelta("[1] Good day."), ChatDelta(finish="length"), USED)
    with pytest.raises(UpstreamInvalid) as caught:
        await collect(Models(TRANSCRIPTION, translation), MemoryAttemptLog())
    assert caught.value.provider_code == "upstream_truncated"
