"""Files above the limit of a request: uploaded before it, deleted after it, whatever became of it."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing

import pytest

from core.contract.chat import Media, Modality
from core.contract.errors import TooLarge, UpstreamFailed, UpstreamInvalid, UpstreamRefused
from core.contract.events import Used
from core.contract.route import Sending
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.providers import registry
from core.providers.gemini import files
from tests.core.providers.gemini.calls import KEY, chat_request, failure, send, streams, target
from tests.fakes import gemini
from tests.fakes.provider import Exchange, Provider

pytestmark = pytest.mark.anyio

LIMIT = files.TEXT + 100_000
"""Bytes of a request; its text needs most of them."""


class FileServer:
    """Google's files, and answers to requests; `states` are those of a file at each look."""

    def __init__(self, *states: str, answer=None, elsewhere: str = "") -> None:
        self.states = list(states)
        self.answer = answer or streams(*gemini.text_chunks())
        self.elsewhere = elsewhere
        self.stored: dict[str, bytes] = {}

    async def __call__(self, exchange: Exchange) -> None:
        seen = exchange.seen
        if seen.method == "DELETE":
            del self.stored[seen.path.removeprefix("/v1beta/files/")]
            await exchange.reply(200, b"{}")
        elif seen.method == "GET":
            await exchange.reply(200, json.dumps(self.described()).encode())
        elif seen.path == "/upload/v1beta/files":
            origin = self.elsewhere or f"http://{seen.headers['host']}"
            await exchange.reply(200, b"", x_goog_upload_url=f"{origin}/upload/v1beta/files?upload_id=u1")
        elif seen.path.startswith("/upload/"):
            self.stored["abc-1"] = seen.body
            await exchange.reply(200, json.dumps({"file": self.described()}).encode())
        else:
            await self.answer(exchange)

    def described(self) -> dict[str, str]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"name": "files/abc-1", "uri": "https://google.test/v1beta/files/abc-1", "state": state}


@pytest.fixture
def media(tmp_path) -> Media:
    path = tmp_path / "video"
    path.write_bytes(b"0123456789" * 9_000)
    return Media(Modality.VIDEO, str(path), "video/mp4", 90_000, "video.mp4")


def served(server: FileServer, tmp_path):
    return Provider(lambda name: server, tmp_path / "bills")


def watching(media: Media):
    parts = [{"type": "text", "text": "Watch"}, {"type": "video_url", "video_url": {"url": media}}]
    return chat_request(messages=({"role": "user", "content": parts},))


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(files, "POLL", 0.01)


async def test_a_large_file_is_uploaded_read_and_deleted(media, tmp_path):
    server = FileServer("PROCESSING", "PROCESSING", "ACTIVE")
    with served(server, tmp_path) as provider:
        where = target(provider, options={"request_bytes": LIMIT})
        assert type((await send(where, watching(media)))[-1]) is Used
        await files.finish_deletions()
    start, sent, *looks, asked, deleted = provider.requests
    assert server.stored == {}
    assert start.headers["x-goog-upload-protocol"] == "resumable"
    assert start.headers["x-goog-upload-command"] == "start"
    assert start.headers["x-goog-upload-header-content-length"] == "90000"
    assert start.headers["x-goog-upload-header-content-type"] == "video/mp4"
    assert start.json == {"file": {"displayName": "video.mp4"}}
    assert (sent.headers["x-goog-upload-command"], sent.headers["x-goog-upload-offset"]) == (
        "upload, finalize",
        "0",
    )
    assert sent.body == b"0123456789" * 9_000
    assert [look.path for look in looks] == ["/v1beta/files/abc-1"] * 2
    assert asked.json["contents"][0]["parts"] == [
        {"text": "Watch"},
        {"fileData": {"mimeType": "video/mp4", "fileUri": "https://google.test/v1beta/files/abc-1"}},
    ]
    assert (deleted.method, deleted.path) == ("DELETE", "/v1beta/files/abc-1")
    assert all(seen.headers["x-goog-api-key"] == KEY and KEY not in seen.path for seen in provider.requests)


