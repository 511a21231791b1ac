"""Odd events of streamed transcripts; none of them costs a word."""

from __future__ import annotations

import pytest

from core.contract.errors import UpstreamFailed, UpstreamInvalid, UpstreamRefused
from core.contract.events import Transcript, TranscriptDelta, Unreadable
from core.contract.transcription import TranscriptionRequest
from tests.core.providers.openai.transcription.calls import failure, send, target
from tests.fakes import scenarios
from tests.fakes.server_sent_events import DONE, events, frame

pytestmark = pytest.mark.anyio

USAGE = {"type": "tokens", "input_tokens": 14, "output_tokens": 3, "total_tokens": 17}


def delta(text: str) -> bytes:
    return frame({"type": "transcript.text.delta", "delta": text})


def done(text: str) -> bytes:
    return frame({"type": "transcript.text.done", "text": text, "usage": USAGE})


async def read(provider, file, *frames: bytes) -> list:
    provider.script("odd", events(frames))
    request = TranscriptionRequest("m", file, streamed=True)
    return await send(target(provider, "odd", options={"stream": True}), request)


def words(found: list) -> list[str]:
    return [event.text for event in found if type(event) is TranscriptDelta]


@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize(
    ("odd", "unreadable"),
    [
        (b"data: \n\n", 0),
        (b"event: ping\ndata: {}\n\n", 0),
        (b"data: {not json\n\n", 1),
        (b"data: [1]\n\n", 1),
        (frame({"type": "transcript.text.delta", "delta": 7}), 1),
    ],
)
async def test_an_odd_event_costs_no_word(provider, file, where, odd, unreadable):
    frames = [delta("Hel"), delta("lo"), done("Hello")]
    found = await read(provider, file, *frames[:where], odd, *frames[where:])
    assert (words(found), found[-2]) == (["Hel", "lo"], Transcript("Hello"))
    assert found.count(Unreadable(1)) == unreadable


@pytest.mark.parametrize("between", [b"\ndata: ", b"", b" "])
async def test_objects_in_one_event_cost_no_word(provider, file, between):
    body = between.join(
        one.removeprefix(b"data: ").strip() for one in (delta("Hel"), delta("lo"), done("Hello"))
    )
    found = await read(provider, file, b"data: " + body + b"\n\n")
    assert (words(found), found[-2]) == (["Hel", "lo"], Transcript("Hello"))


async def test_halves_of_a_character_are_joined(provider, file):
    found = await read(provider, file, delta("a\ud83d"), delta("\ude00"), done("a\ud83d\ude00"))
    assert ("".join(words(found)), found[-2]) == ("a\U0001f600", Transcript("a\U0001f600"))


async def test_a_half_that_stays_alone_is_replaced(provider, file):
    found = await read(provider, file, delta("a\ud83d"), done("a\ud83d"))
    assert ("".join(words(found)), found[-2]) == ("a\ufffd", Transcript("a\ufffd"))


async def test_a_terminator_with_white_space_is_one(provider, file):
    found = await read(provider, file, delta("Hello"), b"data: [DONE] \n\n")
    assert found[-2] == Transcript("Hello")


async def test_chunks_of_vllm_are_a_transcript(provider, file):
    chunks = [
        {"object": "transcription.chunk", "choices": [{"delta": {"content": text}, "finish_reason": None}]}
        for text in ("Hel", "lo")
    ]
    end = {"object": "transcription.chunk", "choices": [{"delta": {"content": ""}, "finish_reason": "stop"}]}
    usage = {"object": "transcription.chunk", "choices": [], "usage": {"prompt_tokens": 9}}
    found = await read(provider, file, *map(frame, (*chunks, end, usage)), DONE)
    assert (words(found), found[-2]) == (["Hel", "lo"], Transcript("Hello"))


@pytest.mark.parametrize("frames", [[], [DONE], [b"data: {not json\n\n", DONE], [delta("Hel")]])
async def test_a_transcript_that_is_missing_or_cut_is_none(provider, file, frames):
    provider.script("odd", events(frames))
    error = await failure(target(provider, "odd", options={"stream": True}), file, streamed=True)
    assert type(error) is UpstreamInvalid


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"object": "error", "message": "No.", "type": "BadRequestError", "code": 400}, UpstreamRefused),
        ({"detail": [{"loc": ["body", "language"], "msg": "No."}]}, UpstreamRefused),
        ({"detail": "No."}, UpstreamFailed),
        ({"error": "No.", "error_type": "validation"}, UpstreamRefused),
    ],
)
async def test_an_error_of_any_shape_is_one(provider, file, value, kind, streamed):
    body = frame(value) if streamed else frame(value)[len("data: ") :]
    media_type = "text/event-stream" if streamed else "application/json"
    provider.script("odd", scenarios.body(body, media_type))
    error = await failure(target(provider, "odd"), file, streamed=streamed)
    assert (type(error), error.message.endswith("No.")) == (kind, True)


@pytest.mark.parametrize("media_type", ["application/json", "text/plain"])
async def test_events_are_known_by_their_bytes(provider, file, media_type):
    provider.script("odd", scenarios.body(delta("Hello") + done("Hello"), media_type))
    request = TranscriptionRequest("m", file, streamed=True)
    found = await send(target(provider, "odd", options={"stream": True}), request)
    assert found[-2] == Transcript("Hello")
