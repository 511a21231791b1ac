"""Code samples of the endpoints that take an audio file by multipart: Python, TypeScript, curl."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from playground.samples.sample import PLACEHOLDER, Sample, SampleRequest
from playground.samples.values import json_text, python_arguments, python_literal

FILE = "talk.mp3"
TEXT_FORMATS = ("text", "srt", "vtt")
EXTENSIONS = ("diarize", "num_speakers", "translator")
"""Parameters that OpenAI's own clients do not know by name."""


def body_of(request: SampleRequest) -> dict[str, Any]:
    """The API body without the file and without empty parameters."""
    params = {name: value for name, value in request.api_params.items() if value not in (None, "", [])}
    return {"model": request.model, **{name: value for name, value in params.items() if name != "model"}}


def form_samples(endpoint: str, body: Mapping[str, Any], base: str) -> list[Sample]:
    """`endpoint` is `transcriptions` or `translations`."""
    script = typescript(endpoint, body, base)
    return [
        Sample("python", "Python", "python", "pip install openai", python(endpoint, body, base)),
        Sample("typescript", "TypeScript", "typescript", "npm install openai", script),
        Sample("curl", "curl", "bash", "", curl(endpoint, body, base)),
    ]


def python(endpoint: str, body: Mapping[str, Any], base: str) -> str:
    known = {name: value for name, value in body.items() if name not in EXTENSIONS}
    extra = {name: value for name, value in body.items() if name in EXTENSIONS}
    if extra:
        known = {**known, "extra_body": extra}
    printed = "result" if body.get("response_format") in TEXT_FORMATS else "result.text"
    return f"""from openai import OpenAI

client = OpenAI(base_url={python_literal(base)}, api_key="{PLACEHOLDER}")

with open({python_literal(FILE)}, "rb") as file:
    result = client.audio.{endpoint}.create(
        file=file,
{python_arguments(known, indent=8)}
    )
print({printed})
"""


def typescript(endpoint: str, body: Mapping[str, Any], base: str) -> str:
    fields = "\n".join(field(name, value) for name, value in body.items())
    printed = "result" if body.get("response_format") in TEXT_FORMATS else "result.text"
    return f"""import {{ createReadStream }} from "node:fs";
import OpenAI from "openai";

const client = new OpenAI({{ baseURL: {json_text(base)}, apiKey: "{PLACEHOLDER}" }});

const result = await client.audio.{endpoint}.create({{
  file: createReadStream({json_text(FILE)}),
{fields}
}});
console.log({printed});
"""


def field(name: str, value: Any) -> str:
    line = f"  {name}: {json_text(value)},"
    return f"  // @ts-expect-error: OpenAI has no such field\n{line}" if name in EXTENSIONS else line


def curl(endpoint: str, body: Mapping[str, Any], base: str) -> str:
    fields = " \\\n".join(f"  -F {shlex.quote(field)}" for field in form_fields(body))
    return f"""curl {base}/audio/{endpoint} \\
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
            found.append(f"{name}={json_text(value) if isinstance(value, bool) else value}")
    return found
