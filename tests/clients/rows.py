"""The rows of the installation that clients meet; run inside the program's shell by `server.serving`."""

from __future__ import annotations

import json

from django.contrib.auth import get_user_model
from django.core.management import call_command

from core.access import keys
from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.conftest import make_model, make_provider
from tests.core.api.embedding_helpers import make_embedding_model
from tests.core.api.transcription_helpers import make_transcription_model

CHATS = {
    "talker": "ok",
    "describer": "describing",
    "editor": "editing",
    "limited": "limited",
    "stuck": "stuck",
    "silent": "nothing",
}
"""The chat models and what the fake provider plays for each."""


def main(address: str) -> None:
    """Models at the fake provider at `address`; prints Alice's key."""
    call_command("migrate", verbosity=0)
    lab = make_provider("lab", address)
    make_model(lab, "lab/alto")
    make_transcription_model(lab)
    make_embedding_model("lab/vectors")
    for name, scenario in CHATS.items():
        make_chat_model(lab, slug=f"lab/{name}", upstream=scenario)
    alice = get_user_model().objects.create_user("alice")
    print(json.dumps({"key": keys.issue(alice)[0]}))
