"""Runs that are followed once their log is gone."""

from __future__ import annotations

import pytest

from core.models.offload import offload
from playground.models import Run
from playground.runs import registry

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def test_a_run_that_left_no_words_ends_as_interrupted(alice):
    run = await offload(Run.objects.create, user=alice, task="speech", model="m")
    batches = [batch async for batch in registry.stored_events(run, 4)]
    assert [(number, body["outcome"]) for number, body in batches[0]] == [(5, "interrupted")]
