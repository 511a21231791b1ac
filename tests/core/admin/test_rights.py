"""What staff with every permission, and no superuser, still cannot do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from core.access import keys
from core.models import ApiKey, Budget, Provider, Team, User
from tests.core.admin.test_access import form
from tests.core.admin.test_catalogue import change


@pytest.fixture
def staff(client, alice):
    """Alice's browser: she has every permission there is."""
    alice.is_staff = True
    alice.save()
    alice.user_permissions.set(Permission.objects.all())
    client.force_login(alice)
    return client


def budgets(alice, team) -> dict[str, Budget]:
    """Those that Alice spends from."""
    _, key = keys.issue(alice)
    owners = {"own": {"user": alice}, "team": {"team": team}, "key": {"api_key": key}, "everyone": {}}
    return {name: Budget.objects.create(limit=5, **owner) for name, owner in owners.items()}


@pytest.mark.parametrize("name", ["own", "team", "key", "everyone"])
def test_staff_cannot_raise_a_budget_that_covers_them(staff, alice, team, name):
    row = budgets(alice, team)[name]
    data = {"user": "", "team": "", "api_key": "", "limit": "5000", "window": "day"}
    for page in ("change", "delete"):
        address = reverse(f"admin:core_budget_{page}", args=[row.pk])
        assert staff.post(address, {**data, "post": "yes"}).status_code == 403
    listing = reverse("admin:core_budget_changelist")
    staff.post(listing, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert Budget.objects.values_list("limit", "window").get(pk=row.pk) == (5, "total")


def test_staff_cannot_delete_or_leave_the_team_that_limits_them(staff, alice, team):
    Budget.objects.create(team=team, limit=5)
    other = Team.objects.create(name="Rich")
    staff.post(reverse("admin:core_team_delete", args=[team.pk]), {"post": "yes"})
    assert change(staff, alice, team=other.pk).status_code == 302
    alice.refresh_from_db()
    assert (alice.team, Budget.objects.count()) == (team, 1)


def test_staff_sets_the_budgets_of_others(staff, alice, bob, charlie):
    row = Budget.objects.create(user=bob, limit=5)
    data = {"user": charlie.pk, "team": "", "api_key": "", "limit": "7", "window": "day"}
    assert staff.post(reverse("admin:core_budget_add"), data).status_code == 302
    address = reverse("admin:core_budget_change", args=[row.pk])
    assert staff.post(address, {**data, "user": bob.pk, "limit": "9"}).status_code == 302
    assert set(Budget.objects.values_list("user", "limit")) == {
        (bob.pk, Decimal(9)),
        (charlie.pk, Decimal(7)),
    }


def test_staff_issues_no_key_for_a_superuser(staff, admin, bob):
    page = staff.post(reverse("admin:core_apikey_add"), form(admin))
    assert (page.status_code, list(page.context["adminform"].form.errors)) == (200, ["user"])
    assert not ApiKey.objects.exists()
    assert "ak_" in staff.post(reverse("admin:core_apikey_add"), form(bob)).content.decode()


def test_staff_changes_no_key_of_a_superuser(staff, admin):
    _, key = keys.issue(admin, requests_per_minute=1)
    address = reverse("admin:core_apikey_change", args=[key.pk])
    assert staff.post(address, form(admin, requests_per_minute="9999")).status_code == 403
    revoke = {"action": "revoke_keys", "_selected_action": [key.pk]}
    staff.post(reverse("admin:core_apikey_changelist"), revoke)
    key.refresh_from_db()
    assert (key.requests_per_minute, key.usable) == (1, True)


def test_staff_grants_nothing_through_groups(staff, db):
    assert staff.post(reverse("admin:auth_group_add"), {"name": "all"}).status_code == 403


PRIVATE = [
    "http://127.0.0.1:11434/v1",
    "http://localhost:11434/v1",
    "http://169.254.169.254/latest",
    "http://10.0.0.5/v1",
    "http://[::1]/v1",
    "http://[::ffff:127.0.0.1]/v1",
    "http://redis:6379/",
    "https://api.openai.com./v1",
    "https://xn--penai-tqf.example/v1",
]


@pytest.mark.parametrize(
    "address", [*PRIVATE, "http://2130706433/v1", "http://x@10.0.0.5/v1", "http://0x7f.1/"]
)
def test_staff_points_no_provider_at_a_private_address(staff, acme, address):
    page = change(staff, acme, base_url=address, internal="on")
    assert (page.status_code, list(page.context["adminform"].form.errors)) == (200, ["base_url"])
    acme.refresh_from_db()
    assert (acme.base_url, acme.internal) == ("https://acme.example/v1", False)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_superuser_does_with_the_tick_only(browser, acme, address):
    assert change(browser, acme, base_url=address).status_code == 200
    assert change(browser, acme, base_url=address, internal="on").status_code == 302
    assert Provider.objects.values_list("base_url", "internal").get(pk=acme.pk) == (address, True)


def test_the_tick_is_for_one_address(staff, acme):
    Provider.objects.filter(pk=acme.pk).update(base_url="http://ollama:11434/v1", internal=True)
    acme.refresh_from_db()
    assert change(staff, acme, name="Renamed").status_code == 302
    assert Provider.objects.values_list("name", "internal").get(pk=acme.pk) == ("Renamed", True)
    assert change(staff, acme, base_url="http://redis:6379/").status_code == 200
    assert change(staff, acme, base_url="https://other.example/v1").status_code == 302
    assert not Provider.objects.get(pk=acme.pk).internal
    assert User.objects.get(username="alice").is_superuser is False
