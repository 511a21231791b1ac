"""The second step of signing in: codes of an app, recovery codes, and what is stored of them."""

from __future__ import annotations

import io

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.contrib.auth import get_user
from django.contrib.auth.models import Permission
from django.core.management import call_command

from core.models import AuditEvent, User
from core.models.secrets import key_id
from tests.core.accounts.conftest import add_app, code, sign_in

STEP = "/accounts/second-factor/authenticate/"

pytestmark = pytest.mark.django_db


def test_the_password_alone_lets_nobody_in(client, alice, protected):
    assert sign_in(client).headers["Location"].startswith(STEP)
    assert not get_user(client).is_authenticated
    assert "Second step" in client.get(STEP).content.decode()
    done = client.post(STEP, {"code": code(protected)})
    assert (done.headers["Location"], get_user(client)) == ("/", alice)


def test_a_code_works_once(client, protected):
    sign_in(client)
    now = code(protected)
    client.post(STEP, {"code": now})
    client.post("/accounts/logout/")
    sign_in(client)
    page = client.post(STEP, {"code": now})
    assert "Incorrect code" in page.content.decode()
    assert not get_user(client).is_authenticated


@pytest.mark.parametrize("said", ["000000", "", "x" * 5_000, "\0"])
def test_another_code_is_an_error_of_the_form(client, protected, said):
    sign_in(client)
    page = client.post(STEP, {"code": said})
    assert (page.status_code, 'class="field-error"' in page.content.decode()) == (200, True)
    assert not get_user(client).is_authenticated


def test_the_second_step_needs_the_first(client, protected):
    page = client.post(STEP, {"code": code(protected)})
    assert page.headers["Location"] == "/accounts/login/"
    assert not get_user(client).is_authenticated


def test_codes_are_throttled(client, alice, protected):
    sign_in(client)
    pages = [client.post(STEP, {"code": "000000"}).content.decode() for _ in range(6)]
    assert "Too many failed login attempts" in pages[-1]
    assert client.post(STEP, {"code": code(protected)}).status_code == 200
    assert not get_user(client).is_authenticated


def test_a_recovery_code_works_once(client, alice, protected):
    stored = Authenticator.objects.get(user=alice, type=Authenticator.Type.RECOVERY_CODES)
    first, *others = stored.wrap().get_unused_codes()
    for expected in (alice, None):
        sign_in(client)
        client.post(STEP, {"code": first})
        user = get_user(client)
        assert (user if user.is_authenticated else None) == expected
        client.post("/accounts/logout/")
    assert Authenticator.objects.get(pk=stored.pk).wrap().get_unused_codes() == others


def test_secrets_are_stored_encrypted(client, alice, protected):
    stored = str(list(Authenticator.objects.filter(user=alice).values_list("data", flat=True)))
    assert protected not in stored
    assert stored.count("v1:") == 2


def test_a_new_ring_key_seals_them_again(client, alice, protected, settings):
    new = Fernet.generate_key().decode()
    settings.POLYPHONY_SECRET_KEYS = [new, *settings.POLYPHONY_SECRET_KEYS]
    out = io.StringIO()
    call_command("rotate_secrets", stdout=out)
    assert f"{key_id(new)}: 0 provider keys and headers, 2 second factors, 0 API keys" in out.getvalue()
    settings.POLYPHONY_SECRET_KEYS = [new]
    sign_in(client)
    client.post(STEP, {"code": code(protected)})
    assert get_user(client) == alice


def test_those_that_no_key_opens_are_removed(client, alice, protected, settings):
    settings.POLYPHONY_SECRET_KEYS = [Fernet.generate_key().decode()]
    call_command("rotate_secrets", "--remove-lost", stdout=io.StringIO())
    assert not Authenticator.objects.filter(user=alice).exists()
    assert AuditEvent.objects.filter(action="second_factor.lost", subject="alice").count() == 2


def test_the_audit_log_says_what_became_of_it(client, alice, django_capture_on_commit_callbacks):
    sign_in(client)
    with django_capture_on_commit_callbacks(execute=True):
        add_app(client)
    client.post("/accounts/second-factor/app/remove/")
    found = AuditEvent.objects.filter(action__startswith="second_factor").order_by("id")
    assert [(event.actor, event.action, event.detail["type"]) for event in found] == [
        (alice, "second_factor.added", "totp"),
        (alice, "second_factor.added", "recovery_codes"),
        (alice, "second_factor.removed", "totp"),
        (alice, "second_factor.removed", "recovery_codes"),
    ]


def test_only_a_superuser_removes_a_lost_one(client, alice, protected):
    action = {"action": "remove_factors", "_selected_action": [str(alice.pk)]}
    helper = User.objects.create_user("helper", is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(content_type__model="user"))
    client.force_login(helper)
    client.post("/admin/core/user/", action)
    assert Authenticator.objects.filter(user=alice).count() == 2
    client.force_login(User.objects.create_superuser("root"))
    client.post("/admin/core/user/", action)
    assert not Authenticator.objects.filter(user=alice).exists()
    event = AuditEvent.objects.get(action="second_factor.reset")
    assert (event.actor.username, event.subject) == ("root", "alice")
