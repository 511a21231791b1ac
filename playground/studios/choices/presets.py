"""A user's presets as JSON."""

from __future__ import annotations

from typing import Any, TypedDict

from core.models import User
from playground.models import Preset


class PresetObject(TypedDict):
    """`settings` are those of a conversation; a key that is absent is at its default."""

    id: str
    name: str
    settings: dict[str, Any]


def preset_object(row: Preset) -> PresetObject:
    return {"id": str(row.id), "name": row.name, "settings": row.settings}


def list_presets(user: User) -> list[PresetObject]:
    return [preset_object(row) for row in Preset.objects.for_user(user)]
