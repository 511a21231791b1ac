"""A `run.start` of a chat: the messages of its conversation, the new ones, and their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from core.bodies.chat.body import ChatBody
from core.bodies.chat.messages import normalize_messages
from core.bodies.validation import validate
from core.contract.chat import ChatRequest, Modality
from core.contract.errors import InvalidRequest
from core.models import User
from core.models.offload import offload
from playground import frames
from playground.conversations.files import RequestFiles
from playground.conversations.titles import title_of
from playground.conversations.turn import conversation_of, new_turn, text_of
from playground.requests.audio_formats import live_formats
from playground.requests.run_request import RunRequest

AUDIO_DEFAULTS = {"format": "wav"}


async def build(user: User, frame: frames.Start) -> RunRequest:
    """Raises what the API raises for such a body, `NotFound` for what is not this user's."""
    return await offload(run_request, frame, RequestFiles(user))


def preview(user: User, frame: frames.Start) -> tuple[ChatRequest, dict[str, str]]:
    """The request alone, and the names of its files by their ids; blocking, raises as `build`.

    For a conversation without new messages it is the request of its last answer.
    """
    files = RequestFiles(user)
    if frame.conversation is not None and not frame.params.get("messages"):
        frame = before_last_answer(user, frame)
    request = cast(ChatRequest, run_request(frame, files).request)
    return request, {str(row.id): row.name for row in files.rows.values()}


def before_last_answer(user: User, frame: frames.Start) -> frames.Start:
    """`frame` at the message that the last answer followed."""
    conversation, created = conversation_of(user, frame)
    if created:
        return frame
    rows = {row.id: row for row in conversation.messages.all()}
    last = rows.get(frame.parent) if frame.parent else next(reversed(rows.values()), None)
    while last is not None and last.role == "assistant":
        last = rows.get(last.parent_id)
    params = {**conversation.settings, **frame.params, "messages": []}
    return replace(frame, parent=last.id if last else None, params=params)


def run_request(frame: frames.Start, files: RequestFiles) -> RunRequest:
    """Blocking; raises as `build`."""
    params = dict(frame.params)
    given, system = params.pop("messages", None), params.pop("system", None)
    if not isinstance(given, list):
        raise InvalidRequest("messages must be a list.", param="messages")
    if not isinstance(system, str | None):
        raise InvalidRequest("system must be a string.", param="system")
    new = normalize_messages(given, files.take) if given or frame.conversation is None else ()
    uploads, question = tuple(files.rows.values()), "\n\n".join(filter(None, map(text_of, new)))
    turn, before = None, []
    if frame.conversation is not None:
        turn, before = new_turn(frame, new, files)
        system = turn.conversation.settings.get("system") if system is None else system
        turn.conversation.settings = {**params, **({"system": system} if system else {})}
    if not (before or new):
        raise InvalidRequest("There is nothing to answer.", param="messages", code="missing_field")
    opening = [{"role": "system", "content": system}] if system else []
    return RunRequest(
        chat_request(frame, params, [*opening, *before, *new]),
        title_of(question, uploads) or (turn.conversation.title if turn else ""),
        uploads=uploads,
        question=question,
        turn=turn,
        render=frame.render,
    )


def chat_request(
    frame: frames.Start, params: dict[str, Any], messages: Sequence[Mapping[str, Any]]
) -> ChatRequest:
    """`params` are the API's body without model and messages; live audio is pcm where the model can."""
    if "audio" in (params.get("modalities") or ()):
        params["audio"] = {**AUDIO_DEFAULTS, **(params.get("audio") or {})}
    body = validate(ChatBody, {**params, "model": frame.model, "messages": [], "stream": True})
    request = body.request(list(messages))
    formats = live_formats(request.format) if Modality.AUDIO in request.modalities else ()
    return replace(request, formats=formats)
