"""A person who signs in by the form, and the codes of their authenticator app."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

PASSWORD = "a long pass phrase"


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Hashed at once, and nobody is throttled for what a test before did."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


def code(secret: str, steps: int = 0) -> str:
    """What an authenticator app shows, so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(client: Client, name: str = "alice", password: str = PASSWORD):
    return client.post("/accounts/login/", {"login": name, "password": password})


def add_app(client: Client) -> str:
    """Add an authenticator app to who is signed in; its secret."""
    page = client.get("/accounts/second-factor/app/add/")
    secret = page.context["form"].secret
    done = client.post("/accounts/second-factor/app/add/", {"code": code(secret)})
    assert done.headers["Location"] == "/accounts/second-factor/codes/"
    cache.clear()  # the code counts as used
    return secret


@pytest.fixture
def protected(client, alice) -> Callable[[], str]:
    """Alice with an authenticator app, signed out; returns the secret."""
    sign_in(client)
    secret = add_app(client)
    client.post("/accounts/logout/")
    assert Authenticator.objects.filter(user=alice).count() == 2
    return secret
