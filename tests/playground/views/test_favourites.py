"""Stars are a user's own, and may be given or taken twice."""

from __future__ import annotations

import pytest

from core.models.offload import offload
from playground.models import Favourite
from tests.core.catalogue.conftest import catalogue as catalogue
from tests.core.catalogue.conftest import models as models
from tests.core.catalogue.conftest import no_keys as no_keys
from tests.playground.conversation_frames import client_of

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]
URL = "/favourites/local/espeak-ng"


async def stars(user) -> list[str]:
    return await offload(lambda: list(Favourite.objects.for_user(user).values_list("model", flat=True)))


async def test_a_star_is_given_and_taken_twice_with_the_same_result(models, owner, alice):
    for _ in range(2):
        assert (await owner.put(URL)).status_code == 204
        assert await stars(alice) == ["local/espeak-ng"]
    for _ in range(2):
        assert (await owner.delete(URL)).status_code == 204
        assert await stars(alice) == []


async def test_nobody_elses_star_is_touched(models, owner, alice, bob, charlie, async_client):
    await owner.put(URL)
    for other in (bob, charlie):
        theirs = await client_of(other)
        assert (await theirs.delete(URL)).status_code == 204
        assert (await stars(alice), await stars(other)) == (["local/espeak-ng"], [])
    assert (await async_client.put(URL)).status_code == 401


async def test_a_model_that_does_not_exist_takes_no_star(models, owner, alice):
    assert (await owner.put("/favourites/nobody/none")).status_code == 404
    assert (await owner.post(URL)).status_code == 405
    assert await stars(alice) == []
