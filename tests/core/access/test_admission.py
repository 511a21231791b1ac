"""Scopes, rates, budgets and withdrawal of a caller's grant."""

from __future__ import annotations

import pytest

from core.access import admission, keys, snapshot
from core.contract.errors import AuthenticationFailed, NotPermitted
from core.contract.speech import SpeechRequest
from core.models import Budget
from tests.core.access.headers import authenticate

pytestmark = pytest.mark.django_db(transaction=True)

REQUEST = SpeechRequest(model="local/espeak-ng", text="Hello")


def test_scopes_hold_for_task_model_and_network(alice):
    limits = [
        ({"allowed_tasks": ["chat"]}, "endpoint_not_allowed"),
        ({"allowed_models": ["openai/tts-1"]}, "model_not_allowed"),
        ({"allowed_networks": ["10.0.0.0/8"]}, "ip_not_allowed"),
    ]
    for fields, code in limits:
        text, _ = keys.issue(alice, **fields)
        caller = authenticate(text)
        with pytest.raises(NotPermitted) as caught:
            admission.admit(caller, REQUEST)
        assert caught.value.provider_code == code


def test_a_grant_names_exactly_the_budgets_it_is_charged_to(issued, alice, bob, charlie, team):
    mine = [
        Budget.objects.create(limit=1).id,
        Budget.objects.create(limit=1, team=team).id,
        Budget.objects.create(limit=1, user=alice).id,
        Budget.objects.create(limit=1, api_key=issued[1]).id,
    ]
    Budget.objects.create(limit=1, user=bob)
    Budget.objects.create(limit=1, user=charlie)
    caller = authenticate(issued[0])
    assert admission.admit(caller, REQUEST).budgets == tuple(mine)


def test_a_withdrawn_grant_is_noticed(issued):
    grant = admission.admit(authenticate(issued[0]), REQUEST)
    keys.revoke(issued[1])
    snapshot.refresh_if_changed()
    with pytest.raises(AuthenticationFailed):
        admission.renew(grant)
