"""Model servers of this machine: found, shown with their models, added and imported with one click."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from core import operations
from core.catalogue import snapshot
from core.models import AIModel, AuditEvent, Endpoint, Provider
from tests.core.admin.test_providers import texts
from tests.core.operations.conftest import serve  # noqa: F401

PAGE = reverse("admin:core_provider_servers")
LIST = {"/v1/models": {"data": [{"id": "qwen3"}, {"id": "kokoro"}]}, "/api/version": {"version": "0.12"}}
LOCKED = {"error": {"message": "No key."}}


@pytest.fixture
def port(transactional_db, serve, monkeypatch) -> int:  # noqa: F811
    """An Ollama at the only port that is looked at."""
    found = serve(LIST).port
    monkeypatch.setattr(operations, "PORTS", (found,))
    return found


def add(browser: Client, port: int, name: str = "Ollama"):
    return browser.post(reverse("admin:core_provider_add_server", args=[port]), {"name": name})


def text_of(page) -> str:
    body = page.content.decode().partition('id="content-main"')[2].partition("</table>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def test_the_list_of_providers_leads_to_what_was_found(browser, port):
    assert PAGE in browser.get(reverse("admin:core_provider_changelist")).content.decode()
    page = browser.get(PAGE)
    text = text_of(page)
    assert f"Ollama http://127.0.0.1:{port}/v1 qwen3 text → text kokoro text → speech" in text
    assert 'name="name" value="Ollama"' in page.content.decode()
    assert Provider.objects.count() == 0


def test_one_click_adds_the_server_and_imports_its_models(browser, port):
    page = add(browser, port)
    provider = Provider.objects.get()
    assert page.url == reverse("admin:core_provider_models", args=[provider.pk])
    assert texts(page)[:2] == ["Ollama was added.", "2 models were imported."]
    assert (provider.slug, provider.internal, provider.needs_key) == ("ollama", True, False)
    tasks = {model.slug: (model.tasks, model.formats) for model in AIModel.objects.all()}
    assert tasks == {"ollama/qwen3": (["chat"], []), "ollama/kokoro": (["speech"], ["mp3"])}
    assert snapshot.current().models["ollama/qwen3"].visible
    assert AuditEvent.objects.filter(action="provider.detected").count() == 1
    assert "Already a provider: Ollama" in text_of(browser.get(PAGE))


def test_a_second_server_of_a_kind_gets_another_name(browser, port):
    Provider.objects.create(slug="ollama", name="Ollama", base_url="http://gpu:11434/v1")
    assert 'value="Ollama 2"' in browser.get(PAGE).content.decode()
    assert texts(add(browser, port))[0] == "There is a provider ollama already."
    assert texts(add(browser, port, "Ollama 2"))[-3] == "Ollama 2 was added."


def test_what_is_gone_or_elsewhere_is_not_added(browser, port, monkeypatch):
    assert add(browser, 5432).status_code == 404
    monkeypatch.setattr(operations, "PORTS", (9,))
    assert texts(add(browser, 9)) == ["There is no model server at port 9 any more."]
    assert "Nothing answers at 9 on this machine." in browser.get(PAGE).content.decode()
    assert Provider.objects.count() == 0


def test_a_form_of_another_site_adds_nothing(admin, port):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin)
    assert add(strict, port).status_code == 403
    assert Provider.objects.count() == 0


@pytest.mark.parametrize("name", ["alice", "bob", "charlie"])
def test_only_a_superuser_finds_servers(client, port, alice, bob, charlie, name):
    alice.is_staff = True
    alice.save()
    alice.user_permissions.set(Permission.objects.all())
    client.force_login({"alice": alice, "bob": bob, "charlie": charlie}[name])
    assert client.get(PAGE, follow=True).status_code == 403
    assert add(client, port).status_code in (302, 403)
    assert (Provider.objects.count(), Endpoint.objects.count()) == (0, 0)
    listing = client.get(reverse("admin:core_provider_changelist"), follow=True)
    assert "Find servers" not in listing.content.decode()
