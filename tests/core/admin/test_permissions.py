"""Who may come in."""

from __future__ import annotations

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from core.models import AuditEvent, User

ADDRESSES = [
    "/admin/",
    *(
        reverse(f"admin:{table._meta.app_label}_{table._meta.model_name}_{page}")
        for table in django_admin.site._registry
        for page in ("changelist", "add")
    ),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_is_sent_to_sign_in(client, db, address):
    page = client.get(address, follow=True)
    assert page.redirect_chain[-1][0].startswith("/accounts/login/?next=%2Fadmin%2F")


@pytest.mark.parametrize("address", ADDRESSES)
def test_people_without_staff_are_refused(client, bob, charlie, address):
    for person in (bob, charlie):
        client.force_login(person)
        assert client.get(address, follow=True).status_code == 403


def test_staff_without_permissions_sees_no_table(client, alice):
    alice.is_staff = True
    alice.save()
    client.force_login(alice)
    assert client.get("/admin/").status_code == 200
    for address in ADDRESSES[1:]:
        assert client.get(address).status_code == 403


def test_testing_a_provider_needs_its_permission(client, alice, acme):
    alice.is_staff = True
    alice.save()
    client.force_login(alice)
    address = reverse("admin:core_provider_test", args=[acme.pk])
    assert client.post(address).status_code == 403
    alice.user_permissions.add(Permission.objects.get(codename="view_provider"))
    assert client.post(address).status_code == 403
    assert client.get(address).status_code == 405


def test_sign_in_at_the_admin_is_throttled_like_any(client, db, admin):
    tries = {"login": "root", "password": "wrong"}
    for _ in range(5):
        page = client.post("/accounts/login/?next=/admin/", tries)
        assert page.status_code == 200
    page = client.post("/accounts/login/?next=/admin/", {**tries, "password": "a long pass phrase"})
    assert "Too many failed login attempts" in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert client.post("/admin/login/", tries).headers["Location"].startswith("/accounts/login/")


@pytest.fixture
def clerk(client, alice) -> User:
    """Staff who may change people and nothing above herself."""
    alice.is_staff = True
    alice.save()
    codes = ("view_user", "change_user", "delete_user")
    alice.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(alice)
    return alice


def test_a_clerk_gives_nobody_powers(client, clerk, bob):
    address = reverse("admin:core_user_change", args=[bob.pk])
    said = {"username": "bob", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    said |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    assert client.post(address, said).status_code == 302
    bob.refresh_from_db()
    assert (bob.is_staff, bob.is_superuser) == (False, False)


def test_a_clerk_does_not_touch_an_admin(client, clerk, admin):
    assert client.post(reverse("admin:core_user_change", args=[admin.pk]), {}).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[admin.pk]), {}).status_code == 403
    assert client.post(reverse("admin:core_user_delete", args=[admin.pk]), {"post": "yes"}).status_code == 403


def test_an_admin_adds_a_person_to_a_team(browser, team):
    said = {
        "username": "dora",
        "email": "dora@example.org",
        "team": team.pk,
        "usable_password": "true",
        "password1": "quite a long phrase",
        "password2": "quite a long phrase",
    }
    assert browser.post(reverse("admin:core_user_add"), said).status_code == 302
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
