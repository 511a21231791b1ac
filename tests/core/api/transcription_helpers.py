"""A transcription model, requests for it, and what is asserted of their responses."""

from __future__ import annotations

import base64
import time
from decimal import Decimal

from core.contract.audio import AudioFormat
from core.models import Endpoint, Price, UsageRecord
from tests.core.api.conftest import make_model
from tests.fakes.audio import audio_bytes
from tests.fakes.transcription import SECONDS

WAV = audio_bytes(AudioFormat.WAV, SECONDS)
PATH = "/audio/transcriptions"
EVERYTHING = ["language", "prompt", "words", "segments", "diarize", "streaming"]


def make_transcription_model(
    lab, slug="lab/ear", upstream="whisper", features=EVERYTHING, formats=None, **fields
):
    model = make_model(
        lab, slug, upstream, price=None, tasks=["transcription", "translation"], features=features,
        formats=[], limits={}, **fields,
    )  # fmt: skip
    endpoint = Endpoint.objects.get(model=model)
    if formats:
        endpoint.options = {"response_formats": formats}
        endpoint.save()
    Price.objects.create(endpoint=endpoint, kind="audio_in", unit="second", usd_per_unit=Decimal("0.0001"))
    return model


def send(live, key, file: bytes = WAV, path: str = PATH, name: str = "speech.wav", **fields):
    data = {"model": "lab/ear", **fields}
    return live.post(path, key, data=data, files={"file": (name, file)})


def send_json(live, key, file: bytes = WAV, **fields):
    audio = {"data": base64.b64encode(file).decode(), "format": "wav"}
    return live.post(PATH, key, json={"model": "lab/ear", "input_audio": audio, **fields})


def assert_error(answer, code: int, provider_code: str, param: str | None = None) -> None:
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["metadata"]["provider_code"], error["param"]) == (
        code, code, provider_code, param,
    )  # fmt: skip


def settled_record(outcome: str) -> UsageRecord:
    """The one record, once it is final."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        record = UsageRecord.objects.get()
        if record.outcome:
            break
        time.sleep(0.02)
    assert record.outcome == outcome
    return record
