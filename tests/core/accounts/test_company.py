"""A company's sign-in against a real server of OpenID Connect on this computer."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user
from django.test import Client
from oidc_provider_mock import User as Person
from oidc_provider_mock import run_server_in_thread

from core.models import AuditEvent, Team, User
from tests.core.accounts.conftest import sign_in

LOGIN = "/accounts/oidc/company/login/"
PEOPLE = {
    "dora": {
        "email": "Dora@Example.org",
        "email_verified": True,
        "name": "D D",
        "preferred_username": "dora",
    },
    "alice": {"email": "alice@example.org", "email_verified": True},
    "root": {"email": "root@example.org", "email_verified": True},
    "unverified": {"email": "eve@example.org", "email_verified": False},
    "outside": {"email": "eve@elsewhere.net", "email_verified": True},
    "none": {"name": "Nobody"},
    "grouped": {"email": "gil@example.org", "email_verified": True, "groups": ["Zebras", "Sound", "x"]},
}

pytestmark = [
    pytest.mark.django_db,
    # of the server for tests, which uses an older interface of its own library
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    people = [Person(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
    with run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def company(settings, issuer) -> None:
    settings.OIDC_ISSUER, settings.OIDC_NAME, settings.OIDC_DOMAINS = issuer, "Example", ["example.org"]
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "company",
                    "name": "Example",
                    "client_id": "polyphony",
                    "secret": "a secret",
                    "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
                }
            ]
        }
    }


def come_in(client: Client, sub: str, where: str = "") -> str:
    """Sign in at the company as `sub`; where our server sends the browser afterwards."""
    asked = client.post(f"{LOGIN}{where}")
    assert asked.status_code == 302
    answered = httpx.post(asked["Location"], data={"sub": sub})
    assert answered.status_code == 302
    back = urlsplit(answered.headers["Location"])
    return client.get(f"{back.path}?{back.query}")["Location"]


def notes(client: Client) -> str:
    return client.get("/accounts/login/").content.decode()


def test_the_sign_in_page_offers_it(client):
    text = notes(client)
    assert "Sign in with Example" in text
    assert f'action="{LOGIN}?process=login"' in text


def test_a_stranger_of_the_company_gets_an_account(client):
    assert come_in(client, "dora") == "/"
    user = get_user(client)
    assert (user.username, user.email, user.get_full_name()) == ("dora", "dora@example.org", "D D")
    assert (user.is_staff, user.is_superuser, user.team) == (False, False, None)
    assert not user.has_usable_password()
    client.post("/accounts/logout/")
    assert come_in(client, "dora") == "/"
    assert (get_user(client), User.objects.count()) == (user, 1)


def test_it_opens_the_account_with_the_same_address(client, alice):
    come_in(client, "alice")
    assert get_user(client) == alice
    assert SocialAccount.objects.get(user=alice).uid == "alice"
    assert alice.check_password("a long pass phrase")


def test_an_account_of_the_staff_is_connected_by_its_owner(client):
    root = User.objects.create_superuser("root", "root@example.org", "a long pass phrase")
    assert come_in(client, "root") == "/accounts/login/"
    assert not get_user(client).is_authenticated
    assert "Sign in with your password first" in notes(client)
    sign_in(client, "root")
    assert come_in(client, "root", "?process=connect&next=/accounts/security/") == "/accounts/security/"
    client.post("/accounts/logout/")
    come_in(client, "root")
    assert get_user(client) == root


@pytest.mark.parametrize("sub", ["unverified", "outside", "none"])
def test_who_is_not_vouched_for_stays_outside(client, sub):
    assert come_in(client, sub) == "/accounts/login/"
    assert not get_user(client).is_authenticated
    assert "no verified email address that is allowed here" in notes(client)
    assert not User.objects.exists()


def test_an_address_can_be_trusted_that_is_not_marked_as_verified(client, settings):
    settings.OIDC_TRUST_EMAIL = True
    come_in(client, "unverified")
    assert get_user(client).email == "eve@example.org"


def test_somebody_who_was_deactivated_stays_outside(client, alice):
    User.objects.update(is_active=False)
    come_in(client, "alice")
    assert not get_user(client).is_authenticated


def test_groups_lead_into_the_team_of_that_name(client, team):
    sound = Team.objects.create(name="Sound")
    come_in(client, "grouped")
    user = get_user(client)
    assert user.team == sound
    event = AuditEvent.objects.get(action="account.team_followed")
    assert (event.actor, event.detail) == (user, {"team": "Sound"})
    Team.objects.filter(pk=sound.pk).update(name="Loud")
    client.post("/accounts/logout/")
    come_in(client, "grouped")
    assert get_user(client).team == sound


def test_another_state_is_not_believed(client, alice):
    asked = client.post(LOGIN)
    answered = httpx.post(asked["Location"], data={"sub": "alice"})
    back = urlsplit(answered.headers["Location"])
    stolen = Client().get(f"{back.path}?{back.query}")
    assert stolen["Location"] == "/accounts/login/"
    assert not User.objects.filter(socialaccount__isnull=False).exists()


def test_a_company_that_is_away_is_said(client, settings):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = (
        "http://localhost:9"
    )
    page = client.post(LOGIN)
    assert page["Location"] == "/accounts/login/"
    assert "did not work" in notes(client)


def test_passwords_can_be_switched_off(client, alice, settings):
    settings.PASSWORD_SIGN_IN = False
    assert 'type="password"' not in notes(client)
    sign_in(client)
    assert not get_user(client).is_authenticated
    come_in(client, "alice")
    assert get_user(client) == alice


def test_it_is_disconnected_where_something_else_lets_in(client, alice):
    come_in(client, "alice")
    client.post("/accounts/company/connect/end/")
    assert not SocialAccount.objects.exists()
    come_in(client, "dora")
    client.post("/accounts/company/connect/end/")
    assert SocialAccount.objects.get().uid == "dora"
    assert "Set a password or add a passkey first" in client.get("/accounts/security/").content.decode()
