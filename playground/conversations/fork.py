"""A copy of a conversation up to one of its messages, to be gone on with elsewhere."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

from django.db import transaction

from playground.conversations.tree import path_to
from playground.models import Conversation, Message
from playground.models.run import TITLE_LENGTH
from playground.requests.chat import shortened

NUMBERED = re.compile(r" \(([2-9]|[1-9][0-9])\)$")
"""What a copy's title ends with: no year, and nothing a formula is likely to."""
LONGEST_NUMBER = len(" (100)")


@transaction.atomic
def fork(conversation: Conversation, message: UUID) -> Conversation:
    """The path from the root to `message` as a conversation of its own.

    What its answers cost was paid where they were made. Raises `NotFound`, and `InvalidRequest` for an answer
    that is still being made.
    """
    path = path_to(conversation, message)
    copy = Conversation.objects.create(
        user=conversation.user,
        title=titled(conversation),
        model=path[-1].model or conversation.model,
        settings=conversation.settings,
    )
    parent = None
    for row in path:
        uploads = list(row.uploads.all())
        parent = copied(row, copy, parent)
        parent.uploads.set(uploads)
    return copy


def titled(conversation: Conversation) -> str:
    """Its title with the next number, so that the copies can be told apart."""
    stem = shortened(NUMBERED.sub("", conversation.title), TITLE_LENGTH - LONGEST_NUMBER)
    mine = Conversation.objects.filter(user=conversation.user, title__startswith=stem)
    # SQLite takes other case for the same
    others = [other for other in mine.values_list("title", flat=True) if other.startswith(stem)]
    found = [NUMBERED.fullmatch(other, len(stem)) for other in others]
    return f"{stem} ({max((int(number[1]) for number in found if number), default=1) + 1})"


def copied(row: Message, conversation: Conversation, parent: Message | None) -> Message:
    return Message.objects.create(
        id=uuid4(),
        conversation=conversation,
        parent=parent,
        role=row.role,
        content=row.content,
        told=row.told,
        text=row.text,
        model=row.model,
        run=row.run,
        state=row.state,
        answer=row.answer,
        receipt=row.receipt,
        error=row.error,
        cost=row.cost,
    )
