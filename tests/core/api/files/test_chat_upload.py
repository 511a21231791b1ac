"""Receiving chat requests: files to disk in slices of any size, errors by field, no file left behind."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from core.api.files import chat_upload
from core.api.files.attachments import Attachments
from core.api.files.chat_upload import ChatUpload, receive_chat
from core.bodies.chat.body import ChatBody
from core.bodies.files import base64_stream
from core.contract.audio import AudioFormat
from core.contract.chat import Media, Modality
from core.contract.errors import InvalidRequest, PolyphonyError, TooLarge
from core.server.limits import body_caps
from tests.fakes.audio import audio_bytes

pytestmark = pytest.mark.anyio

MIB = 1024 * 1024
WAV = audio_bytes(AudioFormat.WAV, 0.5)


def png(width: int = 2, height: int = 2, padding: int = 0) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + body
        + struct.pack(">I", zlib.crc32(body))
        + bytes(padding)
    )


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def image(data: bytes, media_type: str = "image/png") -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": f"data:{media_type};base64,{encoded(data)}"}}


def audio(data: bytes, form: str = "wav") -> dict[str, Any]:
    return {"type": "input_audio", "input_audio": {"data": encoded(data), "format": form}}


def document(data: bytes, name: str = "a.pdf") -> dict[str, Any]:
    return {
        "type": "file",
        "file": {"filename": name, "file_data": f"data:application/pdf;base64,{encoded(data)}"},
    }


def chat_body(*parts: Any, **fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": list(parts)}], **fields}


def chat_request(
    body: Any, step: int = 64 * 1024, *, declared: bool = True, leave_after: int | None = None
) -> Request:
    """A request whose body arrives in chunks of `step` bytes; `declared` with its length."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    pieces = [data[at : at + step] for at in range(0, len(data), step)] or [b""]
    headers = [(b"content-type", b"application/json")]
    if declared:
        headers.append((b"content-length", b"%d" % len(data)))

    async def messages() -> AsyncIterator[dict[str, Any]]:
        for at, piece in enumerate(pieces):
            if at == leave_after:
                break
            yield {"type": "http.request", "body": piece, "more_body": at < len(pieces) - 1}
        while True:
            yield {"type": "http.disconnect"}

    source = messages()
    return Request({"type": "http", "method": "POST", "headers": headers}, lambda: anext(source))


async def receive(body: Any, step: int = 64 * 1024, **how: Any) -> ChatUpload:
    return await receive_chat(chat_request(body, step, **how), ChatBody)


def files(value: Any) -> list[Media]:
    """Every file in `value`, in order."""
    if isinstance(value, Media):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [found for one in inner for found in files(one)]


def contents(found: ChatUpload) -> list[bytes]:
    return [Path(one.path).read_bytes() for one in files(found.request.messages)]


def handles() -> int:
    """Open files of this process; none where the system does not tell."""
    place = Path("/proc/self/fd")
    return len(list(place.iterdir())) if place.exists() else 0


@pytest.fixture
def folder(settings):
    """The files in the folder of temporary files."""
    path = Path(settings.MEDIA_ROOT) / "incoming"
    return lambda: sorted(file for file in path.rglob("*") if file.is_file())


@pytest.fixture
def low_limits(settings, monkeypatch):
    """Files may have 1 MB; those over 2 kB are long."""
    settings.MAX_UPLOAD_MB = 1
    monkeypatch.setattr(base64_stream, "LONG", 2000)
    monkeypatch.setattr(chat_upload, "SHORT", 2000)


async def test_text_needs_no_file_and_no_thread(folder, monkeypatch):
    async def never(*_: Any) -> None:
        raise AssertionError("a thread was used")

    monkeypatch.setattr(asyncio, "to_thread", never)
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": "Hello"}],
        "temperature": 1,
        "stream": True,
    }
    found = await receive(body)
    assert (found.request.messages, found.request.parameters) == (tuple(body["messages"]), {"temperature": 1})
    assert (found.body.model, found.request.streamed, folder()) == ("m", True, [])
    found.close()


