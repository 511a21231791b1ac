"""The preview of a chat request has references for files and no provider key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.contract.chat import ChatRequest, Media, Modality
from core.contract.errors import Unsupported
from core.contract.route import Secret, Target
from core.operations import preview_chat, request_preview

SECRET = "sk-secret-key"
IMAGE = Media(Modality.IMAGE, "/nowhere", "image/png", 1000, "image.png")


def target(wire: str = "openai") -> Target:
    return Target(1, "lab", "Lab", wire, "http://127.0.0.1:9/v1", "gpt", Secret(lambda: SECRET))


def test_the_body_has_references_and_no_key():
    parts = [
        {"type": "text", "text": f"My key is {SECRET}"},
        {"type": "image_url", "image_url": {"url": IMAGE}},
    ]
    body = preview_chat(target(), ChatRequest("lab/gpt", ({"role": "user", "content": parts},)))
    text, image = body["messages"][0]["content"]
    assert body["model"] == "gpt"
    assert text["text"] == f"My key is {request_preview.HIDDEN}"
    assert image["image_url"]["url"] == {"name": "image.png", "media_type": "image/png", "bytes": 1000}


def test_an_upload_is_referred_to_by_its_id():
    media = Media(Modality.FILE, "/nowhere", "application/pdf", 5, "file.pdf", upload="abc")
    expected = {"upload": "abc", "media_type": "application/pdf", "bytes": 5}
    assert request_preview.redact([media], "") == [expected]


def test_a_wire_without_chat_is_unsupported(monkeypatch):
    monkeypatch.setattr(request_preview.registry, "adapter", lambda wire: object())
    with pytest.raises(Unsupported, match="Lab cannot chat"):
        preview_chat(target("mute"), ChatRequest("lab/gpt", ()))


def test_sound_has_the_format_in_which_it_is_sent():
    where = replace(target(), options={"audio_formats": ["wav", "mp3"]})
    parts = [
        {"type": "input_audio", "input_audio": {"data": sound(form, seconds), "format": form}}
        for form, seconds in (("flac", 5.0), ("mp3", 5.0), ("flac", 500.0))
    ]
    request = ChatRequest("lab/gpt", ({"role": "user", "content": parts},))
    found = [part["input_audio"] for part in preview_chat(where, request)["messages"][0]["content"]]
    wav = {"upload": "u", "media_type": "audio/wav", "converted_from": "flac"}
    mp3 = {"upload": "u", "media_type": "audio/mpeg", "converted_from": "flac"}
    assert found == [
        {"data": wav, "format": "wav"},
        {"data": {"upload": "u", "media_type": "audio/mp3", "bytes": 9}, "format": "mp3"},
        {"data": mp3, "format": "mp3"},
    ]
    untouched = preview_chat(target(), request)["messages"][0]["content"][0]["input_audio"]
    assert untouched["data"]["bytes"] == 9


def sound(form: str, seconds: float) -> Media:
    return Media(
        Modality.AUDIO, "/nowhere", f"audio/{form}", 9, f"a.{form}", form, seconds=seconds, upload="u"
    )
