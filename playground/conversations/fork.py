"""A copy of a conversation up to one of its messages, to be continued independently."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db import transaction

from playground.conversations.titles import numbered_title
from playground.conversations.tree import path_to
from playground.models import Conversation, Message


@transaction.atomic
def fork(conversation: Conversation, message: UUID) -> Conversation:
    """The path from the root to `message` as a conversation of its own.

    The copied answers are not charged again. Raises `NotFound`, and `InvalidRequest` for an answer that is
    still in progress.
    """
    path = path_to(conversation, message)
    copy = Conversation.objects.create(
        user=conversation.user,
        title=numbered_title(conversation),
        model=path[-1].model or conversation.model,
        settings=conversation.settings,
    )
    parent = None
    for row in path:
        uploads = list(row.uploads.all())
        parent = copy_message(row, copy, parent)
        parent.uploads.set(uploads)
    return copy


def copy_message(row: Message, conversation: Conversation, parent: Message | None) -> Message:
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
