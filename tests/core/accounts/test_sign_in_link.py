from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from core.accounts.sign_in_link import redeem, sign_in_token
from core.models import User

pytestmark = pytest.mark.django_db


def test_a_link_signs_in_once(client, alice):
    address = f"/accounts/sign-in/{sign_in_token(alice)}/"
    first = client.get(address)
    assert (first.status_code, first.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(alice.pk)
    client.logout()
    second = client.get(address)
    assert second.headers["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session


def test_head_does_not_use_the_link_up(client, alice):
    address = f"/accounts/sign-in/{sign_in_token(alice)}/"
    assert client.head(address).status_code == 405
    assert client.get(address).headers["Location"] == "/"


def test_a_link_is_valid_for_fifteen_minutes(alice, monkeypatch):
    token = sign_in_token(alice)
    monkeypatch.setattr("core.accounts.sign_in_link.SIGN_IN_SECONDS", -1)
    assert redeem(token) is None


def test_any_sign_in_invalidates_older_links(alice):
    token = sign_in_token(alice)
    User.objects.filter(pk=alice.pk).update(last_login=timezone.now() - timedelta(minutes=1))
    assert redeem(token) is None


def test_a_link_of_an_inactive_user_does_nothing(alice):
    token = sign_in_token(alice)
    alice.is_active = False
    alice.save()
    assert redeem(token) is None


@pytest.mark.parametrize(
    "token", ["", "x", signing.dumps([1, ""], salt="another")], ids=["empty", "short", "salted otherwise"]
)
def test_a_forged_token_does_nothing(token, alice):
    assert redeem(token) is None


def test_sign_up_is_closed(client, db):
    page = client.get("/accounts/signup/")
    assert "Sign-up is closed" in page.content.decode()
    assert client.post("/accounts/signup/", {"username": "eve"}).status_code in (200, 403)
    assert not User.objects.filter(username="eve").exists()
