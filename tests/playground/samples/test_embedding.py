"""The code samples of an embedding model."""

from __future__ import annotations

import ast
import json

import pytest

from core.contract.errors import InvalidRequest
from playground.samples.embedding import PARAMS, samples
from playground.samples.sample import SampleRequest

SLUG = "openai/text-embedding-3-small"


def request(**params) -> SampleRequest:
    return SampleRequest(None, SLUG, params or PARAMS, "https://ai.example.org")


def test_every_sample_asks_for_the_same():
    found = {sample.name: sample.code for sample in samples(request())}
    assert list(found) == ["python", "typescript", "curl", "openrouter"]
    for code in found.values():
        assert (SLUG in code, "https://ai.example.org/api/v1" in code) == (True, True)
        assert all(text in code for text in PARAMS["input"])
    for name in ("python", "openrouter"):
        ast.parse(found[name])
    body = found["curl"].partition("-d '")[2].rpartition("'")[0]
    assert json.loads(body) == {"model": SLUG, **PARAMS}


def test_what_is_no_request_has_no_sample():
    with pytest.raises(InvalidRequest):
        samples(request(input=[]))
