"""One of everything that is Alice's, and the people who must not learn of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from core.access import keys
from core.models import (
    AIModel,
    Attempt,
    Budget,
    Endpoint,
    Price,
    Provider,
    ProviderKey,
    UsageRecord,
    User,
    Voice,
)
from core.models.responses import StoredResponse
from playground.models import Conversation, Message, Preset, Run, Upload
from playground.runs.image_file import partial_name
from tests.playground.conftest import empty_registries as empty_registries
from tests.playground.conftest import engine as engine
from tests.playground.conftest import no_lingering_connection as no_lingering_connection
from tests.playground.conftest import no_lingering_redis as no_lingering_redis
from tests.playground.conftest import redis_connections as redis_connections
from tests.playground.conftest import rehearsal as rehearsal
from tests.playground.conftest import sign_in as sign_in
from tests.proof.access.things import SECRET, Things


@pytest.fixture
def staff(db) -> User:
    """Somebody of the staff without a single permission."""
    return User.objects.create_user("steve", "steve@example.org", "a long pass phrase", is_staff=True)


@pytest.fixture
def strangers(bob, charlie, staff) -> dict[str, User]:
    return {"a teammate": bob, "an outsider": charlie, "staff without rights": staff}


@pytest.fixture
def things(alice) -> Things:
    """Ids of rows of Alice's, one of each kind, in all of which `SECRET` is written."""
    record = make_record(alice)
    sound = default_storage.save(f"runs/{alice.pk}/x.mp3", ContentFile(b"ID3"))
    file = default_storage.save(f"uploads/{alice.pk}/x.pdf", ContentFile(b"%PDF-1.4"))
    upload = Upload.objects.create(
        user=alice, name=f"{SECRET}.pdf", media_type="application/pdf", bytes=8, file=file
    )
    run = Run.objects.create(
        user=alice,
        task="transcription",
        model="lab/ear",
        title=SECRET,
        params={"input": SECRET},
        state="completed",
        generation=record.public_id,
        receipt={"cost": 0.0042},
        format="mp3",
        sound=sound,
        upload=upload,
        transcript={"text": SECRET, "segments": []},
    )
    default_storage.save(partial_name(alice.pk, run.id, 0, 0), ContentFile(SECRET.encode()))
    conversation = Conversation.objects.create(user=alice, title=SECRET, model="lab/talker")
    message = Message.objects.create(
        conversation=conversation, role="user", content=[{"type": "text", "text": SECRET}], text=SECRET
    )
    preset = Preset.objects.create(user=alice, name=SECRET)
    key, row = keys.issue(alice, name=SECRET)
    response = StoredResponse.objects.create(
        id="resp_alices",
        user=alice,
        created_at=timezone.now(),
        expires_at=timezone.now() + timedelta(hours=1),
        size=2,
        item_ids=["msg_alices"],
        input="[]",
        response='{"id": "resp_alices", "output": []}',
    )
    passkey = Authenticator.objects.create(
        pk=7_200_000_001, user=alice, type=Authenticator.Type.WEBAUTHN, data={"name": SECRET}
    )
    return Things(
        session=str(make_session(alice).pk),
        passkey=str(passkey.pk),
        run=str(run.id),
        upload=str(upload.id),
        conversation=str(conversation.id),
        message=str(message.id),
        preset=str(preset.id),
        key=row.public_id,
        generation=record.public_id,
        response=response.id,
        item="msg_alices",
        token=key,
    )


def make_session(alice: User) -> UserSession:
    """Another browser of hers."""
    store = SessionStore()
    store["_auth_user_id"], store["_auth_user_backend"], store["_auth_user_hash"] = (
        str(alice.pk),
        "django.contrib.auth.backends.ModelBackend",
        alice.get_session_auth_hash(),
    )
    store.create()
    return UserSession.objects.create(
        pk=7_100_000_001, user=alice, session_key=store.session_key, ip="192.0.2.1", user_agent=SECRET
    )


def make_record(alice: User) -> UsageRecord:
    record = UsageRecord.objects.create(
        public_id="gen-1-alices",
        user=alice,
        source="page",
        task="transcription",
        model="lab/ear",
        provider="lab",
        state="settled",
        outcome="completed",
        cost="0.0042",
        basis="computed",
        created_at=timezone.now(),
    )
    Attempt.objects.create(
        record=record.public_id,
        number=1,
        provider="lab",
        model="ear",
        outcome="completed",
        state="settled",
        started_at=record.created_at,
    )
    return record


@pytest.fixture
def tables(things, alice) -> None:
    """A row in every table of the admin."""
    provider = Provider.objects.create(slug="lab", name="Lab", base_url="https://lab.example/v1")
    ProviderKey.objects.create(provider=provider, secret="sk-0123456789abcdef")
    model = AIModel.objects.create(slug="lab/ear", name="Ear", tasks=["transcription"])
    Voice.objects.create(model=model, voice_id="v", name="V")
    endpoint = Endpoint.objects.create(model=model, provider=provider, upstream_id="ear")
    Price.objects.create(endpoint=endpoint, kind="audio_in", unit="second", usd_per_unit="0.0001")
    Budget.objects.create(user=alice, limit=5)
