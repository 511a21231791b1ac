from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.access import admission, authentication, keys, snapshot
from core.access.rate_limits import TokenBuckets
from core.contract.errors import AuthenticationFailed, InvalidRequest, NotPermitted, RateLimited
from core.contract.speech import SpeechRequest
from core.models import ApiKey, Budget, Version

pytestmark = pytest.mark.django_db(transaction=True)

identify_now = async_to_sync(authentication.authenticate)
REQUEST = SpeechRequest(model="local/espeak-ng", text="Hello")


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch):
    for module, name in [
        (authentication, "failure_limits"),
        (authentication, "lookup_limits"),
        (admission, "key_limits"),
    ]:
        monkeypatch.setattr(module, name, TokenBuckets(seconds=1.0 if name == "lookup_limits" else 60.0))


@pytest.fixture
def issued(alice):
    return keys.issue(alice)


def identified(text, address="203.0.113.9"):
    return identify_now([f"Bearer {text}"], address)


def test_a_key_made_a_moment_ago_works_at_once(issued, alice):
    caller = identified(issued[0])
    assert (caller.user_id, caller.key_id) == (alice.id, issued[1].id)


@pytest.mark.parametrize("headers", [[], ["Bearer "], ["Bearer ak_nonsense"], ["Basic abc"], ["ak_x"]])
def test_a_wrong_header_is_refused_without_a_query(headers, transactional_db):
    with CaptureQueriesContext(connection) as queries, pytest.raises(AuthenticationFailed):
        identify_now(headers)
    assert len(queries) == 0


def test_two_headers_are_one_too_many(issued):
    with pytest.raises(InvalidRequest):
        identify_now([f"Bearer {issued[0]}"] * 2)


def test_a_right_checksum_with_a_wrong_secret_is_refused(issued, bob):
    other, _ = keys.issue(bob)
    body = issued[0][:12] + other[12:44]
    with pytest.raises(AuthenticationFailed):
        identified(body + keys.checksum(body))


def test_revoked_expired_and_orphaned_keys_get_the_same_answer(issued, alice, bob, charlie):
    revoked, key = keys.issue(bob)
    keys.revoke(key)
    expired, _ = keys.issue(bob, expires_at=timezone.now() - timedelta(seconds=1))
    orphaned, _ = keys.issue(charlie)
    charlie.is_active = False
    charlie.save()
    said = set()
    for text in (revoked, expired, orphaned, "ak_garbled"):
        with pytest.raises(AuthenticationFailed) as caught:
            identified(text)
        said.add(str(caught.value))
    assert len(said) == 1


def test_a_key_that_was_right_before_is_refused_once_it_is_revoked_or_another(issued, alice, bob):
    text, key = issued
    other_text, other = keys.issue(bob)
    assert [identified(each).key_id for each in (text, text, other_text)] == [key.id, key.id, other.id]
    keys.revoke(key)
    ApiKey.objects.filter(pk=other.pk).update(digest=keys.digest(text, other.pepper_id))
    Version.objects.filter(name=Version.ACCESS).update(number=F("number") + 1)
    snapshot.refresh_if_changed()
    for each in (text, other_text):
        with pytest.raises(AuthenticationFailed):
            identified(each)


def test_what_is_remembered_of_keys_is_no_key(issued):
    identified(issued[0])
    assert issued[0] not in repr(vars(authentication.verified_keys))


def test_failures_from_one_address_are_limited_and_others_are_not(issued):
    for _ in range(authentication.FAILURES_PER_MINUTE):
        with pytest.raises(AuthenticationFailed):
            identified("ak_wrong", "198.51.100.1")
    with pytest.raises(RateLimited) as caught:
        identified("ak_wrong", "198.51.100.1")
    assert caught.value.retry_after > 0
    assert identified(issued[0], "198.51.100.2").key_id == issued[1].id


def test_scopes_hold_for_task_model_and_network(alice):
    limits = [
        ({"allowed_tasks": ["chat"]}, "endpoint_not_allowed"),
        ({"allowed_models": ["openai/tts-1"]}, "model_not_allowed"),
        ({"allowed_networks": ["10.0.0.0/8"]}, "ip_not_allowed"),
    ]
    for fields, code in limits:
        text, _ = keys.issue(alice, **fields)
        caller = identified(text)
        with pytest.raises(NotPermitted) as caught:
            admission.admit(caller, REQUEST)
        assert caught.value.provider_code == code


def test_a_rate_is_enforced_per_key(alice):
    text, _ = keys.issue(alice, requests_per_minute=2)
    caller = identified(text)
    admission.admit(caller, REQUEST)
    admission.admit(caller, REQUEST)
    with pytest.raises(RateLimited):
        admission.admit(caller, REQUEST)


def test_a_grant_names_the_budgets_it_draws_on_and_no_others(issued, alice, bob, charlie, team):
    mine = [
        Budget.objects.create(limit=1).id,
        Budget.objects.create(limit=1, team=team).id,
        Budget.objects.create(limit=1, user=alice).id,
        Budget.objects.create(limit=1, api_key=issued[1]).id,
    ]
    Budget.objects.create(limit=1, user=bob)
    Budget.objects.create(limit=1, user=charlie)
    caller = identified(issued[0])
    assert admission.admit(caller, REQUEST).budgets == tuple(mine)


def test_a_withdrawn_grant_is_noticed(issued):
    grant = admission.admit(identified(issued[0]), REQUEST)
    keys.revoke(issued[1])
    snapshot.refresh_if_changed()
    with pytest.raises(AuthenticationFailed):
        admission.renew(grant)
