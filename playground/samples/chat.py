"""The conversation on screen as code: its messages, its files read from disk, its answer as it streams."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Media, Modality
from playground.samples.speech import PLACEHOLDER, Sample, literal
from playground.samples.values import PYTHON, SCRIPT, File, files, json_pieces, text

OPENAI = frozenset(
    """frequency_penalty logit_bias logprobs max_completion_tokens max_tokens metadata parallel_tool_calls
    prediction presence_penalty prompt_cache_key reasoning_effort response_format seed service_tier stop store
    temperature tool_choice tools top_logprobs top_p user verbosity web_search_options n""".split()  # noqa: SIM905
)
"""Parameters that OpenAI's own client knows by name."""

OPENROUTER = OPENAI - {"n", "store", "verbosity", "web_search_options"} | {
    "min_p",
    "models",
    "plugins",
    "provider",
    "reasoning",
    "repetition_penalty",
    "top_a",
    "top_k",
}
OWN = frozenset({"model", "messages", "modalities", "audio", "stream"})
SOUND = "answer"


def chat_samples(request: ChatRequest, names: Mapping[str, str], origin: str) -> list[Sample]:
    """`names` tell what an upload is called; a spoken answer is asked for whole and kept as a file."""
    body, base = body_of(request, names), f"{origin}/api/v1"
    made = [
        Sample("python", "Python", "python", "pip install openai", python(body, base)),
        Sample("typescript", "TypeScript", "typescript", "npm install openai", typescript(body, base)),
        Sample("curl", "curl", "bash", "", curl(body, base)),
    ]
    if set(body) - OWN <= OPENROUTER and "audio" not in body:
        code = openrouter(body, base)
        made.append(Sample("openrouter", "OpenRouter SDK", "python", "pip install openrouter", code))
    return made


def body_of(request: ChatRequest, names: Mapping[str, str]) -> dict[str, Any]:
    """The API body of `request`, its files as `File`."""
    body = {
        "model": request.model,
        "messages": [placed(message, names) for message in request.messages],
        **request.parameters,
    }
    if request.modalities != (Modality.TEXT,):
        body["modalities"] = [modality.value for modality in request.modalities]
    if Modality.AUDIO in request.modalities:
        form = "pcm16" if request.format is AudioFormat.PCM else request.format.value
        voice = {"voice": request.voice} if request.voice else {}
        return {**body, "audio": {**voice, "format": form}}
    return {**body, "stream": True}


def placed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Media):
        bare = value.modality is Modality.AUDIO
        return File(file_name(names.get(value.upload, value.name)), "" if bare else value.media_type)
    if isinstance(value, Mapping):
        return {name: placed(inner, names) for name, inner in value.items()}
    return [placed(inner, names) for inner in value] if isinstance(value, list | tuple) else value


def file_name(name: str) -> str:
    """A name a program may open beside itself."""
    return PurePath(name.replace("\\", "/")).name.lstrip("-.") or "file"


def sound_name(body: Mapping[str, Any]) -> str:
    form = body["audio"]["format"]
    return f"{SOUND}.{'pcm' if form == 'pcm16' else AudioFormat(form).extension}"


# Python


def python(body: Mapping[str, Any], base: str) -> str:
    known = {name: value for name, value in body.items() if name in OPENAI or name in OWN}
    extra = {name: value for name, value in body.items() if name not in known}
    fields = {**known, "extra_body": extra} if extra else known
    spoken = "audio" in body
    call = f"client.chat.completions.create(\n{arguments(fields)}\n)"
    return f"""{imports(body, spoken)}from openai import OpenAI

client = OpenAI(base_url={literal(base)}, api_key="{PLACEHOLDER}")
{reader(body)}
{keeping(call, body) if spoken else printing(call)}"""


def arguments(fields: Mapping[str, Any], indent: int = 4) -> str:
    pad = " " * indent
    return "\n".join(f"{pad}{name}={PYTHON.of(value, indent)}," for name, value in fields.items())


