"""Speech and models against the published documents of OpenAI and OpenRouter, where provided."""

from __future__ import annotations

import json
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import jsonschema_rs
import pytest
import yaml

from core.contract.audio import MEDIA_TYPES, AudioFormat
from core.models import Provider
from tests.fakes import scenarios

ASK = {"model": "lab/alto", "input": "Hello there", "voice": "ada"}


class Loader(yaml.CSafeLoader):
    """Leaves dates as the text they are in JSON."""

    yaml_implicit_resolvers: ClassVar = {
        letter: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
        for letter, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


@lru_cache(maxsize=2)
def document(path: Path) -> dict:
    return yaml.load(path.read_text(), Loader)


def check(data: Path, spec: str, name: str, value: object) -> None:
    """Raise when `value` is not what `spec` calls `name`."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": f"#/components/schemas/{name}",
        "components": document(data / "specs" / f"{spec}.yaml")["components"],
    }
    jsonschema_rs.validate(schema, value)


def answer_schema(data: Path, path: str, method: str = "get") -> dict:
    """OpenRouter's schema of a good answer at `path`."""
    published = document(data / "specs" / "openrouter.yaml")
    good = published["paths"][path][method]["responses"]["200"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": published["components"],
        **good["content"]["application/json"]["schema"],
    }


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/models", "/models"),
        ("/models", "/models/"),
        ("/models/user", "/models/user"),
        ("/models/count", "/models/count"),
        ("/models/{author}/{slug}/endpoints", "/models/lab/alto/endpoints"),
        ("/providers", "/providers"),
        ("/key", "/key"),
        ("/credits", "/credits"),
        ("/generation", "/generation?id={id}"),
    ],
)
def test_openrouters_document_accepts_our_answers(data, live, key, model, path, asked):
    Provider.objects.update(name="OpenAI")  # the document lists the providers there may be
    spoken = live.post("/audio/speech", key, json=ASK)
    answer = live.get(asked.format(id=spoken.headers["x-generation-id"]), key)
    assert answer.status_code == 200
    jsonschema_rs.validate(answer_schema(data, path), answer.json())


def test_openais_document_accepts_our_models(data, live, key, model):
    for path in ("/models", "/models/", "/models/user", "/audio/models"):
        check(data, "openai", "ListModelsResponse", live.get(path, key).json())
    check(data, "openai", "Model", live.get("/models/lab/alto", key).json())


def test_openais_document_accepts_our_events(data, live, key, model):
    text = live.post("/audio/speech", key, json={**ASK, "stream_format": "sse"}).text
    *deltas, done = (json.loads(frame.removeprefix("data: ")) for frame in text.split("\n\n") if frame)
    for delta in deltas:
        check(data, "openai", "SpeechAudioDeltaEvent", delta)
    check(data, "openai", "SpeechAudioDoneEvent", done)


@pytest.mark.parametrize("audio", AudioFormat)
def test_openrouters_document_accepts_our_speech(data, live, key, model, audio):
    answer = live.post("/audio/speech", key, json={**ASK, "response_format": audio.value})
    assert answer.status_code == 200
    media_type = answer.headers["content-type"].partition(";")[0]
    assert media_type == MEDIA_TYPES[audio].partition(";")[0]
    assert [kind for kind in good_media_types(data, "openrouter") if fnmatch(media_type, kind)] == ["audio/*"]


def test_openais_document_accepts_the_type_of_our_events(data, live, key, model):
    answer = live.post("/audio/speech", key, json={**ASK, "stream_format": "sse"})
    assert answer.headers["content-type"].partition(";")[0] in good_media_types(data, "openai")


def good_media_types(data: Path, spec: str) -> list[str]:
    """What a document says that speech is answered with."""
    answers = document(data / "specs" / f"{spec}.yaml")["paths"]["/audio/speech"]["post"]["responses"]
    return list(answers["200"]["content"])


def test_both_documents_accept_our_limits_but_for_the_type_of_the_code(data, live, key, model, provider):
    """OpenRouter's document wants an integer, OpenAI's a string or null: no value satisfies both."""
    provider.script("ok", scenarios.status(429))
    answer = live.post("/audio/speech", key, json=ASK)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, 429)
    assert int(answer.headers["retry-after"]) >= 1
    check(data, "openrouter", "TooManyRequestsResponse", answer.json())
    check(data, "openai", "ErrorResponse", {"error": {**answer.json()["error"], "code": "429"}})


def test_openrouters_document_accepts_our_errors(data, live, key, model):
    for status, name, fields in ((404, "NotFound", {"model": "lab/no"}), (400, "BadRequest", {"speed": 9})):
        answer = live.post("/audio/speech", key, json={**ASK, **fields})
        assert answer.status_code == status
        check(data, "openrouter", f"{name}Response", answer.json())
