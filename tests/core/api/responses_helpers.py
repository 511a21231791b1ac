"""Requests to the Responses endpoint, and parsers of its events."""

from __future__ import annotations

import json
from typing import Any

import httpx

ASK: dict[str, Any] = {"model": "lab/talker", "input": "Tell me of the fox."}


def streamed(live, key: str, **fields: Any) -> tuple[httpx.Response, list[dict[str, Any]]]:
    """A streamed response and its events."""
    answer = live.post("/responses", key, json={**ASK, "stream": True, **fields})
    return answer, events(answer.text)


def events(body: str) -> list[dict[str, Any]]:
    """The events of a body: each named by its type, numbered from zero; comments are left out."""
    found = []
    for frame in body.removesuffix("\n\n").split("\n\n"):
        if frame.startswith(":"):
            continue
        name, data = frame.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {found[-1]['type']}"
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    return found


def types(found: list[dict[str, Any]]) -> list[str]:
    """The types in order, repetitions left out."""
    names = [event["type"].removeprefix("response.") for event in found]
    return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]


def joined(found: list[dict[str, Any]], kind: str) -> str:
    return "".join(event["delta"] for event in found if event["type"] == f"response.{kind}.delta")
