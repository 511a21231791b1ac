"""From an Authorization header to a caller."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.access import authentication, keys, snapshot
from core.contract.errors import AuthenticationFailed, InvalidRequest, RateLimited
from core.models import ApiKey, Version
from core.models.offload import offload
from tests.core.access.headers import authenticate, authenticate_headers

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_new_key_works_at_once(issued, alice):
    caller = authenticate(issued[0])
    assert (caller.user_id, caller.key_id) == (alice.id, issued[1].id)


@pytest.mark.parametrize("headers", [[], ["Bearer "], ["Bearer ak_nonsense"], ["Basic abc"], ["ak_x"]])
def test_a_wrong_header_is_refused_without_a_query(headers, transactional_db):
    with CaptureQueriesContext(connection) as queries, pytest.raises(AuthenticationFailed):
        authenticate_headers(headers)
    assert len(queries) == 0


def test_two_headers_are_one_too_many(issued):
    with pytest.raises(InvalidRequest):
        authenticate_headers([f"Bearer {issued[0]}"] * 2)


def test_a_right_checksum_with_a_wrong_secret_is_refused(issued, bob):
    other, _ = keys.issue(bob)
    body = issued[0][:12] + other[12:44]
    with pytest.raises(AuthenticationFailed):
        authenticate(body + keys.checksum(body))


def test_revoked_expired_and_orphaned_keys_get_the_same_answer(issued, alice, bob, charlie):
    revoked, key = keys.issue(bob)
    keys.revoke(key)
    expired, _ = keys.issue(bob, expires_at=timezone.now() - timedelta(seconds=1))
    orphaned, _ = keys.issue(charlie)
    charlie.is_active = False
    charlie.save()
    messages = set()
    for text in (revoked, expired, orphaned, "ak_garbled"):
        with pytest.raises(AuthenticationFailed) as caught:
            authenticate(text)
        messages.add(str(caught.value))
    assert len(messages) == 1


def test_a_verified_key_is_refused_once_it_is_revoked_or_replaced(issued, alice, bob):
    text, key = issued
    other_text, other = keys.issue(bob)
    assert [authenticate(each).key_id for each in (text, text, other_text)] == [key.id, key.id, other.id]
    keys.revoke(key)
    ApiKey.objects.filter(pk=other.pk).update(digest=keys.digest(text, other.pepper_id))
    Version.objects.filter(name=Version.ACCESS).update(number=F("number") + 1)
    snapshot.refresh_if_changed()
    for each in (text, other_text):
        with pytest.raises(AuthenticationFailed):
            authenticate(each)


def test_verified_keys_are_not_stored_as_text(issued):
    authenticate(issued[0])
    assert issued[0] not in repr(vars(authentication.verified_keys))


def test_failures_from_one_address_are_limited_and_others_are_not(issued):
    for _ in range(authentication.FAILURES_PER_MINUTE):
        with pytest.raises(AuthenticationFailed):
            authenticate("ak_wrong", "198.51.100.1")
    with pytest.raises(RateLimited) as caught:
        authenticate("ak_wrong", "198.51.100.1")
    assert caught.value.retry_after > 0
    assert authenticate(issued[0], "198.51.100.2").key_id == issued[1].id


@pytest.mark.anyio
async def test_a_new_key_is_known_to_all_who_use_it_at_once(alice, monkeypatch):
    """Another process has issued it: 60 callers share a few look-ups, and none is told that it is wrong."""
    await offload(snapshot.refresh_if_changed)
    before = snapshot.current()
    text, key = await offload(keys.issue, alice)
    monkeypatch.setattr(snapshot, "_current", before)
    all_wait, refresh = Event(), snapshot.refresh_if_changed
    monkeypatch.setattr(snapshot, "refresh_if_changed", lambda: all_wait.wait(5) and refresh())
    headers = [f"Bearer {text}"]
    tasks = [asyncio.create_task(authentication.authenticate(headers, "203.0.113.9")) for _ in range(60)]
    await asyncio.sleep(0)
    all_wait.set()
    callers = await asyncio.gather(*tasks)
    assert {caller.key_id for caller in callers} == {key.id}


@pytest.mark.anyio
async def test_many_unknown_keys_cost_few_look_ups(alice):
    await offload(snapshot.refresh_if_changed)
    bodies = [f"ak_{keys.random_text(8)}_{keys.random_text(32)}" for _ in range(50)]
    began = time.monotonic()
    found = await asyncio.gather(*(authentication.verify(body + keys.checksum(body)) for body in bodies))
    assert set(found) == {None}
    assert time.monotonic() - began < 2
