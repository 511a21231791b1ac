"""A chat model, requests for it, and parsers of its streamed chunks."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tests.core.api.conftest import make_model

ASK: dict[str, Any] = {
    "model": "lab/talker",
    "messages": [{"role": "user", "content": "Tell me of the fox."}],
}
PRICES = {"text_in": "0.00001", "text_out": "0.0001"}


def make_chat_model(lab, upstream: str = "ok", **fields: Any):
    """`lab/talker` sees, hears, speaks and draws; tokens have prices; `upstream` names the scenario."""
    from core.models import Price  # noqa: PLC0415 - the registry is not ready at import time

    fields = {
        "tasks": ["chat"],
        "input_modalities": ["text", "image", "audio", "file"],
        "output_modalities": ["text", "audio", "image"],
        "features": ["tools", "response_format", "temperature", "max_tokens"],
        "limits": {"max_output_tokens": 1000},
        **fields,
    }
    model = make_model(lab, fields.pop("slug", "lab/talker"), upstream=upstream, price=None, **fields)
    endpoint = model.endpoints.get()
    for kind, price in PRICES.items():
        Price.objects.create(endpoint=endpoint, kind=kind, unit="token", usd_per_unit=price)
    return model


def streamed(live, key: str, **fields: Any) -> tuple[httpx.Response, list[dict[str, Any]]]:
    """A streamed answer and its chunks."""
    answer = live.post("/chat/completions", key, json={**ASK, "stream": True, **fields})
    return answer, chunks(answer.text)


def chunks(body: str) -> list[dict[str, Any]]:
    """The chunks of a body that ends as it must; comments are left out."""
    frames = [frame for frame in body.split("\n\n") if frame and not frame.startswith(":")]
    assert frames.pop() == "data: [DONE]"
    return [json.loads(frame.removeprefix("data: ")) for frame in frames]


def deltas(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [choice["delta"] for chunk in found for choice in chunk["choices"]]


def text(found: list[dict[str, Any]]) -> str:
    return "".join(delta.get("content") or "" for delta in deltas(found))
