"""Long bodies are counted for as long as their files are needed, and given back."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from core.access.body_quota import MIB
from core.api.http.responders import COMPLETE_GRACE
from core.contract.audio import AudioFormat
from tests.core.api.test_transcription import wait_for
from tests.core.api.transcription_helpers import PATH, make_transcription_model, send
from tests.fakes.audio import audio_bytes
from tests.fakes.transcription import transcript

LONG = audio_bytes(AudioFormat.WAV, 60)


@pytest.fixture
def quota(live, monkeypatch):
    """Takes 4 MiB of one caller."""
    from core.asgi import body_quota  # noqa: PLC0415 - the registry is not ready at import time

    monkeypatch.setattr(body_quota, "most_per_caller", 4 * MIB)
    yield body_quota
    wait_for(lambda: body_quota.by_caller == Counter())


@pytest.fixture
def may_answer(lab, provider):
    """Lets the provider answer."""
    allowed = threading.Event()

    async def answer(exchange):
        await asyncio.to_thread(allowed.wait, 20)
        await transcript()(exchange)

    make_transcription_model(lab, upstream="patient")
    provider.script("patient", answer)
    yield allowed
    allowed.set()


@contextmanager
def asked(live, key: str) -> Iterator[socket.socket]:
    """A request whose answer is not waited for."""
    fields = {"data": {"model": "lab/ear"}, "files": {"file": LONG}}
    request = httpx.Request(
        "POST", f"{live.url}/v1{PATH}", headers={"Authorization": f"Bearer {key}"}, **fields
    )
    lines = [f"{name}: {value}" for name, value in request.headers.items()]
    head = "\r\n".join([f"POST /v1{PATH} HTTP/1.1", *lines, "Connection: close", "", ""])
    live.refresh()
    with socket.create_connection(("127.0.0.1", live.port), timeout=20) as client:
        client.sendall(head.encode() + request.read())
        yield client


def test_one_user_is_refused_over_the_ceiling_on_every_face(live, key, alice, bob, quota, may_answer):
    from core.access import keys  # noqa: PLC0415 - as above
    from tests.playground.conftest import cookie  # noqa: PLC0415 - as above

    session = {"Cookie": f"sessionid={cookie(alice)}"}
    with asked(live, key) as client:
        wait_for(lambda: quota.by_caller[str(alice.pk)] == 3 * MIB)
        refused = send(live, key, LONG)
        assert (refused.status_code, refused.json()["error"]["type"]) == (429, "rate_limit_error")
        page = live.client.post("/uploads/", files={"file": ("a.wav", LONG)}, headers=session)
        assert (page.status_code, page.headers["retry-after"]) == (429, "10")
        may_answer.set()
        assert send(live, keys.issue(bob)[0], LONG).status_code == 200
        assert client.recv(12) == b"HTTP/1.1 200"
    wait_for(lambda: quota.by_caller == Counter())
    assert send(live, key, LONG).status_code == 200


def test_files_of_a_client_who_left_count_until_the_provider_answers(live, key, quota, may_answer, provider):
    with asked(live, key):
        wait_for(lambda: provider.requests)
        time.sleep(COMPLETE_GRACE)  # from then on a disconnect is noticed
    assert provider.requests[0].left.wait(0.3) is False
    assert send(live, key, LONG).status_code == 429
    may_answer.set()
