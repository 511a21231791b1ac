from __future__ import annotations

from contextlib import aclosing

import pytest

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest
from core.contract.events import (
    AudioChunk,
    AudioStart,
    ChatDelta,
    ImageReady,
    Transcript,
    TranscriptDelta,
    TranscriptWords,
    Used,
)
from core.contract.image import ImageRequest
from core.contract.route import Policy, Route, Target
from core.contract.speech import SpeechRequest
from core.contract.tasks import Task, UnknownTask
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.contract.translation import TranslationRequest
from core.contract.usage import Usage
from core.providers import registry
from core.routing import dispatch
from core.routing.health import Health
from tests.core.routing.attempt_log import MemoryAttemptLog

pytestmark = pytest.mark.anyio

FILE = AudioFile("/nowhere/talk.wav", "audio.wav", "audio/wav", 100, 4.0)
USED = Used(Usage())
QUICK = Policy(retries=0, deadline=5.0)
CHAT_ROUTE = Route("t", (Target(2, "ada", "Ada", "w", "http://x.test", "t1"),), QUICK)
REQUESTS = {
    Task.SPEECH: SpeechRequest("m", "Hello"),
    Task.TRANSCRIPTION: TranscriptionRequest("m", FILE),
    Task.TRANSLATION: TranslationRequest("m", FILE),
    Task.CHAT: ChatRequest("m", ({"role": "user", "content": "Hello"},)),
    Task.IMAGE: ImageRequest("m", "A red boat"),
}


class Scripted:
    """An adapter that serves every task and records which of its methods were called."""

    def __init__(self) -> None:
        self.called: list[str] = []

    async def speak(self, target, request):
        self.called.append("speak")
        yield AudioStart(AudioFormat.PCM, 24_000)
        yield AudioChunk(b"\1\2")
        yield USED

    async def transcribe(self, target, request):
        self.called.append("transcribe")
        yield Transcript("Guten Tag.", "de", 4.0)
        yield USED

    async def translate(self, target, request):
        self.called.append("translate")
        yield Transcript("Good day.", "en", 4.0)
        yield USED

    async def chat(self, target, request):
        self.called.append("chat")
        yield ChatDelta("Good day.")
        yield USED

    async def draw(self, target, request):
        self.called.append("draw")
        yield ImageReady(0, "image/png", b"png")
        yield USED


@pytest.fixture
def adapter(monkeypatch) -> Scripted:
    scripted = Scripted()
    monkeypatch.setattr(registry, "adapter", lambda wire: scripted)
    return scripted


async def collect(request, **route) -> list:
    way = Route("m", (Target(1, "ada", "Ada", "w", "http://x.test", "m1"),), QUICK, **route)
    async with aclosing(dispatch.answer(way, request, MemoryAttemptLog(), Health())) as events:
        return [event async for event in events]


@pytest.mark.parametrize(
    ("task", "method"),
    [
        (Task.SPEECH, "speak"),
        (Task.TRANSCRIPTION, "transcribe"),
        (Task.TRANSLATION, "translate"),
        (Task.CHAT, "chat"),
        (Task.IMAGE, "draw"),
    ],
)
async def test_each_task_calls_its_method(adapter, task, method):
    await collect(REQUESTS[task])
    assert adapter.called == [method]


async def test_words_are_aligned_where_the_route_says_so(adapter):
    found = await collect(REQUESTS[Task.TRANSCRIPTION], align=True)
    assert adapter.called == ["transcribe"]
    assert [event.aligned for event in found if isinstance(event, TranscriptWords)] == [True]


async def test_a_translation_takes_two_steps_where_the_route_says_so(adapter):
    found = await collect(REQUESTS[Task.TRANSLATION], then=CHAT_ROUTE)
    assert adapter.called == ["transcribe", "chat"]
    assert [event.text for event in found if isinstance(event, TranscriptDelta)] == ["Good day."]


@pytest.mark.parametrize("task", REQUESTS)
async def test_a_task_without_a_row_falls_into_no_other(adapter, monkeypatch, task):
    monkeypatch.delitem(dispatch.RUNNERS, task)
    with pytest.raises(UnknownTask, match=f"^routing has no row for the task {task}\\.$"):
        await collect(REQUESTS[task])
    assert adapter.called == []
