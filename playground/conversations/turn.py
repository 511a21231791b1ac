"""A turn of a conversation: new messages and the answer to come, as rows that are not saved yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from core.catalogue import lookup
from core.contract.errors import NotFound
from core.contract.tasks import Task
from core.models import User
from playground import frames
from playground.conversations import files
from playground.conversations.files import RequestFiles
from playground.conversations.titles import title_of
from playground.conversations.tree import MessageBuilder, path_to
from playground.models import Conversation, Message, Run, Upload
from playground.models.conversation import ROLE_LENGTH

UNTITLED = "…"


@dataclass(frozen=True, slots=True)
class Turn:
    """`created` says that the conversation begins with it.

    `left_out` names the parts of earlier messages that the model cannot take: `{"message": id, "part":
    index, "modality": …}`.
    """

    conversation: Conversation
    created: bool
    questions: tuple[Message, ...]
    answer: Message
    left_out: tuple[dict[str, Any], ...] = ()


def new_turn(
    frame: frames.Start, new: Sequence[Mapping[str, Any]], request_files: RequestFiles
) -> tuple[Turn, list[dict[str, Any]]]:
    """The turn that `frame` begins with the `new` messages, and the messages before them; blocking.

    Messages are canonical, as `core.bodies.chat.messages` makes them. Raises `NotFound` and
    `InvalidRequest` as `conversation_of` and `path_to` do.
    """
    conversation, created = conversation_of(request_files.user, frame)
    path = [] if created else path_to(conversation, frame.parent)
    model = lookup.get_for(frame.model, Task.CHAT)
    builder = MessageBuilder(model, request_files)
    before = builder.messages(path, new)
    parent = path[-1] if path else None
    questions = []
    for message in new:
        parent = question_row(conversation, parent, message, request_files.rows)
        questions.append(parent)
    answer = Message(
        id=uuid4(),
        conversation=conversation,
        parent=parent,
        role="assistant",
        model=model.slug,
        state=Run.State.RUNNING,
    )
    if created:
        mentioned = [request_files.rows[UUID(known["id"])] for row in questions for known in uploads_in(row)]
        first = next((row.text for row in questions if row.role == "user"), "")
        conversation.title = title_of(first, mentioned) or UNTITLED
    conversation.model = model.slug
    return Turn(conversation, created, tuple(questions), answer, tuple(builder.left_out)), before


def conversation_of(user: User, frame: frames.Start) -> tuple[Conversation, bool]:
    """The conversation a run belongs to, and whether it is a new one. Raises `NotFound`."""
    if frame.conversation == frames.NEW:
        return Conversation(user=user), True
    mine = Conversation.objects.for_user(user).filter(id=frame.conversation)
    if (found := mine.first()) is None:
        raise NotFound("There is no such conversation, or it is not yours.", param="conversation")
    return found, False


def question_row(
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
        content=[files.stored_part(part, rows) for part in parts],
        told={name: value for name, value in message.items() if name not in ("role", "content")},
        text=text_of(message),
    )


def uploads_in(row: Message) -> list[dict[str, Any]]:
    return [known for part in row.content if (known := files.upload_of(part))]


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a canonical message, its parts joined by an empty line."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "\n\n".join(part["text"] for part in content or () if part["type"] == "text")


def turn_fields(turn: Turn | None) -> dict[str, Any]:
    """What `run.started` says of a turn; nothing for a run outside of conversations."""
    if turn is None:
        return {}
    return {
        "conversation": str(turn.conversation.id),
        "title": turn.conversation.title,
        "messages": [str(message.id) for message in turn.questions],
        "message": str(turn.answer.id),
        "left_out": list(turn.left_out),
    }
