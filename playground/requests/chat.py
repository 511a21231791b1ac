"""A `run.start` of a chat as the gateway is asked it: its conversation before it, its files at hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from core.bodies.chat.body import ChatBody
from core.bodies.chat.messages import canonical
from core.bodies.validation import validate
from core.catalogue import lookup
from core.contract.chat import ChatRequest, Modality
from core.contract.errors import InvalidRequest, NotFound
from core.contract.tasks import Task
from core.models import User
from playground import frames
from playground.conversations import files
from playground.conversations.files import Shelf
from playground.conversations.tree import Reading, path_to
from playground.models import Conversation, Message, Run, Upload
from playground.models.conversation import ROLE_LENGTH
from playground.models.run import TITLE_LENGTH
from playground.requests import frame_requests
from playground.requests.run_request import Asked, Turn

SPOKEN = {"format": "wav"}
UNTITLED = "…"
STARTS = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+)+", re.MULTILINE)
PAIRS = re.compile(r"(\*\*|~~|`+)(?=\S)([^\n]+?)(?<=\S)\1|!?\[([^\]\n]+)\]\([^)\s]*\)")


def chat(user: User, frame: frames.Start) -> Asked:
    """Blocking. Raises what the API raises for such a body, `NotFound` for what is not this user's."""
    return written(frame, Shelf(user))


def shown(user: User, frame: frames.Start) -> tuple[ChatRequest, dict[str, str]]:
    """The request alone, and what its files are called by their ids; blocking, raises as `chat`.

    A conversation without new messages is told as it was before its last answer.
    """
    shelf = Shelf(user)
    if frame.conversation is not None and not frame.params.get("messages"):
        frame = before_last_answer(user, frame)
    request = written(frame, shelf).request
    assert isinstance(request, ChatRequest)
    return request, {str(row.id): row.name for row in shelf.rows.values()}


def before_last_answer(user: User, frame: frames.Start) -> frames.Start:
    conversation, created = placed(user, frame)
    if created:
        return frame
    rows = {row.id: row for row in conversation.messages.all()}
    last = rows.get(frame.parent) if frame.parent else next(reversed(rows.values()), None)
    while last is not None and last.role == "assistant":
        last = rows.get(last.parent_id)
    params = {**conversation.settings, **frame.params, "messages": []}
    return replace(frame, parent=last.id if last else None, params=params)


def written(frame: frames.Start, shelf: Shelf) -> Asked:
    params = dict(frame.params)
    given, system = params.pop("messages", None), params.pop("system", None)
    if not isinstance(given, list):
        raise InvalidRequest("messages must be a list.", param="messages")
    if not isinstance(system, str | None):
        raise InvalidRequest("system must be a string.", param="system")
    new = canonical(given, shelf.take) if given or frame.conversation is None else ()
    uploads, question = tuple(shelf.rows.values()), "\n\n".join(filter(None, map(text_of, new)))
    turn, before = None, []
    if frame.conversation is not None:
        turn, before = step(frame, new, shelf)
        system = turn.conversation.settings.get("system") if system is None else system
        turn.conversation.settings = {**params, **({"system": system} if system else {})}
    if not (before or new):
        raise InvalidRequest("There is nothing to answer.", param="messages", code="missing_field")
    opening = [{"role": "system", "content": system}] if system else []
    return Asked(
        body(frame, params, [*opening, *before, *new]),
        titled(question, uploads) or (turn.conversation.title if turn else ""),
        uploads=uploads,
        question=question,
        turn=turn,
        render=frame.render,
    )


def body(frame: frames.Start, params: dict[str, Any], messages: Sequence[Mapping[str, Any]]) -> ChatRequest:
    """The parsed body; live sound is pcm where the model can."""
    if "audio" in (params.get("modalities") or ()):
        params["audio"] = {**SPOKEN, **(params.get("audio") or {})}
    shaped = validate(ChatBody, {**params, "model": frame.model, "messages": [], "stream": True})
    asked = shaped.request(list(messages))
    live = frame_requests.heard_live(asked.format) if Modality.AUDIO in asked.modalities else ()
    return replace(asked, formats=live)


def step(
    frame: frames.Start, new: Sequence[Mapping[str, Any]], shelf: Shelf
) -> tuple[Turn, list[dict[str, Any]]]:
    """The rows of this turn, and the messages that come before it."""
    conversation, created = placed(shelf.user, frame)
    path = [] if created else path_to(conversation, frame.parent)
    reading = Reading(lookup.get_for(frame.model, Task.CHAT), shelf)
    before = reading.messages(path, new)
    parent = path[-1] if path else None
    questions = []
    for message in new:
        parent = question(conversation, parent, message, shelf.rows)
        questions.append(parent)
    answer = Message(
        id=uuid4(),
        conversation=conversation,
        parent=parent,
        role="assistant",
        model=frame.model,
        state=Run.State.RUNNING,
    )
    if created:
        mentioned = [shelf.rows[UUID(known["id"])] for row in questions for known in uploads_in(row)]
        first = next((row.text for row in questions if row.role == "user"), "")
        conversation.title = titled(first, mentioned) or UNTITLED
    conversation.model = frame.model
    return Turn(conversation, created, tuple(questions), answer, tuple(reading.left_out)), before


def placed(user: User, frame: frames.Start) -> tuple[Conversation, bool]:
    if frame.conversation == frames.NEW:
        return Conversation(user=user), True
    mine = Conversation.objects.for_user(user).filter(id=frame.conversation)
    if (found := mine.first()) is None:
        raise NotFound("There is no such conversation, or it is not yours.", param="conversation")
    return found, False


def question(
    conversation: Conversation,
    parent: Message | None,
    message: Mapping[str, Any],
    rows: Mapping[UUID, Upload],
) -> Message:
    content = message.get("content")
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    return Message(
        id=uuid4(),
        conversation=conversation,
        parent=parent,
        role=message["role"][:ROLE_LENGTH],
        content=[files.kept(part, rows) for part in parts],
        told={name: value for name, value in message.items() if name not in ("role", "content")},
        text=text_of(message),
    )


def uploads_in(row: Message) -> list[dict[str, Any]]:
    return [known for part in row.content if (known := files.upload_of(part))]


def text_of(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "\n\n".join(part["text"] for part in content or () if part["type"] == "text")


def titled(text: str, uploads: Sequence[Upload]) -> str:
    """The beginning of the text, else the name of the first file."""
    return shortened(unmarked(text[: 4 * TITLE_LENGTH]) or next((row.name for row in uploads), ""))


def shortened(title: str, longest: int = TITLE_LENGTH) -> str:
    """One that is longer says that it goes on."""
    return title if len(title) <= longest else f"{title[: longest - 1].rstrip()}…"


def unmarked(text: str) -> str:
    """One line of `text` without the marks of Markdown; marks that enclose nothing stay."""
    return " ".join(PAIRS.sub(lambda found: found[found.lastindex or 0], STARTS.sub("", text)).split())
