"""`sync_models` prints its report."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.models import AIModel, Provider
from tests.core.operations.conftest import no_keys, row, serve  # noqa: F401 - fixtures by name
from tests.core.operations.test_sync import RICH, listing, rich

pytestmark = pytest.mark.django_db(transaction=True)


def test_sync_prints_what_it_found(row, capsys):  # noqa: F811 - the fixture
    call_command("sync_models", provider="fake")
    assert capsys.readouterr().out == ("fake: 0 models confirmed\n  new: fake/ok, fake/tts-1\n")
    call_command("sync_models", provider="fake", add=True)
    assert "  added: fake/ok, fake/tts-1" in capsys.readouterr().out
    assert AIModel.objects.count() == 2


def test_sync_prints_prices_days_and_what_is_gone(row, provider, capsys):  # noqa: F811 - the fixture
    listing(provider, RICH, rich("acme/old", ["text"]), rich("acme/gone", ["text"]))
    call_command("sync_models", provider="fake", add=True)
    capsys.readouterr()
    day = timezone.now().date() + timedelta(days=30)
    dearer = {**RICH, "pricing": {**RICH["pricing"], "prompt": "0.000003"}}
    listing(provider, dearer, {**rich("acme/old", ["text"]), "expiration_date": str(day)})
    call_command("sync_models", provider="fake")
    assert capsys.readouterr().out == (
        "fake: 2 models confirmed\n"
        f"  shutting down: acme/old ({day})\n"
        "  no longer listed: acme/gone\n"
        "  price changed: acme/talker-2 ($2 / 1M tokens in → $3 / 1M tokens in)\n"
    )


def test_sync_of_one_provider_fails_and_sync_of_all_continues(row, capsys):  # noqa: F811 - the fixture
    Provider.objects.create(slug="keyless", name="Keyless")
    with pytest.raises(CommandError, match="needs a key"):
        call_command("sync_models", provider="keyless")
    with pytest.raises(CommandError, match="no provider nobody"):
        call_command("sync_models", provider="nobody")
    call_command("sync_models")
    out = capsys.readouterr().out
    assert "fake: 0 models confirmed" in out
    assert "keyless: Keyless needs a key" in out
