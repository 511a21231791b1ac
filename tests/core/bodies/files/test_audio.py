"""Files are what their first bytes say."""

from __future__ import annotations

import io

import pytest

from core.bodies.files.audio import TAKEN, require_audio
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
    "mpeg": b"\x00\x00\x01\xba\x44",
}


@pytest.mark.parametrize(
    ("extension", "head"), [*KINDS.items(), ("mp3", b"ID3\4"), ("mp3", b"\xff\xfb\x90d")]
)
def test_a_kind_by_its_first_bytes(extension, head):
    assert require_audio(io.BytesIO(head), 1000, "file").extension == extension


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
        b"\0\0\0\x18ftypheic",
    ],
)
def test_anything_else_is_refused(head):
    with pytest.raises(InvalidRequest) as caught:
        require_audio(io.BytesIO(head), len(head), "file")
    assert (caught.value.provider_code, caught.value.param) == ("unsupported_media", "file")


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"caff\0\1", "audio/x-caf"),
        (b"#!AMR\n", "audio/amr"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "audio/x-ms-wma"),
    ],
)
def test_a_sound_that_cannot_be_measured_here_is_refused_by_its_name(head, media_type):
    with pytest.raises(InvalidRequest) as caught:
        require_audio(io.BytesIO(head), 1000, "file")
    assert caught.value.message == (
        f"The file is {media_type}, which cannot be listened to. Send one of {TAKEN}."
    )


def test_matroska_is_called_webm_for_those_who_go_by_names():
    found = require_audio(io.BytesIO(b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska"), 1000, "file")
    assert (found.media_type, found.extension) == ("video/webm", "webm")


def test_an_empty_file_is_refused():
    with pytest.raises(InvalidRequest) as caught:
        require_audio(io.BytesIO(), 0, "file")
    assert caught.value.provider_code == "empty_file"