async def test_a_small_file_is_not_uploaded(media, tmp_path):
    with served(FileServer("ACTIVE"), tmp_path) as provider:
        await send(target(provider), watching(media))
    assert [seen.path for seen in provider.requests] == [
        "/v1beta/models/gemini-fake:streamGenerateContent?alt=sse"
    ]


async def test_a_recording_is_uploaded_too(media, tmp_path):
    answer = streams(*gemini.transcript_chunks())
    with served(FileServer("ACTIVE", answer=answer), tmp_path) as provider:
        file = AudioFile(media.path, "a.wav", "audio/wav", media.size, 6.0)
        where = target(provider, options={"request_bytes": LIMIT})
        await send(where, TranscriptionRequest("m", file, streamed=True))
        await files.finish_deletions()
    assert [seen.method for seen in provider.requests] == ["POST", "POST", "POST", "DELETE"]


async def test_a_file_is_deleted_after_a_failure(media, tmp_path):
    async def fail(exchange: Exchange) -> None:
        await exchange.reply(500, b"{}")

    server = FileServer("ACTIVE", answer=fail)
    with served(server, tmp_path) as provider:
        error = await failure(target(provider, options={"request_bytes": LIMIT}), watching(media))
        await files.finish_deletions()
    assert (type(error), server.stored) == (UpstreamFailed, {})


async def test_a_file_is_deleted_after_a_stop(media, tmp_path):
    async def silent(exchange: Exchange) -> None:
        await exchange.silence()

    server = FileServer("ACTIVE", answer=silent)
    with served(server, tmp_path) as provider:
        where = target(provider, options={"request_bytes": LIMIT})

        async def ask() -> None:
            async with aclosing(registry.adapter("google").chat(where, watching(media))) as events:
                async for _ in events:
                    pass

        task = asyncio.create_task(ask())
        for _ in range(3):
            await asyncio.to_thread(provider.arrival)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await files.finish_deletions()
        assert server.stored == {}


async def test_an_upload_that_fails_is_not_charged(media, tmp_path):
    async def refuse(exchange: Exchange) -> None:
        await exchange.reply(503, b"{}")

    with Provider(lambda name: refuse, tmp_path / "bills") as provider:
        sending = Sending()
        where = target(provider, options={"request_bytes": LIMIT}, sending=sending)
        error = await failure(where, watching(media))
    assert (type(error), sending.left) == (UpstreamFailed, False)


async def test_a_file_that_google_cannot_read_is_a_refusal(media, tmp_path):
    server = FileServer("PROCESSING", "FAILED")
    with served(server, tmp_path) as provider:
        error = await failure(target(provider, options={"request_bytes": LIMIT}), watching(media))
        await files.finish_deletions()
    assert (type(error), error.message) == (UpstreamRefused, "Google cannot read this file.")
    assert server.stored == {}


async def test_bytes_are_sent_to_no_other_server(media, tmp_path):
    with served(FileServer("ACTIVE", elsewhere="http://127.0.0.1:9"), tmp_path) as provider:
        error = await failure(target(provider, options={"request_bytes": LIMIT}), watching(media))
        assert (type(error), len(provider.requests)) == (UpstreamInvalid, 1)


async def test_vertex_takes_no_large_files(media, tmp_path):
    with served(FileServer("ACTIVE"), tmp_path) as provider:
        where = target(provider, wire="vertex", options={"request_bytes": LIMIT})
        error = await failure(where, watching(media))
        assert (type(error), error.status, provider.requests) == (TooLarge, 413, [])


def test_the_largest_files_are_uploaded_until_the_rest_fits(media):
    small = Media(Modality.IMAGE, "/x", "image/png", 3_000, "x.png")
    body = {"contents": [{"parts": [{"inlineData": {"data": small}}, {"inlineData": {"data": media}}]}]}
    assert files.too_large(body, files.TEXT + 124_000) == []
    assert files.too_large(body, files.TEXT + 123_999) == [media]
    assert files.too_large(body, files.TEXT + 100) == [media, small]
