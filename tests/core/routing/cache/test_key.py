"""Keys of the cache: equal for equal requests of the same callers, and for nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Media, Modality
from core.contract.image import ImageFile, ImageMode, ImageRequest
from core.contract.speech import SpeechRequest
from core.contract.transcription import AudioFile, TranscriptFormat, TranscriptionRequest
from core.contract.translation import TranslationRequest
from core.routing.cache.key import request_key

ALICE = "user:1"
CHAT = ChatRequest("lab/talker", ({"role": "user", "content": "Hi"},), {"temperature": 0.5, "seed": 3})


def key(request, scope: str = ALICE) -> str:
    return request_key(scope, request)


def test_a_key_is_a_digest():
    assert key(CHAT) == key(replace(CHAT))
    assert re.fullmatch("[0-9a-f]{64}", key(CHAT))


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "lab/other"},
        {"messages": ({"role": "user", "content": "Hi "},)},
        {"messages": ({"role": "system", "content": "Hi"},)},
        {"parameters": {"temperature": 0.50001, "seed": 3}},
        {"parameters": {"temperature": 0.5, "seed": "3"}},
        {"streamed": True},
        {"voice": "ada"},
        {"format": AudioFormat.WAV},
        {"modalities": (Modality.TEXT, Modality.AUDIO)},
        {"options": {"lab": {"a": 1}}},
        {"preferences": {"zdr": True}},
    ],
)
def test_every_field_counts(changes):
    assert key(replace(CHAT, **changes)) != key(CHAT)


def test_callers_count():
    assert len({key(CHAT, scope) for scope in ("user:1", "user:11", "team:1", "key:1")}) == 4


def test_tasks_count():
    file = AudioFile("/dev/null", "audio.wav", "audio/wav", 0)
    assert key(TranslationRequest("lab/ear", file)) != key(TranscriptionRequest("lab/ear", file))


def test_the_order_of_parameters_does_not_count_but_that_inside_them_does():
    schema = {"properties": {"a": {}, "b": {}}}
    turned = {"properties": {"b": {}, "a": {}}}
    first, second, third = (
        key(replace(CHAT, parameters=parameters))
        for parameters in (
            {"seed": 3, "response_format": schema},
            {"response_format": schema, "seed": 3},
            {"seed": 3, "response_format": turned},
        )
    )
    assert first == second != third


@pytest.fixture
def files(tmp_path):
    """Three files: two of one content."""
    for name, content in (("a", b"one"), ("b", b"one"), ("c", b"two")):
        (tmp_path / name).write_bytes(content)
    return [str(tmp_path / name) for name in "abc"]


def with_media(path: str, upload: str):
    media = Media(Modality.AUDIO, path, "audio/wav", 3, "audio.wav", "wav", upload=upload)
    part = {"type": "input_audio", "input_audio": {"data": media, "format": "wav"}}
    return replace(CHAT, messages=({"role": "user", "content": [part]},))


def with_picture(path: str, upload: str):
    picture = ImageFile(path, "image.png", "image/png", 3, 8, 8, upload)
    return ImageRequest("lab/brush", "A fox", ImageMode.EDIT, (picture,), mask=picture)


def with_recording(path: str, upload: str):
    return TranscriptionRequest(
        "lab/ear", AudioFile(path, "audio.wav", "audio/wav", 3), format=TranscriptFormat.SRT
    )


@pytest.mark.parametrize("make", [with_media, with_picture, with_recording])
def test_a_file_counts_by_its_content_not_by_its_place(files, make):
    first, same, other = (key(make(path, path)) for path in files)
    assert first == same != other


def test_a_file_that_is_gone_has_no_key(tmp_path):
    with pytest.raises(OSError, match="gone"):
        key(with_recording(str(tmp_path / "gone"), ""))


def test_what_has_no_json_has_no_key():
    with pytest.raises(TypeError):
        key(replace(CHAT, parameters={"a": object()}))


def test_sets_and_money_may_be_asked_for():
    asked = {"only": frozenset({"b", "a"}), "max_price": Decimal("0.5")}
    assert key(replace(CHAT, preferences=asked)) == key(replace(CHAT, preferences=dict(asked)))


def test_speech_has_a_key():
    assert key(SpeechRequest("lab/alto", "Hi")) != key(SpeechRequest("lab/alto", "Hi", speed=1.1))
