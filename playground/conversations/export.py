"""A conversation as a file: one branch of it as Markdown for people, as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from playground import frames
from playground.conversations import files
from playground.conversations.tree import path_to
from playground.models import Conversation, Message
from playground.names import model_name

MEDIA_TYPES = {"md": "text/markdown; charset=utf-8", "json": "application/json"}


def export(conversation: Conversation, last: UUID | None, extension: str) -> str:
    """The messages from the root to `last`, by default to the newest one. Blocking.

    Raises `NotFound` for a message of another conversation, `InvalidRequest` for one still in progress.
    """
    newest = conversation.messages.last()
    path = path_to(conversation, last or (newest.id if newest else None))
    return WRITERS[extension](conversation, path)


def markdown(conversation: Conversation, path: Sequence[Message]) -> str:
    """Its title, then each message below the name of its author."""
    system = conversation.settings.get("system", "")
    blocks = [f"# {one_line(conversation.title)}"]
    if system:
        blocks += [f"## {_('System prompt')}", system]
    for row in path:
        blocks += [f"## {one_line(author(row))}", *message_blocks(row)]
    return "\n\n".join(blocks) + "\n"


def author(row: Message) -> str:
    if row.role == "assistant":
        return model_name(row.model)
    return _("You") if row.role == "user" else row.role


def message_blocks(row: Message) -> Iterator[str]:
    """Reasoning as a quotation, the text as it is, files and tool calls by their names."""
    if reasoning := row.answer.get("reasoning"):
        yield "\n".join(f"> {line}".rstrip() for line in reasoning.splitlines())
    yield from attachments(row)
    if row.text.strip():
        yield row.text.strip()
    elif transcript := row.answer.get("transcript"):
        yield transcript
    for call in row.answer.get("calls") or []:
        yield f"```json\n{json.dumps({call['name']: call['arguments']}, ensure_ascii=False)}\n```"
    if row.error:
        yield f"*{one_line(row.error.get('message', ''))}*"


def attachments(row: Message) -> Iterator[str]:
    for part in row.content:
        modality = files.modality_of(part)
        if modality is not None:
            upload = files.upload_of(part) or {}
            yield f"*[{modality.value}: {one_line(upload.get('name', ''))}]*"
    for _image in row.answer.get("images") or []:
        yield "*[image]*"


def one_line(text: str) -> str:
    return " ".join(text.split())


def as_json(conversation: Conversation, path: Sequence[Message]) -> str:
    """The fields that the page has of them, without what belongs to the page alone."""
    fields = {
        "id": str(conversation.id),
        "title": conversation.title,
        "model": conversation.model,
        "settings": conversation.settings,
        "created_at": conversation.created_at.isoformat(),
        "messages": [dict(message_fields(row)) for row in path],
    }
    return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"


def message_fields(row: Message) -> Iterator[tuple[str, Any]]:
    yield from (("id", str(row.id)), ("role", row.role), ("created_at", row.created_at.isoformat()))
    yield "content", row.content or row.text
    if row.role == "assistant":
        yield from (("model", row.model), ("state", row.state), ("cost", frames.money(row.cost)))
        yield from answer_fields(row.answer)
    yield from row.told.items()
    if row.error:
        yield "error", row.error


def answer_fields(answer: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in ("reasoning", "reasoning_seconds", "calls", "images", "transcript", "finish"):
        if answer.get(name):
            yield name, answer[name]


WRITERS: dict[str, Callable[[Conversation, Sequence[Message]], str]] = {"md": markdown, "json": as_json}
