"""Alice, Bob of her team, Charlie, nobody and staff without rights, at every address of Django's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse

from tests.fakes.sessions import sign_in_now
from tests.proof.access.pages import PARAMETERS, Kind, Page, kind, of, pages
from tests.proof.access.things import NOBODYS, SECRET, Things

STRANGERS = ("a teammate", "an outsider", "staff without rights")
SIGN_IN = "/accounts/login/"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
BODIES = {
    "playground:rename_conversation": '{"title": "x"}',
    "playground:fork_conversation": '{"message": "%s"}',
}
PLAIN = {
    "slug": "lab/ear",
    "token": "none",
    "key": "none",
    "uidb36": "1",
    "app_label": "core",
    "provider_id": "company",
    "language": "de",
    "index": 0,
    "number": 0,
}

pytestmark = pytest.mark.django_db


def address(page: Page, things: Things) -> str:
    """The address with ids in it. Raises KeyError for a parameter that the matrix does not know."""
    known = {**PLAIN, **{name: text.format(**things.names()) for name, text in PARAMETERS.items()}}
    return reverse(page.name, kwargs={name: known[name] for name in page.parameters})


def answer(client: Client, method: str, page: Page, owner: Things, things: Things) -> tuple[int, str, bytes]:
    """Status, address of a redirect, and body without ids."""
    body = BODIES.get(page.name, "{}").replace("%s", things.message)
    more = {} if method in ("GET", "HEAD") else {"data": body, "content_type": "application/json"}
    found = client.generic(method, address(page, owner), **more)
    where = things.without_ids(found.get("Location", "").encode()).decode()
    return found.status_code, where, things.without_ids(content_of(found))


def signed_in(user) -> Client:
    client = Client()
    sign_in_now(client, user)
    return client


def test_every_route_has_a_row():
    assert {page.name: kind(page) for page in pages()}
    assert all(
        set(page.parameters) <= {*PARAMETERS, *PLAIN} for page in pages() if kind(page) is not Kind.ADMIN
    )
    with_ids = [
        page for page in pages() if not page.name.startswith("admin:") and {*page.parameters} & {*PARAMETERS}
    ]
    assert with_ids == of(Kind.OWNED)


@pytest.mark.parametrize("who", STRANGERS)
def test_what_is_anothers_is_like_what_is_not_there(who, things, strangers):
    client = signed_in(strangers[who])
    for page in of(Kind.OWNED):
        statuses = set()
        for method in METHODS:
            hers, nobodys = (answer(client, method, page, owner, things) for owner in (things, NOBODYS))
            assert hers == nobodys, (page.name, method)
            statuses.add(hers[0])
        assert 404 in statuses, page.name
        assert statuses <= {404, 405}, page.name


def test_visitors_are_sent_to_the_sign_in_or_refused(things):
    for page in of(Kind.OWNED):
        statuses = set()
        for method in METHODS:
            hers, nobodys = (answer(Client(), method, page, owner, things) for owner in (things, NOBODYS))
            assert hers == nobodys, (page.name, method)
            assert hers[0] != 302 or hers[1].startswith("/accounts/login/?next="), (page.name, method)
            statuses.add(hers[0])
        assert statuses & {302, 401}, page.name
        assert statuses <= {302, 401, 405}, page.name


@pytest.mark.parametrize("page", of(Kind.OWNED), ids=lambda page: page.name)
def test_its_owner_finds_it(page, things, alice):
    client = signed_in(alice)
    statuses = {answer(client, method, page, things, things)[0] for method in ("GET", "POST")}
    assert statuses - {404, 405}


@pytest.mark.parametrize("who", STRANGERS)
def test_pages_show_nothing_of_anothers(who, things, tables, strangers):
    client = signed_in(strangers[who])
    for page in of(Kind.PERSONAL):
        if page.name != "account_logout":
            assert not seen(client.get(address(page, things), follow=True), things), page.name


def test_personal_pages_are_not_for_visitors(things):
    for page in of(Kind.PERSONAL):
        found = Client().get(address(page, things))
        assert found.status_code in (302, 401, 405), page.name
        assert found.status_code != 302 or found["Location"].startswith(SIGN_IN), page.name


def test_public_pages_show_nothing_of_anybodys(things):
    for page in of(Kind.PUBLIC):
        found = Client().get(address(page, things), follow=True)
        assert found.status_code < 500, page.name
        assert not seen(found, things), page.name


def seen(found: Any, things: Things) -> list[str]:
    """What is Alice's in a page."""
    content = content_of(found)
    return [text for text in (SECRET, *things.names().values()) if text.encode() in content]


def admin_addresses(page: Page) -> list[str]:
    """With the id of a row and with one of none; the admin's last route takes any rest."""
    path = re.sub(r"\(\?P<app_label>[^)]*\)", "core", page.path.replace("^", "").replace("$", ""))
    path = path.replace("(?P<url>.*)", "nothing/")
    return sorted({re.sub(r"<[^>]*>", number, f"/{path}") for number in ("1", "999999")})


@pytest.mark.parametrize("who", ["nobody", "Alice", *STRANGERS])
def test_the_admin_is_for_staff_with_rights(who, things, tables, alice, strangers):
    user = {"nobody": None, "Alice": alice, **strangers}[who]
    client = signed_in(user) if user else Client()
    allowed = (Kind.STAFF,) if user is not None and user.is_staff else ()
    for page in pages():
        if page.name.startswith("admin:") and page.name != "admin:logout" and kind(page) not in allowed:
            for path in admin_addresses(page):
                assert_refused(client, path, anonymous=user is None)


def assert_refused(client: Client, path: str, anonymous: bool = False) -> None:
    """Refused at once or after redirects; a visitor may be sent to the sign-in page, staff to the index."""
    for method in ("GET", "POST"):
        found, last = client.generic(method, path), path
        while found.status_code in (301, 302):
            last = found["Location"]
            found = client.get(last)
        signing_in = anonymous and last.startswith("/accounts/login/?next=")
        sent_back = not anonymous and last == "/admin/" and path != last
        assert signing_in or sent_back or found.status_code in (403, 404, 405), (method, path, last)
        assert SECRET.encode() not in found.content


def content_of(found: Any) -> bytes:
    if not found.streaming:
        return found.content
    if not found.is_async:
        return b"".join(found)

    async def read() -> bytes:
        return b"".join([block async for block in found])

    return async_to_sync(read)()
