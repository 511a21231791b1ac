"""Why an answer ended: one of OpenAI's reasons, and the provider's own word beside it."""

from __future__ import annotations

import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamFailed
from core.contract.events import ChatDelta
from core.providers.openai.chat.events import ChatReader
from core.providers.openai.chat.finish_reasons import finish_reason
from tests.fakes.server_sent_events import DONE, frame


def read(*words: str | None, **delta: object) -> list:
    """The deltas of a stream of one choice with these finish reasons."""
    choices = [{"index": 0, "delta": delta, "finish_reason": word} for word in words]
    reader = ChatReader(AudioFormat.PCM, ())
    body = b"".join(frame({"choices": [choice]}) for choice in choices) + DONE
    return [event for event in [*reader.feed(body), *reader.end()] if type(event) is ChatDelta]


@pytest.mark.parametrize("word", ["stop", "length", "tool_calls", "content_filter", "function_call"])
def test_openai_s_own_words_stand_alone(word):
    assert read(word) == [ChatDelta(finish=word)]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("eos_token", "stop"),  # TGI, and the next
        ("eos", "stop"),
        ("STOP", "stop"),  # Gemini
        ("end", "stop"),
        ("end_turn", "stop"),  # Anthropic
        ("stop_sequence", "stop"),
        ("COMPLETE", "stop"),  # Cohere
        ("FINISH_REASON_STOP", "stop"),
        ("REASON_STOP", "stop"),  # xAI
        ("max_tokens", "length"),
        ("MAX_TOKENS", "length"),
        ("model_length", "length"),  # Mistral
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("TOOL_CALL", "tool_calls"),
        ("SAFETY", "content_filter"),
        ("sensitive", "content_filter"),  # Zhipu
        ("refusal", "content_filter"),
        ("max_new_tokens", "length"),  # Hugging Face
        ("maxTokens", "length"),  # Vercel's AI SDK and Amazon Bedrock write without lines, and the next
        ("content-filter", "content_filter"),
        ("tool-calls", "tool_calls"),
        ("toolUse", "tool_calls"),
        ("LANGUAGE", "content_filter"),  # Gemini
        ("something new", "stop"),
    ],
)
def test_a_provider_s_word_is_translated_and_kept(word, reason):
    assert read(word) == [ChatDelta(finish=reason, extra={"native_finish_reason": word})]


def test_the_word_of_a_provider_behind_a_router_is_kept():
    choice = {"index": 0, "delta": {}, "finish_reason": "STOP", "native_finish_reason": "end_of_turn"}
    reader = ChatReader(AudioFormat.PCM, ())
    assert [*reader.feed(frame({"choices": [choice]}))][1:] == [
        ChatDelta(finish="stop", extra={"native_finish_reason": "end_of_turn"})
    ]


@pytest.mark.parametrize("word", [None, "", "null", "None", 7])
def test_an_answer_that_goes_on_has_no_reason(word):
    assert finish_reason(word) is None


@pytest.mark.parametrize(
    "word",
    [
        *("error", "ERROR", "abort", "insufficient_system_resource", "network_error"),
        *("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "malformed_tool_use"),
    ],
)
def test_an_answer_that_failed_is_an_error(word):
    with pytest.raises(UpstreamFailed) as caught:
        read(word)
    told = {} if word == "error" else {"native_finish_reason": word}
    assert caught.value.metadata == told


@pytest.mark.parametrize("reason", ["tool_calls", "length", "content_filter", "stop"])
@pytest.mark.parametrize("stray", ["stop", "STOP", "eos_token"])
def test_a_stop_after_another_reason_changes_nothing(reason, stray):
    assert [event.finish for event in read(reason, stray)] == [reason]


@pytest.mark.parametrize(("first", "second"), [("stop", "tool_calls"), ("stop", "length")])
def test_a_later_reason_stands(first, second):
    assert [event.finish for event in read(first, second)] == [first, second]
