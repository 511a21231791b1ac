"""Every routing field of orq.ai and OpenRouter in requests of every task, over real HTTP: who is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.core.api.chat_helpers import ASK, make_chat_model
from tests.core.api.conftest import make_model
from tests.core.api.image_helpers import LIMITS, picture
from tests.core.api.transcription_helpers import WAV, make_transcription_model

FIRST, SPARE = "lab/first", "lab/spare"
NO_RETRY = {"retry": {"count": 1, "on_codes": [418]}}


def make_painter(lab, slug: str, upstream: str):
    return make_model(
        lab, slug, upstream, tasks=["image"], output_modalities=["image"], features=["edits"], limits=LIMITS
    )


def make_listener(lab, slug: str, upstream: str):
    return make_transcription_model(lab, slug=slug, upstream=upstream)


def make_talker(lab, slug: str, upstream: str):
    return make_chat_model(lab, slug=slug, upstream=upstream)


@dataclass(frozen=True)
class Call:
    """A request of one path: its own fields, and the file of one that is a form."""

    path: str
    make: Callable[..., Any]
    fields: dict[str, Any]
    file: tuple[str, str, bytes] | None = None

    def send(self, live, key: str, **fields: Any) -> httpx.Response:
        fields = {"model": FIRST, **self.fields, **fields}
        if self.file is None:
            return live.post(self.path, key, json=fields)
        field, name, data = self.file
        form = {name: one if isinstance(one, str) else json.dumps(one) for name, one in fields.items()}
        return live.post(self.path, key, data=form, files={field: (name, data)})


SPOKEN = ("file", "speech.wav", WAV)
CALLS = [
    Call("/chat/completions", make_talker, {"messages": ASK["messages"]}),
    Call("/responses", make_talker, {"input": "Tell me of the fox."}),
    Call("/audio/speech", make_model, {"input": "Hello"}),
    Call("/audio/transcriptions", make_listener, {}, SPOKEN),
    Call("/audio/translations", make_listener, {}, SPOKEN),
    Call("/images/generations", make_painter, {"prompt": "A fox", "size": "1024x1024"}),
    Call("/images/edits", make_painter, {"prompt": "A hat"}, ("image", "fox.png", picture())),
]


@dataclass(frozen=True)
class Row:
    """What is said beside the request for the first model, whose provider plays `plays`, and who is asked;
    `param` is the field that a refusal names."""

    said: dict[str, Any]
    asked: list[str]
    status: int = 200
    plays: str = "failing"
    param: str | None = None


ROWS = {
    "fallbacks as names": Row({"fallbacks": [SPARE], **NO_RETRY}, ["failing", "spare"]),
    "fallbacks as objects": Row({"fallbacks": [{"model": SPARE}], **NO_RETRY}, ["failing", "spare"]),
    "models": Row({"models": [FIRST, SPARE], "route": "fallback", **NO_RETRY}, ["failing", "spare"]),
    "its codes": Row({"fallbacks": [SPARE], "fallback_on_codes": [500], **NO_RETRY}, ["failing", "spare"]),
    "other codes": Row(
        {"fallbacks": [SPARE], "fallback_on_codes": [429], **NO_RETRY}, ["failing"], status=502
    ),
    "retry": Row({"retry": {"count": 1, "on_codes": [500]}}, ["failing"] * 2, status=502),
    "retries": Row({"retries": {"count": 1, "on_codes": [429]}}, ["failing"], status=502),
    "load balancer": Row(
        {"load_balancer": {"type": "weight_based", "models": [{"model": SPARE, "weight": 1}]}}, ["spare"]
    ),
    "list of a load balancer": Row(
        {"load_balancer": [{"type": "round_robin", "model": SPARE, "weight": 1}]}, ["spare"]
    ),
    "timeout": Row({"timeout": {"call_timeout": 200}, **NO_RETRY}, ["nothing"], 504, plays="nothing"),
    "wrapper": Row({"orq": {"fallbacks": [SPARE], **NO_RETRY}}, ["failing", "spare"]),
    "provider": Row({"provider": {"order": ["lab"], "allow_fallbacks": False}}, ["ok"], plays="ok"),
    "nobody's provider": Row({"provider": {"only": ["nobody"]}}, [], 400, param="provider.only"),
    "too many tries": Row({"retry": {"count": 6}}, [], 400, param="retry.count"),
    "an unknown balancer": Row(
        {"load_balancer": {"type": "best", "models": [SPARE]}}, [], 400, param="load_balancer.type"
    ),
    "an unknown cache": Row({"cache": {"type": "fuzzy"}}, [], 400, param="cache.type"),
    "a field that orq has not": Row({"orq": {"nothing": 1}}, [], 400, param="orq.nothing"),
}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.path)
def test_every_routing_field_is_obeyed_or_refused_by_its_name(live, key, lab, provider, call):
    first = call.make(lab, FIRST, "failing").endpoints.get()
    call.make(lab, SPARE, "spare")
    for name, row in ROWS.items():
        first.upstream_id = row.plays
        first.save()
        known = len(provider.requests)
        answer = call.send(live, key, **row.said)
        asked = [seen.asked["model"] for seen in provider.requests[known:]]
        assert (name, answer.status_code, asked) == (name, row.status, row.asked), answer.text
        if row.status == 200:
            expected = SPARE if row.asked[-1] == "spare" else FIRST
            assert (name, answer.headers["x-polyphony-model"]) == (name, expected)
        if row.param is not None:
            assert (name, answer.json()["error"]["param"]) == (name, row.param)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.path)
def test_an_answer_is_cached_as_the_body_says(live, key, lab, provider, settings, call):
    settings.REDIS_URL = ""
    call.make(lab, FIRST, "ok")
    found = [call.send(live, key, cache={"type": "exact_match", "ttl": 60}) for _ in range(2)]
    assert [answer.status_code for answer in found] == [200, 200]
    assert [answer.headers["x-openrouter-cache-status"] for answer in found] == ["MISS", "HIT"]
    assert len(provider.requests) == 1
