"""Deltas of a chat as run events."""

from __future__ import annotations

import json

from core.contract.events import ChatDelta, ToolCall
from playground import frames


def test_a_tool_call_keeps_its_id_beside_that_of_the_run():
    delta = ChatDelta(calls=(ToolCall(0, "call_1", "look", '{"at":'),))
    (body,) = frames.chat_events(delta)
    assert json.loads(frames.event_frame("7", "r1", 3, body)) == {
        "type": "tool.call",
        "id": "7",
        "run": "r1",
        "seq": 3,
        "index": 0,
        "call": "call_1",
        "name": "look",
        "arguments": '{"at":',
    }
