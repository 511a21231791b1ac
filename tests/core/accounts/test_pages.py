"""The pages under /accounts/: in our layout, throttled, without sign-up."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from core.accounts.sign_in_link import sign_in_token
from core.models import User
from tests.proof.access.pages import pages

PASSWORD = "a long pass phrase"
APART = (
    "end_connection",
    "end_other_sessions",
    "mfa_download_recovery_codes",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
)
"""A form's address, a file, and pages of those who have a second factor."""

NAMES = sorted(
    page.name.strip(":")
    for page in pages()
    if page.path.startswith("accounts/") and not page.parameters and page.name not in APART
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unthrottled():
    """Nobody is throttled for what a test before did."""
    cache.clear()


@pytest.fixture
def first_admin() -> User:
    return User.objects.create_superuser("admin")


def sign_in(client, password: str = PASSWORD, where: str = "", **said: str):
    return client.post(f"/accounts/login/{where}", {"login": "alice", "password": password, **said})


def ours(page) -> str:
    """The page's text, after making sure that it wears our shell and nobody else's scripts."""
    text = page.content.decode()
    assert "base.html" in [template.name for template in page.templates]
    assert 'href="/accounts/signup/' not in text
    scripts = re.findall(r"<script(?! type=.application/json)[^>]*>", text)
    assert all('src="/static/playground/' in script for script in scripts)
    assert not re.search(r'\sstyle="|\son\w+="', text)
    assert len(re.findall(r"<h1>[^<]+</h1>", text)) == 1
    return text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("person", ["nobody", "alice", "admin without password"])
def test_every_page_has_our_layout(client, alice, first_admin, name, person):
    if person != "nobody":
        client.force_login(alice if person == "alice" else first_admin)
    page = client.get(reverse(name))
    if page.status_code == 302:
        assert page.headers["Location"].startswith("/")
        return
    if "reauthenticat" in name and person.startswith("admin"):
        assert page.status_code == 403  # who has no password has nothing to confirm with
        return
    assert page.status_code == 200
    ours(page)


def test_signing_in_and_out(client, alice):
    page = client.get("/accounts/login/")
    text = ours(page)
    assert "Username or email" in text
    assert "/accounts/password/reset/" in text
    done = sign_in(client)
    assert (done.status_code, done.headers["Location"]) == (302, "/")
    assert get_user(client) == alice
    assert "Sign out?" in ours(client.get("/accounts/logout/"))
    assert get_user(client) == alice
    out = client.post("/accounts/logout/")
    assert out.headers["Location"] == "/accounts/login/"
    assert not get_user(client).is_authenticated


def test_an_email_address_signs_in_too(client, alice):
    sign_in(client, login="alice@example.org")
    assert get_user(client) == alice


@pytest.mark.parametrize("said", [{"password": "wrong"}, {"login": "nobody"}, {"login": "", "password": ""}])
def test_the_form_shows_the_error(client, alice, said):
    page = client.post("/accounts/login/", {"login": "alice", "password": "wrong", **said})
    text = ours(page)
    assert page.status_code == 200
    assert 'class="field-error"' in text
    assert 'value="wrong"' not in text
    assert not get_user(client).is_authenticated


def test_inactive_users_cannot_sign_in(client, alice):
    alice.is_active = False
    alice.save()
    sign_in(client)
    assert not get_user(client).is_authenticated


def test_failures_are_throttled_per_account(client, alice):
    for _ in range(5):
        sign_in(client, "wrong")
    page = sign_in(client)
    assert "Too many failed login attempts" in ours(page)
    assert not get_user(client).is_authenticated


def test_failures_are_throttled_per_address(client, alice):
    for number in range(10):
        sign_in(client, "wrong", login=f"user{number}")
    assert "Too many failed login attempts" in sign_in(client).content.decode()
    elsewhere = client.post(
        "/accounts/login/", {"login": "alice", "password": PASSWORD}, REMOTE_ADDR="192.0.2.7"
    )
    assert elsewhere.status_code == 302


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("/history", "/history"),
        ("/models/local/espeak-ng?tab=code", "/models/local/espeak-ng?tab=code"),
        ("https://thief.example/", "/"),
        ("//thief.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_the_next_page_is_the_requested_one(client, alice, asked, sent):
    page = client.get("/accounts/login/", {"next": asked})
    hidden = re.search(r'name="next" value="([^"]*)"', page.content.decode())
    assert hidden is not None
    assert sign_in(client, next=asked).headers["Location"] == sent


def test_signed_in_users_skip_the_form(client, alice):
    client.force_login(alice)
    assert client.get("/accounts/login/?next=/history").headers["Location"] == "/history"


def test_a_password_is_changed(client, alice):
    client.force_login(alice)
    text = ours(client.get("/accounts/password/change/"))
    assert text.count('type="password"') == 3
    said = {"oldpassword": PASSWORD, "password1": "another long phrase", "password2": "another long phrase"}
    wrong = client.post("/accounts/password/change/", {**said, "oldpassword": "wrong"})
    assert 'class="field-error"' in ours(wrong)
    weak = client.post("/accounts/password/change/", {**said, "password1": "1234", "password2": "1234"})
    assert 'class="field-error"' in ours(weak)
    done = client.post("/accounts/password/change/", said)
    assert (done.status_code, done.headers["Location"]) == (302, "/")
    assert get_user(client) == alice
    alice.refresh_from_db()
    assert alice.check_password("another long phrase")


def test_the_first_admin_sets_a_password(client, first_admin):
    client.get(f"/accounts/sign-in/{sign_in_token(first_admin)}/")
    assert get_user(client) == first_admin
    change = client.get("/accounts/password/change/")
    assert change.headers["Location"] == "/accounts/password/set/"
    text = ours(client.get("/accounts/password/set/"))
    assert "Set a password</a>" in text
    assert text.count('type="password"') == 2
    said = {"password1": "quite a long phrase", "password2": "quite a long phrase"}
    assert client.post("/accounts/password/set/", said).headers["Location"] == "/"
    assert get_user(client) == first_admin
    text = ours(client.get("/accounts/password/change/"))
    assert "Set a password</a>" not in text
    client.post("/accounts/logout/")
    sign_in(client, "quite a long phrase", login="admin")
    assert get_user(client) == first_admin


def test_a_forgotten_password_is_replaced_by_mail(client, alice):
    ours(client.get("/accounts/password/reset/"))
    sent = client.post("/accounts/password/reset/", {"email": "alice@example.org"})
    assert "Check your email" in ours(client.get(sent.headers["Location"]))
    (message,) = mail.outbox
    link = re.search(r"http://testserver(\S+)", message.body)[1]
    page = client.get(link, follow=True)
    assert "Choose a new password" in ours(page)
    assert link.split("-", 1)[1].strip("/") not in page.content.decode()
    address = page.redirect_chain[-1][0]
    said = {"password1": "another long phrase", "password2": "another long phrase"}
    ours(client.post(address, said, follow=True))
    alice.refresh_from_db()
    assert alice.check_password("another long phrase")
    assert "This link no longer works" in ours(client.get(link, follow=True))


def test_an_unknown_email_gets_the_same_page_and_no_invitation(client, alice):
    known = client.post("/accounts/password/reset/", {"email": "alice@example.org"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert known.headers["Location"] == unknown.headers["Location"]
    assert "signup" not in mail.outbox[1].body
    assert "No account on this server has this address" in mail.outbox[1].body


@pytest.mark.parametrize("method", ["get", "post"])
def test_signing_up_is_closed(client, method):
    page = getattr(client, method)("/accounts/signup/", {"username": "eve", "password1": PASSWORD})
    assert "Sign-up is closed" in page.content.decode()
    assert not User.objects.exists()


def test_addresses_are_added_and_removed(client, alice):
    sign_in(client)
    assert "alice@example.org" in ours(client.get("/accounts/email/"))
    client.post("/accounts/email/", {"email": "second@example.org", "action_add": ""})
    assert "second@example.org" in ours(client.get("/accounts/email/"))
    bad = client.post("/accounts/email/", {"email": "not an address", "action_add": ""})
    assert 'class="field-error"' in ours(bad)
    client.post("/accounts/email/", {"email": "second@example.org", "action_remove": ""})
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["alice@example.org"]


@pytest.mark.parametrize(
    "address", ["/accounts/confirm-email/nonsense/", "/accounts/password/reset/key/a-b/"]
)
def test_an_invalid_link_shows_an_error(client, address):
    text = ours(client.get(address))
    assert "This link no longer works" in text
    assert text.count("<form") == 0 or 'name="password1"' not in text
