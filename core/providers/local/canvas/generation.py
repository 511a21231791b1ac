"""Generation: from a prompt to the arguments of the drawing job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.contract.errors import InvalidRequest
from core.contract.image import ImageRequest
from core.providers.local.canvas import settings
from core.providers.local.canvas.prompt import Drawing, read_prompt
from core.providers.local.canvas.work import Work, common_arguments, shorten

JOB = "canvas.generate"


def generation(request: ImageRequest) -> Work:
    """Raises `InvalidRequest` for a prompt without words."""
    if not request.prompt.strip():
        raise InvalidRequest("The prompt has no words.", param="prompt")
    drawing = read_prompt(request.prompt)
    seeds = settings.seeds_of(request, drawing.seed)
    width, height = settings.size_of(request) or settings.DEFAULT
    args = {
        **common_arguments(request),
        "kind": drawing.picture.kind,
        "seeds": seeds,
        "text": drawing.text,
        "title": drawing.title,
        "mood": drawing.mood,
        "moods": list(drawing.picture.moods),
        "colours": list(drawing.colours),
        "hints": dict(drawing.hints),
        "width": width,
        "height": height,
        "style": request.style,
        "transparent": request.background == "transparent",
    }
    media_type = settings.format_of(request).media_type
    return Work(JOB, args, media_type, lambda index, event: description(drawing, seeds[index], event))


def description(drawing: Drawing, seed: int, event: Mapping[str, Any]) -> str:
    """What was drawn; sent as a prompt, it draws the same again. What could not be drawn is in brackets, at
    its beginning."""
    told = f"{drawing.picture.name}, seed {seed}: {drawing.described}"
    notes = []
    if event["missing"]:
        notes.append(f"no font here has {' '.join(shorten(event['missing'].replace(']', ''), 20))}")
    if event["cut"]:
        notes.append(f"the last {event['cut']} characters did not fit")
    return f"[{'; '.join(notes)}] {told}" if notes else told
