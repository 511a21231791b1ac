"""Views of a user's conversations: list, search, read, export, rename, fork, delete."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.http import content_disposition_header
from pydantic import StringConstraints

from core.bodies.json_object import parse_json_object
from core.bodies.validation import Body, validate
from core.contract.errors import InvalidRequest
from core.models import User
from core.models.offload import offload
from playground.conversations import export, serializer
from playground.conversations import fork as forks
from playground.models import Conversation, Message, Run
from playground.models.run import TITLE_LENGTH
from playground.runs import registry
from playground.views.json_response import not_found, signed_in

MAX_PAGE = 10_000


class TitleBody(Body):
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_LENGTH)]


class ForkBody(Body):
    message: str


@signed_in("GET")
async def index(request: HttpRequest, user: User) -> HttpResponseBase:
    """The list, newest first; `?q=` searches titles and messages, `?page=` counts from 1."""
    number = request.GET.get("page", "1")
    if not (number.isascii() and number.isdigit() and 0 < int(number) <= MAX_PAGE):
        raise InvalidRequest("page must be a whole number from 1.", param="page")
    return private_json(await offload(serializer.page, user, request.GET.get("q", "")[:200], int(number)))


@signed_in("GET")
async def show(request: HttpRequest, user: User, conversation_id: UUID) -> HttpResponseBase:
    """One conversation with its whole tree."""
    data = await offload(serializer.conversation_fields, user, conversation_id)
    if data is None:
        raise not_found()
    return private_json(data)


@signed_in("POST")
async def rename(request: HttpRequest, user: User, conversation_id: UUID) -> HttpResponseBase:
    """Body `{"title"}`: 204."""
    title = validate(TitleBody, parse_json_object(request.body)).title
    mine = Conversation.objects.for_user(user).filter(id=conversation_id)
    if not await offload(mine.update, title=title):
        raise not_found()
    return HttpResponse(status=204)


@signed_in("POST", "DELETE")
async def delete(request: HttpRequest, user: User, conversation_id: UUID) -> HttpResponseBase:
    """Delete it with its runs and files, after stopping its running runs: 204."""
    row = await get_conversation(user, conversation_id)
    runs = await offload(running_runs, row)
    for run in runs:
        await registry.stop(run)
    await offload(row.erase)
    for run in runs:
        registry.forget_finished(run)
    return HttpResponse(status=204)


@signed_in("POST")
async def fork(request: HttpRequest, user: User, conversation_id: UUID) -> HttpResponseBase:
    """Body `{"message"}`: 201 with the `id` of a copy of the path that leads there."""
    message = message_id(validate(ForkBody, parse_json_object(request.body)).message, "message")
    row = await get_conversation(user, conversation_id)
    copy = await offload(forks.fork, row, message)
    return JsonResponse({"id": str(copy.id)}, status=201)


@signed_in("GET", "HEAD")
async def download(
    request: HttpRequest, user: User, conversation_id: UUID, extension: str
) -> HttpResponseBase:
    """One branch as a file, `md` or `json`; `?to=` is the id of its last message."""
    if extension not in export.MEDIA_TYPES:
        raise not_found()
    row = await get_conversation(user, conversation_id)
    last = message_id(request.GET["to"], "to") if "to" in request.GET else None
    text = await offload(export.export, row, last, extension)
    response = HttpResponse(text, content_type=export.MEDIA_TYPES[extension])
    name = f"{row.title or 'conversation'}.{extension}"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


def message_id(text: str, param: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidRequest(f"{param} must be the id of a message.", param=param) from None


async def get_conversation(user: User, conversation_id: UUID) -> Conversation:
    row = await offload(Conversation.objects.for_user(user).filter(id=conversation_id).first)
    if row is None:
        raise not_found()
    return row


def running_runs(row: Conversation) -> list[UUID]:
    running = Message.objects.filter(conversation=row, state=Run.State.RUNNING).exclude(run=None)
    return list(running.values_list("run_id", flat=True))


def private_json(data: object) -> JsonResponse:
    response = JsonResponse(data)
    response["Cache-Control"] = "private, no-store"
    return response
