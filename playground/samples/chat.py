"""A chat request as code: its messages, its files read from disk, its answer streamed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Media, Modality
from playground import frames
from playground.requests import chat
from playground.samples.sample import PLACEHOLDER, Sample, SampleRequest
from playground.samples.values import (
    JAVASCRIPT,
    PYTHON,
    SampleFile,
    files,
    json_pieces,
    json_text,
    python_literal,
)

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
STANDARD = frozenset({"model", "messages", "modalities", "audio", "stream"})
"""Parameters that every client knows."""

AUDIO_STEM = "answer"


def samples(request: SampleRequest) -> list[Sample]:
    """Code for a chat; without new messages it is the request that the conversation's last answer came from.

    Raises as `run.start` does.
    """
    start = frames.chat_start(request.model, request.params, request.place)
    chat_request, names = chat.preview(request.user, start)
    return chat_samples(chat_request, names, request.base_url)


def chat_samples(request: ChatRequest, names: Mapping[str, str], base: str) -> list[Sample]:
    """`names` are the file names of uploads by id. An audio answer is not streamed but saved to a file."""
    body = body_of(request, names)
    found = [
        Sample("python", "Python", "python", "pip install openai", python(body, base)),
        Sample("typescript", "TypeScript", "typescript", "npm install openai", typescript(body, base)),
        Sample("curl", "curl", "bash", "", curl(body, base)),
    ]
    if set(body) - STANDARD <= OPENROUTER and "audio" not in body:
        code = openrouter(body, base)
        found.append(Sample("openrouter", "OpenRouter SDK", "python", "pip install openrouter", code))
    return found


def body_of(request: ChatRequest, names: Mapping[str, str]) -> dict[str, Any]:
    """The API body of `request`, its files as `SampleFile`."""
    body = {
        "model": request.model,
        "messages": [with_files(message, names) for message in request.messages],
        **request.parameters,
    }
    if request.modalities != (Modality.TEXT,):
        body["modalities"] = [modality.value for modality in request.modalities]
    if Modality.AUDIO in request.modalities:
        form = "pcm16" if request.format is AudioFormat.PCM else request.format.value
        voice = {"voice": request.voice} if request.voice else {}
        return {**body, "audio": {**voice, "format": form}}
    return {**body, "stream": True}


def with_files(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Media):
        bare = value.modality is Modality.AUDIO
        return SampleFile(file_name(names.get(value.upload, value.name)), "" if bare else value.media_type)
    if isinstance(value, Mapping):
        return {name: with_files(inner, names) for name, inner in value.items()}
    return [with_files(inner, names) for inner in value] if isinstance(value, list | tuple) else value


def file_name(name: str) -> str:
    """A file name without folders, which the sample opens beside itself."""
    return PurePath(name.replace("\\", "/")).name.lstrip("-.") or "file"


def audio_name(body: Mapping[str, Any]) -> str:
    form = body["audio"]["format"]
    return f"{AUDIO_STEM}.{'pcm' if form == 'pcm16' else AudioFormat(form).extension}"


# Python


def python(body: Mapping[str, Any], base: str) -> str:
    known = {name: value for name, value in body.items() if name in OPENAI or name in STANDARD}
    extra = {name: value for name, value in body.items() if name not in known}
    fields = {**known, "extra_body": extra} if extra else known
    has_audio = "audio" in body
    call = f"client.chat.completions.create(\n{keyword_arguments(fields)}\n)"
    return f"""{imports(body, has_audio)}from openai import OpenAI

client = OpenAI(base_url={python_literal(base)}, api_key="{PLACEHOLDER}")
{base64_function(body)}
{saving(call, body) if has_audio else printing(call)}"""


def keyword_arguments(fields: Mapping[str, Any], indent: int = 4) -> str:
    pad = " " * indent
    return "\n".join(f"{pad}{name}={PYTHON.literal(value, indent)}," for name, value in fields.items())


def imports(body: Mapping[str, Any], has_audio: bool) -> str:
    if not (has_audio or any(files(body))):
        return ""
    return "import base64\nfrom pathlib import Path\n\n"


def base64_function(body: Mapping[str, Any]) -> str:
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


def saving(call: str, body: Mapping[str, Any]) -> str:
    return f"""completion = {call}
message = completion.choices[0].message
Path({python_literal(audio_name(body))}).write_bytes(base64.b64decode(message.audio.data))
print(message.content or message.audio.transcript)
"""


def openrouter(body: Mapping[str, Any], base: str) -> str:
    return f"""{imports(body, False)}from openrouter import OpenRouter
{base64_function(body)}
with OpenRouter(server_url={python_literal(base)}, api_key="{PLACEHOLDER}") as client:
    stream = client.chat.send(
{keyword_arguments(body, 8)}
    )
    for chunk in stream:
        for choice in chunk.choices:
            print(choice.delta.content or "", end="", flush=True)
print()
"""


# TypeScript


def typescript(body: Mapping[str, Any], base: str) -> str:
    has_audio, read = "audio" in body, any(files(body))
    needed = ", ".join(name for name, used in (("readFileSync", read), ("writeFileSync", has_audio)) if used)
    disk = f'import {{ {needed} }} from "node:fs";\n' if needed else ""
    fields = "".join(f"  {field(name, value)}\n" for name, value in body.items())
    call = f"await client.chat.completions.create({{\n{fields}}})"
    return f"""{disk}import OpenAI from "openai";

const client = new OpenAI({{ baseURL: {json_text(base)}, apiKey: "{PLACEHOLDER}" }});

{typescript_saving(call, body) if has_audio else typescript_printing(call)}"""


def field(name: str, value: Any) -> str:
    line = f"{name}: {JAVASCRIPT.literal(value, 2)},"
    known = name in OPENAI or name in STANDARD
    return line if known else f"// @ts-expect-error: OpenAI has no such field\n  {line}"


def typescript_printing(call: str) -> str:
    return f"""const stream = {call};
for await (const chunk of stream) {{
  process.stdout.write(chunk.choices[0]?.delta.content ?? "");
}}
"""


def typescript_saving(call: str, body: Mapping[str, Any]) -> str:
    return f"""const completion = {call};
const {{ content, audio }} = completion.choices[0].message;
writeFileSync({json_text(audio_name(body))}, Buffer.from(audio?.data ?? "", "base64"));
console.log(content ?? audio?.transcript);
"""


# curl


def curl(body: Mapping[str, Any], base: str) -> str:
    """Files are too long for a command line and go through a pipe."""
    pieces = json_pieces(body)
    options = f"""curl {base}/chat/completions \\
  -H "Authorization: Bearer {PLACEHOLDER}" \\
  -H "Content-Type: application/json" \\
  --fail-with-body --no-buffer --silent --show-error"""
    save_audio = ""
    if "audio" in body:
        name = audio_name(body)
        save_audio = f""" \\
  | sed -n 's/.*"audio":{{[^}}]*"data":"\\([^"]*\\)".*/\\1/p' | base64 --decode > {name}"""
    if len(pieces) == 1:
        return f"{options} \\\n  -d {shlex.quote(str(pieces[0]))}{save_audio}\n"
    lines = "".join(f"  {shell_command(piece)}\n" for piece in pieces)
    return f"{{\n{lines}}} | {options} \\\n  --data-binary @-{save_audio}\n"


def shell_command(piece: str | SampleFile) -> str:
    if isinstance(piece, SampleFile):
        return f"base64 < {shlex.quote(piece.name)} | tr -d '\\n'"
    return f"printf %s {shlex.quote(piece)}"
