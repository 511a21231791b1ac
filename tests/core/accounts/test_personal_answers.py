"""Pages and answers of one person are kept by nobody else."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

PERSONAL = "private, no-store"
PAGES = [
    "/",
    "/history",
    "/usage",
    "/conversations/",
    "/presets/",
    "/admin/",
    "/accounts/password/change/",
]


@pytest.mark.parametrize("address", PAGES)
def test_pages_of_a_session_are_not_stored(client, admin_user, address):
    client.force_login(admin_user)
    answer = client.get(address)
    assert answer.status_code == 200
    assert {"private", "no-store"} <= set(answer["Cache-Control"].replace(" ", "").split(","))


@pytest.mark.django_db(transaction=True)
def test_pages_under_asgi_are_not_stored(admin_user, async_client):
    async def ask() -> str:
        await async_client.aforce_login(admin_user)
        return (await async_client.get("/history"))["Cache-Control"]

    assert asyncio.run(ask()) == PERSONAL


def test_errors_of_a_session_are_not_stored(client, admin_user):
    client.force_login(admin_user)
    answer = client.get("/nothing")
    assert (answer.status_code, answer["Cache-Control"]) == (404, PERSONAL)


def test_signing_in_is_not_stored(client, admin_user):
    answer = client.post("/accounts/login/", {"login": "admin", "password": "password"})
    assert answer.status_code == 302
    assert {"private", "no-store"} <= set(answer["Cache-Control"].replace(" ", "").split(","))


@pytest.mark.parametrize(("debug", "kind"), [("false", "filebased"), ("true", "console")])
def test_mails_are_kept_out_of_the_log(tmp_path, debug, kind):
    code = "from django.conf import settings as s; print(s.EMAIL_BACKEND, s.EMAIL_FILE_PATH)"
    names = {"DEBUG": debug, "POLYPHONY_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "core.settings"}
    run = subprocess.run([sys.executable, "-c", code], env=names, capture_output=True, text=True, check=True)
    assert run.stdout.split() == [f"django.core.mail.backends.{kind}.EmailBackend", str(tmp_path / "mail")]
