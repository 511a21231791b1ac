"""Files of a conversation are what their first bytes say, and stand where such a file belongs."""

from __future__ import annotations

import io

import pytest

from core.bodies.files.data_urls import MessageFile
from core.bodies.files.message_files import FORMATS, AttachmentType, attachment_type
from core.contract.chat import Modality
from core.contract.errors import InvalidRequest

HEADS = {
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "gif": b"GIF89a",
    "webp": b"RIFF\x24\0\0\0WEBPVP8 ",
    "pdf": b"%PDF-1.7",
    "wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "mp3": b"ID3\4",
    "aiff": b"FORM\0\0\0\0AIFFCOMM",
    "aac": b"\xff\xf1\x50\x80",
    "ogg": b"OggS\0\2",
    "flac": b"fLaC\0\0\0\x22",
    "m4a": b"\0\0\0\x1cftypM4A \0",
    "mp4": b"\0\0\0\x1cftypisom\0",
    "mov": b"\0\0\0\x14ftypqt  \0",
    "webm": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm",
    "mpeg": b"\x00\x00\x01\xba\x44",
    "mkv": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska",
    "avi": b"RIFF\0\0\0\0AVI ",
    "amr": b"#!AMR\n",
    "heic": b"\0\0\0\x18ftypheic",
    "html": b"<!doctype html>",
    "svg": b"<svg xmlns=",
    "exe": b"\x7fELF\2\1\1",
    "zip": b"PK\3\4",
}
SOUNDS = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "aiff": "audio/aiff",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "webm": "audio/webm",
}
VIDEOS = {"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm", "mpeg": "video/mpeg"}
PICTURES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
RIGHT = {
    Modality.IMAGE: PICTURES,
    Modality.FILE: {"pdf": "application/pdf"},
    Modality.VIDEO: VIDEOS,
    Modality.AUDIO: {**SOUNDS, "mp4": "audio/mp4"},
}


def found(modality: Modality, form: str = "") -> MessageFile:
    return MessageFile(modality, "messages[0].content[0].x.y", format=form)


@pytest.mark.parametrize("modality", RIGHT)
@pytest.mark.parametrize("name", HEADS)
def test_a_file_is_taken_where_it_belongs_and_nowhere_else(modality, name):
    place, head = found(modality), HEADS[name]
    if name in RIGHT[modality]:
        extension = "m4a" if (modality, name) == (Modality.AUDIO, "mp4") else name
        form = extension if modality is Modality.AUDIO else ""
        expected = AttachmentType(modality, RIGHT[modality][name], extension, form)
        assert attachment_type(io.BytesIO(head), 1000, place) == expected
        return
    with pytest.raises(InvalidRequest) as caught:
        attachment_type(io.BytesIO(head), 1000, place)
    assert (caught.value.param, caught.value.provider_code) == (place.param, "unsupported_media")


def test_a_mismatch_tells_what_was_found_and_what_is_taken():
    with pytest.raises(InvalidRequest) as caught:
        attachment_type(io.BytesIO(HEADS["pdf"]), 1000, found(Modality.IMAGE))
    assert caught.value.message == (
        "messages[0].content[0].x.y must be an image (png, jpeg, webp or gif); it is application/pdf."
    )
    assert caught.value.metadata == {"found": "application/pdf"}


@pytest.mark.parametrize("claimed", ["wav", "mp3", "m4a", "opus", "mpga"])
def test_the_first_bytes_win_over_the_name_of_the_format(claimed):
    assert attachment_type(io.BytesIO(HEADS["flac"]), 1000, found(Modality.AUDIO, claimed)).format == "flac"


@pytest.mark.parametrize("claimed", ["exe", "pcm", "wav;x", "pcm32"])
def test_a_format_nobody_knows_is_refused(claimed):
    with pytest.raises(InvalidRequest) as caught:
        attachment_type(io.BytesIO(HEADS["wav"]), 1000, found(Modality.AUDIO, claimed))
    assert caught.value.param == "messages[0].content[0].x.format"
    assert caught.value.message.endswith(f"must be one of {', '.join(FORMATS)}.")


@pytest.mark.parametrize(("form", "sample"), [("pcm16", 2), ("pcm24", 3)])
def test_samples_without_a_header_are_what_they_are_called(form, sample):
    kind = attachment_type(io.BytesIO(b"\xff\xfb\x90d"), 24_000 * sample, found(Modality.AUDIO, form))
    assert (kind.format, kind.extension, kind.seconds(24_000 * sample)) == (form, "pcm", 1.0)
    with pytest.raises(InvalidRequest, match="no whole samples") as caught:
        attachment_type(io.BytesIO(bytes(64)), 24_000 * sample + 1, found(Modality.AUDIO, form))
    assert caught.value.provider_code == "unsupported_media"


@pytest.mark.parametrize("modality", RIGHT)
@pytest.mark.parametrize("form", ["", "pcm16"])
def test_an_empty_file_is_refused(modality, form):
    with pytest.raises(InvalidRequest, match="is empty") as caught:
        attachment_type(io.BytesIO(b""), 0, found(modality, form))
    assert caught.value.provider_code == "empty_file"
