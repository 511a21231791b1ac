"""The report on the request: its opening, parts that cannot be measured, ignored parameters."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from core.contract.chat import ChatRequest
from core.providers.local.inspector.message import MessagePart, earlier_roles, last_user_index, system_prompt
from core.providers.local.inspector.report.markdown import code_block, escape, heading, table
from core.providers.local.inspector.report.number_format import count, word_list
from core.providers.local.inspector.report.piece import ReportPiece

DISCLAIMER = "I am not a language model."
PURPOSE = "I measure what a message brings, on this computer, and tell what I find."
LONGEST_PROMPT = 1000
LONGEST_VALUE = 200
ROLES = {"user": "from you", "assistant": "from the assistant", "tool": "from a tool"}


def opening_piece(request: ChatRequest) -> ReportPiece:
    history = history_sentence(request)
    return ReportPiece(
        f"**{DISCLAIMER}** {PURPOSE} {history}\n\n", f"{DISCLAIMER} {PURPOSE} {history}", measured=False
    )


def history_sentence(request: ChatRequest) -> str:
    """How many messages came before the one that is measured."""
    roles = earlier_roles(request)
    if last_user_index(request) is None:
        return "There is no message from a user here."
    if not roles:
        return "This is the first message of the conversation."
    senders = word_list([f"{number:,} {ROLES.get(role, escape(role))}" for role, number in roles.items()])
    verb = "is" if roles.total() == 1 else "are"
    return f"{count(roles.total(), 'message')} came before this one and {verb} not measured: {senders}."


def address_piece(part: MessagePart) -> ReportPiece:
    """For a part with the address of a file instead of the file."""
    what = f"{part.kind}{part.number}"
    text = "It was sent as an address, and I open no addresses: send the file itself.\n\n"
    speech = f"The {what.lower()} was sent as an address, which I do not open."
    return ReportPiece(heading(what) + text, speech, measured=False)


def unknown_piece(part: MessagePart) -> ReportPiece:
    """For a part of an unknown type."""
    text = f"A part of the type {escape(part.name)} is nothing I can measure.\n\n"
    speech = "One part is of a type that I cannot measure."
    return ReportPiece(heading(part.kind + part.number) + text, speech, measured=False)


def ignored_piece(request: ChatRequest) -> ReportPiece:
    """The system prompt, the parameters and the tools as received; an empty piece where there are none."""
    prompt, rows = system_prompt(request), list(parameter_rows(request.parameters))
    if not prompt and not rows:
        return ReportPiece("", measured=False)
    text = heading("Received and ignored")
    if prompt:
        cut = f", the first {LONGEST_PROMPT:,}" if len(prompt) > LONGEST_PROMPT else ""
        text += (
            f"System prompt, {count(len(prompt), 'character')}{cut}:\n\n{code_block(prompt[:LONGEST_PROMPT])}"
        )
    if rows:
        text += table(rows, ("Parameter", "Value"))
    return ReportPiece(text, ignored_speech(prompt, request.parameters), measured=False)


def ignored_speech(prompt: str, parameters: Mapping[str, Any]) -> str:
    ignored = [f"a system prompt of {count(len(prompt), 'character')}"] if prompt else []
    ignored += [count(len(parameters), "parameter")] if parameters else []
    return f"I received and ignored {word_list(ignored)}."


def parameter_rows(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in parameters.items():
        if name == "tools" and isinstance(value, list):
            yield "tools", f"{', '.join(map(tool_name, value[:20]))} (none is called)"
        else:
            yield escape(name, 60), json_cell(value)


def tool_name(tool: Any) -> str:
    """The name of a tool: of its function, or its own where it is flat, as in the Responses API."""
    inner = tool.get(tool.get("type"), tool) if isinstance(tool, Mapping) else {}
    name = inner.get("name") if isinstance(inner, Mapping) else None
    return escape(str(name)) if name else "one without a name"


def json_cell(value: Any) -> str:
    """A value as JSON in a cell of a table."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    cut = text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
    return escape(cut, LONGEST_VALUE) if "`" in cut else "`" + cut.replace("|", "\\|") + "`"
