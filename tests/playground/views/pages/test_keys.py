"""The keys page: shown once, listed by its head, revoked by its owner alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from core.access.keys import issue
from core.models import ApiKey
from tests.fakes.sessions import sign_in_now


@pytest.fixture
def page(client, alice):
    sign_in_now(client, alice)
    return client


def test_a_new_key_is_shown_once_and_never_stored(page, alice):
    posted = page.post("/keys", {"name": "  Notebook ", "days": "30"})
    assert (posted.status_code, posted["Location"]) == (302, "/keys")
    cookie = posted.cookies["issued-key"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/keys")
    answer = page.get("/keys")
    (issued,) = set(re.findall(r"ak_\w{46}", answer.content.decode()))
    key = ApiKey.objects.get(user=alice)
    assert key.name == "Notebook"
    assert issued not in str(list(ApiKey.objects.values_list()))
    assert abs(key.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert "no-store" in answer["Cache-Control"]
    again = page.get("/keys").content.decode()
    assert issued not in again
    assert "Notebook" in again
    assert ApiKey.objects.filter(user=alice).count() == 1


def test_the_cookie_of_a_new_key_is_the_users_own(page, client, bob):
    page.post("/keys", {"name": "Notebook"})
    kept = client.cookies["issued-key"].value
    client.force_login(bob)
    client.cookies["issued-key"] = kept
    assert "Your new key" not in client.get("/keys").content.decode()


def test_an_old_sign_in_is_confirmed_first(client, alice):
    client.force_login(alice)
    asked = client.post("/keys", {"name": "Notebook"})
    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Fkeys"
    assert not ApiKey.objects.exists()
    said = {"password": "a long pass phrase", "next": "/keys"}
    assert client.post("/accounts/reauthenticate/", said)["Location"] == "/keys"
    assert "Your new key" in client.get("/keys").content.decode()
    assert ApiKey.objects.get(user=alice).name == "Notebook"


@pytest.mark.parametrize("days", ["", "7", "-1", "0", "nonsense", "99999999999"])
def test_only_offered_lifetimes_are_taken(page, alice, days):
    assert page.post("/keys", {"days": days}).status_code == 302
    assert ApiKey.objects.get(user=alice).expires_at is None


def test_a_name_with_nul_is_refused(page, alice):
    assert page.post("/keys", {"name": "Note\0book"}).status_code == 400
    assert not ApiKey.objects.filter(user=alice).exists()


def test_a_long_name_is_cut(page, alice):
    page.post("/keys", {"name": "x" * 500})
    assert ApiKey.objects.get(user=alice).name == "x" * 120


def test_a_name_is_text(page):
    answer = page.post("/keys", {"name": "<script>alert(1)</script>"}, follow=True)
    assert b"<script>alert" not in answer.content


def test_the_owner_revokes(page, alice):
    _text, key = issue(alice, name="Old")
    answer = page.post(f"/keys/{key.public_id}/revoke", follow=True)
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert f"{key} is revoked." in answer.content.decode()


def test_nobody_else_sees_or_revokes(client, alice, bob, charlie):
    _text, key = issue(alice, name="Private")
    for stranger in (bob, charlie):
        client.force_login(stranger)
        assert b"Private" not in client.get("/keys").content
        assert client.post(f"/keys/{key.public_id}/revoke").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


def test_a_key_is_not_revoked_by_a_link(page, alice):
    _text, key = issue(alice)
    assert page.get(f"/keys/{key.public_id}/revoke").status_code == 405
    key.refresh_from_db()
    assert key.revoked_at is None
