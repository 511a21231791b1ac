"""Messages in every variant that clients use are normalized; every refusal names a place."""

from __future__ import annotations

from typing import Any

import pytest

from core.bodies.chat.messages import normalize_messages
from core.bodies.files.data_urls import DeferredFileLoader, MessageFile
from core.contract.chat import Media, Modality
from core.contract.errors import InvalidRequest

PNG = "data:image/png;base64,iVBORw0KGgo="
MP4 = "data:video/mp4;base64,AAAA"
CAT = "https://example.org/cat.png"


def take(found: MessageFile) -> Media:
    """A file that tells how it was found."""
    return Media(
        found.modality, found.data, found.claimed, 0, found.name, found.format or "wav", None, found.upload
    )


def one(part: Any, role: str = "user") -> Any:
    [message] = normalize_messages([{"role": role, "content": [part]}], take)
    [found] = message["content"]
    return found


def image(media: Any, **more: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": media, **more}}


def audio_part(**inner: Any) -> dict[str, Any]:
    return {"type": "input_audio", "input_audio": inner}


def image_media(data: str = "iVBORw0KGgo=", claimed: str = "image/png", upload: str = "") -> Media:
    return Media(Modality.IMAGE, data, claimed, 0, "", "wav", None, upload)


def audio_media(data: str = "UklG", claimed: str = "", form: str = "wav", upload: str = "") -> Media:
    return Media(Modality.AUDIO, data, claimed, 0, "", form, None, upload)


def video_media(data: str = "AAAA", claimed: str = "video/mp4", upload: str = "") -> Media:
    return Media(Modality.VIDEO, data, claimed, 0, "", "wav", None, upload)


def file_media(
    data: str = "JVBERg==", claimed: str = "application/pdf", name: str = "", upload: str = ""
) -> Media:
    return Media(Modality.FILE, data, claimed, 0, name, "wav", None, upload)


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "content": "Hello"},
        {"role": "user", "content": ""},
        {"role": "system", "content": "Be brief.", "name": "boss"},
        {
            "role": "developer",
            "content": [{"type": "text", "text": "", "cache_control": {"type": "ephemeral"}}],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "42"},
        {"role": "function", "name": "f", "content": "42"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1"}]},
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "assistant", "audio": {"id": "audio_1"}},
        {"role": "assistant", "content": None, "refusal": "No."},
        {"role": "assistant", "content": "Yes.", "reasoning_details": [{"type": "x"}], "annotations": []},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        {"role": "user", "content": [image(CAT, detail="low")]},
        {"role": "user", "content": [{"type": "video_url", "video_url": {"url": "https://youtu.be/x?t=1"}}]},
        {"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]},
        {"role": "user", "content": [{"type": "file", "file": {"filename": "a.pdf", "file_data": CAT}}]},
        {"role": "user", "content": [image(image_media(), detail="high")]},
        {"role": "user", "content": [audio_part(data=audio_media(), format="wav")]},
    ],
)
def test_a_normal_message_stays_as_it_is(message):
    assert normalize_messages([message], take) == (message,)


def test_a_text_is_not_even_copied():
    message = {"role": "user", "content": "Hello"}
    assert normalize_messages([message], take)[0] is message


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (image(PNG, detail="low"), image(image_media(), detail="low")),
        ({"type": "image_url", "image_url": PNG}, image(image_media())),
        ({"type": "image_url", "image_url": CAT}, image(CAT)),
        (image("DATA:Image/PNG;charset=x;BASE64,AA=="), image(image_media("AA=="))),
        (image("data:;base64,AA=="), image(image_media("AA==", ""))),
        (
            image("data:application/octet-stream;base64,AA=="),
            image(image_media("AA==", "application/octet-stream")),
        ),
        (
            {"type": "image_url", "image_url": {"upload": "u1", "detail": "low"}},
            image(image_media("", "", "u1"), detail="low"),
        ),
        (
            {"type": "video_url", "video_url": {"url": MP4}},
            {"type": "video_url", "video_url": {"url": video_media()}},
        ),
        (
            {"type": "input_video", "video_url": {"url": MP4}},
            {"type": "video_url", "video_url": {"url": video_media()}},
        ),
        (
            {"type": "video_url", "video_url": {"upload": "u"}},
            {"type": "video_url", "video_url": {"url": video_media("", "", "u")}},
        ),
        (audio_part(data="UklG", format="WAV"), audio_part(data=audio_media(), format="wav")),
        (audio_part(data="UklG"), audio_part(data=audio_media(), format="wav")),
        ({"type": "input_audio", "input_audio": "UklG"}, audio_part(data=audio_media(), format="wav")),
        (audio_part(upload="u"), audio_part(data=audio_media("", upload="u"), format="wav")),
        (
            {"type": "audio", "audio": {"url": "data:audio/wav;base64,UklG"}},
            audio_part(data=audio_media("UklG", "audio/wav"), format="wav"),
        ),
        (
            {
                "type": "file",
                "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERg=="},
            },
            {"type": "file", "file": {"filename": "a.pdf", "file_data": file_media(name="a.pdf")}},
        ),
        (
            {"type": "file", "file": {"file_data": "JVBERg=="}},
            {"type": "file", "file": {"file_data": file_media(claimed="")}},
        ),
        (
            {"type": "file", "file": {"upload": "u"}},
            {"type": "file", "file": {"file_data": file_media("", "", "", "u")}},
        ),
        (
            {**image(PNG), "cache_control": {"type": "ephemeral"}},
            {**image(image_media()), "cache_control": {"type": "ephemeral"}},
        ),
    ],
)
def test_every_variant_is_normalized(given, expected):
    assert one(given) == expected


