"""A person's presets: settings of conversations under names."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from pydantic import ConfigDict, StringConstraints

from core.bodies.json_object import decode
from core.bodies.validation import Body, validate
from core.contract.errors import InvalidRequest
from core.models import User
from core.models.offload import offload
from playground.models import Preset
from playground.models.preset import NAME_LENGTH
from playground.views.json_response import absent, signed_in

MOST = 100
LARGEST = 64 * 1024


class Settings(Body):
    """What a conversation is set to; a key that is absent is at its default."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    system: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    voice: str | None = None
    format: str | None = None
    spoken: bool | None = None
    response_format: dict[str, Any] | None = None
    model: str | None = None


class PresetBody(Body):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LENGTH)]
    settings: Settings


@signed_in("GET", "POST")
async def presets(request: HttpRequest, user: User) -> HttpResponseBase:
    """GET: all of them. POST `{"name", "settings"}`: 201 with the preset; one of that name is replaced."""
    if request.method == "GET":
        return JsonResponse({"presets": await offload(listed, user)})
    if len(request.body) > LARGEST:
        raise InvalidRequest("These settings are too long to be kept.", param="settings")
    asked = validate(PresetBody, decode(request.body))
    return JsonResponse(fields(await offload(put, user, asked)), status=201)


@signed_in("POST", "DELETE")
async def delete(request: HttpRequest, user: User, preset_id: UUID) -> HttpResponseBase:
    deleted, _ = await offload(Preset.objects.for_user(user).filter(id=preset_id).delete)
    if not deleted:
        raise absent()
    return HttpResponse(status=204)


def listed(user: User) -> list[dict[str, Any]]:
    return [fields(row) for row in Preset.objects.for_user(user)]


def put(user: User, asked: PresetBody) -> Preset:
    mine = Preset.objects.for_user(user)
    if mine.exclude(name=asked.name).count() >= MOST:
        raise InvalidRequest(f"There is room for {MOST} presets.", param="name", code="too_many_presets")
    row, _ = Preset.objects.update_or_create(
        user=user, name=asked.name, defaults={"settings": asked.settings.model_dump(exclude_unset=True)}
    )
    return row


def fields(row: Preset) -> dict[str, Any]:
    return {"id": str(row.id), "name": row.name, "settings": row.settings}
