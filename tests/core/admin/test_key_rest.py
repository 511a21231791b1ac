"""Several keys of one provider: the admin names the one that rests, why and until when."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from core import gateway
from core.catalogue import lookup, route, snapshot
from core.contract.chat import ChatRequest
from core.contract.errors import PolyphonyError, UpstreamDenied
from core.models import AIModel, Endpoint, Provider, ProviderKey
from core.routing.credentials import Credentials

SECOND = "sk-second-canary-9876543210"


@pytest.fixture(autouse=True)
def rested(monkeypatch, settings) -> None:
    """No key rests because of another test. Each process has its own view of the keys, and the health of
    endpoints can be sent to Redis from within an event loop only."""
    settings.REDIS_URL = ""
    monkeypatch.setattr(gateway.health, "credentials", Credentials())


@pytest.fixture
def keys(acme) -> list[ProviderKey]:
    """Acme's keys, the one that is used first at the front."""
    ProviderKey.objects.create(provider=acme, label="second", secret=SECOND)
    ProviderKey.objects.create(provider=acme, label="old", secret="sk-old-0123456789abcdef", active=False)
    model = AIModel.objects.create(slug="acme/writer", name="Writer", tasks=["chat"])
    Endpoint.objects.create(model=model, provider=acme, upstream_id="writer")
    snapshot.reload()
    return list(acme.keys.filter(active=True))


def fail(error: PolyphonyError) -> str:
    """One call whose key the provider refuses; the key."""
    assert lookup.canonical("acme/writer") == "acme/writer"
    request = ChatRequest("acme/writer", ({"role": "user", "content": "Hello"},))
    (target,) = route.route(request).targets
    chosen = gateway.health.credentials.choose(target)
    gateway.health.record(chosen, error)
    return chosen.credential.reveal()


def states(browser, acme: Provider) -> list[str]:
    page = browser.get(reverse("admin:core_provider_change", args=[acme.pk])).content.decode()
    return re.findall(r'<td class="field-rest">\s*<p>(.*?)</p>', page, re.DOTALL)


def listed(browser) -> str:
    rows = browser.get(reverse("admin:core_provider_changelist")).context["cl"]
    return rows.model_admin.key(rows.result_list[0])


def test_keys_that_work_are_in_use(browser, acme, keys):
    assert states(browser, acme) == ["not in use", "in use", "in use", ""]  # the last is the empty row
    assert listed(browser) == "stored …3210, …cdef"


@pytest.mark.parametrize(
    ("error", "reason", "seconds"),
    [
        (UpstreamDenied("x"), "The provider refused it.", 300),
        (UpstreamDenied("x", code="upstream_no_credit"), "Its account has no credit.", 600),
    ],
)
def test_a_key_that_rests_is_named_with_reason_and_time(browser, acme, keys, error, reason, seconds):
    assert fail(error) == SECOND
    before = timezone.localtime()
    state = states(browser, acme)[1]
    ends = {date_format(before + timedelta(seconds=seconds + late), "H:i") for late in (-1, 0, 60)}
    assert state in {f"{reason} Rests until {end}." for end in ends}
    assert listed(browser) == "stored …3210 (rests), …cdef"


def test_a_new_secret_in_its_row_rests_no_longer(browser, acme, keys):
    fail(UpstreamDenied("x"))
    keys[0].secret = "sk-fresh-0123456789abcdef"
    keys[0].save()
    assert states(browser, acme)[1] == "in use"


def test_a_key_is_retired_without_a_gap(acme, keys):
    keys[0].active = False
    keys[0].save()
    snapshot.refresh_if_changed()
    assert fail(UpstreamDenied("x")) != SECOND
