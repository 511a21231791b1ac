"""The transcription on screen as code: multipart through the SDKs and curl, and the JSON form."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from playground.samples.speech import PLACEHOLDER, Sample, arguments, literal, text

FILE = "talk.mp3"
PLAIN = ("text", "srt", "vtt")
EXTRA = ("diarize", "num_speakers", "translator")
"""What OpenAI's own clients do not know by name."""


def transcription_samples(model: str, params: Mapping[str, Any], origin: str) -> list[Sample]:
    """`params` is the API body without model and file; `origin` is this server's."""
    return samples("transcriptions", model, params, f"{origin}/api/v1")


def translation_samples(model: str, params: Mapping[str, Any], origin: str) -> list[Sample]:
    return samples("translations", model, params, f"{origin}/api/v1")


def samples(path: str, model: str, params: Mapping[str, Any], base: str) -> list[Sample]:
    body = {name: value for name, value in params.items() if value not in (None, "", [])}
    body = {"model": model, **{name: value for name, value in body.items() if name not in ("model", "file")}}
    found = [
        Sample("python", "Python", "python", "pip install openai", python(path, body, base)),
        Sample("typescript", "TypeScript", "typescript", "npm install openai", typescript(path, body, base)),
        Sample("curl", "curl", "bash", "", curl(path, body, base)),
    ]
    if path == "transcriptions":
        found += [
            Sample("curl-json", "curl, JSON", "bash", "", curl_json(body, base)),
            Sample(
                "openrouter", "OpenRouter SDK", "python", "pip install openrouter", openrouter(body, base)
            ),
        ]
    return found


def python(path: str, body: Mapping[str, Any], base: str) -> str:
    known = {name: value for name, value in body.items() if name not in EXTRA}
    extra = {name: value for name, value in body.items() if name in EXTRA}
    if extra:
        known = {**known, "extra_body": extra}
    shown = "result" if body.get("response_format") in PLAIN else "result.text"
    return f"""from openai import OpenAI

client = OpenAI(base_url={literal(base)}, api_key="{PLACEHOLDER}")

with open({literal(FILE)}, "rb") as file:
    result = client.audio.{path}.create(
        file=file,
{arguments(known, indent=8)}
    )
print({shown})
"""


def typescript(path: str, body: Mapping[str, Any], base: str) -> str:
    fields = "\n".join(field(name, value) for name, value in body.items())
    shown = "result" if body.get("response_format") in PLAIN else "result.text"
    return f"""import {{ createReadStream }} from "node:fs";
import OpenAI from "openai";

const client = new OpenAI({{ baseURL: {text(base)}, apiKey: "{PLACEHOLDER}" }});

const result = await client.audio.{path}.create({{
  file: createReadStream({text(FILE)}),
{fields}
}});
console.log({shown});
"""


def field(name: str, value: Any) -> str:
    line = f"  {name}: {text(value)},"
    return f"  // @ts-expect-error: OpenAI has no such field\n{line}" if name in EXTRA else line


def curl(path: str, body: Mapping[str, Any], base: str) -> str:
    fields = " \\\n".join(f"  -F {shlex.quote(field)}" for field in form_fields(body))
    return f"""curl {base}/audio/{path} \\
  -H "Authorization: Bearer {PLACEHOLDER}" \\
  --fail-with-body \\
  -F file=@{FILE} \\
{fields}
"""


def form_fields(body: Mapping[str, Any]) -> list[str]:
    """`name=value`, lists in OpenAI's spelling."""
    found = []
    for name, value in body.items():
        if isinstance(value, list):
            found += [f"{name}[]={entry}" for entry in value]
        else:
            found.append(f"{name}={text(value) if isinstance(value, bool) else value}")
    return found


def curl_json(body: Mapping[str, Any], base: str) -> str:
    """The file is too long for a command line: it goes through a pipe."""
    shown = json.dumps({"input_audio": {"data": "DATA", "format": "mp3"}, **body}, ensure_ascii=False)
    before, _data, after = shown.partition("DATA")
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

sound = base64.b64encode(Path({literal(FILE)}).read_bytes()).decode()
with OpenRouter(server_url={literal(base)}, api_key="{PLACEHOLDER}") as client:
    result = client.stt.create_transcription(
        input_audio={{"data": sound, "format": "mp3"}},
{arguments(known, indent=8)}
    )
print(result.text)
"""
