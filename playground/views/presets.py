"""JSON views of a user's presets: named settings of conversations."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from pydantic import ConfigDict, StringConstraints

from core.bodies.json_object import parse_json_object
from core.bodies.validation import Body, validate
from core.contract.errors import InvalidRequest
from core.models import User
from core.models.offload import offload
from playground.models import Preset
from playground.models.preset import NAME_LENGTH
from playground.studios.choices.presets import list_presets, preset_object
from playground.views.json_response import not_found, signed_in

PRESET_LIMIT = 100
MAX_BODY_BYTES = 64 * 1024


class Settings(Body):
    """Settings of a conversation; an absent key is at its default."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    system: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    reasoning_effort: str | None = None
    voice: str | None = None
    format: str | None = None
    spoken: bool | None = None
    cache: bool | None = None
    response_format: dict[str, Any] | None = None
    model: str | None = None


class PresetBody(Body):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LENGTH)]
    settings: Settings


@signed_in("GET", "POST")
async def presets(request: HttpRequest, user: User) -> HttpResponseBase:
    """GET: all of them. POST `{"name", "settings"}`: 201 with the preset; one of that name is replaced."""
    if request.method == "GET":
        return JsonResponse({"presets": await offload(list_presets, user)})
    if len(request.body) > MAX_BODY_BYTES:
        raise InvalidRequest("These settings are too long to be kept.", param="settings")
    body = validate(PresetBody, parse_json_object(request.body))
    return JsonResponse(preset_object(await offload(save_preset, user, body)), status=201)


@signed_in("POST", "DELETE")
async def delete(request: HttpRequest, user: User, preset_id: UUID) -> HttpResponseBase:
    deleted, _ = await offload(Preset.objects.for_user(user).filter(id=preset_id).delete)
    if not deleted:
        raise not_found()
    return HttpResponse(status=204)


def save_preset(user: User, body: PresetBody) -> Preset:
    mine = Preset.objects.for_user(user)
    if mine.exclude(name=body.name).count() >= PRESET_LIMIT:
        raise InvalidRequest(
            f"There is room for {PRESET_LIMIT} presets.", param="name", code="too_many_presets"
        )
    row, _ = Preset.objects.update_or_create(
        user=user, name=body.name, defaults={"settings": body.settings.model_dump(exclude_unset=True)}
    )
    return row
