"""Frames of the browser: text is parsed into one of four values; errors have the `id` of the frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from core.bodies.json_object import parse_json_object
from core.contract.errors import InvalidRequest
from core.contract.tasks import Task
from playground.tasks import CONVERSATIONAL, TASKS

NAME_LENGTH = 64
NEW = "new"
"""`conversation` of a run that begins a new one."""


@dataclass(frozen=True, slots=True)
class Start:
    """`run.start`: `params` is the API body of the task without its model.

    `conversation` is `NEW` or an id, `parent` the message that the new messages follow; `render` asks for
    the answer as HTML too.
    """

    id: str
    task: Task
    model: str
    params: Mapping[str, Any] = field(default_factory=dict)
    render: bool = False
    conversation: str | UUID | None = None
    parent: UUID | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    id: str


@dataclass(frozen=True, slots=True)
class Resume:
    id: str
    run: UUID
    after: int = 0


@dataclass(frozen=True, slots=True)
class Ping:
    pass


Frame = Start | Stop | Resume | Ping


class BadFrame(InvalidRequest):
    """A malformed frame; `frame_id` is its `id` where it had a valid one."""

    code = "bad_frame"

    def __init__(self, message: str, *, param: str | None = None, frame_id: str | None = None) -> None:
        super().__init__(message, param=param)
        self.frame_id = frame_id


def parse(text: str) -> Frame:
    """The frame in `text`. Raises `BadFrame`, or `InvalidRequest` when it is not even JSON."""
    try:
        fields = parse_json_object(text.encode())
    except UnicodeEncodeError:
        raise BadFrame("The frame is not valid Unicode.") from None
    name = fields.get("type")
    read = READERS.get(name) if isinstance(name, str) else None
    try:
        if read is None:
            raise BadFrame(f"type must be one of {', '.join(READERS)}.", param="type")
        return read(fields)
    except BadFrame as error:
        error.frame_id = known_id(fields)
        raise


def start(fields: dict[str, Any]) -> Start:
    params = fields.get("params", {})
    if not isinstance(params, dict):
        raise BadFrame("params must be an object.", param="params")
    try:
        task = Task(fields.get("task"))
    except ValueError:
        raise BadFrame("task is not one that can be run.", param="task") from None
    if task not in TASKS:
        raise BadFrame(f"{task} cannot be run here.", param="task")
    model = fields.get("model")
    if not isinstance(model, str) or not model:
        raise BadFrame("model must be a non-empty string.", param="model")
    conversation, parent = conversation_place(fields, task)
    render = fields.get("render", False)
    if not isinstance(render, bool):
        raise BadFrame("render must be true or false.", param="render")
    return Start(frame_id(fields), task, model, params, render, conversation, parent)


def conversation_place(fields: dict[str, Any], task: Task) -> tuple[str | UUID | None, UUID | None]:
    """The conversation of a run, and the message in it that the run follows."""
    conversation, parent = fields.get("conversation"), fields.get("parent")
    if conversation is not None and task not in CONVERSATIONAL:
        raise BadFrame("Only a chat belongs to a conversation.", param="conversation")
    if parent is not None and conversation in (None, NEW):
        raise BadFrame("parent needs the conversation it is in.", param="parent")
    if conversation not in (None, NEW):
        conversation = known_uuid(conversation, "conversation", "a conversation")
    return conversation, None if parent is None else known_uuid(parent, "parent", "a message")


def stop(fields: dict[str, Any]) -> Stop:
    return Stop(frame_id(fields))


def resume(fields: dict[str, Any]) -> Resume:
    after = fields.get("after", 0)
    if not isinstance(after, int) or isinstance(after, bool) or after < 0:
        raise BadFrame("after must be a whole number from 0.", param="after")
    return Resume(frame_id(fields), known_uuid(fields.get("run"), "run", "a run"), after)


def ping(fields: dict[str, Any]) -> Ping:
    return Ping()


READERS: dict[str, Callable[[dict[str, Any]], Frame]] = {
    "run.start": start,
    "run.stop": stop,
    "run.resume": resume,
    "ping": ping,
}


def frame_id(fields: dict[str, Any]) -> str:
    found = known_id(fields)
    if not found:
        raise BadFrame(f"id must be a string of 1 to {NAME_LENGTH} characters.", param="id")
    return found


def known_id(fields: dict[str, Any]) -> str | None:
    found = fields.get("id")
    return found if isinstance(found, str) and 0 < len(found) <= NAME_LENGTH else None


def known_uuid(value: Any, param: str, what: str) -> UUID:
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise BadFrame(f"{param} must be the id of {what}.", param=param) from None
