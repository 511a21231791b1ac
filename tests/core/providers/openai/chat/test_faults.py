from __future__ import annotations

import json
import logging

import pytest

from core.contract.errors import (
    UpstreamDenied,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from core.contract.events import ChatDelta, Unreadable, Used
from core.contract.usage import Usage
from tests.core.providers.openai.chat.calls import (
    CANARY,
    chat,
    chat_failure,
    chat_request,
    deltas,
    target,
    text,
)
from tests.fakes import chat as fake
from tests.fakes import scenarios
from tests.fakes.server_sent_events import DONE, events, frame

BRIEF = {"timeout": 0.5}
"""A drip lasts until the deadline."""
pytestmark = pytest.mark.anyio

SOME = "The quick brown"


@pytest.mark.parametrize(
    ("model", "kind", "code", "before"),
    [
        ("denied", UpstreamDenied, "upstream_auth", ""),
        ("no-credit", UpstreamDenied, "upstream_no_credit", ""),
        ("limited", UpstreamLimited, "upstream_rate_limited", ""),
        ("failing", UpstreamFailed, "upstream_failed", ""),
        ("garbage", UpstreamInvalid, "upstream_invalid", ""),
        ("error-in-200", UpstreamFailed, "upstream_failed", ""),
        ("hang-up", UpstreamUnreachable, "upstream_unreachable", ""),
        ("redirect", UpstreamInvalid, "upstream_redirect", ""),
        ("echo", UpstreamRefused, "upstream_refused", ""),
        ("drip", UpstreamTimeout, "upstream_timeout", ""),
        ("bomb", UpstreamInvalid, "upstream_invalid", ""),
        ("error-first", UpstreamLimited, "upstream_rate_limited", ""),
        ("reset", UpstreamUnreachable, "upstream_unreachable", SOME),
        ("cut", UpstreamUnreachable, "upstream_unreachable", SOME),
        ("stuck", UpstreamTimeout, "upstream_timeout", SOME),
        ("truncated", UpstreamInvalid, "upstream_truncated", SOME),
        ("long-line", UpstreamInvalid, "upstream_invalid", SOME),
        ("error-event", UpstreamFailed, "upstream_failed", SOME),
        ("error-choice", UpstreamFailed, "upstream_failed", SOME),
        ("error-finish", UpstreamFailed, "upstream_failed", SOME),
    ],
)
async def test_a_fault_is_translated_after_what_came_and_never_retried(
    provider, model, kind, code, before, caplog
):
    caplog.set_level(logging.DEBUG)
    came, error = await chat_failure(target(provider, model, options=BRIEF if model == "drip" else {}))
    assert (type(error), error.provider_code, text(came)) == (kind, code, before)
    assert (len(provider.requests), provider.canary_hits) == (1, 0)
    assert CANARY not in caplog.text


@pytest.mark.parametrize("model", ["drip", "reset", "cut", "stuck", "long-line"])
async def test_a_connection_with_a_rest_of_an_answer_is_never_used_again(provider, model):
    await chat_failure(target(provider, model, options=BRIEF if model == "drip" else {}))
    await chat(target(provider))
    assert [seen.connection for seen in provider.requests] == [1, 2]


async def test_a_provider_that_never_answers_is_left(provider):
    _, error = await chat_failure(target(provider, "nothing", options={"timeout": 0.3}))
    assert (type(error), error.message) == (UpstreamTimeout, "The provider did not answer in time.")


async def test_how_long_to_wait_is_kept(provider):
    _, error = await chat_failure(target(provider, "limited"))
    assert error.retry_after == 1.0


async def test_a_finish_without_a_terminator_is_an_end(provider):
    found = await chat(target(provider, "unterminated"))
    assert (text(found), found[-1]) == (SOME, Used(Usage(estimated=True, service_tier="default")))


async def test_white_space_before_a_whole_answer_keeps_it_alive(provider):
    assert text(await chat(target(provider, "padded"), chat_request(streamed=False))) == fake.TEXT


async def test_a_server_that_cannot_stream_is_read_whole(provider):
    provider.script("old", scenarios.body(json.dumps(fake.whole({})).encode()))
    assert deltas(await chat(target(provider, "old"))) == [ChatDelta(fake.TEXT, finish="stop")]


@pytest.mark.parametrize("slice_size", [1, 2, 7, 4096])
async def test_events_may_be_cut_anywhere(provider, slice_size):
    said = "Größe 世界 🌍"
    frames = [b": OPENROUTER PROCESSING\n\n", *fake.frames({}, said)]
    body = [piece.replace(b"\n", b"\r\n") for piece in frames]
    plain = json.dumps(fake.chunk({"content": f"{said}! "}), ensure_ascii=False).encode()
    body.insert(2, b"event: message\ndata: " + plain + b"\n\n")
    provider.script("sliced", events(body, slice_size=slice_size))
    assert text(await chat(target(provider, "sliced"))) == f"{said}! {said}"


@pytest.mark.parametrize(
    "value",
    [
        7,
        [],
        {},
        {"choices": []},
        {"choices": {}},
        {"choices": [7]},
        {"choices": [{"index": 0}]},
        {"choices": [{"message": 7}]},
        {"choices": [{"message": {"content": 7}}]},
        {"choices": [{"message": {"tool_calls": {}}}]},
        {"choices": [{"message": {"tool_calls": [7]}}]},
        {"choices": [{"message": {"audio": 7}}]},
        {"choices": [{"message": {"audio": {"data": 7}}}]},
        {"choices": [{"message": {"audio": {"data": "!!!!"}}}]},
        {"choices": [{"message": {"images": [7]}}]},
        {"choices": [{"message": {"images": [{"image_url": {"url": "javascript:alert(1)"}}]}}]},
        {"choices": [{"message": {"images": [{"image_url": {"url": "data:image/png;base64,!"}}]}}]},
    ],
)
async def test_a_whole_answer_of_another_shape_is_invalid(provider, value):
    provider.script("odd", scenarios.body(json.dumps(value).encode()))
    came, error = await chat_failure(target(provider, "odd"), chat_request(streamed=False))
    assert (deltas(came), type(error)) == ([], UpstreamInvalid)


@pytest.mark.parametrize(
    "value",
    [
        7,
        {"choices": {}},
        {"choices": [7]},
        {"choices": [{"delta": 7}]},
        {"choices": [{"delta": {"content": 7}}]},
        {"choices": [{"delta": {"tool_calls": 7}}]},
        {"choices": [{"delta": {"audio": {"data": "=abc"}}}]},
    ],
)
async def test_an_event_of_another_shape_is_left_out_and_counted(provider, value):
    good = [frame(fake.chunk({"content": word})) for word in ("Hi", " there")]
    provider.script("odd", events([good[0], frame(value), good[1], DONE]))
    found = await chat(target(provider, "odd"))
    assert (text(found), found.count(Unreadable(1))) == ("Hi there", 1)


async def test_what_no_event_says_is_no_answer(provider):
    provider.script("mute", events([DONE]))
    _, error = await chat_failure(target(provider, "mute"))
    assert (type(error), error.message) == (UpstreamInvalid, "The provider answered nothing.")


@pytest.mark.parametrize("streamed", [True, False])
async def test_an_error_that_repeats_our_key_is_scrubbed(provider, streamed):
    error = {"error": {"message": f"Bad key {CANARY}", "code": 400}}
    provider.script(
        "loud", events([frame(error)]) if streamed else scenarios.body(json.dumps(error).encode())
    )
    _, error = await chat_failure(target(provider, "loud"), chat_request(streamed=streamed))
    assert (type(error), error.message) == (UpstreamRefused, "Bad key [hidden]")