def test_an_answer_sent_back_unchanged():
    message = {
        "role": "assistant",
        "content": None,
        "audio": {"id": "audio_1", "data": "AAAA", "transcript": "Hi", "expires_at": 1},
        "images": [image(PNG)],
        "reasoning": "Hm.",
    }
    expected = {**message, "audio": {"id": "audio_1"}, "images": [image(image_media())]}
    assert normalize_messages([message], take) == (expected,)
    assert normalize_messages([{"role": "assistant", "content": [image(PNG)]}], take)[0]["content"] == [
        image(image_media())
    ]


def test_files_are_listed_in_order_with_their_places():
    noted = DeferredFileLoader()
    normalize_messages(
        [
            {"role": "user", "content": [{"type": "text", "text": "x"}, image(PNG), image(CAT)]},
            {"role": "assistant", "content": "y", "images": [image(PNG)]},
            {"role": "user", "content": [audio_part(data="UklG"), {"type": "file", "file": {"upload": "u"}}]},
        ],
        noted,
    )
    assert [(found.param, found.modality) for found in noted.files] == [
        ("messages[0].content[1].image_url.url", Modality.IMAGE),
        ("messages[1].images[0].image_url.url", Modality.IMAGE),
        ("messages[2].content[0].input_audio.data", Modality.AUDIO),
        ("messages[2].content[1].file.upload", Modality.FILE),
    ]


PLACE = "messages[0].content[0]"


