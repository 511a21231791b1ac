"""A signed-in client, and a finished run with its usage record."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from core.models import UsageRecord
from playground.models import Run
from tests.core.catalogue.conftest import catalogue as catalogue
from tests.core.catalogue.conftest import models as models
from tests.core.catalogue.conftest import no_keys as no_keys


@pytest.fixture
def alice_client(client, alice, models):
    client.force_login(alice)
    return client


@pytest.fixture
def run(alice):
    """A finished run of Alice's with its sound and its bill."""
    record = UsageRecord.objects.create(
        public_id="gen-1-alice",
        user=alice,
        source="page",
        task="speech",
        model="local/espeak-ng",
        provider="local",
        state="settled",
        outcome="completed",
        units={"text_in.character": 12, "audio_out.byte": 4000},
        cost="0.0042",
        basis="computed",
        created_at=timezone.now(),
        first_event_ms=31,
        total_ms=250,
    )
    return Run.objects.create(
        user=alice,
        task="speech",
        model="local/espeak-ng",
        title="A secret plan",
        params={"input": "A secret plan", "voice": "gmw/en", "plain": True, "speed": 1.5},
        state="completed",
        generation=record.public_id,
        receipt={"cost": 0.0042},
        format="mp3",
        duration=1.25,
        words=[{"word": "secret", "start": 0.1, "end": 0.4}],
        sound=default_storage.save("runs/1/x.mp3", ContentFile(b"ID3")),
    )
