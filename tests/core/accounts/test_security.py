"""The page of one's own sign-in: where one is signed in, and what confirms that it is still oneself."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.test import Client

from core.accounts import adapter
from core.accounts.browsers import browser_name
from core.accounts.sign_in_link import sign_in_token
from core.models import AuditEvent
from tests.core.accounts.conftest import add_app, sign_in

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1"
PAGE = "/accounts/security/"

pytestmark = pytest.mark.django_db


def other_browser(name: str = "alice") -> Client:
    phone = Client(HTTP_USER_AGENT=PHONE, REMOTE_ADDR="192.0.2.7")
    sign_in(phone, name)
    return phone


def test_it_lists_where_one_is_signed_in(client, alice, bob):
    other_browser("bob")
    sign_in(client)
    other_browser()
    found = client.get(PAGE).context["sessions"]
    assert [(row.browser, row.address, row.current) for row in found] == [
        ("", "127.0.0.1", True),
        ("Safari, iPhone", "192.0.2.7", False),
    ]


def test_one_browser_is_signed_out(client, alice):
    phone = other_browser()
    sign_in(client)
    row = next(row for row in client.get(PAGE).context["sessions"] if not row.current)
    assert client.post(f"{PAGE}sessions/{row.pk}/end/").headers["Location"] == PAGE
    assert not get_user(phone).is_authenticated
    assert get_user(client) == alice
    event = AuditEvent.objects.get(action="session.ended")
    assert (event.actor, event.detail) == (alice, {"sessions": 1})


def test_all_others_are_signed_out(client, alice, bob):
    others = [other_browser(), other_browser()]
    teammate = other_browser("bob")
    sign_in(client)
    client.post(f"{PAGE}sessions/end-others/")
    assert not any(get_user(other).is_authenticated for other in others)
    assert (get_user(client), get_user(teammate)) == (alice, bob)


def test_nobody_ends_a_session_of_somebody_elses(client, alice, bob, charlie):
    phone = other_browser()
    row = UserSession.objects.get(user=alice)
    for name in ("bob", "charlie"):
        sign_in(client, name)
        assert client.post(f"{PAGE}sessions/{row.pk}/end/").status_code == 404
    assert get_user(phone) == alice


def test_a_link_signs_in_as_a_browser_too(client, alice):
    client.get(f"/accounts/sign-in/{sign_in_token(alice)}/")
    assert [row.current for row in client.get(PAGE).context["sessions"]] == [True]


def test_an_old_sign_in_is_confirmed_before_a_factor_is_added(client, alice, monkeypatch):
    sign_in(client)
    assert client.get("/accounts/second-factor/app/add/").status_code == 200
    monkeypatch.setattr(adapter, "CONFIRMED_SECONDS", 0)
    asked = client.get("/accounts/second-factor/app/add/")
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    wrong = client.post(asked.headers["Location"], {"password": "wrong"})
    assert 'class="field-error"' in wrong.content.decode()
    said = {"password": "a long pass phrase", "next": "/accounts/second-factor/app/add/"}
    done = client.post(asked.headers["Location"], said)
    assert done.headers["Location"] == "/accounts/second-factor/app/add/"
    assert client.get("/accounts/second-factor/app/add/").status_code == 200


def test_removing_the_app_needs_a_confirmation_too(client, alice, monkeypatch):
    sign_in(client)
    add_app(client)
    monkeypatch.setattr(adapter, "CONFIRMED_SECONDS", 0)
    asked = client.post("/accounts/second-factor/app/remove/")
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    assert client.get(PAGE).context["app"] is not None


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (PHONE, "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, macOS"),
        ("curl/8.5.0", "curl"),
        ("x" * 500, "x" * 60),
        ("", ""),
    ],
)
def test_browsers_are_named(agent, name):
    assert browser_name(agent) == name
