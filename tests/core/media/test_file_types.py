"""Every signature is in one table; what else a module wants to know of a file follows from its type."""

from __future__ import annotations

import io

import pytest

from core.media import file_types
from core.media.file_types import (
    FLAC,
    M4A,
    MATROSKA,
    MP3,
    OGG,
    PLAYABLE,
    WAV,
    file_type,
    id3_size,
    labelled,
    signature,
)
from core.media.sniffer import upload_type


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"OggS", "audio/ogg"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"%PDF-1.7", "application/pdf"),
        ("Привет".encode()[:-1], "text/plain"),
        (b"\0\1\2", "application/octet-stream"),
    ],
)
def test_first_bytes_decide_under_which_type_a_file_is_stored(head, media_type):
    assert upload_type(io.BytesIO(head)).media_type == media_type


def test_only_containers_of_video_are_labelled_as_video():
    assert [labelled(found) for found in (WAV, M4A, OGG)] == [WAV, M4A, OGG]
    assert (labelled(MATROSKA).media_type, labelled(MATROSKA).extension) == ("video/webm", "webm")


@pytest.mark.parametrize(
    "head", [b"", b"\xff", b"ID", b"RIFF\0\0\0\0JUNK", b"\0\0\0\x18ftypavif", b"\xff\xfe\0\0"]
)
def test_anything_else_has_no_type(head):
    assert file_type(head) is None


def test_a_bare_frame_is_no_signature():
    assert (file_type(b"\xff\xfb\x90d"), signature(b"\xff\xfb\x90d")) == (MP3, None)
    assert signature(b"fLaC") is FLAC


def test_every_playable_type_is_in_the_table():
    known = {found.container for found in vars(file_types).values() if isinstance(found, file_types.FileType)}
    assert known >= PLAYABLE


@pytest.mark.parametrize(
    ("head", "size"),
    [
        (b"ID3\4\0\0\0\0\1\5", 143),
        (b"ID3\4\0\x10\0\0\1\5", 153),
        (b"ID3\4\0\0\0\0\0\0", 10),
        (b"ID3\4\0", 0),
        (b"\xff\xfb\x90d" * 3, 0),
    ],
)
def test_length_of_an_id3_tag(head, size):
    assert id3_size(head) == size
