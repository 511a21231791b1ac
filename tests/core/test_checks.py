from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.checks import WARNING, run_checks
from django.db import connection

from core import checks
from core.access.keys import issue
from core.catalogue.seed.tables import seed_catalogue
from core.models import Provider, ProviderKey

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
OTHER = Fernet.generate_key().decode()


def ids(found) -> list[str]:
    return [message.id for message in found]


def test_this_installation_has_no_errors(db):
    seed_catalogue()
    assert ids(found for found in run_checks(databases=["default"]) if found.level >= WARNING) == []


def test_without_secret_keys_is_an_error(settings):
    settings.POLYPHONY_SECRET_KEYS = []
    assert ids(checks.key_ring()) == ["polyphony.E001"]


@pytest.mark.parametrize(
    "bad", ["short", "é" * 44, OTHER[:-4], "=" * 44], ids=["short", "accents", "cut", "padding"]
)
def test_a_secret_key_must_be_a_fernet_key(settings, bad):
    settings.POLYPHONY_SECRET_KEYS = [OTHER, bad]
    (found,) = checks.key_ring()
    assert found.id == "polyphony.E002"
    assert found.msg.startswith("Key 2 of")
    assert bad not in found.msg


def test_djangos_secret_key_is_no_secret_key_of_ours(settings):
    settings.SECRET_KEY = OTHER
    settings.POLYPHONY_SECRET_KEYS = [OTHER]
    (found,) = checks.key_ring()
    assert found.id == "polyphony.E003"
    assert OTHER not in found.msg


def test_what_a_missing_secret_key_encrypted_is_reported(alice, settings):
    provider = Provider.objects.create(slug="acme", name="Acme")
    ProviderKey.objects.create(provider=provider, secret="sk-0123456789abcdef")
    issue(alice)
    assert ids(checks.sealed_keys(["default"])) == []
    kept = settings.POLYPHONY_SECRET_KEYS
    settings.POLYPHONY_SECRET_KEYS = [OTHER]
    assert ids(checks.sealed_keys(["default"])) == ["polyphony.E004", "polyphony.W001"]
    settings.POLYPHONY_SECRET_KEYS = [OTHER, *kept]
    assert ids(checks.sealed_keys(["default"])) == []


def test_a_table_that_is_still_to_be_migrated_is_not_read(db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE mfa_authenticator RENAME TO made_by_the_next_migration")
    assert ids(checks.sealed_keys(["default"])) == []


def test_headers_that_a_missing_secret_key_encrypted_are_reported(db, settings):
    Provider.objects.create(slug="acme", name="Acme", headers={"X-Title": "Lab"})
    assert ids(checks.sealed_keys(["default"])) == []
    settings.POLYPHONY_SECRET_KEYS = [OTHER]
    assert ids(checks.sealed_keys(["default"])) == ["polyphony.E004"]


def test_only_named_databases_are_queried(db, settings):
    settings.POLYPHONY_SECRET_KEYS = [OTHER]
    assert checks.sealed_keys() == checks.wires(None) == []


def test_an_unknown_wire_is_a_warning(db):
    Provider.objects.create(slug="odd", name="Odd", wire="telegraph")
    Provider.objects.create(slug="fine", name="Fine", wire="openai")
    Provider.objects.create(slug="later", name="Later", wire="mistral")
    (found,) = checks.wires(["default"])
    assert (found.id, "Provider odd speaks “telegraph”" in found.msg) == ("polyphony.W002", True)


@pytest.mark.parametrize(
    ("installed", "fine"), [("4.2.2", False), ("4.2.3", True), ("4.10", True), ("5.0.0", True)]
)
def test_an_old_daphne_is_an_error(monkeypatch, installed, fine):
    monkeypatch.setattr(checks, "version", lambda name: installed)
    assert ids(checks.server()) == ([] if fine else ["polyphony.E005"])


def test_a_missing_local_engine_is_reported(monkeypatch):
    monkeypatch.setattr(checks.extras, "speech_hint", lambda: 'pip install "polyphony[local]"')
    (found,) = checks.local_engine()
    assert (found.id, found.hint) == ("polyphony.I001", 'pip install "polyphony[local]"')


@pytest.mark.parametrize(
    ("host", "fine"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("box", False),
    ],
)
def test_debug_is_for_loopback_only(settings, host, fine):
    settings.DEBUG, settings.HOST = True, host
    assert ids(checks.exposure()) == ([] if fine else ["polyphony.E007"])
    settings.ALLOW_INSECURE = True
    assert [found.level for found in checks.exposure()] == ([] if fine else [WARNING])
    settings.DEBUG = False
    assert checks.exposure() == []


def test_any_host_is_for_nobody(settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert ids(checks.exposure()) == ["polyphony.E008"]
    settings.ALLOW_INSECURE = True
    assert [found.level for found in checks.exposure()] == [WARNING]


def test_a_missing_worklet_is_an_error(settings, tmp_path, monkeypatch):
    assert checks.worklet() == []
    monkeypatch.setattr(checks, "WORKLET", "playground/js/audio/nowhere.js")
    assert ids(checks.worklet()) == ["polyphony.E006"]


@pytest.mark.parametrize(
    "more", [{}, {"DATABASE_URL": "postgres://user@127.0.0.1/none"}], ids=["", "grown up"]
)
def test_the_deployment_of_the_readme_is_clean(tmp_path, more):
    example = README.split("check --deploy` has nothing to say:")[1].split("```")[1].removeprefix("sh")
    variables = dict(line.split("=", 1) for line in example.split())
    assert variables.keys() >= {"ALLOWED_HOSTS", "SECURE_COOKIES", "SECURE_HSTS_SECONDS"}
    environment = {"PATH": os.environ["PATH"], "POLYPHONY_VAR": str(tmp_path), **variables, **more}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (3 silenced).\n"), (
        done.stderr
    )


def test_white_space_around_a_variable_is_told(settings):
    settings.TRIMMED_VARIABLES = ("OPENAI_API_KEY",)
    (found,) = checks.white_space()
    assert (found.id, found.msg[:14]) == ("polyphony.W004", "OPENAI_API_KEY")


def test_a_companys_sign_in_is_configured_whole(settings):
    app = {"provider_id": "company", "client_id": "polyphony", "secret": ""}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    assert ids(checks.sign_in()) == ["polyphony.E009"]
    app["secret"] = "a secret"
    assert ids(checks.sign_in()) == []


def test_somebody_can_still_sign_in(settings):
    settings.PASSWORD_SIGN_IN = False
    assert ids(checks.sign_in()) == ["polyphony.W007"]