def imports(body: Mapping[str, Any], spoken: bool) -> str:
    if not (spoken or any(files(body))):
        return ""
    return "import base64\nfrom pathlib import Path\n\n"


def reader(body: Mapping[str, Any]) -> str:
    if not any(files(body)):
        return ""
    return """

def base64_of(name):
    return base64.b64encode(Path(name).read_bytes()).decode()

"""


def printing(call: str) -> str:
    return f"""stream = {call}
for chunk in stream:
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)
print()
"""


def keeping(call: str, body: Mapping[str, Any]) -> str:
    return f"""completion = {call}
message = completion.choices[0].message
Path({literal(sound_name(body))}).write_bytes(base64.b64decode(message.audio.data))
print(message.content or message.audio.transcript)
"""


def openrouter(body: Mapping[str, Any], base: str) -> str:
    return f"""{imports(body, False)}from openrouter import OpenRouter
{reader(body)}
with OpenRouter(server_url={literal(base)}, api_key="{PLACEHOLDER}") as client:
    stream = client.chat.send(
{arguments(body, 8)}
    )
    for chunk in stream:
        for choice in chunk.choices:
            print(choice.delta.content or "", end="", flush=True)
print()
"""


# TypeScript


def typescript(body: Mapping[str, Any], base: str) -> str:
    spoken, read = "audio" in body, any(files(body))
    needed = ", ".join(name for name, used in (("readFileSync", read), ("writeFileSync", spoken)) if used)
    disk = f'import {{ {needed} }} from "node:fs";\n' if needed else ""
    fields = "".join(f"  {field(name, value)}\n" for name, value in body.items())
    call = f"await client.chat.completions.create({{\n{fields}}})"
    return f"""{disk}import OpenAI from "openai";

const client = new OpenAI({{ baseURL: {text(base)}, apiKey: "{PLACEHOLDER}" }});

{written(call, body) if spoken else shown(call)}"""


def field(name: str, value: Any) -> str:
    line = f"{name}: {SCRIPT.of(value, 2)},"
    return (
        line if name in OPENAI or name in OWN else f"// @ts-expect-error: OpenAI has no such field\n  {line}"
    )


def shown(call: str) -> str:
    return f"""const stream = {call};
for await (const chunk of stream) {{
  process.stdout.write(chunk.choices[0]?.delta.content ?? "");
}}
"""


def written(call: str, body: Mapping[str, Any]) -> str:
    return f"""const completion = {call};
const {{ content, audio }} = completion.choices[0].message;
writeFileSync({text(sound_name(body))}, Buffer.from(audio?.data ?? "", "base64"));
console.log(content ?? audio?.transcript);
"""


# curl


def curl(body: Mapping[str, Any], base: str) -> str:
    """Files are too long for a command line: they go through a pipe."""
    pieces = json_pieces(body)
    options = f"""curl {base}/chat/completions \\
  -H "Authorization: Bearer {PLACEHOLDER}" \\
  -H "Content-Type: application/json" \\
  --fail-with-body --no-buffer --silent --show-error"""
    kept = ""
    if "audio" in body:
        name = sound_name(body)
        kept = f""" \\
  | sed -n 's/.*"audio":{{[^}}]*"data":"\\([^"]*\\)".*/\\1/p' | base64 --decode > {name}"""
    if len(pieces) == 1:
        return f"{options} \\\n  -d {shlex.quote(str(pieces[0]))}{kept}\n"
    lines = "".join(f"  {piped(piece)}\n" for piece in pieces)
    return f"{{\n{lines}}} | {options} \\\n  --data-binary @-{kept}\n"


def piped(piece: str | File) -> str:
    if isinstance(piece, File):
        return f"base64 < {shlex.quote(piece.name)} | tr -d '\\n'"
    return f"printf %s {shlex.quote(piece)}"
