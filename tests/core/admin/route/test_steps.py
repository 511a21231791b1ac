"""The route of a model on its page in the admin: the steps, what each says, how it is now."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.access.endpoints.health import health
from core.admin.catalogue.route.steps import State, Step, steps
from core.catalogue import lookup, snapshot
from core.contract.errors import UpstreamDenied, UpstreamFailed
from core.contract.route import Target
from core.models import AIModel, BalancedModel, Endpoint, FallbackModel, Provider, RoutingPolicy
from core.routing import statistics
from core.routing.statistics import EndpointStatistics, Percentiles, Window


@pytest.fixture
def talker(catalogue) -> AIModel:
    found = AIModel.objects.get(slug="acme/talker")
    acme = Provider.objects.create(slug="acme", name="Acme", wire="openai", needs_key=False)
    found.endpoints.update(provider=acme)
    return found


@pytest.fixture
def other(catalogue) -> AIModel:
    return AIModel.objects.get(slug="local/espeak-ng")


@pytest.fixture
def endpoint(talker) -> Endpoint:
    return talker.endpoints.get()


@pytest.fixture(autouse=True)
def fresh(monkeypatch, settings):
    """Health that no other process tells of: there is no event loop that could ask Redis."""
    settings.REDIS_URL = ""
    monkeypatch.setattr(health, "_records", {})
    yield
    statistics.replace({})


def found(model: AIModel) -> dict[str, Step]:
    snapshot.refresh_if_changed()
    return {step.title: step for step in steps(lookup.get(model.slug))}


def test_a_model_without_a_policy_has_its_endpoints_and_an_error(talker, endpoint):
    told = found(talker)
    assert list(told) == ["Cache", "Endpoints", "Fallback models", "Error"]
    assert told["Cache"].facts == ("only where the request asks for it",)
    assert told["Endpoints"].facts == ("by priority, then by weight", "1 further try at each")
    (part,) = told["Endpoints"].parts
    assert (part.title, part.facts) == ("Acme", (endpoint.upstream_id, "priority 10"))
    assert (part.now, part.state) == ("ready", State.GOOD)
    assert (told["Fallback models"].facts, told["Fallback models"].parts) == (("none",), ())


def test_a_policy_is_told_in_words(talker, other):
    RoutingPolicy.objects.create(
        model=talker, balance="round_robin", sort="latency", hedge=True, hedge_ms=250, retries=2,
        retry_codes=[503, 429], call_timeout=2.5, deadline=60, fallback_codes=[500], cache_seconds=600,
    )  # fmt: skip
    BalancedModel.objects.create(model=talker, balanced=talker, weight=3)
    BalancedModel.objects.create(model=talker, balanced=other, weight=1)
    told = found(talker)
    assert list(told) == ["Cache", "Balance", "Endpoints", "Fallback models", "Error"]
    assert told["Cache"].facts == ("answers of the API for 600 seconds",)
    assert told["Balance"].facts == ("each in turn",)
    assert [(part.title, part.facts) for part in told["Balance"].parts] == [
        ("acme/talker", ("weight 3: 75%",)),
        ("local/espeak-ng", ("weight 1: 25%",)),
    ]
    assert told["Endpoints"].facts == (
        "first the one that begins to answer soonest",
        "2 further tries at each, after 429, 503",
        "2.5 s to the first content",
        "60 s altogether",
        "a second one beside a late one: after 250 ms",
    )


def test_endpoints_have_shares_and_ceilings(talker, endpoint):
    Endpoint.objects.filter(pk=endpoint.pk).update(
        weight=2, requests_per_minute=60, parallel_requests=1, priority=1
    )
    spare = Provider.objects.create(slug="spare", name="Spare", wire="openai", needs_key=False)
    Endpoint.objects.create(model=talker, provider=spare, upstream_id="twin", weight=1, priority=1)
    off = Provider.objects.create(slug="off", name="Off", wire="openai")
    Endpoint.objects.create(model=talker, provider=off, upstream_id="dear", weight=7, priority=1)
    first, second, third = sorted(found(talker)["Endpoints"].parts, key=lambda part: part.title)
    assert (first.title, first.facts[1:]) == (
        "Acme",
        ("priority 1", "weight 2: 67%", "at most 60 requests a minute", "at most 1 request at a time"),
    )
    assert (second.title, second.now, second.state, second.facts[1:]) == (
        "Off", "needs a key", State.OFF, ("priority 1",),
    )  # fmt: skip
    assert (third.title, third.facts[1:]) == ("Spare", ("priority 1", "weight 1: 33%"))


def test_an_endpoint_tells_how_it_is_now(talker, endpoint):
    target = Target(endpoint.pk, "acme", "Acme", "openai", "http://acme.test", "m")
    health.record(target, UpstreamFailed("It failed."))
    (part,) = found(talker)["Endpoints"].parts
    assert (part.now, part.state) == ("1 failure in a row", State.POOR)
    health.record(target, UpstreamDenied("It refused the key."))
    (part,) = found(talker)["Endpoints"].parts
    assert (part.now, part.state) == ("rests for 30 seconds", State.POOR)
    endpoint.enabled = False
    endpoint.save()
    snapshot.refresh_if_changed()
    (part,) = steps(snapshot.current().models[talker.slug])[1].parts
    assert (part.now, part.state) == ("switched off", State.OFF)


def test_an_endpoint_tells_of_its_last_day(talker, endpoint):
    day = Window(10, 99.5, Percentiles(321.4, 400, 500, 800, 1200))
    statistics.replace({endpoint.pk: EndpointStatistics(Window(), Window(), day)})
    (part,) = found(talker)["Endpoints"].parts
    assert part.facts[-2:] == ("first content after 321 ms", "uptime 99.5%")


def test_a_fallback_tells_what_it_cannot_take(talker, other):
    AIModel.objects.filter(pk=talker.pk).update(
        tasks=["speech", "chat"], input_modalities=["text", "audio"], output_modalities=["speech"],
        features=["tools", "recommended"], formats=["mp3", "wav"], limits={"characters": 5000},
    )  # fmt: skip
    AIModel.objects.filter(pk=other.pk).update(
        tasks=["speech"], input_modalities=["text"], output_modalities=["speech"], features=[],
        formats=["wav"], limits={"characters": 20}, enabled=False,
    )  # fmt: skip
    FallbackModel.objects.create(model=talker, fallback=other)
    (part,) = found(talker)["Fallback models"].parts
    assert part.title == "local/espeak-ng"
    assert part.facts[:3] == ("does not do: chat", "does not take: audio", "has no: tools")
    assert part.facts[-1] == "only 20 characters"
    assert (part.now, part.state) == ("switched off", State.OFF)


def test_the_page_has_the_pictures_and_the_table(browser, talker, endpoint):
    Endpoint.objects.filter(pk=endpoint.pk).update(upstream_id="<b>&talker")
    page = browser.get(reverse("admin:core_aimodel_change", args=[talker.pk])).content.decode()
    assert [page.count(f'class="route-picture route-{name}"') for name in ("wide", "narrow")] == [1, 1]
    assert page.count("&lt;b&gt;&amp;talker</text>") == 2
    assert '<table id="route-table">' in page
    assert "<b>&talker" not in page
    assert page.count("style=") == page.count("<style") == 0


def test_a_new_model_has_no_route(browser):
    assert "route-map" not in browser.get(reverse("admin:core_aimodel_add")).content.decode()
