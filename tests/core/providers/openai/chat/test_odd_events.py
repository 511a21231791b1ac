"""Odd events of chats: heartbeats, terminators, labels, halves of characters; none of them costs a word."""

from __future__ import annotations

import json

import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamInvalid
from core.contract.events import ChatDelta, ToolCall, Unreadable
from core.providers.openai.chat.events import ChatReader
from tests.core.providers.openai.chat.calls import chat, chat_failure, chat_request, deltas, target, text
from tests.fakes import chat as fake
from tests.fakes.server_sent_events import DONE, events, frame

pytestmark = pytest.mark.anyio

WORDS = [frame(fake.chunk({"content": word})) for word in ("Hel", "lo")]
END = [frame(fake.chunk({}, "stop")), frame({"choices": [], "usage": fake.USAGE})]


@pytest.mark.parametrize("where", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("odd", "unreadable"),
    [
        (b"data: \n\n", 0),
        (b"data:\n\n", 0),
        (b"data:   \r\n\r\n", 0),
        (b"event: ping\ndata: {}\n\n", 0),
        (b'event: ping\ndata: {"type": "ping"}\n\n', 0),
        (b": keep-alive\n\n", 0),
        (b"\n\n\n", 0),
        (b"id: 1\nretry: 3000\n\n", 0),
        (b"data: {not json\n\n", 1),
        (b"data: null\n\n", 1),
        (b"data: keep-alive\n\n", 1),
        (b'data: {"choices": 7}\n\n', 1),
    ],
)
async def test_an_odd_event_costs_no_word(provider, where, odd, unreadable):
    frames = [*WORDS, *END]
    provider.script("odd", events([*frames[:where], odd, *frames[where:], DONE]))
    found = await chat(target(provider, "odd"))
    assert (text(found), deltas(found)[-1].finish) == ("Hello", "stop")
    assert found.count(Unreadable(1)) == unreadable
    assert found[-1].usage.units()["text_out.token"] == 10


@pytest.mark.parametrize(
    "done",
    [
        b"data: [DONE] \n\n",
        b"data:  [DONE]\n\n",
        b"data:\t[DONE]\n\n",
        b"data:[DONE]\r\n\r\n",
        b"data: [DONE]\n",
        b"data: [DONE]",
        b"event: done\ndata: [DONE]\n\n",
    ],
)
async def test_a_terminator_may_have_white_space_around_it(provider, done):
    provider.script("odd", events([*WORDS, done], then="end"))
    assert text(await chat(target(provider, "odd"))) == "Hello"


@pytest.mark.parametrize("between", [b"\ndata: ", b"\r\ndata:", b"", b" "])
async def test_objects_in_one_event_cost_no_word(provider, between):
    """No empty line between events, or two objects in one, as OpenAI has sent them."""
    body = between.join(one.removeprefix(b"data: ").strip() for one in (*WORDS, *END, DONE))
    provider.script("odd", events([b"data: ", body, b"\n\n"]))
    found = await chat(target(provider, "odd"))
    assert (text(found), deltas(found)[-1].finish) == ("Hello", "stop")
    assert found[-1].usage.units()["text_out.token"] == 10


async def test_an_error_behind_words_in_one_event_is_raised(provider):
    told = frame({"error": {"message": "Too long.", "code": 400}})
    provider.script("odd", events([WORDS[0][:-1] + told]))
    came, error = await chat_failure(target(provider, "odd"))
    assert (text(came), error.message) == ("Hel", "Too long.")


async def test_a_last_event_needs_no_empty_line(provider):
    provider.script("odd", events([*WORDS, frame(fake.chunk({"content": "!"}, "stop"))[:-2]]))
    assert text(await chat(target(provider, "odd"))) == "Hello!"


@pytest.mark.parametrize("then", ["end", "drop", "reset"])
@pytest.mark.parametrize("rest", [b"", b'data: {"choices": [{"delta": {"content": "!"', b"data: [DON"])
async def test_a_cut_answer_is_never_whole(provider, then, rest):
    provider.script("cut", events([*WORDS, rest], then=then))
    came, _ = await chat_failure(target(provider, "cut"))
    assert text(came) == "Hello"


async def test_an_answer_of_which_one_choice_is_missing_is_cut(provider):
    other = frame(fake.chunk({"content": "x"}) | {"choices": [{"index": 1, "delta": {"content": "x"}}]})
    provider.script("cut", events([*WORDS, other, END[0]]))
    _, error = await chat_failure(target(provider, "cut"))
    assert error.provider_code == "upstream_truncated"


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("size", [1, 4096])
@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "text/event-stream; charset=utf-8"])
async def test_events_are_known_by_their_bytes(provider, streamed, media_type, size):
    body = b"\r\n" + b"".join([*WORDS, *END, DONE])

    async def labelled(exchange):
        await exchange.head(content_type=media_type)
        for at in range(0, len(body), size):
            await exchange.chunk(body[at : at + size])
        await exchange.end()

    provider.script("odd", labelled)
    assert text(await chat(target(provider, "odd"), chat_request(streamed=streamed))) == "Hello"


