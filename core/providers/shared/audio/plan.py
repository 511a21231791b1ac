"""What a chat request becomes for its provider before anything is converted, for previews of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from core.contract.chat import ChatRequest, Media
from core.contract.route import Target
from core.providers.shared.audio.input import goal


@dataclass(frozen=True, slots=True)
class PlannedMedia(Media):
    """A file in the format that it is to have; `size` is still that of the file in the format `source`."""

    source: str = ""


def planned(target: Target, request: ChatRequest) -> ChatRequest:
    """The request with each audio file as `target` gets it."""
    messages = [planned_message(target, message) for message in request.messages]
    return replace(request, messages=tuple(messages))


def planned_message(target: Target, message: Mapping[str, Any]) -> Mapping[str, Any]:
    content = message.get("content")
    if not isinstance(content, list | tuple):
        return message
    return {**message, "content": [planned_part(target, part) for part in content]}


def planned_part(target: Target, part: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = part.get("input_audio") or {}
    media = inner.get("data") if part.get("type") == "input_audio" else None
    form = goal(target, media.format, media.seconds) if isinstance(media, Media) else None
    if media is None or form is None:
        return part
    known = {one.name: getattr(media, one.name) for one in fields(Media)}
    name = f"{Path(media.name).stem or 'audio'}.{form.extension}"
    changed = {"name": name, "format": form.value, "media_type": form.media_type, "source": media.format}
    found = PlannedMedia(**{**known, **changed})
    return {**part, "input_audio": {**inner, "data": found, "format": form.value}}
