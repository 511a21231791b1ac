"""The parts of an input item as parts of a message."""

from __future__ import annotations

from typing import Any

import pytest

from core.bodies.files.data_urls import DeferredFileLoader
from core.bodies.responses.input import input_messages

USER = {"role": "user", "content": "Hello."}


def part(value: dict[str, Any], load: Any = None) -> dict[str, Any]:
    (message,) = input_messages([{"role": "user", "content": [value]}], None, load or DeferredFileLoader())
    return message["content"][0]


def test_texts_lose_annotations_and_logprobs():
    assert part({"type": "output_text", "text": "x", "annotations": [], "logprobs": []}) == {
        "type": "text",
        "text": "x",
    }
    kept = {"type": "input_text", "text": "x", "cache_control": {"type": "ephemeral"}}
    assert part(kept) == {**kept, "type": "text"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"type": "input_image", "image_url": "https://a.org/b.png", "detail": "low", "file_id": None},
            {"type": "image_url", "image_url": {"url": "https://a.org/b.png", "detail": "low"}},
        ),
        (
            {"type": "input_file", "file_url": "https://a.org/b.pdf", "filename": "b.pdf"},
            {"type": "file", "file": {"file_data": "https://a.org/b.pdf", "filename": "b.pdf"}},
        ),
        (
            {"type": "input_video", "video_url": "https://a.org/b.mp4"},
            {"type": "video_url", "video_url": {"url": "https://a.org/b.mp4"}},
        ),
    ],
)
def test_https_urls_stay(value, expected):
    assert part(value) == expected


@pytest.mark.parametrize(
    ("value", "modality", "place"),
    [
        ({"type": "input_image", "image_url": "data:image/png;base64,aGk="}, "image", "image_url"),
        ({"type": "input_file", "file_data": "data:application/pdf;base64,aGk="}, "file", "file_data"),
        ({"type": "input_file", "file_data": "aGk="}, "file", "file_data"),
        (
            {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}},
            "audio",
            "input_audio.data",
        ),
        ({"type": "input_video", "video_url": "data:video/mp4;base64,aGk="}, "video", "video_url"),
    ],
)
def test_files_are_loaded(value, modality, place):
    noted = DeferredFileLoader()
    input_messages([USER, {"role": "user", "content": [value]}], None, noted)
    (found,) = noted.files
    assert (found.modality, found.param, found.data) == (modality, f"input[1].content[0].{place}", "aGk=")
