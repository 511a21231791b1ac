"""The socket over a real port: real frames, real close codes, connections that break."""

from __future__ import annotations

import json
import struct
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from core.catalogue.seed.tables import seed_catalogue
from core.media.installed import speech_hint
from core.models import Endpoint
from playground.models import Run
from tests.live import live as live
from tests.playground.conftest import ENDS, MODEL, TEXT, cookie
from tests.playground.socket.test_consumer import expected

pytestmark = pytest.mark.django_db(transaction=True)

LONG = " ".join(["syllable"] * 60)


class Page:
    """A page of a browser over a real connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.texts: list[dict[str, Any]] = []
        self.audio_frames: list[tuple[int, int, bytes]] = []

    def send(self, **fields: Any) -> None:
        self.connection.send(json.dumps(fields))

    def start(self, text: str, model: str = MODEL, **params: Any) -> None:
        self.send(type="run.start", id="a", task="speech", model=model, params={"input": text, **params})

    def receive(self) -> dict[str, Any] | tuple[int, int, bytes]:
        frame = self.connection.recv(timeout=10)
        if isinstance(frame, bytes):
            self.audio_frames.append((*struct.unpack(">II", frame[:8]), frame[8:]))
            return self.audio_frames[-1]
        self.texts.append(json.loads(frame))
        return self.texts[-1]

    def until(self, *types: str) -> dict[str, Any]:
        while True:
            frame = self.receive()
            if isinstance(frame, dict) and frame["type"] in types:
                return frame

    def audio(self) -> bytes:
        return b"".join(data for *_, data in self.audio_frames)

    def cut(self) -> None:
        """Close the connection without a closing handshake."""
        self.connection.socket.close()


@pytest.fixture
def open_page(live):
    """Open a page of a session; every connection is closed when the test ends."""
    with ExitStack() as connections:

        def opened(session: str, **options: Any) -> Page:
            connecting = connect(
                f"{live.sockets}/ws/playground/",
                origin=live.url,
                additional_headers={"Cookie": f"sessionid={session}"},
                compression=None,
                proxy=None,
                max_size=None,
                **options,
            )
            return Page(connections.enter_context(connecting))

        yield opened


@pytest.fixture
def server(rehearsal, alice, live):
    return live


def slow(delay: float) -> None:
    endpoint = Endpoint.objects.get()
    endpoint.options = {"delay": delay}
    endpoint.save()


def test_a_broken_connection_is_taken_up_where_it_broke(server, alice, open_page):
    slow(0.03)
    server.refresh()
    session = cookie(alice)
    first = open_page(session)
    first.start(TEXT, response_format="wav")
    while len(first.audio_frames) < 3:
        first.receive()
    _, seen, _ = first.audio_frames[-1]
    first.cut()
    second = open_page(session)
    second.send(type="run.resume", id="b", run=first.texts[0]["run"], after=seen)
    done = second.until(*ENDS)
    assert done["outcome"] == "completed"
    assert first.audio() + second.audio() == expected(TEXT)
    numbers = sorted([text["seq"] for text in second.texts[1:]] + [seq for _, seq, _ in second.audio_frames])
    assert numbers == list(range(seen + 1, done["seq"] + 1))
    assert {number for number, *_ in second.audio_frames} == {first.texts[0]["number"]}
    url = next(text["url"] for text in second.texts if text["type"] == "audio.end")
    file = server.client.get(url, headers={"Cookie": f"sessionid={session}"})
    assert (file.status_code, file.content[44:]) == (200, expected(TEXT))
    assert file.headers["content-disposition"] == (
        'attachment; filename="rehearsal-one-two-three-four-five-six-seven-eight.wav"'
    )


def test_a_page_that_does_not_read_blocks_no_other(server, alice, open_page, far_ahead):
    session = cookie(alice)
    server.refresh()
    idle = open_page(session, max_queue=1)
    idle.start(LONG * 12, response_format="pcm")
    run = idle.receive()["run"]
    page = open_page(session)
    page.send(type="run.resume", id="b", run=run, after=0)
    assert page.until(*ENDS)["outcome"] == "completed"
    assert len(page.audio()) > 10_000_000
    idle.until(*ENDS)
    assert idle.audio() == page.audio()


def test_the_browser_receives_why_the_socket_closes(server, open_page):
    page = open_page("nobody")
    with pytest.raises(ConnectionClosed) as closed:
        page.receive()
    assert closed.value.rcvd.code == 4401


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1", None])
def test_another_origin_gets_no_socket(server, alice, origin):
    headers = {"Cookie": f"sessionid={cookie(alice)}"}
    address = f"{server.sockets}/ws/playground/"
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(address, origin=origin, additional_headers=headers, proxy=None),
    ):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "path", ["/ws/playground/?api_key=ak_1", "/ws/playground/?token=x", "/ws/other/", "/ws/playground/%00"]
)
def test_an_address_with_a_key_or_without_a_socket_is_refused(server, alice, path, caplog):
    headers = {"Cookie": f"sessionid={cookie(alice)}"}
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"{server.sockets}{path}", origin=server.url, additional_headers=headers, proxy=None),
    ):
        pass
    assert refused.value.response.status_code == 403
    assert "Traceback" not in caplog.text


def test_a_server_that_stops_ends_its_runs_and_stores_their_audio(server, alice, open_page):
    slow(0.03)
    server.refresh()
    page = open_page(cookie(alice))
    page.start(LONG, response_format="pcm")
    while not page.audio_frames:
        page.receive()
    server.stop()
    with pytest.raises(ConnectionClosed) as closed:
        page.until("nothing")
    assert closed.value.rcvd.code == 1012
    run = Run.objects.get()
    assert run.state in ("interrupted", "completed")
    assert run.bytes > 0


@pytest.mark.skipif(speech_hint() is not None, reason="the extra polyphony[local] is not installed")
def test_espeak_speaks_with_word_times_and_leaves_an_mp3(live, alice, open_page):
    seed_catalogue()
    live.refresh()
    session = cookie(alice)
    page = open_page(session)
    page.start("Hello world, this is a test.", model="local/espeak-ng", voice="gmw/en-US")
    done = page.until(*ENDS)
    assert (done["type"], done["outcome"]) == ("run.done", "completed")
    shape = next(text for text in page.texts if text["type"] == "audio.start")
    assert (shape["format"], shape["sample_rate"]) == ("pcm", 24_000)
    words = [word["word"] for text in page.texts if text["type"] == "speech.words" for word in text["words"]]
    assert [word.strip(",.") for word in words] == ["Hello", "world", "this", "is", "a", "test"]
    end = next(text for text in page.texts if text["type"] == "audio.end")
    assert end["bytes"] == len(page.audio())
    file = live.client.get(end["url"], headers={"Cookie": f"sessionid={session}"})
    assert file.headers["content-type"] == "audio/mpeg"
    assert file.headers["content-disposition"].endswith('"espeak-ng-hello-world-this-is-a-test.mp3"')
    assert done["receipt"]["cost"] == 0
