"""Admin pages and the second factor of staff."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from core.models import User
from tests.core.accounts.conftest import add_app, sign_in

PAGE = "/accounts/security/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(settings) -> User:
    """An admin of long standing, in an installation that has known second factors for as long."""
    settings.STAFF_SECOND_FACTOR, settings.STAFF_SECOND_FACTOR_DAYS = True, 14
    MigrationRecorder.Migration.objects.filter(app="mfa").update(applied=timezone.now() - timedelta(days=90))
    user = User.objects.create_superuser("root", "root@example.org", "a long pass phrase")
    user.date_joined = timezone.now() - timedelta(days=60)
    user.save()
    return user


def test_admin_pages_lead_to_the_security_page(client, staff):
    client.force_login(staff)
    for address in ("/admin/", "/admin/core/user/"):
        assert client.get(address).headers["Location"] == PAGE
    assert client.post("/admin/core/user/1/change/", {}).headers["Location"] == PAGE
    text = client.get(PAGE).content.decode()
    assert "Admin pages need a second factor" in text
    assert client.get("/usage").status_code == 200


def test_they_open_once_there_is_one(client, staff):
    sign_in(client, "root")
    add_app(client)
    assert client.get("/admin/").status_code == 200
    assert "Admin pages need a second factor" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize("since", ["account", "installation"])
def test_there_are_days_to_set_one_up(client, staff, since):
    if since == "account":
        User.objects.update(date_joined=timezone.now() - timedelta(days=13))
    else:
        MigrationRecorder.Migration.objects.filter(app="mfa").update(
            applied=timezone.now() - timedelta(days=13)
        )
    sign_in(client, "root")
    page = client.get("/admin/")
    assert page.status_code == 200
    assert "Admin pages will need a second factor from" in page.content.decode()


def test_a_new_admin_is_not_pressed_yet(client, staff):
    User.objects.update(date_joined=timezone.now() - timedelta(days=1))
    sign_in(client, "root")
    assert "will need a second factor" not in client.get("/").content.decode()
    assert "Admin pages need a second factor" in client.get(PAGE).content.decode()


def test_a_companys_sign_in_vouches_itself(client, staff):
    client.force_login(staff)
    session = client.session
    session["account_authentication_methods"] = [{"method": "socialaccount", "at": 0}]
    session["account_authentication_methods_user"] = str(staff.pk)
    session.save()
    assert client.get("/admin/").status_code == 200


def test_the_requirement_can_be_switched_off(client, staff, settings):
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(staff)
    assert client.get("/admin/").status_code == 200


def test_strangers_and_others_are_sent_to_sign_in_as_before(client, staff, alice):
    assert client.get("/admin/").headers["Location"].startswith("/admin/login/")
    client.force_login(alice)
    assert client.get("/admin/").headers["Location"].startswith("/admin/login/")
