"""Conversations as JSON for the pages: the list, and one with its whole tree of messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.models import User
from playground import frames
from playground.conversations import files
from playground.dates import brief_text
from playground.markdown import render
from playground.models import Conversation, Message, Run, Upload

PAGE_SIZE = 30


def page(user: User, words: str = "", number: int = 1) -> dict[str, Any]:
    """`conversations`, newest first, and whether there are `more`. Blocking."""
    first = (number - 1) * PAGE_SIZE
    found = Conversation.objects.for_user(user).matching(words).summed().defer("settings")
    rows = list(found[first : first + PAGE_SIZE + 1])
    listed = [
        {
            "id": str(row.id),
            "title": row.title,
            "model": row.model,
            "updated_at": row.updated_at.isoformat(),
            "when": brief_text(row.updated_at),
            "messages": row.count,
            "cost": frames.money(row.spent),
        }
        for row in rows[:PAGE_SIZE]
    ]
    return {"conversations": listed, "more": len(rows) > PAGE_SIZE}


def conversation_fields(user: User, conversation_id: Any) -> dict[str, Any] | None:
    """A conversation of this user with all its messages, oldest first; None for any other. Blocking."""
    row = Conversation.objects.for_user(user).summed().filter(id=conversation_id).first()
    if row is None:
        return None
    messages = list(row.messages.select_related("run"))
    known = stored_ids(messages)
    return {
        "id": str(row.id),
        "title": row.title,
        "model": row.model,
        "settings": row.settings,
        "cost": {"total": frames.money(row.spent), "unpriced": row.unpriced},
        "messages": [message_fields(message, known) for message in messages],
        "head": str(messages[-1].id) if messages else None,
    }


def stored_ids(messages: Iterable[Message]) -> set[str]:
    """Ids of the uploads of `messages` that still exist."""
    ids = Upload.objects.filter(messages__in=[message.id for message in messages])
    return {str(found) for found in ids.values_list("id", flat=True)}


def message_fields(row: Message, known: set[str]) -> dict[str, Any]:
    """`elapsed`: seconds since an answer in progress was asked for, by the server's clock."""
    return {
        "id": str(row.id),
        "parent": str(row.parent_id) if row.parent_id else None,
        "role": row.role,
        "model": row.model,
        "parts": [part_fields(part, known) for part in row.content],
        "text": row.text,
        "html": answer_html(row.text, row.answer) if row.role == "assistant" else "",
        "reasoning": row.answer.get("reasoning", ""),
        "reasoning_seconds": row.answer.get("reasoning_seconds"),
        "calls": row.answer.get("calls", []),
        "images": [image_fields(found, known) for found in row.answer.get("images", ())],
        "audio": audio_fields(row),
        "state": row.state,
        "run": str(row.run_id) if row.run_id else None,
        "receipt": row.receipt,
        "error": row.error,
        "created_at": row.created_at.isoformat(),
        "elapsed": (now() - row.created_at).total_seconds() if row.state == Run.State.RUNNING else None,
        **{name: value for name, value in row.told.items() if name in ("name", "tool_call_id")},
    }


def part_fields(part: dict[str, Any], known: set[str]) -> dict[str, Any]:
    """A stored part; `gone` marks a file that was deleted."""
    upload = files.upload_of(part)
    if upload is None or upload["id"] in known:
        return part
    kind = part["type"]
    return {**part, kind: {**part[kind], "upload": {**upload, "gone": True}}}


def image_fields(found: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    fields = {name: found[name] for name in ("url", "media_type", "remote") if name in found}
    gone = "upload" in found and found["upload"]["id"] not in known
    return {**fields, "gone": True} if gone else fields


def audio_fields(row: Message) -> dict[str, Any] | None:
    """The answer's audio while its run exists, else its transcript alone."""
    run, transcript = row.run, row.answer.get("transcript")
    if run is None or not run.sound:
        return {"url": None, "duration": None, "transcript": transcript} if transcript else None
    url = reverse("playground:sound", args=[run.id])
    return {"url": url, "duration": run.duration, "transcript": transcript}


def answer_html(text: str, answer: Mapping[str, Any]) -> str:
    """`text` as safe HTML in the language of the page; empty where there is no text. It ends with a notice
    where `answer`, as `Message.answer` has it, says that the text is cut."""
    if not text.strip():
        return ""
    html = cached_html(text, get_language() or "")
    if not answer.get("cut"):
        return html
    notice = _("Only the beginning of this answer is kept: it is too long.")
    return html + format_html("<p><em>{}</em></p>", notice)


@lru_cache(maxsize=512)
def cached_html(text: str, _language: str) -> str:
    return render(text)
