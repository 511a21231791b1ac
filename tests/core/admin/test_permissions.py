"""Which accounts may open the admin's pages."""

from __future__ import annotations

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Permission
from django.urls import reverse

ADDRESSES = [
    "/admin/",
    *(
        reverse(f"admin:{table._meta.app_label}_{table._meta.model_name}_{page}")
        for table in django_admin.site._registry
        for page in ("changelist", "add")
    ),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_a_session_every_page_redirects_to_sign_in(client, db, address):
    page = client.get(address, follow=True)
    assert page.redirect_chain[-1][0].startswith("/accounts/login/?next=%2Fadmin%2F")


@pytest.mark.parametrize("address", ADDRESSES)
def test_accounts_that_are_not_staff_are_refused(client, bob, charlie, address):
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
