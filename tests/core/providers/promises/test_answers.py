"""A good answer ends with the usage that the vendor bills; a call tells nobody more than it must."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.contract.events import (
    AudioChunk,
    ChatDelta,
    Embedding,
    ImageReady,
    Transcript,
    TranscriptDelta,
    Used,
)
from tests.core.providers.promises.fake import answering, ask, serve, target
from tests.core.providers.promises.faults import good
from tests.core.providers.promises.vendors import each_case

pytestmark = pytest.mark.anyio


@each_case
async def test_an_answer_ends_with_what_the_vendor_bills(case, tmp_path):
    with serve(answering(case, good), tmp_path) as fake:
        events, error = await ask(case, target(case, fake), tmp_path)
    assert error is None
    assert [type(event) for event in events].count(Used) == 1
    last = events[-1]
    assert isinstance(last, Used)
    units = last.usage.units()
    billed = {name: Decimal(quantity) for name, quantity in case.call.units.items()}
    assert {name: units.get(name) for name in billed} == billed
    assert last.usage.estimated is False


@each_case
async def test_an_answer_has_content(case, tmp_path):
    with serve(answering(case, good), tmp_path) as fake:
        events, _ = await ask(case, target(case, fake), tmp_path)
    kinds = AudioChunk | TranscriptDelta | ChatDelta | ImageReady | Embedding
    content = [event for event in events if isinstance(event, kinds)]
    assert content or any(isinstance(event, Transcript) for event in events)


@each_case
async def test_a_call_asks_for_no_compression_and_has_its_key_in_a_header_alone(case, tmp_path):
    with serve(answering(case, good), tmp_path) as fake:
        await ask(case, target(case, fake), tmp_path)
        (seen,) = fake.requests
    assert seen.headers["accept-encoding"] == "identity"
    assert case.vendor.key not in seen.path
    assert case.vendor.key.encode() not in seen.body
    assert sum(case.vendor.key in value for value in seen.headers.values()) == 1
