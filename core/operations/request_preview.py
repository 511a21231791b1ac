"""The body sent to a provider for a chat request, safe to show: files as references, no provider key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.contract.chat import ChatRequest, Media
from core.contract.errors import Unsupported
from core.contract.route import Target
from core.providers import registry
from core.providers.base import ChatAdapter
from core.providers.shared.audio.plan import PlannedMedia, planned

HIDDEN = "[hidden]"


def preview_chat(target: Target, request: ChatRequest) -> dict[str, Any]:
    """The JSON body that `target` is sent, in its wire's own shape.

    A file in it is an object of `upload` (or `name`), `media_type` and `bytes`; one that is converted first
    has `converted_from` in place of `bytes`. Raises `Unsupported` where the wire has no chat.
    """
    secret = target.credential.reveal() if target.credential else ""
    adapter = registry.adapter(target.wire)
    if not isinstance(adapter, ChatAdapter):
        raise Unsupported(f"{target.provider_name} cannot chat.")
    preview: dict[str, Any] = redact(adapter.chat_body(target, planned(target, request)), secret)
    return preview


def redact(value: Any, secret: str) -> Any:
    """The JSON value with references for files and `HIDDEN` for `secret`."""
    if isinstance(value, Media):
        return reference(value)
    if isinstance(value, str):
        return value.replace(secret, HIDDEN) if secret else value
    if isinstance(value, Mapping):
        return {name: redact(inner, secret) for name, inner in value.items()}
    return [redact(inner, secret) for inner in value] if isinstance(value, list | tuple) else value


def reference(media: Media) -> dict[str, Any]:
    named = {"upload": media.upload} if media.upload else {"name": media.name}
    if isinstance(media, PlannedMedia):
        return {**named, "media_type": media.media_type, "converted_from": media.source}
    return {**named, "media_type": media.media_type, "bytes": media.size}
