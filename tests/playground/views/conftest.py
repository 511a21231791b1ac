"""The browser of the user alice, and a run of hers with a stored audio file."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from playground.models import Run
from tests.playground.conversation_frames import client_of

SOUND = bytes(range(256)) * 1000


@pytest.fixture
async def owner(alice, anyio_backend):
    return await client_of(alice)


@pytest.fixture
def run(alice):
    name = default_storage.save("runs/1/x.mp3", ContentFile(SOUND))
    return Run.objects.create(
        user=alice,
        task="speech",
        model="local/espeak-ng",
        title="Hello, world!",
        state="completed",
        format="mp3",
        sound=name,
    )
