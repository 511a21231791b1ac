"""Files are what their first bytes say."""

from __future__ import annotations

import pytest

from core.bodies.sounds import require_sound, sound_kind
from core.contract.errors import InvalidRequest

KINDS = {
    "wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "flac": b"fLaC\0\0\0\x22",
    "ogg": b"OggS\0\2",
    "webm": b"\x1a\x45\xdf\xa3\x9f",
    "m4a": b"\0\0\0\x1cftypM4A \0",
    "mp4": b"\0\0\0\x1cftypisom\0",
    "mov": b"\0\0\0\x14ftypqt  \0",
    "aiff": b"FORM\0\0\0\0AIFFCOMM",
    "aac": b"\xff\xf1\x50\x80",
}


@pytest.mark.parametrize(
    ("extension", "head"), [*KINDS.items(), ("mp3", b"ID3\4"), ("mp3", b"\xff\xfb\x90d")]
)
def test_a_kind_by_its_first_bytes(extension, head):
    assert sound_kind(head).extension == extension


@pytest.mark.parametrize(
    "head",
    [
        b"<svg xmlns=",
        b"<!doctype html>",
        b"\x7fELF\2\1\1",
        b"PK\3\4\x14\0",
        b"%PDF-1.7",
        b"\x89PNG\r\n",
        b"\xff\xd8\xff\xe0",
        b"#EXTM3U\n",
        b"ffconcat version 1.0\n",
        b"Hello, this is text.",
        b"\xff\xfe\0\0",
        b"RIFF\0\0\0\0AVI ",
        b"\xff",
    ],
)
def test_anything_else_is_refused(head):
    with pytest.raises(InvalidRequest) as caught:
        require_sound(head, len(head), "file")
    assert (caught.value.provider_code, caught.value.param) == ("unsupported_media", "file")


def test_an_empty_file_is_refused():
    with pytest.raises(InvalidRequest) as caught:
        require_sound(b"", 0, "file")
    assert caught.value.provider_code == "empty_file"
