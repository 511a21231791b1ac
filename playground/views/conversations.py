"""A person's conversations: found, read, renamed, copied, deleted."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from pydantic import StringConstraints

from core.bodies.json_object import decode
from core.bodies.validation import Body, validate
from core.contract.errors import InvalidRequest
from core.models import User
from core.models.offload import offload
from playground.conversations import fork as forking
from playground.conversations import serializer
from playground.models import Conversation, Message, Run
from playground.models.run import TITLE_LENGTH
from playground.runs import registry
from playground.views.json_response import absent, signed_in

MOST_PAGES = 10_000


class TitleBody(Body):
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_LENGTH)]


class ForkBody(Body):
    message: str


@signed_in("GET")
async def index(request: HttpRequest, user: User) -> HttpResponseBase:
    """The list, newest first; `?q=` searches titles and messages, `?page=` counts from 1."""
    number = request.GET.get("page", "1")
    if not (number.isascii() and number.isdigit() and 0 < int(number) <= MOST_PAGES):
        raise InvalidRequest("page must be a whole number from 1.", param="page")
    return private(await offload(serializer.page, user, request.GET.get("q", "")[:200], int(number)))


@signed_in("GET")
async def show(request: HttpRequest, user: User, conversation_id: UUID) -> HttpResponseBase:
    """One conversation with its whole tree."""
    found = await offload(serializer.whole, user, conversation_id)
    if found is None:
        raise absent()
    return private(found)


@signed_in("POST")
async def rename(request: HttpRequest, user: User, conversation_id: UUID) -> HttpResponseBase:
    """Body `{"title"}`: 204."""
    title = validate(TitleBody, decode(request.body)).title
    mine = Conversation.objects.for_user(user).filter(id=conversation_id)
    if not await offload(mine.update, title=title):
        raise absent()
    return HttpResponse(status=204)


@signed_in("POST", "DELETE")
async def delete(request: HttpRequest, user: User, conversation_id: UUID) -> HttpResponseBase:
    """Delete it with its runs and files, stopping the runs that are still made: 204."""
    row = await of(user, conversation_id)
    runs = await offload(unfinished, row)
    for run in runs:
        await registry.stop(run)
    await offload(row.erase)
    for run in runs:
        registry.forget_finished(run)
    return HttpResponse(status=204)


@signed_in("POST")
async def fork(request: HttpRequest, user: User, conversation_id: UUID) -> HttpResponseBase:
    """Body `{"message"}`: 201 with the `id` of a copy of the path that leads there."""
    asked = validate(ForkBody, decode(request.body)).message
    try:
        message = UUID(asked)
    except ValueError:
        raise InvalidRequest("message must be the id of a message.", param="message") from None
    row = await of(user, conversation_id)
    copy = await offload(forking.fork, row, message)
    return JsonResponse({"id": str(copy.id)}, status=201)


async def of(user: User, conversation_id: UUID) -> Conversation:
    row = await offload(Conversation.objects.for_user(user).filter(id=conversation_id).first)
    if row is None:
        raise absent()
    return row


def unfinished(row: Conversation) -> list[UUID]:
    running = Message.objects.filter(conversation=row, state=Run.State.RUNNING).exclude(run=None)
    return list(running.values_list("run_id", flat=True))


def private(found: object) -> JsonResponse:
    answer = JsonResponse(found)
    answer["Cache-Control"] = "private, no-store"
    return answer