@pytest.mark.parametrize(
    ("part", "param", "words"),
    [
        ("text", PLACE, "must be an object"),
        ({}, f"{PLACE}.type", "is required"),
        (
            {"type": 7},
            f"{PLACE}.type",
            "must be one of text, image_url, input_audio, file, video_url, refusal",
        ),
        ({"type": ["text"]}, f"{PLACE}.type", "must be one of"),
        ({"type": "input_text", "text": "x"}, f"{PLACE}.type", "must be one of text"),
        ({"type": "text"}, f"{PLACE}.text", "is required"),
        ({"type": "text", "text": 7}, f"{PLACE}.text", "must be a string"),
        ({"type": "image_url"}, f"{PLACE}.image_url", "is required"),
        ({"type": "image_url", "image_url": {}}, f"{PLACE}.image_url.url", "is required"),
        (image(""), f"{PLACE}.image_url.url", "must be a data URL or an https address"),
        (image(7), f"{PLACE}.image_url.url", "must be a data URL"),
        (image("iVBORw0KGgo="), f"{PLACE}.image_url.url", "must be a data URL or an https address"),
        (image("http://example.org/cat.png"), f"{PLACE}.image_url.url", "https"),
        (image("file:///etc/passwd"), f"{PLACE}.image_url.url", "https"),
        (image("https://"), f"{PLACE}.image_url.url", "https"),
        (image("https://user@example.org/"), f"{PLACE}.image_url.url", "https"),
        (image("https://a b/"), f"{PLACE}.image_url.url", "https"),
        (image("https://a/" + "x" * 9000), f"{PLACE}.image_url.url", "https"),
        (image("data:image/png,iVBORw0KGgo="), f"{PLACE}.image_url.url", "must hold base64"),
        (image("data:image/svg+xml;utf8,<svg/>"), f"{PLACE}.image_url.url", "must hold base64"),
        (image("data:" + "x" * 5000), f"{PLACE}.image_url.url", "must hold base64"),
        (image("data:audio/wav;base64,UklG"), f"{PLACE}.image_url.url", "must be an image, not audio/wav"),
        (image("data:text/html;base64,PGI+"), f"{PLACE}.image_url.url", "must be an image, not text/html"),
        ({"type": "image_url", "image_url": {"upload": 7}}, f"{PLACE}.image_url.upload", "id of an upload"),
        (
            {"type": "video_url", "video_url": {"url": PNG}},
            f"{PLACE}.video_url.url",
            "must be a video, not image/png",
        ),
        ({"type": "video_url", "video_url": "ftp://x/"}, f"{PLACE}.video_url.url", "https"),
        ({"type": "input_audio"}, f"{PLACE}.input_audio", "is required"),
        (audio_part(), f"{PLACE}.input_audio.data", "is required"),
        (audio_part(data=None, format="wav"), f"{PLACE}.input_audio.data", "is required"),
        (audio_part(data=7), f"{PLACE}.input_audio.data", "must be a base64 string"),
        (audio_part(data="UklG", format=7), f"{PLACE}.input_audio.format", "must be a string"),
        (audio_part(data=CAT), f"{PLACE}.input_audio.data", "Addresses are not fetched"),
        (audio_part(url=CAT), f"{PLACE}.input_audio.url", "Addresses are not fetched"),
        (audio_part(data=PNG), f"{PLACE}.input_audio.data", "must be base64 alone"),
        (audio_part(data="data:audio/wav;base64,UklG"), f"{PLACE}.input_audio.data", "must be base64 alone"),
        (audio_part(data="DATA:;base64,UklG"), f"{PLACE}.input_audio.data", "must be base64 alone"),
        ({"type": "input_audio", "input_audio": PNG}, f"{PLACE}.input_audio.data", "must be base64 alone"),
        ({"type": "audio"}, f"{PLACE}.audio", "input_audio"),
        ({"type": "audio", "audio": CAT}, f"{PLACE}.audio", "input_audio"),
        ({"type": "audio", "audio": {"url": CAT}}, f"{PLACE}.audio", "input_audio"),
        ({"type": "audio", "audio": {"data": "UklG", "format": "wav"}}, f"{PLACE}.audio", "input_audio"),
        ({"type": "audio", "audio": {"url": PNG}}, f"{PLACE}.audio.url", "must be audio, not image/png"),
        ({"type": "audio", "audio": {"url": PNG}}, f"{PLACE}.audio.url", "input_audio"),
        ({"type": "audio", "audio": {"url": "data:audio/wav,UklG"}}, f"{PLACE}.audio.url", "input_audio"),
        ({"type": "file"}, f"{PLACE}.file", "is required"),
        ({"type": "file", "file": {"filename": "a.pdf"}}, f"{PLACE}.file.file_data", "is required"),
        (
            {"type": "file", "file": {"file_data": "x", "filename": 7}},
            f"{PLACE}.file.filename",
            "must be a string",
        ),
        ({"type": "file", "file": {"file_data": "http://x/a.pdf"}}, f"{PLACE}.file.file_data", "https"),
        (
            {"type": "file", "file": {"file_data": PNG}},
            f"{PLACE}.file.file_data",
            "must be a PDF, not image/png",
        ),
        ({"type": "refusal"}, f"{PLACE}.refusal", "is required"),
    ],
)
def test_the_refusal_of_a_part_names_its_place(part, param, words):
    with pytest.raises(InvalidRequest) as caught:
        one(part)
    assert (caught.value.param, words in caught.value.message) == (param, True)


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([], "messages"),
        (["Hello"], "messages[0]"),
        ([{"content": "x"}], "messages[0].role"),
        ([{"role": "robot", "content": "x"}], "messages[0].role"),
        ([{"role": ["user"], "content": "x"}], "messages[0].role"),
        ([{"role": "user"}], "messages[0].content"),
        ([{"role": "user", "content": None}], "messages[0].content"),
        ([{"role": "assistant", "content": None}], "messages[0].content"),
        ([{"role": "tool", "content": None, "tool_calls": []}], "messages[0].content"),
        ([{"role": "user", "content": {"type": "text"}}], "messages[0].content"),
        ([{"role": "user", "content": []}], "messages[0].content"),
        ([{"role": "user", "content": [{"type": "text", "text": "x"}] * 1001}], "messages[0].content"),
        ([{"role": "user", "content": "x"}] * 10_001, "messages"),
        ([{"role": "user", "content": "x"}, {"role": "assistant", "audio": "id"}], "messages[1].audio"),
        ([{"role": "assistant", "content": "x", "images": "no"}], "messages[0].images"),
    ],
)
def test_the_refusal_of_a_message_names_its_place(messages, param):
    with pytest.raises(InvalidRequest) as caught:
        normalize_messages(messages, take)
    assert caught.value.param == param
