"""The table of measurements, and files that cannot be read."""

from __future__ import annotations

import pytest

from core.contract.chat import Media, Modality
from core.providers.local.inspector import measurement
from core.providers.local.inspector.measurement import FILE_MEASUREMENTS, Measurement
from core.providers.local.inspector.message import KINDS, MessagePart, PartKind
from core.providers.local.inspector.usage import UsageCounter
from tests.core.providers.local.inspector.reports import answer, chat_request, file_part
from tests.fakes.audio_files import broken_wav

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("aligner")]

TEXT = {"type": "text", "text": "Listen."}

HOSTILE = {
    "empty.wav": b"",
    "header.wav": broken_wav(claimed=0, held=0),
    "text.mp3": b"This is a letter, not a song. " * 100,
    "playlist.mp4": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
    "box.mp4": b"\0\0\0\x18ftypisom" + bytes(8),
    "noise.flac": b"fLaC" + bytes(range(256)) * 20,
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_file_is_reported(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    found = await answer(chat_request([TEXT, file_part(path)]))

    assert "could not be" in found.text
    assert found.finish == "stop"


def test_every_kind_of_file_has_a_measurement():
    assert set(FILE_MEASUREMENTS) == set(PartKind) - {PartKind.UNKNOWN}
    assert set(KINDS) == set(Modality)


@pytest.mark.parametrize("kind", FILE_MEASUREMENTS)
async def test_kind_without_a_row_is_measured_as_no_other(tmp_path, monkeypatch, kind):
    rows = {other: measure for other, measure in FILE_MEASUREMENTS.items() if other is not kind}
    monkeypatch.setattr(measurement, "FILE_MEASUREMENTS", rows)
    media = Media(Modality.FILE, str(tmp_path / "unread"), "model/gltf-binary", 0, "unread")

    with pytest.raises(KeyError, match=kind):
        await anext(Measurement(UsageCounter()).measure(MessagePart(kind, media=media)))
