"""What differs between a list and the catalogue, and how long it is kept."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from core.models import AIModel, Endpoint, Finding, Price, Provider
from core.operations import sync
from core.operations.findings import HORIZON
from tests.core.operations.test_sync import RICH, rich

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Provider:
    return Provider.objects.create(slug="acme", name="Acme")


@pytest.fixture
def talker(acme) -> Endpoint:
    """The model of `RICH` with the prices of its list."""
    sync.compare("acme", [RICH], add=True)
    return Endpoint.objects.get()


def found(*rows: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row.kind, row.model) for row in sync.compare("acme", rows, add=False).findings]


def priced(**pricing: str) -> dict[str, Any]:
    return {**RICH, "pricing": {**RICH["pricing"], **pricing}}


def ending(day: date, name: str = "expiration_date") -> dict[str, Any]:
    return {**RICH, name: day.isoformat()}


TODAY = timezone.now().date()


def test_a_list_like_the_catalogue_has_no_findings(talker):
    assert found(RICH) == []


def test_a_new_model_is_told_with_its_tasks_and_prices(acme):
    assert found(RICH, rich("acme/ranker", ["rerank"])) == [("new", "acme/talker-2")]
    detail = Finding.objects.get().detail
    assert (detail["tasks"], detail["input_modalities"]) == (["chat"], ["text", "audio"])
    assert detail["prices"][0] == ["text_in", "token", "0.000002", {}]
    assert (AIModel.objects.count(), Price.objects.count()) == (0, 0)


def test_a_price_is_told_as_it_was_and_as_it_is(talker):
    assert found(priced(prompt="0.000003", audio="0.00004")) == [("price", "acme/talker-2")]
    finding = Finding.objects.get()
    assert finding.detail == {
        "old": [["text_in", "token", "0.000002", {}]],
        "new": [["text_in", "token", "0.000003", {}]],
    }
    assert finding.endpoint == talker


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"audio": "0"}, ["audio_in", "token", "0", {}]),
        ({"input_cache_read": "0.0000002"}, ["cached_in", "token", "0.0000002", {}]),
        (
            {"overrides": [{"min_prompt_tokens": 200000, "prompt": "0.000005"}]},
            ["text_in", "token", "0.000005", {"min_prompt_tokens": 200000}],
        ),
    ],
    ids=["became free", "a line more", "long prompts"],
)
def test_every_line_of_a_sheet_is_compared(talker, change, line):
    assert found(priced(**change)) == [("price", "acme/talker-2")]
    assert Finding.objects.get().detail["new"] == [line]


def test_what_the_list_does_not_price_is_no_change(talker):
    Price.objects.create(endpoint=talker, kind="file_in", unit="page", usd_per_unit=Decimal("0.002"))
    assert found(priced(image_output="0", web_search="0.02")) == []
    assert found({**RICH, "pricing": {"prompt": "-1", "completion": "-1"}}) == []
    assert found({"id": "acme/talker-2"}) == []


def test_an_unpriced_endpoint_is_told_the_whole_sheet(talker):
    talker.prices.all().delete()
    assert found(RICH) == [("price", "acme/talker-2")]
    detail = Finding.objects.get().detail
    assert (detail["old"], len(detail["new"])) == ([], 4)


@pytest.mark.parametrize("name", ["expiration_date", "shutdown_date"])
@pytest.mark.parametrize(("days", "expected"), [(60, ["shutdown"]), (61, []), (0, ["shutdown"])])
def test_a_shutdown_within_sixty_days_is_told(talker, name, days, expected):
    assert timedelta(days=60) == HORIZON
    day = TODAY + timedelta(days=days)
    assert [kind for kind, _ in found(ending(day, name))] == expected
    assert [row.detail for row in Finding.objects.all()] == [{"day": str(day), "replacement": ""}] * len(
        expected
    )


def test_a_shutdown_that_only_the_catalogue_knows_is_told(talker):
    day = TODAY + timedelta(days=10)
    AIModel.objects.update(shutdown_at=day, replacement="acme/talker-3")
    assert found(RICH) == [("shutdown", "acme/talker-2")]
    assert Finding.objects.get().detail == {"day": str(day), "replacement": "acme/talker-3"}


@pytest.mark.parametrize(("said", "known", "told"), [("talker-3", "", "acme/newer"), ("talker-4", "", ""),
    ("talker-3", "acme/own", "acme/own"), (None, "", "")])  # fmt: skip
def test_the_lists_own_replacement_is_told_where_the_catalogue_has_none(talker, acme, said, known, told):
    newer = AIModel.objects.create(slug="acme/newer", name="Newer", tasks=["chat"])
    Endpoint.objects.create(model=newer, provider=acme, upstream_id="talker-3", options={"listed": False})
    AIModel.objects.filter(slug="acme/talker-2").update(replacement=known)
    found({**ending(TODAY, "shutdown_date"), "replacement": said})
    assert Finding.objects.get(kind="shutdown").detail["replacement"] == told


def test_what_is_switched_off_or_retired_is_left_alone(talker):
    AIModel.objects.update(shutdown_at=TODAY)
    assert found() == []
    AIModel.objects.update(shutdown_at=None, enabled=False)
    assert found() == []
    AIModel.objects.update(enabled=True)
    Endpoint.objects.update(enabled=False)
    assert found(priced(prompt="1")) == []
    Endpoint.objects.update(enabled=True, options={"listed": False})
    assert found() == []
    Endpoint.objects.update(options={})
    assert found() == [("gone", "acme/talker-2")]


def test_what_is_no_longer_true_is_forgotten(talker):
    found(priced(prompt="1"), rich("acme/other", ["text"]))
    assert Finding.objects.count() == 2
    assert found(RICH) == []
    assert Finding.objects.count() == 0


def test_a_finding_is_kept_once_with_the_day_it_was_found(talker):
    found(priced(prompt="1"))
    first = Finding.objects.get()
    found(priced(prompt="2"))
    second = Finding.objects.get()
    assert (second.pk, second.found_at) == (first.pk, first.found_at)
    assert second.detail["new"][0][2] == "2"


def test_a_dismissed_price_comes_back_with_another_one_only(talker):
    found(priced(prompt="1"))
    Finding.objects.update(dismissed=True)
    assert found(priced(prompt="1")) == []
    assert found(priced(prompt="2")) == [("price", "acme/talker-2")]


def test_a_dismissed_model_stays_dismissed(acme):
    found(RICH)
    Finding.objects.update(dismissed=True)
    assert found(priced(prompt="9")) == []
    assert Finding.objects.get().dismissed


def test_the_findings_of_another_provider_stay(talker):
    other = Provider.objects.create(slug="other", name="Other")
    Finding.objects.create(provider=other, kind="new", upstream_id="x", model="other/x")
    found(RICH)
    assert [row.provider for row in Finding.objects.all()] == [other]
