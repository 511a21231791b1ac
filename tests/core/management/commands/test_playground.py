"""Problems that are reported before the server starts."""

from __future__ import annotations

from io import StringIO

import pytest
from cryptography.fernet import Fernet

from core.management.commands.playground import Command
from core.models import Provider, ProviderKey

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
    lost = f"Provider keys are sealed with ring keys that are gone: {key.secret.key_id}."
    assert (lost in reported(), "sk-test" in reported()) == (True, False)