async def test_every_kind_of_file(folder, data, tmp_path):
    movie = (data / "samples" / "small_video.mp4").read_bytes()
    paper = (data / "samples" / "dummy.pdf").read_bytes()
    flac = (data / "samples" / "jfk.flac").read_bytes()
    parts = [
        {"type": "text", "text": "What is this?"},
        {**image(png(), "image/jpeg"), "cache_control": {"type": "ephemeral"}},
        audio(flac, "mp3"),
        document(paper),
        {"type": "video_url", "video_url": {"url": f"data:video/mp4;base64,{encoded(movie)}"}},
        {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}},
        audio(bytes(48_000), "pcm16"),
    ]
    found = await receive(chat_body(*parts))
    picture, voice, pages, film, samples = files(found.request.messages)
    assert [
        (one.modality, one.media_type, one.name, one.format) for one in files(found.request.messages)
    ] == [
        (Modality.IMAGE, "image/png", "image.png", ""),
        (Modality.AUDIO, "audio/flac", "audio.flac", "flac"),
        (Modality.FILE, "application/pdf", "file.pdf", ""),
        (Modality.VIDEO, "video/mp4", "video.mp4", ""),
        (Modality.AUDIO, "audio/pcm;rate=24000;channels=1", "audio.pcm", "pcm16"),
    ]
    kept = contents(found)
    assert kept == [png(), flac, paper, movie, bytes(48_000)]
    assert [one.size for one in files(found.request.messages)] == [len(one) for one in kept]
    assert (picture.seconds, pages.seconds, samples.seconds) == (None, None, 1.0)
    assert voice.seconds == pytest.approx(11.0, abs=0.1)
    assert film.seconds == pytest.approx(2.0, abs=1.5)
    content = found.request.messages[0]["content"]
    assert (content[0], content[5]) == (parts[0], parts[5])
    assert content[2]["input_audio"]["format"] == "flac"
    assert content[3]["file"]["filename"] == "a.pdf"
    assert len(folder()) == 5
    found.close()
    found.close()
    assert folder() == []


@pytest.mark.parametrize("step", [100, 5000, 1 << 20])
@pytest.mark.parametrize("declared", [True, False])
async def test_long_files_are_extracted_while_the_body_arrives(folder, low_limits, step, declared):
    pictures = [png(padding=size) for size in (0, 1400, 1600, 5000, 300_000)]
    texts = ["long text " * 500, encoded(bytes(5000))]
    body = chat_body(*[image(one) for one in pictures], *[{"type": "text", "text": one} for one in texts])
    found = await receive(body, step, declared=declared)
    content = found.request.messages[0]["content"]
    assert contents(found) == pictures
    assert [part["text"] for part in content if part["type"] == "text"] == texts
    assert len(folder()) == len(pictures)
    found.close()
    assert folder() == []


PLACE = "messages[0].content[0]"
BAD = png()[:20] + b"\xff" * 3000


