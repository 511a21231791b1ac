"""The request on screen as code: Python, TypeScript, curl, OpenRouter SDK; the key is a placeholder."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from core.contract.audio import AudioFormat

PLACEHOLDER = "ak_YOUR_KEY"
FORMATTER = HtmlFormatter(nowrap=True)


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    title: str
    language: str
    install: str
    code: str

    @property
    def html(self) -> str:
        """The code with Pygments' classes; everything in it is escaped."""
        return highlight(self.code, get_lexer_by_name(self.language), FORMATTER)


def speech_samples(model: str, params: Mapping[str, Any], origin: str) -> list[Sample]:
    """`params` is the API body without its model; `origin` is this server's, such as `https://ai.example.org`."""
    body = {"model": model, **{name: value for name, value in params.items() if value not in (None, "")}}
    body.setdefault("response_format", AudioFormat.MP3.value)
    base, file = f"{origin}/api/v1", f"speech.{AudioFormat(body['response_format']).extension}"
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

client = OpenAI(base_url={literal(base)}, api_key="{PLACEHOLDER}")

with client.audio.speech.with_streaming_response.create(
{arguments(body)}
) as response:
    response.stream_to_file({literal(file)})
"""


def typescript(body: Mapping[str, Any], base: str, file: str) -> str:
    fields = "\n".join(f"  {name}: {text(value)}," for name, value in body.items())
    return f"""import {{ writeFile }} from "node:fs/promises";
import OpenAI from "openai";

const client = new OpenAI({{ baseURL: {text(base)}, apiKey: "{PLACEHOLDER}" }});

const response = await client.audio.speech.create({{
{fields}
}});
await writeFile({text(file)}, Buffer.from(await response.arrayBuffer()));
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

with OpenRouter(server_url={literal(base)}, api_key="{PLACEHOLDER}") as client:
    response = client.tts.create_speech(
{arguments(body, indent=8)}
    )
    with open({literal(file)}, "wb") as sound:
        sound.write(response.read())
"""


def arguments(body: Mapping[str, Any], indent: int = 4) -> str:
    return "\n".join(f"{' ' * indent}{name}={literal(value)}," for name, value in body.items())


def literal(value: Any) -> str:
    """A Python literal; strings in double quotes as JSON writes them, which Python reads alike."""
    return text(value) if isinstance(value, str) else repr(value)


def text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
