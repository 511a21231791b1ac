"""Who may change users, and what they may give away."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from core.models import AuditEvent, Team, User


@pytest.fixture
def clerk(client, alice) -> User:
    """Staff who may change people and nothing above herself."""
    alice.is_staff = True
    alice.save()
    codes = ("view_user", "change_user", "delete_user")
    alice.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(alice)
    return alice


def test_staff_cannot_grant_privileges(client, clerk, bob):
    address = reverse("admin:core_user_change", args=[bob.pk])
    data = {"username": "bob", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    data |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    assert client.post(address, data).status_code == 302
    bob.refresh_from_db()
    assert (bob.is_staff, bob.is_superuser) == (False, False)


def test_staff_cannot_change_a_superuser(client, clerk, admin):
    assert client.post(reverse("admin:core_user_change", args=[admin.pk]), {}).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[admin.pk]), {}).status_code == 403
    assert client.post(reverse("admin:core_user_delete", args=[admin.pk]), {"post": "yes"}).status_code == 403


def test_an_admin_adds_a_user_to_a_team(browser, team):
    data = {
        "username": "dora",
        "email": "dora@example.org",
        "team": team.pk,
        "usable_password": "true",
        "password1": "quite a long phrase",
        "password2": "quite a long phrase",
    }
    assert browser.post(reverse("admin:core_user_add"), data).status_code == 302
    dora = User.objects.get(username="dora")
    assert (dora.team, dora.email) == (team, "dora@example.org")
    assert dora.check_password("quite a long phrase")
    event = AuditEvent.objects.get(action="user.added")
    assert (event.actor.username, event.subject) == ("root", "dora")
    assert (
        browser.get(reverse("admin:core_user_changelist"), {"team__id__exact": team.pk})
        .context["cl"]
        .result_count
        == 1
    )


def test_staff_set_limits_of_others_and_not_their_own(client, clerk, bob, charlie):
    data = {"is_active": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    data |= {"requests_per_minute": "60", "tokens_per_minute": "9000", "parallel_requests": "4"}
    for person in (clerk, charlie):
        address = reverse("admin:core_user_change", args=[person.pk])
        assert client.post(address, {"username": person.username, **data}).status_code == 302
        person.refresh_from_db()
    found = [
        (person.requests_per_minute, person.tokens_per_minute, person.parallel_requests)
        for person in (clerk, charlie)
    ]
    assert found == [(None, None, None), (60, 9000, 4)]


def test_staff_set_limits_of_other_teams_and_not_of_their_own(client, clerk, team):
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=("view_team", "change_team")))
    other = Team.objects.create(name="Borealis")
    for each in (team, other):
        address = reverse("admin:core_team_change", args=[each.pk])
        data = {"name": each.name, "requests_per_minute": "60", "tokens_per_minute": ""}
        assert client.post(address, {**data, "parallel_requests": "0"}).status_code == (
            200 if each is other else 302
        )
        client.post(address, {**data, "parallel_requests": "4"})
        each.refresh_from_db()
    assert (team.requests_per_minute, team.parallel_requests) == (None, None)
    assert (other.requests_per_minute, other.tokens_per_minute, other.parallel_requests) == (60, None, 4)
