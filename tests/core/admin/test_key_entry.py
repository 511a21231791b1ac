"""The panel of the first page: a key is entered in one field, tested, and live or left to a decision."""

from __future__ import annotations

import json
import logging
import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from core.catalogue import snapshot
from core.models import AIModel, AuditEvent, Endpoint, Provider, ProviderKey
from tests.core.admin.conftest import CANARY
from tests.core.admin.test_providers import everything_kept, texts
from tests.core.contract.text.test_provider_key import ACCOUNT, BODY
from tests.fakes import scenarios

CHOICE = reverse("admin:core_provider_refused_key")


@pytest.fixture
def fresh(transactional_db, provider) -> Provider:
    """The fake server as a provider with two models and no key."""
    row = Provider.objects.create(
        slug="fake", name="Fake", wire="openai", base_url=provider.url, internal=True, key_help="Ask Fred."
    )
    for name in ("talker", "writer"):
        model = AIModel.objects.create(slug=f"fake/{name}", name=name, tasks=["chat"])
        Endpoint.objects.create(model=model, provider=row, upstream_id=name)
    return row


def enter(browser: Client, row: Provider, secret: str, **more: object):
    return browser.post(reverse("admin:core_provider_key", args=[row.pk]), {"secret": secret}, **more)


def panel(browser: Client) -> list[str]:
    """Names of the providers for which the first page has a field or a link."""
    return re.findall(r'<label for="key-\d+"><strong>([^<]*)', browser.get("/admin/").content.decode())


def test_the_first_page_has_a_field_for_each_provider_without_a_key(browser, fresh, settings):
    rows = {
        "has a key": {},
        "in the environment": {"environment": "OUTSIDE"},
        "needs none": {"needs_key": False},
        "switched off": {"enabled": False},
        "of another wire": {"wire": "telegraph"},
        "locked": {},
        "inactive": {},
        "without an address": {"base_url": ""},
    }
    for number, (name, values) in enumerate(rows.items()):
        values = {"base_url": "https://x.example/v1", **values}
        rows[name] = Provider.objects.create(slug=f"p{number}", name=name, **values)
    ProviderKey.objects.create(provider=rows["has a key"], secret=CANARY)
    ProviderKey.objects.create(provider=rows["inactive"], secret=CANARY, active=False)
    key = ProviderKey.objects.create(provider=rows["locked"], secret=CANARY)
    ProviderKey.objects.filter(pk=key.pk).update(secret="v1:00000000:lost")
    settings.PROVIDER_ENVIRONMENT = {"OUTSIDE": {"api_key": CANARY, "base_url": ""}}
    assert panel(browser) == ["Fake", "inactive", "locked", "without an address"]
    page = browser.get("/admin/").content.decode()
    assert page.count('name="secret"') == 3
    assert "Ask Fred." in page


def test_a_good_key_is_live_at_once(browser, fresh, provider, caplog):
    assert snapshot.current().providers["fake"].keys == ()
    with caplog.at_level(logging.DEBUG):
        page = enter(browser, fresh, f" {CANARY}\r\n", follow=True)
    assert page.redirect_chain == [("/admin/", 302)]
    note = re.sub("<[^>]*>", "", str(*page.context["messages"]))
    assert note == "Fake: It answers and lists 2 models. 2 models are live now. Import models"
    assert [seen.headers["authorization"] for seen in provider.requests] == [f"Bearer {CANARY}"]
    key = ProviderKey.objects.get()
    assert (key.reveal(), key.active, key.hint) == (CANARY, True, "cdef")
    assert [key.reveal() for key in snapshot.current().providers["fake"].keys] == [CANARY]
    assert panel(browser) == []
    assert CANARY not in page.content.decode() + everything_kept() + caplog.text
    actions = AuditEvent.objects.order_by("pk").values_list("action", "subject")
    assert [*actions] == [("providerkey.set", "Fake …cdef"), ("provider.tested", "Fake")]


@pytest.fixture
def refused(browser, fresh, provider, caplog):
    """The page after a key that the provider refuses, quoting it."""
    provider.script("models", scenarios.echo(401))
    with caplog.at_level(logging.DEBUG):
        page = enter(browser, fresh, CANARY, follow=True)
    assert CANARY not in page.content.decode() + everything_kept() + caplog.text
    return page


def test_a_refused_key_waits_with_the_provider_s_words(browser, refused, fresh):
    assert refused.redirect_chain == [(CHOICE, 302)]
    text = refused.content.decode()
    assert "<strong>Fake …cdef</strong>" in text
    assert "It does not accept the key, or the account has no credit." in text
    assert "Bad Bearer [hidden] key=[hidden] at https://x.test/v1" in text
    assert [key.active for key in ProviderKey.objects.all()] == [False]
    assert snapshot.current().providers["fake"].keys == ()
    assert panel(browser) == ["Fake"]


