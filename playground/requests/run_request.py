"""What a run is to do, whatever its task: the request, and what the stage keeps beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.contract.requests import Request
from playground.models import Conversation, Message, Upload


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of a conversation: the rows of the new messages and of the answer, none of them saved yet.

    `created` says that the conversation begins with it; `left_out` are the parts of earlier messages that
    the model is not shown.
    """

    conversation: Conversation
    created: bool
    questions: tuple[Message, ...]
    answer: Message
    left_out: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """`upload` is what is listened to, `uploads` are the files of new messages, `question` is their text."""

    request: Request
    title: str
    upload: Upload | None = None
    uploads: tuple[Upload, ...] = ()
    question: str = ""
    turn: Turn | None = None
    render: bool = False
