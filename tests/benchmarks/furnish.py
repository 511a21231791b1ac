"""The rows of an installation; run inside the program's shell by `installation.furnished`."""

from __future__ import annotations

import json
import os
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from core.access import keys
from core.models import AIModel, Budget, Endpoint, Price, Provider, ProviderKey, User, Voice
from playground.models import Run
from tests.benchmarks.installation import CHAT, EAR, MODEL

SESSIONS = 16
LARGE = 300 * 1024 * 1024


def main(origin: str) -> None:
    call_command("migrate", verbosity=0)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    make_models(origin)
    people = [get_user_model().objects.create_user(f"user{number}") for number in range(SESSIONS)]
    Budget.objects.create(user=people[0], limit=100_000)
    key, _ = keys.issue(people[0])
    facts = {"key": key, "sessions": [session(person) for person in people], "large": large_sound(people[0])}
    print(json.dumps(facts))


def make_models(origin: str) -> None:
    """One that speaks, one that chats, one that listens."""
    provider = Provider.objects.create(
        slug="bench", name="Bench", wire="openai", base_url=f"{origin}/v1", internal=True
    )
    ProviderKey.objects.create(provider=provider, secret="sk-bench-0123456789abcdef0123456789abcdef")
    voice = AIModel.objects.create(
        slug=MODEL,
        name="Voice",
        tasks=["speech"],
        formats=["mp3", "pcm"],
        input_modalities=["text"],
        output_modalities=["speech"],
    )
    Voice.objects.create(model=voice, voice_id="v", name="V")
    endpoint = Endpoint.objects.create(model=voice, provider=provider, upstream_id="voice")
    Price.objects.create(endpoint=endpoint, kind="text_in", unit="character", usd_per_unit="0.000001")
    chat = AIModel.objects.create(
        slug=CHAT,
        name="Chat",
        tasks=["chat"],
        input_modalities=["text", "image", "file"],
        output_modalities=["text"],
        limits={"max_output_tokens": 4096},
    )
    endpoint = Endpoint.objects.create(model=chat, provider=provider, upstream_id="chat")
    for kind in ("text_in", "text_out"):
        Price.objects.create(endpoint=endpoint, kind=kind, unit="token", usd_per_unit="0.000001")
    ear = AIModel.objects.create(
        slug=EAR,
        name="Ear",
        tasks=["transcription"],
        input_modalities=["audio"],
        output_modalities=["transcription"],
    )
    endpoint = Endpoint.objects.create(model=ear, provider=provider, upstream_id="ear")
    Price.objects.create(endpoint=endpoint, kind="audio_in", unit="second", usd_per_unit="0.0001")


def session(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


def large_sound(person: User) -> str:
    """Where to fetch a sound that is all holes: large to send, nothing on the disk."""
    name = f"runs/{person.pk}.wav"
    run = Run.objects.create(
        user=person, task="speech", model=MODEL, state="completed", format="wav", sound=name, bytes=LARGE
    )
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.truncate(path, LARGE)
    return reverse("playground:sound", args=[run.id])