@pytest.mark.parametrize(
    ("part", "param", "code"),
    [
        (image(b""), f"{PLACE}.image_url.url", "empty_file"),
        (image(b"%PDF-1.7" + bytes(3000)), f"{PLACE}.image_url.url", "unsupported_media"),
        (image(b"<svg xmlns="), f"{PLACE}.image_url.url", "unsupported_media"),
        (image(b"<svg xmlns=" * 500, "image/jpeg"), f"{PLACE}.image_url.url", "unsupported_media"),
        (image(b"\xef\xbb\xbf<!-- x --><svg/>", "image/jpg"), f"{PLACE}.image_url.url", "unsupported_media"),
        (
            {"type": "image_url", "image_url": "data:image/png;base64," * 2 + encoded(png(padding=4000))},
            f"{PLACE}.image_url",
            "invalid_base64",
        ),
        (image(png(50_000, 50_000)), f"{PLACE}.image_url.url", "unsupported_media"),
        (image(png(0, 7)), f"{PLACE}.image_url.url", "unsupported_media"),
        (image(png()[:14]), f"{PLACE}.image_url.url", "unsupported_media"),
        (
            {"type": "image_url", "image_url": "data:image/png;base64,iVBO!"},
            f"{PLACE}.image_url",
            "invalid_base64",
        ),
        ({"type": "image_url", "image_url": {"upload": "7"}}, f"{PLACE}.image_url.upload", "invalid_value"),
        (audio(b"Hello, this is text."), f"{PLACE}.input_audio.data", "unsupported_media"),
        (audio(WAV, "tune"), f"{PLACE}.input_audio.format", "invalid_value"),
        (audio(bytes(3001), "pcm16"), f"{PLACE}.input_audio.data", "unsupported_media"),
        (audio(WAV[:44]), f"{PLACE}.input_audio.data", "unsupported_media"),
        (audio(b"OggS" + bytes(5000), "ogg"), f"{PLACE}.input_audio.data", "unsupported_media"),
        (
            {"type": "input_audio", "input_audio": {"data": encoded(WAV)[:-1]}},
            f"{PLACE}.input_audio.data",
            "invalid_base64",
        ),
        (document(png(padding=3000)), f"{PLACE}.file.file_data", "unsupported_media"),
        (
            {"type": "video_url", "video_url": f"data:;base64,{encoded(WAV)}"},
            f"{PLACE}.video_url",
            "unsupported_media",
        ),
    ],
)
@pytest.mark.parametrize("declared", [True, False])
async def test_an_invalid_file_is_named_and_deleted(folder, low_limits, part, param, code, declared):
    with pytest.raises(InvalidRequest) as caught:
        await receive(chat_body(part, image(png(padding=4000))), declared=declared)
    place = f"{param}.url" if param.endswith(("image_url", "video_url")) else param
    assert (caught.value.param, caught.value.provider_code, folder()) == (place, code, [])


async def test_a_video_is_not_audio(folder, data):
    movie = (data / "samples" / "small_video.mp4").read_bytes()
    with pytest.raises(InvalidRequest, match=r"must be audio; it is video/mp4") as caught:
        await receive(chat_body(audio(movie, "m4a")))
    assert (caught.value.param, folder()) == (f"{PLACE}.input_audio.data", [])


@pytest.mark.parametrize("over", [0, 1])
async def test_the_limit_of_a_file_is_exact_to_the_byte(folder, low_limits, over):
    body = chat_body(document(b"%PDF-1.7" + bytes(MIB - 8 + over)))
    if not over:
        (await receive(body)).close()
        return
    with pytest.raises(TooLarge) as caught:
        await receive(body)
    assert caught.value.message == f"{PLACE}.file.file_data has 1,048,577 bytes; at most 1,048,576 are taken."
    assert caught.value.metadata == {"bytes": MIB + 1, "limit": MIB}
    assert (caught.value.param, folder()) == (f"{PLACE}.file.file_data", [])


async def test_images_have_a_limit_of_their_own(folder, settings):
    settings.MAX_UPLOAD_MB = 50
    with pytest.raises(TooLarge) as caught:
        await receive(chat_body(image(png(padding=20 * MIB))))
    assert (caught.value.param, caught.value.metadata["limit"], folder()) == (
        f"{PLACE}.image_url.url",
        20 * MIB,
        [],
    )


async def test_all_files_together_have_a_limit(folder, low_limits):
    paper = document(b"%PDF-1.7" + bytes(700_000))
    with pytest.raises(TooLarge) as caught:
        await receive(chat_body(paper, paper, paper))
    place = "messages[0].content[2].file.file_data"
    assert caught.value.message == (
        f"With {place} the files have 2,100,024 bytes; at most 2,097,152 are taken."
    )
    assert (caught.value.param, folder()) == (place, [])


@pytest.mark.parametrize("padding", [0, 3000])
async def test_too_many_files_are_refused(folder, low_limits, padding):
    with pytest.raises(TooLarge, match="64"):
        await receive(chat_body(*[image(png(padding=padding))] * 65))
    assert folder() == []


