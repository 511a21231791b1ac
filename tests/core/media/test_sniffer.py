"""What stands before a signature is skipped, as decoders skip it; what begins a file otherwise decides."""

from __future__ import annotations

import io
import random

import pytest

from core.media.file_types import AAC, FLAC, MP3, MPEG, OGG, PDF, TEXT, UNKNOWN, WAV
from core.media.sniffer import WINDOW, sniff, upload_type

TITLE = b"TIT2\0\0\0\x09\0\0\0abcdefgh\0"
TAG = b"ID3\4\0\0\0\0\0\x14" + TITLE
FOOTED = b"ID3\4\0\x10\0\0\0\x14" + TITLE + b"3DI\4\0\x10\0\0\0\x14"
MP3_STREAM = (b"\xff\xfb\x50\xc0" + bytes(204)) * 4
"""Frames of 64 kbit/s at 44.1 kHz: 144 * 64,000 / 44,100 bytes."""

ADTS_STREAM = (b"\xff\xf1\x50\x40\x02\x1f\xfc" + bytes(9)) * 4
JUNK = random.Random(5).randbytes(3000)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (TAG + b"fLaC\0\0\0\x22", FLAC),
        (TAG + b"OggS\0\2", OGG),
        (TAG * 3 + b"fLaC\0\0\0\x22", FLAC),
        (FOOTED + b"\xff\xf1\x50\x80", AAC),
        (FOOTED + TAG + ADTS_STREAM, AAC),
        (TAG + bytes(1500) + ADTS_STREAM, AAC),
        (bytes(64) + TAG + b"fLaC\0\0\0\x22", FLAC),
        (TAG + b"\xff\xfb\x90d", MP3),
        (TAG + b"%PDF-1.7", MP3),
        (TAG, MP3),
        (bytes(417) + MP3_STREAM, MP3),
        (bytes(WINDOW - 9) + MP3_STREAM, MP3),
        (bytes(417) + ADTS_STREAM, AAC),
        (bytes(7) + b"fLaC\0\0\0\x22", FLAC),
        (JUNK + MP3_STREAM, MP3),
        (JUNK + ADTS_STREAM, AAC),
        (MP3_STREAM[100:], MP3),
        (b"\0\0\1\xba\x44" + MP3_STREAM, MPEG),
        (b"RIFF\xff\xff\xff\xffWAVELIST", WAV),
        (b"%PDF-1.7" + MP3_STREAM, PDF),
    ],
)
def test_what_stands_behind_tags_padding_and_junk_decides(content, found):
    file = io.BytesIO(content)

    assert sniff(file) is found
    assert file.tell() == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        JUNK,
        bytes(5000),
        bytes(417) + b"\xff\xfb\x50\xc0" + bytes(5000),
        bytes(WINDOW + 500) + MP3_STREAM,
        bytes(20) + b"RIFF\0\0\0\0WAVE",
        b"\xff" * 3 * WINDOW,
        b"\xff\xfe" + "Hello".encode("utf-16-le"),
    ],
)
def test_one_frame_is_chance_and_other_types_begin_with_the_file(content):
    assert sniff(io.BytesIO(content)) is None


@pytest.mark.parametrize(
    ("container", "head"), [("zip", b"PK\3\4"), ("gzip", b"\x1f\x8b\x08"), ("7z", b"7z\xbc\xaf\x27\x1c")]
)
def test_an_archive_of_sound_is_an_archive(container, head):
    found = sniff(io.BytesIO(head + bytes(26) + MP3_STREAM))

    assert found is not None
    assert (found.container, found.is_playable) == (container, False)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"Hello.", TEXT),
        (b"\xef\xbb\xbfHello.", TEXT),
        (b"\xff\xfe" + "Привет".encode("utf-16-le"), TEXT),
        (b"\xfe\xff" + "Hello".encode("utf-16-be"), TEXT),
        ("family 👨‍👩‍👧".encode(), TEXT),
        ("Привет".encode()[:-1], TEXT),
        (b"\0\1\2", UNKNOWN),
        (b"\xff\xfe\0\0", UNKNOWN),
        (TAG + b"fLaC\0\0\0\x22", FLAC),
    ],
)
def test_an_upload_of_unknown_bytes_has_a_type_too(content, found):
    assert upload_type(io.BytesIO(content)) is found
