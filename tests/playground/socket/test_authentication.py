"""Who may open a socket, and how much it may send."""

from __future__ import annotations

import asyncio
import json

import pytest

from core.models.offload import offload
from playground.models import Run
from playground.socket import authentication, consumer
from tests.playground.conftest import ENDS, Tab, communicator, cookie

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def closed(tab: Tab) -> int:
    return (await tab.until("close"))["code"]


async def test_an_anonymous_socket_is_closed_with_a_reason(engine):
    tab = Tab(communicator())
    await tab.communicator.connect()
    assert await closed(tab) == 4401
    await tab.send(type="ping")
    assert await tab.communicator.receive_nothing()
    await tab.close()


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "https://testserver",
        "http://testserver:8000",
        "http://evil.example",
        "http://testserver.evil.example",
        "null",
        "http://[::1",
        "http://testserver:99999999",
        "\x85",
    ],
)
async def test_another_origin_is_refused_before_the_handshake(engine, alice, settings, origin):
    session = await asyncio.to_thread(cookie, alice)
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.example.net"]
    connected, _ = await communicator(session, origin=origin).connect()
    assert not connected


async def test_a_trusted_origin_and_its_subdomains_are_let_in(engine, alice, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://play.example.org", "https://*.example.net"]
    session = await asyncio.to_thread(cookie, alice)
    for origin, expected in [
        ("https://play.example.org", True),
        ("http://play.example.org", False),
        ("https://a.example.net", True),
        ("https://example.net.evil", False),
    ]:
        socket = communicator(session, origin=origin)
        connected, _ = await socket.connect()
        assert connected == expected
        if connected:
            await socket.disconnect()


async def test_a_host_we_do_not_serve_is_refused(engine, alice):
    session = await asyncio.to_thread(cookie, alice)
    connected, _ = await communicator(session, origin="http://evil.example", host="evil.example").connect()
    assert not connected


BAD = [
    "",
    "nonsense",
    "[]",
    "1",
    "{}",
    '{"type": "run.dance"}',
    '{"type": ["ping"]}',
    '{"type": "run.start"}',
    '{"type": "run.start", "id": "", "task": "speech", "model": "m"}',
    '{"type": "run.start", "id": 7, "task": "speech", "model": "m"}',
    '{"type": "run.start", "id": "%s", "task": "speech", "model": "m"}' % ("x" * 65),
    '{"type": "run.start", "id": "a", "task": "juggle", "model": "m"}',
    '{"type": "run.start", "id": "a", "task": "speech"}',
    '{"type": "run.start", "id": "a", "task": "speech", "model": "m", "params": []}',
    '{"type": "run.start", "id": "a", "task": "speech", "model": "m", "params": {"speed": NaN}}',
    '{"type": "run.start", "id": "a", "task": "speech", "model": "m", "params": {"input": "\\u0000"}}',
    '{"type": "run.start", "id": "a", "id": "b", "task": "speech", "model": "m"}',
    '{"type": "run.resume", "id": "a"}',
    '{"type": "run.resume", "id": "a", "run": "../etc"}',
    '{"type": "run.resume", "id": "a", "run": "00000000-0000-0000-0000-000000000000", "after": -1}',
    '{"type": "run.resume", "id": "a", "run": "00000000-0000-0000-0000-000000000000", "after": true}',
    '{"type": "run.stop"}',
    '{"type": "run.stop", "id": "unheard-of"}',
    "[" * 70 + "]" * 70,
]


@pytest.mark.parametrize("frame", BAD[1:])
async def test_a_bad_frame_is_answered_and_the_socket_lives(sign_in, alice, frame):
    tab = await sign_in(alice)
    await tab.communicator.send_to(text_data=frame)
    answer = await tab.receive()
    assert (answer["type"], answer["error"]["code"] in (400, 404)) == ("error", True)
    assert set(answer) <= {"type", "id", "error"}
    await tab.send(type="ping")
    assert await tab.receive() == {"type": "pong"}
    assert await offload(Run.objects.count) == 0


async def test_a_bad_frame_is_answered_under_its_id(sign_in, alice):
    tab = await sign_in(alice)
    await tab.send(type="run.start", id="mine", task="juggle", model="m")
    assert (await tab.receive())["id"] == "mine"


async def test_bad_frames_in_a_row_close_the_socket(sign_in, alice):
    tab = await sign_in(alice)
    for _ in range(2):
        for _ in range(consumer.BAD_FRAMES - 1):
            await tab.communicator.send_to(text_data="nonsense")
            assert (await tab.receive())["type"] == "error"
        await tab.send(type="ping")
        assert await tab.receive() == {"type": "pong"}
    for frame in range(consumer.BAD_FRAMES):
        await tab.communicator.send_to(**({"text_data": "[]"} if frame % 2 else {"bytes_data": b"\0"}))
    assert await closed(tab) == 1008


async def test_binary_frames_are_refused(sign_in, alice):
    tab = await sign_in(alice)
    await tab.communicator.send_to(bytes_data=b"\0" * 100)
    assert (await tab.receive())["type"] == "error"


async def test_a_frame_of_more_than_a_mebibyte_closes_the_socket(sign_in, alice):
    tab = await sign_in(alice)
    await tab.communicator.send_to(text_data="я" * 600_000)
    assert await closed(tab) == 1009


async def test_a_flood_closes_the_socket(sign_in, alice):
    tab = await sign_in(alice)
    for _ in range(120):
        await tab.send(type="ping")
    assert await closed(tab) == 1008
    assert len(tab.frames) <= 51


async def test_bytes_are_limited_per_second_too(sign_in, alice):
    tab = await sign_in(alice)
    for _ in range(5):
        await tab.communicator.send_to(text_data=json.dumps({"type": "ping", "pad": "x" * 900_000}))
    assert await closed(tab) == 1008


async def test_an_id_names_one_run_at_a_time(sign_in, alice, engine):
    engine.options = {"first_delay": 30}
    await offload(engine.save)
    tab = await sign_in(alice)
    await tab.start(id="a")
    await tab.until("run.started")
    await tab.start(id="a")
    answer = await tab.receive()
    assert (answer["type"], answer["id"], answer["error"]["param"]) == ("error", "a", "id")


async def test_a_socket_follows_a_bounded_number_of_runs(sign_in, alice, engine):
    engine.options = {"first_delay": 30}
    await offload(engine.save)
    tab = await sign_in(alice)
    for number in range(9):
        await tab.start(id=str(number))
    refusal = await tab.until("error")
    assert (refusal["id"], refusal["error"]["code"]) == ("8", 429)


async def test_a_person_has_a_bounded_number_of_sockets(sign_in, alice, bob):
    for _ in range(authentication.SOCKETS_PER_USER):
        await sign_in(alice)
    assert await closed(await sign_in(alice)) == 1008
    tab = await sign_in(bob)
    await tab.send(type="ping")
    assert await tab.receive() == {"type": "pong"}


async def test_a_withdrawn_account_loses_its_run(sign_in, alice, engine):
    engine.options = {"delay": 0.05}
    await offload(engine.save)
    tab = await sign_in(alice)
    await tab.start(" ".join(["word"] * 60), response_format="wav")
    await tab.first_audio()
    alice.is_active = False
    await offload(alice.save)
    done = await tab.until(*ENDS, seconds=5)
    assert (done["outcome"], done["error"]["code"]) == ("interrupted", 401)


async def test_leaving_frees_the_place(sign_in, alice):
    tab = await sign_in(alice)
    assert authentication.sockets.held(alice.pk) == 1
    await tab.close()
    assert authentication.sockets.held(alice.pk) == 0
