"""One demuxer for each type of file; an ID3 tag hides what follows it."""

from __future__ import annotations

import io

import pytest

from core.media.file_types import AAC, FLAC, M4A, MATROSKA, MOV, MP3, MP4, OGG, PDF, PLAYABLE, WEBM, FileType
from core.media.worker.codecs.containers import DEMUXERS
from core.media.worker.codecs.demuxers import demuxer, input_type
from core.media.worker.output import JobError

TAG = b"ID3\4\0\0\0\0\0\5title"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (TAG + b"fLaC\0\0\0\x22", FLAC),
        (TAG + b"\xff\xf1\x50\x80", AAC),
        (TAG + b"\xff\xfb\x90d", MP3),
        (TAG + b"%PDF-1.7", MP3),
        (TAG, MP3),
        (b"ID3", MP3),
    ],
)
def test_what_follows_an_id3_tag_decides(content, expected):
    file = io.BytesIO(content)

    assert input_type(file) == expected
    assert file.tell() == 0


def test_m4a_is_an_mp4_that_never_has_video():
    found = input_type(io.BytesIO(b"\0\0\0\x1cftypM4A \0"))

    assert (found.container, found.media_type, found.video_type) == ("mp4", "audio/mp4", "")


@pytest.mark.parametrize("content", [b"", b"caff\0\1", b"RIFF\0\0\0\0AVI ", b"#EXTM3U\n", b"PK\3\4"])
def test_anything_else_is_refused(content):
    with pytest.raises(JobError) as refusal:
        input_type(io.BytesIO(content))

    assert (refusal.value.kind, refusal.value.code) == ("invalid", "unsupported_media")


def test_every_playable_type_has_its_demuxer():
    names = {demuxer(FileType(container, "", "")) for container in PLAYABLE}

    assert names <= set(DEMUXERS.split(","))
    assert [demuxer(found) for found in (M4A, MOV, MP4, WEBM, MATROSKA, OGG, PDF)] == [
        *("mp4", "mp4", "mp4", "matroska", "matroska", "ogg", ""),
    ]
