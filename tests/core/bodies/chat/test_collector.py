"""Events of a chat collected: what is known so far, and the finished answer."""

from __future__ import annotations

from core.bodies.chat.collector import ChatCollector
from core.contract.chat import ChatRequest
from core.contract.events import AnswerMetadata, AudioChunk, ChatDelta, Started, ToolCall, Used
from core.contract.usage import Usage

REQUEST = ChatRequest("m", ({"role": "user", "content": "Hi"},))


def collected(*events) -> ChatCollector:
    collector = ChatCollector()
    for event in events:
        collector.note(event)
    return collector


def test_what_is_known_so_far():
    collector = collected(ChatDelta("Hel", "Hm. "), ChatDelta("lo"), ChatDelta(finish="stop"))
    assert (collector.text, collector.reasoning, collector.finish_reason) == ("Hello", "Hm. ", "stop")
    assert (collector.calls, collector.images, collector.transcript) == ([], [], "")


def test_the_finished_answer():
    started, metadata = Started("Lab", "m", 1), AnswerMetadata("up-1")
    chat = collected(started, metadata, ChatDelta("b", choice=1), AudioChunk(b"1"), AudioChunk(b"2")).finish(
        REQUEST
    )
    assert (chat.started, chat.metadata, chat.audio) == (started, metadata, b"12")
    assert [(index, chat.choices[index].texts) for index in sorted(chat.choices)] == [(0, []), (1, ["b"])]


def test_an_answer_without_content_has_its_first_choice():
    chat = collected(Used(Usage())).finish(REQUEST)
    assert [choice.finish_reason for choice in chat.choices.values()] == ["stop"]


def test_deltas_of_a_tool_call_are_joined():
    calls = (ToolCall(0, "c0", "look", '{"a"'), ToolCall(0, arguments=":1}"))
    assert collected(*(ChatDelta(calls=(call,)) for call in calls)).calls == [
        {"id": "c0", "type": "function", "function": {"name": "look", "arguments": '{"a":1}'}}
    ]
