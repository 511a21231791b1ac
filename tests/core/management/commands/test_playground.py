"""Problems that are reported before the server starts."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError

from core.management.commands.playground import Command
from core.models import Provider, ProviderKey
from tests.benchmarks.processes import ROOT, surroundings

pytestmark = pytest.mark.django_db


def reported() -> str:
    command = Command(stderr=StringIO(), no_color=True)
    command.check_tables()
    return command.stderr.getvalue()


def test_with_the_right_key_ring_nothing_is_reported():
    ProviderKey.objects.create(
        provider=Provider.objects.create(slug="lab", name="Lab"), secret="sk-test-1234"
    )
    assert reported() == ""


def test_with_another_key_ring_the_missing_key_is_named(settings):
    key = ProviderKey.objects.create(
        provider=Provider.objects.create(slug="lab", name="Lab"), secret="sk-test-1234"
    )
    key.refresh_from_db()
    settings.POLYPHONY_SECRET_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(SystemCheckError) as refused:
        Command(stderr=StringIO(), no_color=True).check_tables()
    text = str(refused.value)
    assert f"sealed with ring keys that are gone: {key.secret.key_id}." in text
    assert ("--remove-lost" in text, "sk-test" in text) == (True, False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_debug_does_not_start_where_others_reach_it(settings, host):
    settings.DEBUG = True
    with pytest.raises(CommandError, match="ALLOW_INSECURE=true"):
        call_command("playground", "--host", host, "--port", "1")


def test_the_way_out_of_a_lost_ring_key(settings, capsys):
    lab = Provider.objects.create(slug="lab", name="Lab")
    ProviderKey.objects.create(provider=lab, secret="sk-test-1234")
    settings.POLYPHONY_SECRET_KEYS = [Fernet.generate_key().decode()]
    kept = ProviderKey.objects.create(provider=lab, secret="sk-test-5678")
    with pytest.raises(CommandError, match="missing"):
        call_command("rotate_secrets")
    call_command("rotate_secrets", "--remove-lost")
    assert "Removed a key of Lab" in capsys.readouterr().out
    assert ProviderKey.objects.get() == kept
    assert reported() == ""


START = """
from django.conf import settings
settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
settings.STATICFILES_DIRS = [r"{static}"]
from core.management.commands.playground import Command, alone, ensure_admin
with alone():
    Command().prepare()
    ensure_admin()
"""


def test_processes_that_start_together_prepare_one_after_the_other(tmp_path):
    """With a few static files: all of them take seconds to compress."""
    code = START.format(static=ROOT / "static" / "api")
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
    environment = surroundings(str(tmp_path / "var"))
    started = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    ended = [(process.communicate(timeout=120)[1], process.returncode) for process in started]
    assert ended == [("", 0)] * 3
    folder = Path(environment["POLYPHONY_VAR"])
    assert (folder / "static" / "digest").read_text()
    assert (folder / "static" / "staticfiles.json").exists()
    with closing(sqlite3.connect(folder / "polyphony.sqlite3")) as rows:
        assert rows.execute("SELECT count(*) FROM core_user WHERE is_superuser").fetchone() == (1,)
