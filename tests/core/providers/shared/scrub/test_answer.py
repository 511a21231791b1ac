"""Answers that write the key of their call back, event by event."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import fields, is_dataclass

import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamRefused
from core.contract.events import (
    AnswerMetadata,
    AudioChunk,
    AudioStart,
    ChatDelta,
    ImagePartial,
    ImageReady,
    Segment,
    SpeechWord,
    SpeechWords,
    ToolCall,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
    Unreadable,
    Used,
)
from core.contract.usage import Usage
from core.providers.shared.scrub.answer import scrubbed
from core.providers.shared.scrub.spellings import HIDDEN, compiled

pytestmark = pytest.mark.anyio

KEY = "sk-live-0123456789abcdef"
FIRST, SECOND = KEY[:9], KEY[9:]
USED = Used(Usage())


async def read(*events) -> list:
    found = []

    async def source():
        for event in events:
            if isinstance(event, Exception):
                raise event
            yield event

    async with aclosing(scrubbed(source(), compiled((KEY,)))) as answer:
        try:
            async for event in answer:
                found.append(event)
        except UpstreamRefused as error:
            found.append(error)
    return found


ORDINARY = [
    AnswerMetadata("id", "model", {"system_fingerprint": "fp", "citations": ["https://x.test"]}),
    ChatDelta("The desk"),
    ChatDelta("-", reasoning="risk", choice=1),
    ChatDelta(calls=(ToolCall(0, "call", "look", "{"),)),
    ChatDelta(calls=(ToolCall(0, arguments='"sk": 1}'),)),
    ChatDelta(
        "x", extra={"logprobs": {"content": [{"token": "x", "bytes": [120]}]}, "delta": {"refusal": "n"}}
    ),
    ChatDelta(finish="stop"),
    AudioStart(AudioFormat.MP3, 24_000),
    AudioChunk(KEY.encode()),
    SpeechWords((SpeechWord("The", 0, 1), SpeechWord("desk", 1, 2))),
    TranscriptDelta("The desk", ({"token": "The"},)),
    Segment(0, 0.0, 1.0, "The desk", "A", {"seek": 0}),
    TranscriptWords((TranscriptWord("The", 0, 1),), aligned=True),
    Transcript("The desk", "en", 1.0),
    ImagePartial(0, 0, "image/png", b"data", {"size": "64x48"}),
    ImageReady(0, "image/png", b"data", revised_prompt="The desk"),
    Unreadable(2),
    USED,
]


async def test_ordinary_events_pass_as_they_are():
    assert await read(*ORDINARY) == ORDINARY


@pytest.mark.parametrize("name", ["text", "reasoning", "transcript"])
@pytest.mark.parametrize("choice", [0, 1])
async def test_a_key_over_two_deltas_is_hidden(name, choice):
    told = await read(
        *(ChatDelta(choice=choice)._replace(**{name: piece}) for piece in (FIRST, SECOND)), USED
    )
    assert told == [ChatDelta(choice=choice)._replace(**{name: HIDDEN}), USED]


async def test_choices_and_calls_are_texts_of_their_own():
    told = await read(
        *(ChatDelta(FIRST), ChatDelta(SECOND, choice=1), ChatDelta(SECOND)),
        *(
            ChatDelta(calls=(ToolCall(index, arguments=piece),))
            for piece in (FIRST, SECOND)
            for index in (0, 1)
        ),
        USED,
    )
    assert told[:2] == [ChatDelta(SECOND, choice=1), ChatDelta(HIDDEN)]
    arguments = ["", ""]
    for delta in told[2:-1]:
        for call in delta.calls:
            arguments[call.index] += call.arguments
    assert KEY not in arguments[0] + arguments[1]


async def test_what_was_held_back_comes_with_the_next_delta_of_another_kind():
    begins = FIRST[:7]
    call = ToolCall(0, "call", "look", begins)
    assert await read(ChatDelta(begins), ChatDelta(calls=(call,)), ChatDelta(finish="stop"), USED) == [
        ChatDelta(begins, calls=(ToolCall(0, "call", "look", ""),)),
        ChatDelta(calls=(ToolCall(0, arguments=begins),), finish="stop"),
        USED,
    ]


@pytest.mark.parametrize("delta", [ChatDelta(FIRST), TranscriptDelta(FIRST), ChatDelta(reasoning=FIRST)])
async def test_what_was_held_back_comes_before_the_end(delta):
    assert await read(delta, USED) == [delta, USED]
    error = UpstreamRefused(f"Wrong {KEY}", metadata={"failed_generation": [KEY]}, param=KEY, code=KEY)
    told = await read(delta, error)
    assert told == [delta, error]
    assert (error.message, str(error)) == (f"Wrong {HIDDEN}",) * 2
    assert (error.metadata, error.param, error.provider_code) == (
        {"failed_generation": [HIDDEN]},
        HIDDEN,
        HIDDEN,
    )


def logprobs(*tokens: str, data: str = "", others: tuple[str, ...] = ()) -> dict:
    top = [{"token": other, "bytes": None} for other in others]
    content = [{"token": token, "bytes": [*data.encode()], "top_logprobs": top} for token in tokens]
    return {"logprobs": {"content": content}}


SPELLED = {
    "token": logprobs(KEY),
    "tokens": logprobs(*KEY),
    "bytes": logprobs("x", data=KEY),
    "alternative": logprobs("x", others=("y", KEY)),
    "refusal": {"logprobs": {"content": None, "refusal": [{"token": KEY}]}},
    "completion": {"logprobs": {"tokens": [FIRST, SECOND]}},
}


@pytest.mark.parametrize("extra", SPELLED.values(), ids=SPELLED)
async def test_tokens_that_spell_a_key_beside_another_text(extra: dict) -> None:
    assert await read(ChatDelta("ok", extra=extra), USED) == [ChatDelta("ok"), USED]


async def test_tokens_of_a_transcript_that_spell_a_key() -> None:
    assert await read(TranscriptDelta("ok", ({"token": KEY},))) == [TranscriptDelta("ok")]


async def test_tokens_that_spell_a_key_from_event_to_event() -> None:
    first, second = logprobs(*FIRST), logprobs(*SECOND)
    found = await read(ChatDelta("o", extra=first), ChatDelta("k", extra=second), USED)
    assert found == [ChatDelta("o", extra=first), ChatDelta("k"), USED]


async def test_the_tokens_of_a_hidden_text_are_left_out():
    extra = {"logprobs": {"content": [{"token": KEY, "bytes": [*KEY.encode()]}]}}
    assert await read(ChatDelta(KEY, extra=extra), TranscriptDelta(KEY, ({"token": KEY},)), USED) == [
        ChatDelta(HIDDEN),
        TranscriptDelta(HIDDEN),
        USED,
    ]


EVERYWHERE = [
    AnswerMetadata(KEY, KEY, {"system_fingerprint": KEY, "citations": [f"https://x.test/?key={KEY}"]}),
    ChatDelta(
        KEY, KEY, KEY, (ToolCall(0, KEY, KEY, KEY),), "stop", 0, {"delta": {"refusal": KEY, KEY: [KEY]}}
    ),
    SpeechWords((SpeechWord(KEY, 0, 1), SpeechWord(FIRST, 1, 2), SpeechWord(SECOND, 2, 3))),
    Segment(0, 0.0, 1.0, KEY, KEY),
    Segment(1, 1.0, 2.0, FIRST),
    Segment(2, 2.0, 3.0, SECOND),
    TranscriptWords((TranscriptWord(FIRST, 0, 1), TranscriptWord(SECOND, 1, 2))),
    Transcript(KEY, KEY, 1.0),
    ImagePartial(0, 0, KEY, b"data", {"size": KEY}),
    ImageReady(0, KEY, url=f"https://x.test/{KEY}", revised_prompt=KEY, facts={"quality": KEY}),
    Used(Usage(service_tier=KEY, facts={"quality": KEY})),
]


async def test_a_key_is_hidden_wherever_it_is_told():
    told = await read(*EVERYWHERE)
    assert [type(event) for event in told] == [type(event) for event in EVERYWHERE]
    assert KEY not in str(told)
    assert SECOND not in str(told)


def test_no_event_has_a_text_that_is_not_scrubbed():
    """A new field with text is to be added to `EVERYWHERE`."""
    assert ChatDelta._fields == ("text", "reasoning", "transcript", "calls", "finish", "choice", "extra")
    texts = {
        type(event): [field.name for field in fields(event) if field.type in ("str", "str | None")]
        for event in EVERYWHERE
        if is_dataclass(event)
    }
    assert texts == {
        AnswerMetadata: ["id", "model"],
        SpeechWords: [],
        Segment: ["text", "speaker"],
        TranscriptWords: [],
        Transcript: ["text", "language"],
        ImagePartial: ["media_type"],
        ImageReady: ["media_type", "url", "revised_prompt"],
        Used: [],
    }
