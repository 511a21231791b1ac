"""API keys are shown once and revoked; budgets belong to one owner."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from core.access import keys
from core.access import snapshot as access
from core.models import ApiKey, AuditEvent, Budget

ADD = reverse("admin:core_apikey_add")
SHOWN = re.compile(r"ak_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}")


def form(user, **changes: object) -> dict[str, object]:
    data = {"user": user.pk, "name": "ci", "allowed_tasks": "", "allowed_models": "", "allowed_networks": ""}
    return {**data, "requests_per_minute": "", "expires_at_0": "", "expires_at_1": "", **changes}


def test_a_key_is_displayed_once_and_stored_nowhere(browser, alice):
    page = browser.post(ADD, form(alice))
    (text,) = set(SHOWN.findall(page.content.decode()))
    key = ApiKey.objects.get()
    assert (page.status_code, key.user, key.name) == (200, alice, "ci")
    assert key.digest == keys.digest(text, key.pepper_id)
    assert "no-store" in page.headers["Cache-Control"]
    assert text not in str([*browser.session.items(), *page.cookies.values()])
    assert text not in str(
        [*LogEntry.objects.values(), *AuditEvent.objects.values(), *ApiKey.objects.values()]
    )
    change = reverse("admin:core_apikey_change", args=[key.pk])
    for address in (ADD, change, reverse("admin:core_apikey_changelist"), "/admin/"):
        assert not SHOWN.search(browser.get(address).content.decode())
    issued = AuditEvent.objects.get()
    assert (issued.action, issued.actor.username, issued.subject) == ("api_key.issued", "root", str(key))


def test_limits_are_stored_as_lists(browser, alice, catalogue):
    data = form(
        alice,
        allowed_tasks="speech, chat",
        allowed_models="local/espeak-ng\nacme/talker",
        allowed_networks="10.0.0.0/8 2001:db8::1",
        requests_per_minute="60",
    )
    browser.post(ADD, data)
    key = ApiKey.objects.get()
    assert key.allowed_tasks == ["speech", "chat"]
    assert key.allowed_models == ["local/espeak-ng", "acme/talker"]
    assert key.allowed_networks == ["10.0.0.0/8", "2001:db8::1"]
    assert key.requests_per_minute == 60
    access.refresh_if_changed()  # what was saved can be read by every process
    assert access.current().keys[key.public_id].tasks == {"speech", "chat"}


@pytest.mark.parametrize(
    ("box", "words"),
    [("allowed_tasks", "spech"), ("allowed_models", "no/such"), ("allowed_networks", "10.0.0.0/99")],
)
def test_invalid_limits_are_refused(browser, alice, box, words):
    page = browser.post(ADD, form(alice, **{box: words}))
    assert page.status_code == 200
    assert list(page.context["adminform"].form.errors) == [box]
    assert not ApiKey.objects.exists()


def test_a_key_keeps_its_owner_and_secret(browser, alice, bob):
    _, key = keys.issue(alice, name="ci")
    address = reverse("admin:core_apikey_change", args=[key.pk])
    browser.post(address, form(bob, name="renamed", digest="0" * 64, public_id="00000000"))
    changed = ApiKey.objects.get()
    assert (changed.name, changed.user) == ("renamed", alice)
    assert (changed.digest, changed.public_id) == (key.digest, key.public_id)


def test_keys_are_revoked_not_deleted(browser, alice):
    _, key = keys.issue(alice)
    listing = reverse("admin:core_apikey_changelist")
    assert "delete_selected" not in browser.get(listing).content.decode()
    assert (
        browser.post(reverse("admin:core_apikey_delete", args=[key.pk]), {"post": "yes"}).status_code == 403
    )
    page = browser.post(listing, {"action": "revoke_keys", "_selected_action": [key.pk]}, follow=True)
    assert "Revoked." in page.content.decode()
    key.refresh_from_db()
    assert not key.usable
    assert AuditEvent.objects.get(action="api_key.revoked").actor.username == "root"


def test_users_with_keys_cannot_be_deleted(browser, alice):
    keys.issue(alice)
    address = reverse("admin:core_user_delete", args=[alice.pk])
    assert browser.post(address, {"post": "yes"}).status_code == 403
    listing = reverse("admin:core_user_changelist")
    browser.post(listing, {"action": "delete_selected", "_selected_action": [alice.pk], "post": "yes"})
    assert ApiKey.objects.filter(user=alice).exists()


def test_a_budget_has_one_owner(browser, alice, team):
    address = reverse("admin:core_budget_add")
    data = {"user": alice.pk, "team": team.pk, "api_key": "", "limit": "5.50", "window": "month"}
    assert "one user, one team or one key" in browser.post(address, data).content.decode()
    assert browser.post(address, {**data, "team": ""}).status_code == 302
    assert Budget.objects.get().limit == Decimal("5.5")
    row = browser.get(reverse("admin:core_budget_changelist")).content.decode()
    assert "$5.5<" in row


def test_spent_money_cannot_be_edited(browser, alice):
    budget = Budget.objects.create(user=alice, limit=5, spent=Decimal("1.25"))
    address = reverse("admin:core_budget_change", args=[budget.pk])
    data = {"user": alice.pk, "team": "", "api_key": "", "limit": "9", "window": "total"}
    assert "$1.2500" in browser.get(address).content.decode()
    assert browser.post(address, {**data, "spent": "0", "usd_spent": "0"}).status_code == 302
    budget.refresh_from_db()
    assert (budget.limit, budget.spent) == (9, Decimal("1.25"))
