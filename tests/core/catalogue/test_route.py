"""The table of the tasks that can be routed."""

from __future__ import annotations

import pytest

from core.catalogue.route import ROUTES, route
from core.contract.chat import ChatRequest
from core.contract.requests import Request
from core.contract.speech import SpeechRequest
from core.contract.tasks import Task, UnknownTask
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.contract.translation import TranslationRequest

TTS = "openai/tts-1"
AUDIO = AudioFile("/nowhere", "audio.wav", "audio/wav", 1000, 60.0)
REQUESTS = {
    Task.SPEECH: SpeechRequest(TTS, "Hello"),
    Task.TRANSCRIPTION: TranscriptionRequest("openai/whisper-1", AUDIO),
    Task.TRANSLATION: TranslationRequest("openai/whisper-1", AUDIO),
    Task.CHAT: ChatRequest("openai/gpt-4o", ({"role": "user", "content": "Hello"},)),
}


class MadeUpRequest:
    """A request of a task that no layer knows."""

    task = "telepathy"
    model = TTS


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_task_without_a_row_is_routed_as_no_other(models, keys, monkeypatch, request_: Request):
    keys(OPENAI="sk-direct")
    assert route(request_).targets
    monkeypatch.delitem(ROUTES, request_.task)
    with pytest.raises(UnknownTask, match=f"catalogue has no row for the task {request_.task}"):
        route(request_)


def test_a_made_up_task_is_unknown(models):
    with pytest.raises(UnknownTask, match="telepathy"):
        route(MadeUpRequest())
