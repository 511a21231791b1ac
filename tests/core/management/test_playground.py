"""What a start says before it serves."""

from __future__ import annotations

from io import StringIO

import pytest
from cryptography.fernet import Fernet

from core.management.commands.playground import Command
from core.models import Provider, ProviderKey

pytestmark = pytest.mark.django_db


def said() -> str:
    command = Command(stderr=StringIO(), no_color=True)
    command.check_tables()
    return command.stderr.getvalue()


def test_a_start_with_the_right_ring_says_nothing():
    ProviderKey.objects.create(
        provider=Provider.objects.create(slug="lab", name="Lab"), secret="sk-test-1234"
    )
    assert said() == ""


def test_a_start_with_another_ring_says_which_key_is_gone(settings):
    key = ProviderKey.objects.create(
        provider=Provider.objects.create(slug="lab", name="Lab"), secret="sk-test-1234"
    )
    key.refresh_from_db()
    settings.POLYPHONY_SECRET_KEYS = [Fernet.generate_key().decode()]
    lost = f"Provider keys are sealed with ring keys that are gone: {key.secret.key_id}."
    assert (lost in said(), "sk-test" in said()) == (True, False)
