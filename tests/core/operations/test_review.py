"""What becomes of findings that an admin takes, dismisses, or brings back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.utils import timezone

from core import operations
from core.catalogue import lookup, snapshot
from core.contract.errors import ModelRetired, UpstreamDenied
from core.contract.tasks import Task
from core.models import AIModel, AuditEvent, Endpoint, Finding, Price, Provider, UsageRecord
from core.models.offload import offload
from tests.core.operations.test_findings import ending, priced
from tests.core.operations.test_sync import RICH, listing, rich
from tests.fakes import scenarios

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def talker(row, provider) -> Endpoint:
    listing(provider, RICH)
    sync(add=True)
    return Endpoint.objects.select_related("model").get()


def sync(*, add: bool = False) -> list[Finding]:
    return async_to_sync(operations.sync_models)("fake", add=add).findings


def take(actor, **only: str) -> operations.Decision:
    chosen = Finding.objects.filter(**only).select_related("provider", "endpoint__model")
    return async_to_sync(operations.take)(list(chosen), actor)


def events() -> list[tuple[str, str, object, list[str]]]:
    rows = AuditEvent.objects.exclude(action="models.synced").select_related("actor").order_by("pk")
    return [(row.action, row.subject, row.actor, row.detail["models"]) for row in rows]


def test_a_new_model_is_imported_and_its_finding_gone(row, provider, alice):
    listing(provider, RICH, rich("acme/other", ["text"]))
    sync()
    assert take(alice, model="acme/talker-2") == (1, {})
    assert [*AIModel.objects.values_list("slug", flat=True)] == ["acme/talker-2"]
    assert [*Finding.objects.values_list("model", flat=True)] == ["acme/other"]
    assert events() == [("models.imported", "fake", alice, ["acme/talker-2"])]


def test_a_new_price_is_taken_and_the_old_one_is_history(talker, provider, alice):
    bill = {"task": "chat", "model": "acme/talker-2", "cost": Decimal("0.002"), "state": "settled"}
    record = UsageRecord.objects.create(public_id="gen-1", user=alice, created_at=timezone.now(), **bill)
    before = list(Price.objects.order_by("pk").values_list("pk", "usd_per_unit", "valid_from"))
    listing(provider, priced(prompt="0.000003"))
    sync()
    snapshot.reload()
    assert amount() == Decimal("0.000002")
    assert take(alice) == (1, {})
    snapshot.refresh_if_changed()
    assert amount() == Decimal("0.000003")
    after = list(Price.objects.order_by("pk").values_list("pk", "usd_per_unit", "valid_from"))
    assert after[:4] == before
    assert [price for _, price, _ in after[4:]] == [Decimal("0.000003")]
    record.refresh_from_db()
    assert record.cost == Decimal("0.002")
    assert (sync(), events()) == ([], [("prices.taken", "fake", alice, ["acme/talker-2"])])


def amount() -> Decimal:
    """What a token of text costs now."""
    (endpoint,) = snapshot.current().models["acme/talker-2"].endpoints
    (price,) = [one for one in endpoint.prices if one.name == "text_in.token" and not one.condition]
    return price.usd_per_unit


def test_what_is_gone_is_retired_with_its_successor(talker, provider, alice):
    AIModel.objects.update(replacement="acme/talker-3")
    listing(provider, rich("acme/other", ["text"]))
    sync()
    assert take(alice, kind="gone") == (1, {})
    snapshot.reload()
    with pytest.raises(ModelRetired) as refusal:
        lookup.get_for("acme/talker-2", Task.CHAT)
    assert refusal.value.metadata["fallback_models"] == ["acme/talker-3"]
    assert [row.kind for row in sync()] == ["new"]
    assert events() == [("models.retired", "fake", alice, ["acme/talker-2"])]


def test_what_others_serve_is_switched_off_here_only(talker, provider, alice):
    other = Provider.objects.create(slug="other", name="Other", needs_key=False)
    Endpoint.objects.create(model=talker.model, provider=other, upstream_id="t")
    listing(provider, rich("acme/other", ["text"]))
    sync()
    take(alice, kind="gone")
    assert [*Endpoint.objects.order_by("pk").values_list("enabled", flat=True)] == [False, True]
    assert AIModel.objects.get().shutdown_at is None


def test_a_shutdown_is_noted_for_its_day_and_then_put_aside(talker, provider, alice):
    day = timezone.now().date() + timedelta(days=20)
    listing(provider, ending(day))
    assert [finding.kind for finding in sync()] == ["shutdown"]
    take(alice)
    model = AIModel.objects.get()
    assert (model.shutdown_at, model.retired()) == (day, False)
    assert (sync(), Finding.objects.get().dismissed) == ([], True)


def test_a_shutdown_that_was_noted_before_is_taken_at_once(talker, provider, alice):
    today = timezone.now().date()
    AIModel.objects.update(shutdown_at=today + timedelta(days=20))
    sync()
    take(alice)
    assert AIModel.objects.get().shutdown_at == today


def test_a_list_that_cannot_be_read_imports_nothing_and_hinders_no_other_decision(talker, provider, alice):
    listing(provider, rich("acme/other", ["text"]))
    sync()
    provider.script("models", scenarios.status(401))
    decision = take(alice)
    assert decision.taken == 1
    assert {name: type(error) for name, error in decision.failures.items()} == {"Fake": UpstreamDenied}
    assert [*Finding.objects.values_list("kind", flat=True)] == ["new"]


def test_what_was_decided_meanwhile_is_not_done_twice(talker, provider, alice, bob):
    listing(provider, priced(prompt="0.000003"))
    found = sync()
    assert [async_to_sync(operations.take)(found, actor).taken for actor in (alice, bob)] == [1, 0]
    assert (Price.objects.count(), len(events())) == (5, 1)


@pytest.mark.anyio
async def test_findings_are_put_aside_and_brought_back(row, provider, alice):
    listing(provider, RICH)
    report = await operations.sync_models("fake")
    assert await offload(operations.dismiss, report.findings, alice) == 1
    assert (await operations.sync_models("fake")).findings == []
    await offload(lambda: operations.dismiss(report.findings, alice, dismissed=False))
    assert [row.model for row in (await operations.sync_models("fake")).findings] == ["acme/talker-2"]
    assert await offload(events) == [
        ("findings.dismissed", "fake", alice, ["acme/talker-2"]),
        ("findings.restored", "fake", alice, ["acme/talker-2"]),
    ]