@pytest.mark.parametrize("before", [b"", b"\n\n ", b"\xef\xbb\xbf"])
async def test_an_object_is_known_by_its_bytes(provider, before):
    async def labelled(exchange):
        await exchange.reply(200, before + json.dumps(fake.whole({})).encode(), "text/event-stream")

    provider.script("odd", labelled)
    assert text(await chat(target(provider, "odd"))) == fake.TEXT


def read(*chunks: str, end: str = "data: [DONE]\n\n") -> list:
    """The events after the first of a stream, each chunk the JSON of one choice."""
    reader = ChatReader(AudioFormat.PCM, ())
    body = "".join(f'data: {{"choices": [{chunk}]}}\n\n' for chunk in chunks) + end
    return [*reader.feed(body.encode("utf-8", "surrogatepass")), *reader.end()][1:]


def delta(field: str, value: str, **more: object) -> str:
    return json.dumps({"index": 0, "delta": {field: value}, **more})


@pytest.mark.parametrize(("field", "name"), [("content", "text"), ("reasoning", "reasoning")])
def test_halves_of_a_character_are_joined(field, name):
    found = read(delta(field, "a\ud83d"), delta(field, ""), delta(field, "\ude00b"), delta(field, "c"))
    assert [getattr(event, name) for event in found] == ["a", "\U0001f600b", "c"]


def test_halves_between_other_words_are_joined():
    found = read(
        delta("content", "\ud83d"), delta("reasoning", "hm"), '{"index": 1, "delta": {"content": "x"}}',
        delta("content", "\ude00"),
    )  # fmt: skip
    assert found == [ChatDelta(reasoning="hm"), ChatDelta("x", choice=1), ChatDelta("\U0001f600")]


def test_halves_of_arguments_are_joined():
    calls = [{"index": 0, "id": "c", "function": {"name": "f", "arguments": '"\ud83d'}},
             {"index": 0, "function": {"arguments": '\ude00"'}}]  # fmt: skip
    found = read(*(json.dumps({"delta": {"tool_calls": [call]}}) for call in calls))
    assert [event.calls[0].arguments for event in found] == ['"', '\U0001f600"']
    assert isinstance(found[0].calls[0], ToolCall)


@pytest.mark.parametrize(
    "chunks",
    [
        [delta("content", "a\ud83d"), '{"index": 0, "delta": {}, "finish_reason": "length"}'],
        [delta("content", "a\ud83d", finish_reason="length")],
        [delta("content", "a\ud83d")],
    ],
)
def test_a_half_that_stays_alone_is_replaced(chunks):
    assert "".join(event.text for event in read(*chunks)) == "a\ufffd"


def test_a_second_half_without_the_first_is_replaced():
    assert [event.text for event in read(delta("content", "a\ude00"))] == ["a\ufffd"]


def test_words_after_a_half_that_stays_alone_are_kept():
    found = read(delta("content", "\ud83d"), delta("content", "b"), delta("content", "c"))
    assert [event.text for event in found] == ["\ufffdb", "c"]


def test_bytes_that_are_no_utf_8_cost_themselves():
    reader = ChatReader(AudioFormat.PCM, ())
    body = b'data: {"choices": [{"delta": {"content": "a\xffb"}}]}\n\n' + DONE
    assert [*reader.feed(body), *reader.end()][1:] == [ChatDelta("a\ufffdb")]


def test_other_fields_have_no_halves():
    probable = {"content": [{"token": "\ud83d", "logprob": float("-inf")}]}
    found = read(delta("content", "a", logprobs=probable))
    assert found[0].extra == {"logprobs": {"content": [{"token": "\ufffd", "logprob": None}]}}


async def test_a_whole_answer_has_no_halves(provider):
    value = fake.whole({}) | {"system_fingerprint": "\ud83d"}
    value["choices"][0]["message"]["content"] = "a\ud83d\ude00\ud83d"
    provider.script("odd", answer(json.dumps(value)))
    found = await chat(target(provider, "odd"), chat_request(streamed=False))
    assert (text(found), found[0].extra["system_fingerprint"]) == ("a\U0001f600\ufffd", "\ufffd")


def answer(body: str):
    async def reply(exchange):
        await exchange.reply(200, body.encode())

    return reply


async def test_a_stream_of_nothing_readable_is_no_answer(provider):
    provider.script("odd", events([b"data: <html>\n\n", b"data: 7\n\n", DONE]))
    came, error = await chat_failure(target(provider, "odd"))
    assert (deltas(came), type(error), error.message) == (
        [],
        UpstreamInvalid,
        "The provider answered nothing.",
    )
