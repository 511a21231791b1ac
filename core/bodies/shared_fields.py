"""Fields that the bodies of several tasks share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.bodies.parameters import check_parameters
from core.bodies.validation import FieldError


def voice_id(voice: Any, *, param: str = "voice") -> Any:
    """The id of OpenAI's `{"id": …}` form; any other value is left for the type check of the field."""
    if isinstance(voice, dict):
        if set(voice) != {"id"} or not isinstance(voice["id"], str):
            raise FieldError(f'{param} must be a string or {{"id": string}}.', param=param)
        return voice["id"]
    return voice


def check_chat_fields(fields: Any) -> Any:
    """The fields of a chat or response as they came; raises `InvalidRequest` where a parameter is wrong.

    The options of a provider are merged into the body of its request: the same rules hold for them.
    """
    if isinstance(fields, dict):
        check_parameters(fields)
        for slug, options in provider_options(fields):
            check_parameters(options, within=f"provider.options.{slug[:40]}.")
    return fields


def provider_options(fields: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The slug and the options of each provider, where they are objects."""
    provider = fields.get("provider")
    options = provider.get("options") if isinstance(provider, dict) else None
    for slug, values in options.items() if isinstance(options, dict) else ():
        if isinstance(values, dict):
            yield slug, values
