"""Superusers install and remove the weights of embedded models; every tab sees how far that is."""

from __future__ import annotations

import asyncio
import re

import pytest
from django.contrib.auth.models import Permission
from django.test import AsyncClient, Client
from django.urls import reverse

from core import background
from core.media.weights import weights_folder
from core.models import AuditEvent
from core.operations.weights import folders
from tests.fakes.weights import CONTENT

PAGE = reverse("admin:core_aimodel_weights")
STATE = reverse("admin:core_aimodel_weights_state")
INSTALL = reverse("admin:core_aimodel_weights_install", args=["tiny"])
REMOVE = reverse("admin:core_aimodel_weights_remove", args=["tiny"])
ABSENT = {"state": "absent", "text": "Not installed", "error": "", "done": 0, "total": 0}


async def signed_in(admin) -> AsyncClient:
    client = AsyncClient()
    await client.aforce_login(admin)
    return client


def shown(page) -> list[bool]:
    """Whether the page of `tiny` shows the button that installs, the one that removes, and the bar."""
    text = page.content.decode()
    marks = ('data-for="absent failed"', 'data-for="installed"', 'value="[0-9]+"')
    return [re.search(f"{mark} ?hidden>", text) is None for mark in marks]


async def begun(tab: AsyncClient) -> dict[str, object]:
    """The state once the first bytes are there."""
    for _ in range(200):
        found = (await tab.get(STATE)).json()["tiny"]
        if found["done"]:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


async def ended() -> None:
    """Wait for what the tabs have begun."""
    await asyncio.gather(*background.owned_tasks)


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_a_button_installs_in_the_background_and_tabs_see_how_far_it_is(publisher, models_root, admin):
    publisher.block_seconds = 0.002
    tab, other = await signed_in(admin), await signed_in(admin)
    assert (await tab.get(STATE)).json() == {"tiny": ABSENT}
    answers = [await tab.post(INSTALL), await other.post(INSTALL)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, PAGE), (302, PAGE)]
    found = await begun(other)
    assert (found["state"], found["text"], found["total"]) == (
        "running",
        "0 MB of 0 MB from 127.0.0.1",
        300_009,
    )
    assert shown(await tab.get(PAGE)) == [False, False, True]
    await ended()
    assert shown(await tab.get(PAGE)) == [False, True, False]
    found = (await other.get(STATE)).json()["tiny"]
    assert found == {**ABSENT, "state": "installed", "text": "Installed"}
    assert (models_root / "tiny" / "model.bin").read_bytes() == CONTENT["model.bin"]
    assert len(publisher.requests) == 2
    events = [event async for event in AuditEvent.objects.values_list("actor__username", "action", "subject")]
    assert events == [("root", "weights.installed", "tiny")]


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_a_failure_is_shown_and_can_be_tried_again(publisher, models_root, admin, caplog):
    tab = await signed_in(admin)
    files, publisher.files = publisher.files, {}
    await tab.post(INSTALL)
    await ended()
    fault = "tiny could not be installed. 127.0.0.1: answered 404."
    assert (await tab.get(STATE)).json()["tiny"] == {
        **ABSENT,
        "state": "failed",
        "text": "Failed",
        "error": fault,
    }
    page = await tab.get(PAGE)
    assert (fault in page.content.decode(), shown(page)) == (True, [True, False, False])
    assert [record.message for record in caplog.records if record.name == "polyphony.weights"] == [fault]
    publisher.files = files
    await tab.post(INSTALL)
    await ended()
    assert weights_folder("tiny") == models_root / "tiny"


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
async def test_a_shutdown_ends_an_installation_and_keeps_what_came(
    publisher, models_root, admin, monkeypatch
):
    publisher.block_seconds = 0.01
    tab = await signed_in(admin)
    await tab.post(INSTALL)
    await begun(tab)
    monkeypatch.setattr(background.state, "draining", True)
    await ended()
    assert weights_folder("tiny") is None
    assert (folders.partial("tiny") / "model.bin.part").stat().st_size > 0


def test_removing_leaves_an_event(publisher, models_root, browser):
    models_root.joinpath("tiny").mkdir(parents=True)
    assert browser.post(REMOVE)["Location"] == PAGE
    assert not (models_root / "tiny").exists()
    assert list(AuditEvent.objects.values_list("action", "subject")) == [("weights.removed", "tiny")]


def test_what_is_being_installed_is_not_removed(publisher, models_root, browser):
    with folders.lock("tiny"):
        page = browser.post(REMOVE, follow=True)
    assert "Tiny is being installed by another process." in page.content.decode()


def test_the_list_of_models_leads_there(browser, models_root, weights_table):
    assert f'href="{PAGE}"' in browser.get(reverse("admin:core_aimodel_changelist")).content.decode()
    page = browser.get(PAGE)
    assert f'action="{INSTALL}"' in page.content.decode()
    assert shown(page) == [True, False, False]


def test_unknown_weights_are_not_found(browser, models_root, weights_table):
    for name in ("install", "remove"):
        address = reverse(f"admin:core_aimodel_weights_{name}", args=["huge"])
        assert browser.post(address).status_code == 404


def test_staff_who_are_no_superusers_are_refused(publisher, models_root, alice, client):
    alice.is_staff = True
    alice.save()
    alice.user_permissions.set(Permission.objects.all())
    client.force_login(alice)
    answers = [client.get(PAGE), client.get(STATE), client.post(INSTALL), client.post(REMOVE)]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]
    assert PAGE not in client.get(reverse("admin:core_aimodel_changelist")).content.decode()
    assert publisher.requests == []


def test_a_form_of_another_site_is_refused(publisher, models_root, admin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    assert [client.post(address).status_code for address in (INSTALL, REMOVE)] == [403, 403]
    assert [client.get(address).status_code for address in (INSTALL, REMOVE)] == [405, 405]
    assert publisher.requests == []
