"""How a model is routed, on its page: what can be entered, by whom, and what is left of it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from core.catalogue import lookup, snapshot
from core.contract.routing import Balance, Hedge, LoadBalancer, NamedModel
from core.models import AIModel, AuditEvent, BalancedModel, FallbackModel, RoutingPolicy
from tests.core.admin.test_catalogue import change, form_data


@pytest.fixture
def talker(catalogue) -> AIModel:
    return AIModel.objects.get(slug="acme/talker")


@pytest.fixture
def other(catalogue) -> AIModel:
    return AIModel.objects.get(slug="local/espeak-ng")


def policy(**fields: object) -> dict[str, object]:
    return {"routing_policy-TOTAL_FORMS": 1} | {
        f"routing_policy-0-{name}": value for name, value in fields.items()
    }


def fallbacks(*models: AIModel) -> dict[str, object]:
    rows = {f"fallbacks-{at}-fallback": model.pk for at, model in enumerate(models)}
    places = {f"fallbacks-{at}-position": at for at in range(len(models))}
    return {"fallbacks-TOTAL_FORMS": len(models), **rows, **places}


def balanced(*models: AIModel, **fields: object) -> dict[str, object]:
    rows = {f"balanced-{at}-balanced": model.pk for at, model in enumerate(models)}
    weights = {f"balanced-{at}-weight": fields.get("weight", at + 1) for at in range(len(models))}
    return {"balanced-TOTAL_FORMS": len(models), **rows, **weights}


def errors(page) -> list[str]:
    found = []
    for formset in page.context["inline_admin_formsets"]:
        found += [str(text) for text in formset.formset.non_form_errors()]
        for form in formset.formset.errors:
            found += [str(text) for texts in form.values() for text in texts]
    return found


def test_a_policy_is_entered_on_the_models_page(browser, talker, other):
    snapshot.refresh_if_changed()
    fields = {"retries": 2, "retry_codes": "429, 503", "call_timeout": "2.5", "cache_seconds": 60}
    page = change(browser, talker, **policy(**fields), **fallbacks(other))
    assert page.status_code == 302
    snapshot.refresh_if_changed()
    entry = lookup.find("acme/talker")
    assert entry.policy.fallbacks == (NamedModel("local/espeak-ng", ""),)
    assert (entry.policy.retries, entry.policy.retry_codes) == (2, {429, 503})
    assert (entry.policy.call_timeout, entry.policy.deadline, entry.cache_seconds) == (2.5, None, 60)
    event = AuditEvent.objects.get()
    assert (event.action, event.subject) == ("aimodel.changed", "acme/talker")
    assert [change["added"]["name"] for change in event.detail["changes"]] == ["routing", "fallback model"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("retries", "6"),
        ("retries", "-1"),
        ("retry_codes", "200"),
        ("retry_codes", "many"),
        ("fallback_codes", "600"),
        ("fallback_codes", ", ".join(str(code) for code in range(400, 421))),
        ("call_timeout", "0"),
        ("deadline", "nan"),
        ("deadline", "3601"),
        ("cache_seconds", "0"),
        ("cache_seconds", "300000"),
        ("sort", "random"),
        ("balance", "random"),
        ("hedge_ms", "0"),
    ],
)
def test_what_cannot_be_obeyed_is_refused(browser, talker, field, value):
    page = change(browser, talker, **policy(**{field: value}))
    assert (page.status_code, len(errors(page))) == (200, 1)
    assert not RoutingPolicy.objects.exists()


def test_a_model_is_no_fallback_of_itself(browser, talker):
    page = change(browser, talker, **fallbacks(talker))
    assert errors(page) == ["A model is no fallback of itself."]
    assert not FallbackModel.objects.exists()


def test_models_to_balance_and_a_hedge_are_entered_on_the_models_page(browser, talker, other):
    fields = {"balance": "round_robin", "hedge": "on", "hedge_ms": 250}
    page = change(browser, talker, **policy(**fields), **balanced(talker, other))
    assert page.status_code == 302
    snapshot.refresh_if_changed()
    rules = lookup.find("acme/talker").policy
    models = (NamedModel("acme/talker", "", 1), NamedModel("local/espeak-ng", "", 2))
    assert rules.balancer == LoadBalancer(Balance.ROUND_ROBIN, models)
    assert rules.provider.hedge == Hedge(0.25)


def test_a_model_to_balance_is_one_of_its_tasks_with_a_weight(browser, talker, other):
    writer = AIModel.objects.create(slug="acme/writer", name="Writer", tasks=["chat"])
    assert errors(change(browser, talker, **balanced(writer))) == ["It does none of the tasks of this model."]
    assert len(errors(change(browser, talker, **balanced(other, weight=0)))) == 1
    assert len(errors(change(browser, talker, **balanced(other, other)))) >= 1
    assert not BalancedModel.objects.exists()


@pytest.mark.parametrize(("field", "value"), [("requests_per_minute", 0), ("parallel_requests", "many")])
def test_a_ceiling_is_at_least_one_request(browser, talker, field, value):
    page = change(browser, talker, **{f"endpoints-0-{field}": value})
    assert (page.status_code, len(errors(page))) == (200, 1)
    assert change(browser, talker, **{f"endpoints-0-{field}": 3}).status_code == 302
    snapshot.refresh_if_changed()
    assert getattr(lookup.find("acme/talker").endpoints[0], field) == 3


def test_a_fallback_is_named_once(browser, talker, other):
    page = change(browser, talker, **fallbacks(other, other))
    assert page.status_code == 200
    assert not FallbackModel.objects.exists()


def test_a_fallback_does_one_of_the_tasks(browser, talker):
    writer = AIModel.objects.create(slug="acme/writer", name="Writer", tasks=["chat"])
    page = change(browser, talker, **fallbacks(writer))
    assert errors(page) == ["It does none of the tasks of this model."]


def test_a_key_that_no_row_can_have_is_refused(browser, talker):
    page = change(browser, talker, **fallbacks(talker) | {"fallbacks-0-fallback": "9" * 40})
    assert page.status_code == 200
    assert not FallbackModel.objects.exists()


def test_staff_without_the_right_does_not_change_the_routing(client, alice, talker, other):
    alice.is_staff = True
    alice.save()
    client.force_login(alice)
    address = reverse("admin:core_aimodel_change", args=[talker.pk])
    asked = {**policy(retries=3), **fallbacks(other)}
    assert client.post(address, asked).status_code == 403
    names = ("view_aimodel", "change_aimodel")
    alice.user_permissions.set(Permission.objects.filter(codename__in=names))
    page = client.get(address)
    assert page.status_code == 200
    assert client.post(address, {**form_data(page), **asked}).status_code == 302
    assert not RoutingPolicy.objects.exists()
    assert not FallbackModel.objects.exists()
