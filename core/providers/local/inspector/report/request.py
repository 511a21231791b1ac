"""How a report begins, and what came with the request without being measured."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from core.contract.chat import ChatRequest
from core.providers.local.inspector.message import Part, earlier, last_user, system_prompt
from core.providers.local.inspector.report.markdown import Piece, block, count, heading, listed, plain, table

HONEST = "I am not a language model."
TASK = "I measure what a message brings, on this computer, and tell what I find."
LONGEST_PROMPT = 1000
LONGEST_VALUE = 200
ROLES = {"user": "from you", "assistant": "from the assistant", "tool": "from a tool"}


def opening(request: ChatRequest) -> Piece:
    before = context(request)
    return Piece(f"**{HONEST}** {TASK} {before}\n\n", f"{HONEST} {TASK} {before}", measured=False)


def context(request: ChatRequest) -> str:
    """How many messages came before the one that is measured."""
    roles = earlier(request)
    if last_user(request) is None:
        return "There is no message from a user here."
    if not roles:
        return "This is the first message of the conversation."
    told = listed([f"{number:,} {ROLES.get(role, plain(role))}" for role, number in roles.items()])
    are = "is" if roles.total() == 1 else "are"
    return f"{count(roles.total(), 'message')} came before this one and {are} not measured: {told}."


def address_piece(part: Part) -> Piece:
    """For a file that was not sent, only where it lies."""
    what = f"{part.kind}{part.number}"
    text = "It was sent as an address, and I open no addresses: send the file itself.\n\n"
    speech = f"The {what.lower()} was sent as an address, which I do not open."
    return Piece(heading(what) + text, speech, measured=False)


def unknown_piece(part: Part) -> Piece:
    text = f"A part of the type {plain(part.name)} is nothing I can measure.\n\n"
    speech = "One part is of a type that I cannot measure."
    return Piece(heading(part.kind + part.number) + text, speech, measured=False)


def echo(request: ChatRequest) -> Piece:
    """The system prompt, the parameters and the tools as they came; an empty piece where there were none."""
    prompt, rows = system_prompt(request), list(settings(request.parameters))
    if not prompt and not rows:
        return Piece("", measured=False)
    text = heading("Received and ignored")
    if prompt:
        cut = f", the first {LONGEST_PROMPT:,}" if len(prompt) > LONGEST_PROMPT else ""
        text += f"System prompt, {count(len(prompt), 'character')}{cut}:\n\n{block(prompt[:LONGEST_PROMPT])}"
    if rows:
        text += table(rows, ("Parameter", "Value"))
    return Piece(text, echo_spoken(prompt, request.parameters), measured=False)


def echo_spoken(prompt: str, parameters: Mapping[str, Any]) -> str:
    told = [f"a system prompt of {count(len(prompt), 'character')}"] if prompt else []
    told += [count(len(parameters), "parameter")] if parameters else []
    return f"I received and ignored {listed(told)}."


def settings(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in parameters.items():
        if name == "tools" and isinstance(value, list):
            yield "tools", f"{', '.join(map(tool, value[:20]))} (none is called)"
        else:
            yield plain(name, 60), code(value)


def tool(value: Any) -> str:
    """A tool by its name."""
    named = value.get(value.get("type"), value) if isinstance(value, Mapping) else {}
    name = named.get("name") if isinstance(named, Mapping) else None
    return plain(str(name)) if name else "one without a name"


def code(value: Any) -> str:
    """A value as JSON in a cell of a table."""
    written = json.dumps(value, ensure_ascii=False, default=str)
    cut = written if len(written) <= LONGEST_VALUE else f"{written[: LONGEST_VALUE - 1]}…"
    return plain(cut, LONGEST_VALUE) if "`" in cut else "`" + cut.replace("|", "\\|") + "`"
