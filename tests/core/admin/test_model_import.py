"""The page with a provider's models: filter, pages, choice, and what comes of an import."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from core.catalogue import snapshot
from core.models import AIModel, Endpoint, Price, Provider, ProviderKey
from tests.core.admin.conftest import CANARY
from tests.core.admin.test_providers import texts
from tests.core.operations.test_sync import RICH, listing, rich
from tests.fakes import scenarios

SPEAKER = rich("acme/speaker", ["speech"])
RANKER = rich("acme/ranker", ["rerank"])


@pytest.fixture
def row(transactional_db, provider) -> Provider:
    """The fake server as a provider with a key and a list of three models."""
    found = Provider.objects.create(
        slug="fake", name="Fake", wire="openai", base_url=provider.url, internal=True
    )
    ProviderKey.objects.create(provider=found, secret=CANARY)
    listing(provider, RICH, SPEAKER, RANKER)
    return found


def address(row: Provider) -> str:
    return reverse("admin:core_provider_models", args=[row.pk])


def lines(page) -> list[list[str]]:
    """The cells of the table's rows as text."""
    body = page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL) for line in body.split("</tr>")]
    return [[re.sub(r"<[^>]*>", "", cell).strip() for cell in cells] for cells in rows if cells]


def test_the_page_shows_modalities_context_prices_and_what_is_there(browser, row):
    model = AIModel.objects.create(slug="acme/talker-2", name="Talker", tasks=["chat"])
    Endpoint.objects.create(model=model, provider=row, upstream_id="acme/talker-2")
    page = browser.get(address(row))
    assert lines(page) == [
        ["", "acme/ranker", "", "", "", "", "Cannot be imported"],
        ["", "acme/speaker", "speech", "text → speech", "128,000", "unpriced", "New"],
        [
            "",
            "acme/talker-2",
            "chat",
            "text, audio → text",
            "128,000",
            "$2 / 1M tokens in · $10 / 1M tokens out",
            "In the catalogue",
        ],
    ]
    assert page.content.decode().count('type="checkbox"') == 1


def test_the_chosen_are_imported_and_live(browser, row):
    page = browser.post(address(row), {"action": "chosen", "model": ["acme/talker-2"]})
    assert (page.url, texts(page)) == (address(row), ["1 model was imported."])
    assert [*Endpoint.objects.values_list("model__slug", "provider__slug")] == [("acme/talker-2", "fake")]
    assert Price.objects.count() == 4
    assert snapshot.current().models["acme/talker-2"].visible


def test_all_are_imported_and_the_unpriced_are_told(browser, row):
    page = browser.post(address(row), {"action": "all"})
    assert texts(page) == [
        "2 models were imported.",
        "1 of them has no price: its use is recorded as unpriced until you enter one.",
    ]
    page = browser.post(address(row), {"action": "all"})
    assert texts(page)[-1] == "Nothing was imported: no model was chosen that the catalogue lacks."
    assert Endpoint.objects.count() == 2


def test_hundreds_of_models_come_in_pages_and_by_filter(browser, row, provider):
    many = [rich(f"acme/model-{number:03}", ["text" if number % 2 else "speech"]) for number in range(350)]
    listing(provider, *many)
    first, last = browser.get(address(row)), browser.get(address(row), {"p": 4})
    assert [len(lines(page)) for page in (first, last)] == [100, 50]
    assert first.content.decode().count('<a href="?q=&amp;p=') == 3
    found = browser.get(address(row), {"q": "Model-01 speech"})
    assert [line[1] for line in lines(found)] == [f"acme/model-{number:03}" for number in range(10, 20, 2)]
    page = browser.post(address(row), {"action": "all", "q": "model-01 speech"})
    assert (page.url, texts(page)[0]) == (f"{address(row)}?q=model-01+speech", "5 models were imported.")
    assert Endpoint.objects.count() == 5
    assert len(provider.requests) == 2  # the list with its extended form, read once


def test_the_list_is_read_again_when_asked(browser, row, provider):
    browser.get(address(row))
    listing(provider, rich("acme/new", ["text"]))
    assert browser.post(address(row), {"action": "refresh"}).url == address(row)
    assert [line[1] for line in lines(browser.get(address(row)))] == ["acme/new"]
    assert Endpoint.objects.count() == 0


def test_what_the_provider_calls_its_models_is_text(browser, row, provider):
    listing(provider, rich("<script>alert(1)</script>", ["text"]))
    page = browser.get(address(row), {"q": '"><script>'}).content.decode()
    assert "<script>alert" not in page + browser.get(address(row)).content.decode()
    assert '"><script>' not in page


def test_a_refusal_is_told_in_the_provider_s_words(browser, row, provider):
    provider.script("models", scenarios.echo(401))
    page = browser.get(address(row)).content.decode()
    assert "It does not accept the key, or the account has no credit." in page
    assert "Bad Bearer [hidden]" in page
    assert CANARY not in page


def test_a_wire_without_a_list_says_so(transactional_db, browser):
    row = Provider.objects.create(slug="local", name="Local", wire="local", needs_key=False)
    assert "Its wire has no list of models." in browser.get(address(row)).content.decode()


def test_a_form_of_another_site_imports_nothing(admin, row):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin)
    assert strict.post(address(row), {"action": "all"}).status_code == 403
    assert Endpoint.objects.count() == 0


@pytest.mark.parametrize("name", ["bob", "charlie", "staff"])
def test_who_has_no_right_reads_no_list(client, row, provider, alice, bob, charlie, name):
    alice.is_staff = True
    alice.save()
    alice.user_permissions.set(Permission.objects.filter(codename__in=["view_provider", "add_aimodel"]))
    client.force_login({"staff": alice, "bob": bob, "charlie": charlie}[name])
    for found in (
        client.get(address(row), follow=True),
        client.post(address(row), {"action": "all"}, follow=True),
    ):
        assert found.status_code == 403
    assert (provider.requests, Endpoint.objects.count()) == ([], 0)
    change = client.get(reverse("admin:core_provider_change", args=[row.pk]), follow=True)
    assert "Import models" not in change.content.decode()


def test_staff_with_the_rights_imports(client, row, alice):
    alice.is_staff = True
    alice.save()
    rights = ["view_provider", "add_aimodel", "add_endpoint", "add_price"]
    alice.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(alice)
    change = client.get(reverse("admin:core_provider_change", args=[row.pk])).content.decode()
    assert "Import models" in change
    client.post(address(row), {"action": "all"})
    assert Endpoint.objects.count() == 2
