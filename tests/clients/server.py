"""Polyphony as people start it, with a provider on loopback, and what scripts of clients need to know."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.contract.audio import AudioFormat
from tests.benchmarks.processes import outcome, surroundings
from tests.benchmarks.program import playground
from tests.fakes.audio import audio_bytes
from tests.fakes.chat import ARGUMENTS, IMAGE, TEXT, chat
from tests.fakes.provider import Provider
from tests.fakes.scenarios import named
from tests.fakes.transcription import SECONDS
from tests.fakes.transcription import TEXT as TRANSCRIPT

EDIT = "Here it is.\n\ngreeting.txt\n```\nGood morning.\n```\n"
"""What aider reads as a new content of `greeting.txt`."""
SOUND = audio_bytes(AudioFormat.WAV, SECONDS)
"""As long as the provider says."""
KEPT = ("PATH", "LANG", "TMPDIR", "SSL_CERT_FILE")


@contextmanager
def serving() -> Iterator[tuple[dict[str, str], Provider]]:
    """The environment of a client (the address and the key under every name that clients read, a home of its
    own, `POLYPHONY_FACTS`), and the provider."""
    with tempfile.TemporaryDirectory(prefix="clients-") as folder, Provider(named) as provider:
        provider.script("describing", chat(ARGUMENTS))
        provider.script("editing", chat(EDIT))
        (Path(folder) / "home").mkdir()
        environment = surroundings(folder, DRAIN_SECONDS="1")
        code = f"from tests.clients.rows import main; main({provider.url!r})"
        shell = ("manage.py", "shell", "--no-imports", "--command", code)
        key = outcome(*shell, environment=environment)["key"]
        try:
            with playground(environment) as running:
                address = f"http://127.0.0.1:{running.facts['port']}/api/v1"
                yield client_environment(address, key, folder), provider
        finally:
            provider.bill_file.unlink(missing_ok=True)


def client_environment(address: str, key: str, folder: str) -> dict[str, str]:
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "HOME": f"{folder}/home",
        "NO_PROXY": "*",
        "OPENAI_API_KEY": key,
        "OPENAI_BASE_URL": address,
        "OPENAI_API_BASE": address,
        "POLYPHONY_FACTS": json.dumps(facts(folder)),
    }


def facts(folder: str) -> dict[str, str]:
    """What models answer, and files to send."""
    files = {"image": ("dot.png", IMAGE), "sound": ("second.wav", SOUND)}
    for name, content in files.values():
        (Path(folder) / name).write_bytes(content)
    return {
        "text": TEXT,
        "arguments": ARGUMENTS,
        "transcript": TRANSCRIPT,
        **{kind: f"{folder}/{name}" for kind, (name, _) in files.items()},
    }