def test_the_admin_keeps_a_refused_key(browser, refused):
    page = browser.post(CHOICE, {"choice": "keep"})
    assert (page.url, texts(page)) == ("/admin/", ["The key of Fake is kept and in use."])
    assert (ProviderKey.objects.get().active, panel(browser)) == (True, [])
    assert [key.reveal() for key in snapshot.current().providers["fake"].keys] == [CANARY]
    assert browser.get(CHOICE).url == "/admin/"


def test_the_admin_removes_a_refused_key(browser, refused):
    page = browser.post(CHOICE, {"choice": "remove"})
    assert (page.url, texts(page)) == ("/admin/", ["The key of Fake was removed."])
    assert ProviderKey.objects.count() == 0
    assert AuditEvent.objects.filter(action="providerkey.removed").count() == 1
    assert browser.post(CHOICE, {"choice": "keep"}).url == "/admin/"


def test_a_second_key_does_not_disturb_the_first(browser, fresh, refused):
    other = ProviderKey.objects.create(provider=fresh, secret="sk-other-0123456789abcdef")
    browser.post(CHOICE, {"choice": "remove"})
    assert [*ProviderKey.objects.all()] == [other]


def test_the_decision_is_of_the_session_that_entered_the_key(refused, admin):
    other = Client()
    other.force_login(admin)
    assert other.post(CHOICE, {"choice": "remove"}).url == "/admin/"
    assert ProviderKey.objects.count() == 1


def test_a_service_account_is_pasted_in_several_lines(transactional_db, browser):
    row = Provider.objects.create(
        slug="vertex", name="Vertex", wire="vertex", base_url="http://127.0.0.1:9/v1", internal=True
    )
    page = browser.get("/admin/").content.decode()
    assert f'<textarea id="key-{row.pk}" name="secret"' in page
    account = {**ACCOUNT, "token_uri": "http://127.0.0.1:9/token"}
    page = enter(browser, row, json.dumps(account, indent=2).replace("\n", "\r\n"), follow=True)
    assert page.redirect_chain[0] == (CHOICE, 302)  # nobody answers at this address
    assert json.loads(ProviderKey.objects.get().reveal()) == account
    assert BODY[:64] not in page.content.decode() + everything_kept()


@pytest.mark.parametrize("secret", ["", "abc", f"{CANARY} with spaces", "sk-one\nsk-two", "x" * 4097])
def test_what_is_no_key_is_refused_unrepeated_and_not_stored(browser, fresh, provider, secret):
    page = enter(browser, fresh, secret, follow=True)
    assert page.redirect_chain == [("/admin/", 302)]
    assert [str(note).partition(":")[0] for note in page.context["messages"]] == ["Fake"]
    assert not secret or secret not in page.content.decode() + everything_kept()
    assert (ProviderKey.objects.count(), provider.requests) == (0, [])


def test_a_key_without_an_address_is_not_stored(browser, db):
    row = Provider.objects.create(slug="azure", name="Azure")
    assert enter(browser, row, CANARY).status_code == 404
    assert "Enter its address and its key" in browser.get("/admin/").content.decode()


def test_a_form_of_another_site_is_refused(admin, fresh):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin)
    assert enter(strict, fresh, CANARY).status_code == 403
    assert strict.post(CHOICE, {"choice": "keep"}).status_code == 403
    assert ProviderKey.objects.count() == 0


@pytest.mark.parametrize("name", ["bob", "charlie", "staff"])
def test_who_has_no_right_enters_no_key(client, fresh, alice, bob, charlie, provider, name):
    alice.is_staff = True
    alice.save()
    client.force_login({"staff": alice, "bob": bob, "charlie": charlie}[name])
    assert 'name="secret"' not in client.get("/admin/", follow=True).content.decode()
    assert enter(client, fresh, CANARY, follow=True).status_code == 403
    assert client.get(CHOICE, follow=True).status_code == 403
    assert (ProviderKey.objects.count(), provider.requests) == (0, [])


def test_the_right_to_add_keys_is_enough(client, alice, fresh):
    alice.is_staff = True
    alice.save()
    alice.user_permissions.add(Permission.objects.get(codename="add_providerkey"))
    client.force_login(alice)
    assert panel(client) == ["Fake"]
    enter(client, fresh, CANARY)
    assert ProviderKey.objects.get().active
    assert AuditEvent.objects.first().actor == alice
