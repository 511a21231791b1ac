import json
import socket

import pytest
from django.utils import timezone

from core import operations
from core.catalogue import snapshot
from core.contract.errors import NotFound
from core.media import installed
from core.media.pool.shared import close_shared_pools
from core.models import Provider, ProviderKey, Version
from core.models.offload import offload
from core.models.version import bump
from tests.core.operations.conftest import CANARY
from tests.fakes import elevenlabs, scenarios

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def stored() -> Provider:
    return await Provider.objects.aget(slug="fake")


async def test_a_live_provider_reports_its_number_of_models(row, provider):
    check = await operations.test_connection("fake")
    assert check == operations.ConnectionCheck(True, "It answers and lists 2 models.")
    assert provider.requests[0].headers["authorization"] == f"Bearer {CANARY}"
    noted = await stored()
    assert noted.check_result == check.message
    assert (timezone.now() - noted.checked_at).total_seconds() < 60


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        (scenarios.status(401), "It does not accept the key, or the account has no credit."),
        (scenarios.echo(401), "It does not accept the key, or the account has no credit."),
        (scenarios.echo(400), "It answers, but has no list of models at this address."),
        (scenarios.status(404), "It answers, but has no list of models at this address."),
        (scenarios.status(429), "It answers that we ask too often."),
        (scenarios.echo(500), "It answers with an error of its own."),
        (
            scenarios.body(b"<html>hello", "text/html"),
            "It answers with something else than a list of models.",
        ),
        (scenarios.body(b"{not json"), "It answers with something else than a list of models."),
        (scenarios.redirect(), "It answers with something else than a list of models."),
        (scenarios.hang_up, "It cannot be reached at this address."),
    ],
)
async def test_a_failure_is_reported_by_its_class_alone(row, provider, scenario, message):
    provider.script("models", scenario)
    assert await operations.test_connection("fake") == operations.ConnectionCheck(False, message)
    assert (await stored()).check_result == message
    assert provider.canary_hits == 0


@pytest.mark.parametrize(
    ("subscription", "account"),
    [
        (
            scenarios.body(json.dumps(elevenlabs.SUBSCRIPTION).encode()),
            " Plan: creator. 1,200 of 100,000 characters of this period are used."
            " The next period begins on 2027-01-01.",
        ),
        (scenarios.body(b'{"tier": "free"}'), " Plan: free."),
        (scenarios.body(b'{"tier": "<b>bold</b>"}'), ""),
        (scenarios.status(401), ""),
    ],
)
async def test_the_account_is_told_where_the_vendor_tells_it(row, provider, subscription, account):
    await Provider.objects.filter(slug="fake").aupdate(wire="elevenlabs")
    provider.script("models", scenarios.body(json.dumps(elevenlabs.MODELS).encode()))
    provider.script("subscription", subscription)
    check = await operations.test_connection("fake")
    assert check == operations.ConnectionCheck(True, f"It answers and lists 2 models.{account}")


async def test_a_dead_address_is_unreachable(row):
    with socket.socket() as taken:  # bound, not listening: nobody else gets the port, nobody answers
        taken.bind(("127.0.0.1", 0))
        await Provider.objects.aupdate(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        await offload(bump, Version.CATALOGUE)
        check = await operations.test_connection("fake")
    assert check == operations.ConnectionCheck(False, "It cannot be reached at this address.")


async def test_a_provider_without_a_key_is_not_called(row, provider):
    await ProviderKey.objects.all().adelete()
    check = await operations.test_connection("fake")
    assert check == operations.ConnectionCheck(False, "Fake needs a key: an admin adds one under Providers.")
    assert provider.requests == []


async def test_a_key_in_the_environment_is_used(row, provider, settings):
    await ProviderKey.objects.all().adelete()
    await Provider.objects.aupdate(environment="FAKE")
    settings.PROVIDER_ENVIRONMENT = {"FAKE": {"api_key": "sk-from-outside", "base_url": ""}}
    assert (await operations.test_connection("fake")).ok
    assert provider.requests[0].headers["authorization"] == "Bearer sk-from-outside"


async def test_a_locked_key_is_reported_and_not_sent(row, provider, settings):
    settings.POLYPHONY_SECRET_KEYS = ["bXkgb3RoZXIga2V5LCAzMiBieXRlcyBsb25nIHlvdSBrbm8="]
    check = await operations.test_connection("fake")
    assert check == operations.ConnectionCheck(
        False, "The stored key cannot be decrypted with the present key ring."
    )
    assert provider.requests == []


async def test_a_provider_is_tested_before_it_is_switched_on(row):
    row.enabled = False
    await row.asave()
    assert (await operations.test_connection("fake")).ok


async def test_storing_the_result_reloads_nothing(row):
    await operations.test_connection("fake")
    before = await Version.objects.aget(name=Version.CATALOGUE)
    await operations.test_connection("fake")
    assert (await Version.objects.aget(name=Version.CATALOGUE)).number == before.number
    assert snapshot.current().number == before.number


async def test_an_unknown_provider_is_not_found(transactional_db):
    with pytest.raises(NotFound):
        await operations.test_connection("nobody")


async def test_the_local_engine_is_started_and_answers(row):
    await Provider.objects.acreate(slug="local", name="Local", wire="local", needs_key=False)
    hints = [
        installed.speech_hint(),
        installed.natural_speech_hint(),
        installed.inspection_hint(),
        installed.drawing_hint(),
    ]
    hints += [installed.transcription_hint(name) for name in installed.RECOGNISERS]
    if hints[0]:
        assert hints[0] in (await operations.test_connection("local")).message
    else:
        assert await operations.test_connection("local") == operations.ConnectionCheck(
            True, f"It answers and lists {hints.count(None)} models."
        )
    await offload(close_shared_pools)


async def test_the_rehearsal_provider_fails_on_demand(row):
    rehearsal = Provider(slug="rehearsal", name="Rehearsal", wire="rehearsal", needs_key=False)
    await rehearsal.asave()
    assert (await operations.test_connection("rehearsal")).ok
    rehearsal.options = {"fail": "auth"}
    await rehearsal.asave()
    check = await operations.test_connection("rehearsal")
    assert check == operations.ConnectionCheck(
        False, "It does not accept the key, or the account has no credit."
    )


async def test_an_unknown_wire_is_reported(row):
    await Provider.objects.acreate(slug="later", name="Later", wire="telegraph", needs_key=False)
    check = await operations.test_connection("later")
    assert check == operations.ConnectionCheck(False, "Later is not supported in this version.")


SECOND = "sk-second-canary-9876543210"


async def test_another_key_is_tried_where_one_is_refused(row, provider):
    second = await ProviderKey.objects.acreate(provider=row, secret=SECOND)
    provider.script("models", scenarios.status(401), scenarios.models)
    check = await operations.test_connection("fake")
    assert check == operations.ConnectionCheck(True, "It answers and lists 2 models.")
    sent = [seen.headers["authorization"] for seen in provider.requests]
    assert sent == [f"Bearer {SECOND}", f"Bearer {CANARY}"]
    assert operations.rest_text(second).startswith("The provider refused it. Rests until ")
    await operations.sync_models("fake")
    assert provider.requests[2].headers["authorization"] == f"Bearer {CANARY}"


async def test_when_every_key_is_refused_the_test_says_so_once(row, provider):
    await ProviderKey.objects.acreate(provider=row, secret=SECOND)
    provider.script("models", scenarios.status(401))
    assert not (await operations.test_connection("fake")).ok
    assert len(provider.requests) == 2
