"""A speech request as code: Python, TypeScript, curl, OpenRouter's SDK."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from core.bodies.speech import SpeechBody
from core.bodies.validation import validate
from core.contract.audio import AudioFormat
from playground.samples.sample import PLACEHOLDER, Sample, SampleRequest
from playground.samples.values import json_text, python_arguments, python_literal


def samples(request: SampleRequest) -> list[Sample]:
    """Raises `InvalidRequest` as the API would."""
    params = request.api_params
    validate(SpeechBody, {**params, "model": request.model})
    return speech_samples(request.model, params, request.base_url)


def speech_samples(model: str, params: Mapping[str, Any], base: str) -> list[Sample]:
    """`params` is the API body without its model."""
    body = {"model": model, **{name: value for name, value in params.items() if value not in (None, "")}}
    body.setdefault("response_format", AudioFormat.MP3.value)
    file = f"speech.{AudioFormat(body['response_format']).extension}"
    return [
        Sample("python", "Python", "python", "pip install openai", python(body, base, file)),
        Sample("typescript", "TypeScript", "typescript", "npm install openai", typescript(body, base, file)),
        Sample("curl", "curl", "bash", "", curl(body, base, file)),
        Sample(
            "openrouter", "OpenRouter SDK", "python", "pip install openrouter", openrouter(body, base, file)
        ),
    ]


def python(body: Mapping[str, Any], base: str, file: str) -> str:
    return f"""from openai import OpenAI

client = OpenAI(base_url={python_literal(base)}, api_key="{PLACEHOLDER}")

with client.audio.speech.with_streaming_response.create(
{python_arguments(body)}
) as response:
    response.stream_to_file({python_literal(file)})
"""


def typescript(body: Mapping[str, Any], base: str, file: str) -> str:
    fields = "\n".join(f"  {name}: {json_text(value)}," for name, value in body.items())
    return f"""import {{ writeFile }} from "node:fs/promises";
import OpenAI from "openai";

const client = new OpenAI({{ baseURL: {json_text(base)}, apiKey: "{PLACEHOLDER}" }});

const response = await client.audio.speech.create({{
{fields}
}});
await writeFile({json_text(file)}, Buffer.from(await response.arrayBuffer()));
"""


def curl(body: Mapping[str, Any], base: str, file: str) -> str:
    data = json.dumps(body, ensure_ascii=False, indent=2)
    return f"""curl {base}/audio/speech \\
  -H "Authorization: Bearer {PLACEHOLDER}" \\
  -H "Content-Type: application/json" \\
  --fail-with-body --output {file} \\
  -d {shlex.quote(data)}
"""


def openrouter(body: Mapping[str, Any], base: str, file: str) -> str:
    return f"""from openrouter import OpenRouter

with OpenRouter(server_url={python_literal(base)}, api_key="{PLACEHOLDER}") as client:
    response = client.tts.create_speech(
{python_arguments(body, indent=8)}
    )
    with open({python_literal(file)}, "wb") as sound:
        sound.write(response.read())
"""
