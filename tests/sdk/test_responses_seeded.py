"""Responses with the seeded catalogue: the inspector reports on every part."""

from __future__ import annotations

import base64
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.catalogue.seed.tables import seed_catalogue
from core.models import UsageRecord

installed = all(map(find_spec, ("av", "PIL", "pypdfium2")))
pytestmark = pytest.mark.skipif(not installed, reason="the local engine is not installed")


@pytest.fixture(autouse=True)
def seeded(transactional_db):
    seed_catalogue()


def data_url(path: Path, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(path.read_bytes()).decode()}"


def sent(data: Path) -> list[dict]:
    samples = data / "samples"
    sound = base64.b64encode((samples / "jfk.flac").read_bytes()).decode()
    film = data_url(samples / "small_video.mp4", "video/mp4")
    parts = [
        {"type": "input_text", "text": "What are these?"},
        {"type": "input_image", "image_url": data_url(samples / "kiwi.jpg", "image/jpeg")},
        {
            "type": "input_file",
            "filename": "dummy.pdf",
            "file_data": data_url(samples / "dummy.pdf", "application/pdf"),
        },
        {"type": "input_audio", "input_audio": {"data": sound, "format": "flac"}},
        {"type": "input_video", "video_url": film},
    ]
    return [{"role": "user", "content": parts}]


def test_every_kind_of_part_is_measured(client, data):
    asked = {"model": "local/inspector", "input": sent(data), "instructions": "Be exact."}
    with client.responses.stream(**asked) as stream:
        said = [event.delta for event in stream if event.type == "response.output_text.delta"]
        found = stream.get_final_response()
    assert (found.status, len(said) > 5) == ("completed", True)
    assert "".join(said) == found.output_text
    for word in ("Be exact.", "JPEG", "PDF", "FLAC", "MP4"):
        assert word.casefold() in found.output_text.casefold()
    assert UsageRecord.objects.get().cost == 0


def test_frames_of_a_film_come_back_as_a_picture(client, data):
    asked = {"model": "local/inspector", "input": sent(data)}
    found = client.responses.create(**asked, extra_body={"modalities": ["text", "image"]})
    pictures = [item for item in found.output if item.type == "image_generation_call"]
    assert pictures
    for picture in pictures:
        kind = base64.b64decode(picture.result)[:4]
        assert (picture.output_format, kind) in (("png", b"\x89PNG"), ("jpeg", b"\xff\xd8\xff\xe0"))
