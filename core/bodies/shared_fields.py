"""Fields that the bodies of several tasks share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from core.bodies.validation import Body, FieldError, refuse_server_fields


def voice_id(voice: Any, *, param: str = "voice") -> Any:
    """The id of OpenAI's `{"id": …}` form; any other value is left for the type check of the field."""
    if isinstance(voice, dict):
        if set(voice) != {"id"} or not isinstance(voice["id"], str):
            raise FieldError(f'{param} must be a string or {{"id": string}}.', param=param)
        return voice["id"]
    return voice


def check_options(options: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Raises `Unsupported` for server fields among the options of a provider."""
    for provider, values in options.items():
        refuse_server_fields(values, f"provider.options.{provider[:40]}.")
    return options


class ProviderBody(Body):
    options: Annotated[dict[str, dict[str, Any]], AfterValidator(check_options)] = Field(
        default_factory=dict,
        description="Parameters for one provider, by its slug, such as `elevenlabs`. Others ignore them.",
    )


def check_provider(provider: Any) -> Any:
    """Raises `Unsupported` for server fields in a `provider` object as it came."""
    if isinstance(provider, dict):
        refuse_server_fields(provider, "provider.")
    return provider
