"""An admin at the browser, and a little of everything in the tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from core.access.keys import issue
from core.catalogue import snapshot
from core.models import (
    AIModel,
    Attempt,
    AuditEvent,
    Budget,
    Endpoint,
    Price,
    Provider,
    ProviderKey,
    UsageRecord,
    User,
    Voice,
    VoiceAlias,
)

CANARY = "sk-canary-0123456789abcdef"


@pytest.fixture(autouse=True)
def no_keys(settings):
    """No provider is live by accident of the machine, and nobody is throttled."""
    settings.PROVIDER_ENVIRONMENT = {}
    snapshot.reset()
    cache.clear()


@pytest.fixture
def admin(db) -> User:
    return User.objects.create_superuser("root", "root@example.org", "a long pass phrase")


@pytest.fixture
def browser(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.fixture
def catalogue(db) -> None:
    """Two models with voices, endpoints and prices."""
    local = Provider.objects.create(slug="local", name="Local", wire="local", needs_key=False)
    for slug in ("local/espeak-ng", "acme/talker"):
        model = AIModel.objects.create(slug=slug, name=slug, tasks=["speech"], formats=["mp3"])
        Voice.objects.create(model=model, voice_id="en", name="English")
        VoiceAlias.objects.create(name="nova", model=model, voice="en")
        endpoint = Endpoint.objects.create(model=model, provider=local, upstream_id=slug)
        amount = Decimal("0.000015")
        Price.objects.create(endpoint=endpoint, kind="text_in", unit="character", usd_per_unit=amount)


@pytest.fixture
def acme(db) -> Provider:
    """A provider with a stored key."""
    row = Provider.objects.create(slug="acme", name="Acme", base_url="https://acme.example/v1")
    ProviderKey.objects.create(provider=row, label="first", secret=CANARY)
    return row


@pytest.fixture
def record(alice) -> Callable[..., UsageRecord]:
    """Write a settled usage record: `record(model="a/b", days=2)` is two days old."""

    def write(user: User = alice, days: int = 0, **fields: object) -> UsageRecord:
        number = UsageRecord.objects.count()
        values = {
            "public_id": f"gen-{number:04}",
            "user": user,
            "team": user.team,
            "source": "api",
            "task": "speech",
            "model": "local/espeak-ng",
            "provider": "local",
            "state": "settled",
            "outcome": "completed",
            "units": {"text_in.character": 12},
            "cost": Decimal("0.00018"),
            "basis": "computed",
            "created_at": timezone.now() - timedelta(days=days),
        }
        row = UsageRecord.objects.create(**{**values, **fields})
        Attempt.objects.create(
            record=row.public_id,
            number=1,
            provider="local",
            model="espeak-ng",
            outcome="completed",
            started_at=row.created_at,
        )
        return row

    return write


@pytest.fixture
def one_of_each(catalogue, admin, alice, acme, record) -> None:
    """At least one row in every table of the admin."""
    issue(alice, name="ci")
    Budget.objects.create(user=alice, limit=Decimal("5"))
    record()
    AuditEvent.objects.create(actor=admin, action="test", subject="x")