async def test_base64_outside_messages_is_relayed(folder, low_limits):
    parameters = {
        "metadata": {"url": f"data:image/png;base64,{encoded(bytes(5000))}"},
        "data": encoded(bytes(4000)),
    }
    taken = await receive(chat_body(image(png(padding=5000)), **parameters))
    assert taken.request.parameters == parameters
    assert taken.request.messages[0]["content"][0]["image_url"]["url"].size == len(png(padding=5000))
    taken.close()
    assert folder() == []


async def test_an_earlier_answer_is_sent_without_its_audio(folder, low_limits):
    details = [{"type": "reasoning.encrypted", "data": encoded(bytes(5000))}]
    said = {"id": "audio_1", "data": encoded(WAV), "transcript": "Hello."}
    answer = {"role": "assistant", "content": None, "audio": said, "reasoning_details": details}
    taken = await receive({"model": "m", "messages": [answer, {"role": "user", "content": "And?"}]})
    assert taken.request.messages[0] == {**answer, "audio": {"id": "audio_1"}}
    taken.close()
    assert folder() == []


@pytest.mark.parametrize("data", [encoded(bytes(5000)) + "@", encoded(bytes(1_200_000))])
async def test_base64_that_cannot_be_restored_is_refused(folder, low_limits, data):
    with pytest.raises(InvalidRequest, match="where none is taken"):
        await receive(chat_body({"type": "text", "text": "x"}, metadata={"url": data}))
    assert folder() == []


@pytest.mark.parametrize("leave_after", [1, 3])
async def test_no_file_is_left_by_a_client_that_disconnects(folder, low_limits, leave_after):
    with pytest.raises(ClientDisconnect):
        await receive(chat_body(*[image(png(padding=100_000))] * 3), 100_000, leave_after=leave_after)
    assert folder() == []


async def test_no_file_is_left_by_a_thread_that_parses_on_after_a_cancellation(folder):
    attachments = Attachments()
    attachments.open("before")
    assert len(folder()) == 1
    attachments.close()
    attachments.open("after")
    assert folder() == []


async def test_no_file_is_left_by_a_cancelled_request(folder, low_limits):
    request = chat_request(chat_body(*[image(png(padding=100_000))] * 3))
    task = asyncio.create_task(receive_chat(request, ChatBody))
    for _ in range(10_000):
        if folder():
            break
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.05)
    assert folder() == []


async def test_no_file_handle_stays_open(low_limits):
    before = handles()
    found = await receive(chat_body(*[image(png(padding=3000))] * 20, image(png())))
    assert handles() <= before + 1
    found.close()


async def test_an_error_is_raised_after_the_whole_body_was_received(low_limits, monkeypatch):
    monkeypatch.setattr(base64_stream, "MOST_REST", 5000)
    request = chat_request({"text": "x" * 100_000}, 1000)
    whole, taken = request._receive, []

    async def counted() -> Any:
        taken.append(await whole())
        return taken[-1]

    with pytest.raises(InvalidRequest, match="too long beside its files"):
        await receive_chat(Request(request.scope, counted), ChatBody)
    assert sum(len(message["body"]) for message in taken) == 100_012


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"model": "m"}', b'{"model": "m", "messages": []}', b"\xff\xfe{"]
)
async def test_an_invalid_body_is_refused(body, declared, folder):
    with pytest.raises(InvalidRequest):
        await receive(body, declared=declared)
    assert folder() == []


async def test_a_body_over_the_cap_is_refused_by_its_length_and_by_counting(low_limits, folder):
    huge = {"model": "m", "x": ["x" * 1000] * 20_000}
    for declared in (True, False):
        with pytest.raises(PolyphonyError) as caught:
            await receive(huge, declared=declared)
        assert (caught.value.status, folder()) == (413, [])


@pytest.mark.parametrize("path", ["/api/v1/chat/completions", "/v1/responses", "/v3/router/chat/completions"])
async def test_the_server_has_the_same_cap(settings, path):
    assert body_caps(settings.MAX_UPLOAD_MB)(path) == chat_upload.chat_cap()
