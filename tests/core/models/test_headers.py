"""Headers of a provider: sealed in the database, read as they were entered."""

from __future__ import annotations

import io
from importlib import import_module

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from core.models import AuditEvent, Provider
from core.models.secrets import key_id
from core.models.secrets.headers import MASK, masked, sealed_by, unmasked

CANARY = "hd-canary-0123456789abcdef"
HEADERS = {"X-Access-Token": CANARY, "X-Title": "Lab"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme():
    Provider.objects.create(slug="acme", name="Acme", headers=HEADERS)
    return Provider.objects.get()


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT headers FROM core_provider")
        return str(cursor.fetchone()[0])


def test_headers_are_sealed_and_read_back(acme):
    assert acme.headers == HEADERS
    assert stored().strip('"').startswith("v1:")
    Provider.objects.update(headers={"X-Title": CANARY})
    assert (Provider.objects.get().headers, CANARY in stored()) == ({"X-Title": CANARY}, False)
    Provider.objects.update(headers={})
    assert (Provider.objects.get().headers, stored()) == ({}, "{}")


def test_a_dump_has_no_header_and_is_loaded_again(acme, tmp_path):
    path = tmp_path / "dump.json"
    with path.open("w") as out:
        call_command("dumpdata", "core.provider", stdout=out)
    assert CANARY not in path.read_text()
    acme.delete()
    call_command("loaddata", str(path), verbosity=0)
    assert Provider.objects.get().headers == HEADERS


def test_headers_that_were_stored_in_the_open_are_sealed(acme):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_provider SET headers = %s", [f'{{"X-Access-Token": "{CANARY}"}}'])
    assert Provider.objects.get().headers == {"X-Access-Token": CANARY}
    migration = import_module("core.migrations.0010_sealed_headers")
    migration.seal(apps, None)
    assert CANARY not in stored()
    assert Provider.objects.get().headers == {"X-Access-Token": CANARY}


def test_headers_of_a_lost_ring_key_stay_as_they_are_until_they_are_removed(acme, settings, capsys):
    before, ring = stored(), settings.POLYPHONY_SECRET_KEYS
    settings.POLYPHONY_SECRET_KEYS = [Fernet.generate_key().decode()]
    locked = Provider.objects.get()
    assert locked.headers == {}
    locked.save()
    with pytest.raises(CommandError, match="A ring key is missing"):
        call_command("rotate_secrets")
    assert stored() == before
    settings.POLYPHONY_SECRET_KEYS = ring
    assert Provider.objects.get().headers == HEADERS
    settings.POLYPHONY_SECRET_KEYS = [Fernet.generate_key().decode()]
    call_command("rotate_secrets", "--remove-lost")
    assert "Removed the headers of Acme: enter them again." in capsys.readouterr().out
    assert stored() == "{}"


def test_headers_are_sealed_again_with_the_first_ring_key(acme, settings):
    new = Fernet.generate_key().decode()
    settings.POLYPHONY_SECRET_KEYS = [new, *settings.POLYPHONY_SECRET_KEYS]
    out = io.StringIO()
    call_command("rotate_secrets", stdout=out)
    assert f"{key_id(new)}: 1 provider keys and headers" in out.getvalue()
    found = Provider.objects.get().headers
    assert (found, sealed_by(found)) == (HEADERS, key_id(new))
    call_command("rotate_secrets", stdout=out)
    assert AuditEvent.objects.filter(action="provider_headers.rotated").count() == 1


def test_values_behind_masks_are_kept_for_the_same_address_only():
    shown = masked(HEADERS)
    assert shown == {"X-Access-Token": MASK, "X-Title": "Lab"}
    assert unmasked(shown, HEADERS, kept=True) == HEADERS
    assert unmasked(shown, HEADERS, kept=False) == {"X-Title": "Lab"}
    assert unmasked({"X-Other": MASK, "X-Access-Token": "new"}, HEADERS, kept=True) == {
        "X-Other": MASK,
        "X-Access-Token": "new",
    }
