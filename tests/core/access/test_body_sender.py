"""Who sends a long body: the owner of a key for the API, of a session for pages."""

from __future__ import annotations

import asyncio

import pytest
from django.test import Client

from core.access import snapshot
from core.access.body_sender import body_sender
from core.access.keys import issue, revoke
from core.models.offload import offload

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


def cookie(user) -> bytes:
    client = Client()
    client.force_login(user)
    return f"a=b; sessionid={client.cookies['sessionid'].value}".encode()


async def test_the_api_takes_a_key_and_no_session(alice):
    text, key = await offload(issue, alice, name="Alice's")
    bearer, session = f"Bearer {text}".encode(), await asyncio.to_thread(cookie, alice)
    assert await body_sender("/api/v1/x", [(b"authorization", bearer)]) == str(alice.pk)
    assert await body_sender("/api/v1/x", [(b"cookie", session)]) == ""
    assert await body_sender("/uploads/", [(b"authorization", bearer)]) == ""
    await offload(revoke, key, actor=alice)
    await offload(snapshot.refresh_if_changed)
    assert await body_sender("/api/v1/x", [(b"authorization", bearer)]) == ""


async def test_pages_take_a_session_of_an_active_user(alice):
    session = await asyncio.to_thread(cookie, alice)
    assert await body_sender("/uploads/", [(b"cookie", session)]) == str(alice.pk)
    alice.is_active = False
    await offload(alice.save)
    assert await body_sender("/uploads/", [(b"cookie", session)]) == ""


@pytest.mark.parametrize(
    "value", [b"", b"sessionid=", b"sessionid=nobody", b"sessionid=a\xff; b", b"=;=", b"x" * 9000]
)
async def test_other_cookies_are_those_of_strangers(value, db):
    assert await body_sender("/uploads/", [(b"cookie", value)]) == ""
