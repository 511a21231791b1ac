"""Generated requests against the live server: every response is one that the OpenAPI document describes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.api.openapi import document
from core.api.routes import OPERATIONS

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_responses_match_the_document(live, key, model, operation):
    live.refresh()
    schema = schemathesis.openapi.from_dict(document())
    schema.config.update(base_url=live.api)
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
