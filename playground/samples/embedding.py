"""An embedding request as code: Python, TypeScript, curl, OpenRouter's SDK."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from core.bodies.embedding.body import EmbeddingBody
from core.bodies.validation import validate
from playground.samples.sample import PLACEHOLDER, Sample, SampleRequest
from playground.samples.values import JAVASCRIPT, PYTHON, json_text, python_literal

PARAMS = {"input": ["The quick brown fox.", "The lazy dog."]}
"""What is shown of a model: there is no tab where something else could be entered."""


def samples(request: SampleRequest) -> list[Sample]:
    """Raises `InvalidRequest` as the API would."""
    body = {"model": request.model, **request.api_params}
    validate(EmbeddingBody, body)
    base = request.base_url
    return [
        Sample("python", "Python", "python", "pip install openai", python(body, base)),
        Sample("typescript", "TypeScript", "typescript", "npm install openai", typescript(body, base)),
        Sample("curl", "curl", "bash", "", curl(body, base)),
        Sample("openrouter", "OpenRouter SDK", "python", "pip install openrouter", openrouter(body, base)),
    ]


def python(body: Mapping[str, Any], base: str) -> str:
    return f"""from openai import OpenAI

client = OpenAI(base_url={python_literal(base)}, api_key="{PLACEHOLDER}")

response = client.embeddings.create(
{arguments(body)}
)
for item in response.data:
    print(item.index, len(item.embedding), item.embedding[:3])
"""


def typescript(body: Mapping[str, Any], base: str) -> str:
    fields = "\n".join(f"  {name}: {JAVASCRIPT.literal(value)}," for name, value in body.items())
    return f"""import OpenAI from "openai";

const client = new OpenAI({{ baseURL: {json_text(base)}, apiKey: "{PLACEHOLDER}" }});

const response = await client.embeddings.create({{
{fields}
}});
for (const item of response.data) {{
  console.log(item.index, item.embedding.length, item.embedding.slice(0, 3));
}}
"""


def curl(body: Mapping[str, Any], base: str) -> str:
    data = json.dumps(body, ensure_ascii=False, indent=2)
    return f"""curl {base}/embeddings \\
  -H "Authorization: Bearer {PLACEHOLDER}" \\
  -H "Content-Type: application/json" \\
  --fail-with-body \\
  -d {shlex.quote(data)}
"""


def openrouter(body: Mapping[str, Any], base: str) -> str:
    return f"""from openrouter import OpenRouter

with OpenRouter(server_url={python_literal(base)}, api_key="{PLACEHOLDER}") as client:
    response = client.embeddings.generate(
{arguments(body, indent=8)}
    )
    for item in response.data:
        print(item.index, len(item.embedding), item.embedding[:3])
"""


def arguments(body: Mapping[str, Any], indent: int = 4) -> str:
    """Keyword arguments of Python, one per line."""
    return "\n".join(f"{' ' * indent}{name}={PYTHON.literal(value, indent)}," for name, value in body.items())
