"""A run that is answered from the cache, where its params ask for it."""

from __future__ import annotations

import pytest

from core.models import UsageRecord
from core.models.offload import offload
from playground.models import Run
from tests.playground.conftest import ENDS

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

CACHE = {"type": "exact_match"}


@pytest.fixture(autouse=True)
def on_disk(settings):
    settings.REDIS_URL = ""


async def run(sign_in, user, **params):
    """The tab after a run, and its last frame."""
    tab = await sign_in(user)
    await tab.start(response_format="wav", voice="tone", **params)
    return tab, await tab.until(*ENDS)


def frame_of(tab, kind: str) -> dict:
    return next(frame for frame in tab.frames if isinstance(frame, dict) and frame["type"] == kind)


async def test_the_second_run_is_the_first_one_again(sign_in, alice, far_ahead):
    first, made = await run(sign_in, alice, cache=CACHE)
    second, cached = await run(sign_in, alice, cache=CACHE)
    assert (second.audio(), second.types()) == (first.audio(), first.types())
    usage = frame_of(second, "run.usage")
    assert (usage["cost"], usage["basis"], usage["units"]) == (0, "cached", {})
    assert frame_of(second, "run.started")["estimate"] == 0
    assert cached["receipt"]["cached_from"] == made["receipt"]["id"] != cached["receipt"]["id"]
    assert (cached["receipt"]["attempts"], cached["receipt"]["provider"]) == ([], "rehearsal")


async def test_nobody_else_hears_it_nor_who_does_not_ask(sign_in, alice, bob, charlie, far_ahead):
    await run(sign_in, alice, cache=CACHE)
    for user, params in ((alice, {}), (bob, {"cache": CACHE}), (charlie, {"cache": CACHE})):
        _, done = await run(sign_in, user, **params)
        assert done["receipt"]["basis"] == "computed"


async def test_a_wrong_cache_is_refused(sign_in, alice):
    _, refused = await run(sign_in, alice, cache={"type": "semantic"})
    assert (refused["type"], refused["error"]["param"]) == ("run.error", "cache.type")


async def test_the_receipt_names_the_source(sign_in, alice, far_ahead, client):
    _, made = await run(sign_in, alice, cache=CACHE)
    _, cached = await run(sign_in, alice, cache=CACHE)

    def page() -> str:
        client.force_login(alice)
        return client.get(f"/runs/{cached['run']}").content.decode()

    text = await offload(page)
    assert f"<dt>Answer of</dt><dd><code>{made['receipt']['id']}</code></dd>" in text
    assert await Run.objects.acount() == 2
    assert await UsageRecord.objects.filter(basis="cached").acount() == 1
