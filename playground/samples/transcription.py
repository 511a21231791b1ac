"""A transcription request as code: multipart through the SDKs and curl, and as JSON."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from core.bodies.transcription.body import TranscriptionBody
from core.bodies.validation import validate
from core.catalogue import lookup
from core.catalogue.routes.audio_file import DEMANDS, takes
from playground.samples.audio_form import FILE, body_of, form_samples
from playground.samples.sample import PLACEHOLDER, Sample, SampleRequest
from playground.samples.values import python_arguments, python_literal


def samples(request: SampleRequest) -> list[Sample]:
    """Raises `InvalidRequest` as the API would."""
    validate(TranscriptionBody, {**request.api_params, "model": request.model})
    body, base = taken_fields(body_of(request)), request.base_url
    return [
        *form_samples("transcriptions", body, base),
        Sample("curl-json", "curl, JSON", "bash", "", curl_json(body, base)),
        Sample("openrouter", "OpenRouter SDK", "python", "pip install openrouter", openrouter(body, base)),
    ]


def taken_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """`body` without the fields that no endpoint of its model takes: a request with them is refused."""
    model = lookup.find(body["model"])
    refused = [name for name in DEMANDS if model is not None and not takes(name)(model)]
    return {name: value for name, value in body.items() if name not in refused}


def curl_json(body: Mapping[str, Any], base: str) -> str:
    """The file is too long for a command line: it goes through a pipe."""
    text = json.dumps({"input_audio": {"data": "DATA", "format": "mp3"}, **body}, ensure_ascii=False)
    before, _data, after = text.partition("DATA")
    return f"""{{
  printf %s {shlex.quote(before)}
  base64 < {FILE} | tr -d '\\n'
  printf %s {shlex.quote(after)}
}} | curl {base}/audio/transcriptions \\
  -H "Authorization: Bearer {PLACEHOLDER}" \\
  -H "Content-Type: application/json" \\
  --fail-with-body --data-binary @-
"""


def openrouter(body: Mapping[str, Any], base: str) -> str:
    known = {name: value for name, value in body.items() if name not in ("prompt", "num_speakers")}
    return f"""import base64
from pathlib import Path

from openrouter import OpenRouter

sound = base64.b64encode(Path({python_literal(FILE)}).read_bytes()).decode()
with OpenRouter(server_url={python_literal(base)}, api_key="{PLACEHOLDER}") as client:
    result = client.stt.create_transcription(
        input_audio={{"data": sound, "format": "mp3"}},
{python_arguments(known, indent=8)}
    )
print(result.text)
"""
