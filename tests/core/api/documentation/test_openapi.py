"""Generated requests against the live server: every response is one that the OpenAPI document describes."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import BaseSchema, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.api.documentation.openapi import document
from core.api.routes import OPERATIONS

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@cache
def schema_of_document() -> BaseSchema:
    return schemathesis.openapi.from_dict(document())


def schema_at(origin: str) -> BaseSchema:
    """Read once, because that takes as long as twenty requests; each test has a server of its own."""
    schema = schema_of_document()
    schema.config.update(base_url=origin)
    return schema


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_responses_match_the_document(live, key, model, operation):
    live.refresh()
    schema = schema_at(live.api)
    case = schema[operation.path][operation.method].as_strategy()

    @seed(20261120)
    @settings(
        max_examples=20,
        deadline=timedelta(seconds=10),
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data):
        data.draw(case).call_and_validate(
            base_url=live.api, headers={"Authorization": f"Bearer {key}"}, checks=CHECKS
        )

    check()


NAMES = [
    "Accept",
    "Accept-Language",
    "Content-Type",
    "Idempotency-Key",
    "If-None-Match",
    "Range",
    "X-Forwarded-For",
]
VALUES = ["*/*", "application/json", "multipart/form-data", "bytes=0-", "text/plain; charset=x"]
PRINTABLE = st.characters(min_codepoint=33, max_codepoint=126)
HEADERS = st.dictionaries(
    st.sampled_from(NAMES),
    st.sampled_from(VALUES) | st.text(PRINTABLE, min_size=1, max_size=300),
    max_size=4,
)


NEGATIVE = [operation for operation in OPERATIONS if not operation.public]
"""Without those of which any request is as described: all that they have is a text in their address."""

CASES = [
    *((operation, GenerationMode.POSITIVE) for operation in OPERATIONS),
    *((operation, GenerationMode.NEGATIVE) for operation in NEGATIVE),
]


@pytest.mark.parametrize(
    ("operation", "mode"), CASES, ids=[f"{operation.name}-{mode.value}" for operation, mode in CASES]
)
def test_no_request_makes_a_server_error(live, key, model, operation, mode):
    """JSON and forms, as described and against the description, under odd headers."""
    live.refresh()
    schema = schema_at(live.api)
    case = schema[operation.path][operation.method].as_strategy(generation_mode=mode)

    @seed(20261128)
    @settings(
        max_examples=15,
        deadline=timedelta(seconds=10),
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data(), HEADERS)
    def check(data, headers):
        headers = {**headers, "Authorization": f"Bearer {key}"}
        answer = data.draw(case).call(base_url=live.api, headers=headers)
        assert answer.status_code < 500, answer.content

    check()
