"""Runs that are followed once their log is gone."""

from __future__ import annotations

import orjson
import pytest

from core.models.offload import offload
from playground.models import Run, RunPage
from playground.runs import registry

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def test_a_run_that_left_no_words_ends_as_interrupted(alice):
    run = await offload(Run.objects.create, user=alice, task="speech", model="m")
    batches = [batch async for batch in registry.stored_events(run, 4)]
    assert [(number, body["outcome"]) for number, body in batches[0]] == [(5, "interrupted")]


@pytest.mark.parametrize("after", [0, 1, 3, 4, 5, 6, 9])
async def test_pages_of_a_long_run_are_read_from_the_first_that_is_wanted(alice, after):
    run = await offload(Run.objects.create, user=alice, task="chat", model="m", state="completed")
    events = [(number, {"type": "text.delta", "text": str(number)}) for number in range(1, 10)]
    for at in (0, 3, 5):
        part = orjson.dumps(events[at : {0: 3, 3: 5, 5: 9}[at]]).decode()
        await RunPage.objects.acreate(run=run, first=at + 1, frames=part)
    found = [pair async for batch in registry.stored_events(run, after) for pair in batch]
    assert [tuple(pair) for pair in found] == [pair for pair in events if pair[0] == 1 or pair[0] > after]
