"""The same people at the websocket: every frame that names a thing by its id."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.models.offload import offload
from playground.frames.incoming import READERS
from tests.playground.conftest import MODEL, communicator
from tests.playground.conversation_frames import CHAT_MODEL
from tests.playground.conversation_frames import chat_model as chat_model
from tests.proof.access.things import NOBODYS, Things

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

HELLO = [{"role": "user", "content": "Hello"}]
CHAT = {"type": "run.start", "id": "a", "task": "chat", "model": CHAT_MODEL}


def upload_in(part: dict[str, Any]) -> dict[str, Any]:
    return {**CHAT, "params": {"messages": [{"role": "user", "content": [part]}]}}


FRAMES: dict[str, list[dict[str, Any]]] = {
    "run.start": [
        {**CHAT, "params": {"messages": HELLO}, "conversation": "{conversation}"},
        {**CHAT, "params": {"messages": HELLO}, "conversation": "{conversation}", "parent": "{message}"},
        upload_in({"type": "input_audio", "input_audio": {"upload": "{upload}"}}),
        upload_in({"type": "image_url", "image_url": {"upload": "{upload}"}}),
        upload_in({"type": "file", "file": {"upload": "{upload}"}}),
        upload_in({"type": "video_url", "video_url": {"upload": "{upload}"}}),
        {
            "type": "run.start",
            "id": "a",
            "task": "transcription",
            "model": MODEL,
            "params": {"file": {"upload": "{upload}"}},
        },
    ],
    "run.stop": [{"type": "run.stop", "id": "{run}"}],
    "run.resume": [{"type": "run.resume", "id": "a", "run": "{run}", "after": 0}],
    "ping": [],
}
"""By the message's name: frames with ids of Alice's in them."""


def filled(frame: dict[str, Any], owner: Things) -> dict[str, Any]:
    text = json.dumps(frame)
    for name, value in owner.names().items():
        text = text.replace(f"{{{name}}}", value)
    return dict(json.loads(text))


def test_every_message_has_a_row():
    assert FRAMES.keys() == READERS.keys()


@pytest.mark.parametrize(
    "frame", [frame for frames in FRAMES.values() for frame in frames], ids=lambda frame: str(frame)[-60:]
)
async def test_what_is_anothers_is_like_what_is_not_there(chat_model, sign_in, things, strangers, frame):
    for who, user in strangers.items():
        tab = await sign_in(user)
        replies = []
        for owner in (things, NOBODYS):
            await tab.send(**filled(frame, owner))
            reply = await tab.receive()
            replies.append({name: reply.get(name) for name in ("type", "error")})
        assert replies[0] == replies[1], who
        assert replies[0]["type"] in ("error", "run.error"), who
        assert replies[0]["error"]["code"] == 404, who


async def test_its_owner_finds_it(chat_model, sign_in, things, alice):
    tab = await sign_in(alice)
    await tab.send(**filled(FRAMES["run.start"][0], things))
    began = await tab.until("run.started", "run.error")
    assert (began["type"], began["conversation"]) == ("run.started", things.conversation)


async def test_without_a_session_the_socket_closes(engine, things):
    socket = communicator()
    connected, _ = await socket.connect(timeout=5)
    closed = await socket.receive_output(5)
    assert (connected, closed["type"], closed["code"]) == (True, "websocket.close", 4401)
    await offload(list)
