"""Entries of the cache: every event comes back as it was, and nothing else is an entry."""

from __future__ import annotations

import hashlib
import time
from types import MappingProxyType

import pytest

from core.contract.audio import AudioFormat
from core.contract.events import (
    AnswerMetadata,
    AttemptFailed,
    AttemptLate,
    AudioChunk,
    AudioConverted,
    AudioStart,
    ChatDelta,
    Direction,
    Embedding,
    ImagePartial,
    ImageReady,
    Outcome,
    Progress,
    Segment,
    SpeechWord,
    SpeechWords,
    Started,
    TimedCharacter,
    ToolCall,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
    Used,
)
from core.contract.usage import Amount, Kind, Unit, Usage
from core.routing.cache.entry import HEAD, Entry, pack, unpack

KEY = "a" * 64
KEPT = (
    Started("Lab", "lab-1", 2),
    AnswerMetadata("chatcmpl-1", "lab-1", {"system_fingerprint": "fp", "nested": [1, 2.5, None, True]}),
    ChatDelta("Ein Wörtchen"),
    ChatDelta(""),
    ChatDelta("\ud83d broken", reasoning="hm", choice=1),
    ChatDelta(calls=(ToolCall(0, "call_1", "weather", "{}"), ToolCall(1, arguments="x", type="custom"))),
    ChatDelta(finish="stop", extra={"logprobs": {"content": [{"token": "a", "logprob": -0.1}]}}),
    AudioStart(AudioFormat.MP3, 24_000, 1, AudioFormat.WAV),
    AudioStart(AudioFormat.PCM, 24_000),
    AudioChunk(b"\x00\xff" * 100),
    AudioChunk(b""),
    SpeechWords((SpeechWord("one", 0.0, 0.25), SpeechWord("two", 0.25, 0.5))),
    SpeechWords(()),
    TranscriptDelta("Hello", ({"token": "Hello", "logprob": -0.5, "bytes": [72]},)),
    Segment(0, 0.0, 1.5, "Hello", "A", {"avg_logprob": -0.2}),
    TranscriptWords((TranscriptWord("Hi", 0, 1, 0.9, "A", (TimedCharacter("H", 0.0, 0.5),)),), aligned=True),
    TranscriptWords((TranscriptWord("there", 1, 2),)),
    Transcript("Hello", "en", 1.5),
    ImagePartial(0, 1, "image/png", b"half"),
    ImageReady(0, "image/png", b"whole", choice=1, revised_prompt="A fox, at dusk"),
    Embedding(3, b"\x00\x00\x80\x3f"),
    Used(Usage(service_tier="flex", facts={"size": "64x48", "quality": "low"})),
)
LEFT_OUT = (
    AttemptFailed(1, "lab", Outcome.FAILED, "It failed."),
    AttemptLate(1, "lab", "lab/talker", "Other"),
    AudioConverted(Direction.INPUT, "webm", "wav"),
    Progress("drawing", 1, 2),
)


def entry(*events, seconds: int = 60, stored: float | None = None) -> Entry:
    return Entry("gen-1", "lab", time.time() if stored is None else stored, seconds, events)


def test_every_event_comes_back_as_it_was():
    kept = entry(*KEPT)
    assert unpack(KEY, pack(KEY, kept)) == kept


def test_what_belongs_to_the_first_request_is_left_out():
    found = unpack(KEY, pack(KEY, entry(KEPT[0], *LEFT_OUT, KEPT[2])))
    assert found is not None
    assert found.events == (KEPT[0], KEPT[2])


def test_amounts_are_not_kept():
    used = Used(Usage((Amount(Kind.TEXT_IN, Unit.TOKEN, 12),), facts={"size": "64x48"}))
    found = unpack(KEY, pack(KEY, entry(used)))
    assert found is not None
    assert found.events == (Used(Usage(facts={"size": "64x48"})),)


def test_bytes_are_not_in_the_json():
    data = b"\x01" * 10_000
    assert len(pack(KEY, entry(AudioChunk(data)))) < len(data) + 300


def test_text_takes_little_more_than_itself():
    assert len(pack(KEY, entry(*[ChatDelta("word")] * 1000))) < 8_000


def test_any_mapping_may_be_in_an_event():
    metadata = AnswerMetadata(extra=MappingProxyType({"a": 1}))
    assert unpack(KEY, pack(KEY, entry(metadata))).events == (AnswerMetadata(extra={"a": 1}),)


@pytest.mark.parametrize("value", [object(), float("nan")])
def test_what_json_has_not_is_not_packed(value):
    with pytest.raises((TypeError, ValueError)):
        pack(KEY, entry(AnswerMetadata(extra={"a": value})))


def test_an_expired_entry_is_none():
    assert unpack(KEY, pack(KEY, entry(*KEPT, seconds=5, stored=time.time() - 6))) is None


def test_an_entry_of_another_key_is_none():
    assert unpack("b" * 64, pack(KEY, entry(*KEPT))) is None


def test_a_broken_entry_is_none():
    data = pack(KEY, entry(*KEPT))
    for place in range(0, len(data), 7):
        broken = bytearray(data)
        broken[place] ^= 0x55
        assert unpack(KEY, bytes(broken)) is None
    for size in range(0, len(data), 7):
        assert unpack(KEY, data[:size]) is None
    assert unpack(KEY, data + b"\0") is None


@pytest.mark.parametrize("text", [b"[]", b"{}", b"null", b'{"key":"%s"}' % KEY.encode(), b"\xff", b""])
def test_a_foreign_entry_with_a_right_digest_is_none(text):
    mark = pack(KEY, entry())[:8]
    assert unpack(KEY, HEAD.pack(mark, hashlib.sha256(text).digest(), len(text)) + text) is None


@pytest.mark.parametrize("events", ['[["audio",5]]', '[["audio",-1]]', '[["nothing"]]', "[7]", '[["chat"]]'])
def test_events_that_do_not_fit_are_none(events):
    head = (
        f'{{"key":"{KEY}","source":"g","provider":"p","stored":{time.time()},"seconds":60,"events":{events}}}'
    )
    rest = head.encode() + b"1234"
    data = HEAD.pack(pack(KEY, entry())[:8], hashlib.sha256(rest).digest(), len(head)) + rest
    assert unpack(KEY, data) is None
