"""Deleting a run, and the timings that the owner's browser reports."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.test import AsyncClient

from playground.models import Run

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def test_deleting_a_run_deletes_its_file(owner, run):
    assert (await owner.post(f"/runs/{run.id}/delete")).status_code == 204
    assert (await Run.objects.acount(), default_storage.exists(run.sound)) == (0, False)


async def test_deleting_needs_the_token_of_the_page(alice, run):
    client = AsyncClient(enforce_csrf_checks=True)
    await client.aforce_login(alice)
    assert (await client.post(f"/runs/{run.id}/delete")).status_code == 403
    assert (await client.post("/uploads/")).status_code == 403


def test_deleting_a_user_deletes_their_audio(run, alice):
    alice.delete()
    assert not default_storage.exists(run.sound)


async def test_the_browser_reports_its_timings(owner, run):
    measured = {"first_sound_ms": 182.5, "stalls": 0}
    answer = await owner.post(f"/runs/{run.id}/timings", data=measured, content_type="application/json")
    await run.arefresh_from_db()
    assert (answer.status_code, run.timings) == (204, measured)


@pytest.mark.parametrize(
    "sent",
    ['{"cost": 0}', '{"stalls": "0"}', '{"stalls": -1}', '{"stalls": true}', '{"stalls": 1e999}', "[]", "x"],
)
async def test_invalid_timings_are_rejected(owner, run, sent):
    answer = await owner.post(f"/runs/{run.id}/timings", data=sent, content_type="application/json")
    await run.arefresh_from_db()
    assert (answer.status_code, run.timings) == (400, {})
