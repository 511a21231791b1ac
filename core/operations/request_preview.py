"""What a provider is sent for a chat, as people may see it: files as references, no key of the provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.contract.chat import ChatRequest, Media
from core.contract.errors import Unsupported
from core.contract.route import Target
from core.providers import registry

HIDDEN = "[hidden]"


def preview_chat(target: Target, request: ChatRequest) -> dict[str, Any]:
    """The JSON body that `target` is sent; a file in it is `upload` or `name`, `media_type`, `bytes`.

    Raises `Unsupported` where its wire cannot chat.
    """
    secret = target.credential.reveal() if target.credential else ""
    adapter = registry.adapter(target.wire)
    if not hasattr(adapter, "chat_body"):
        raise Unsupported(f"{target.provider_name} cannot chat.")
    shown: dict[str, Any] = redact(adapter.chat_body(target, request), secret)
    return shown


def redact(value: Any, secret: str) -> Any:
    if isinstance(value, Media):
        return reference(value)
    if isinstance(value, str):
        return value.replace(secret, HIDDEN) if secret else value
    if isinstance(value, Mapping):
        return {name: redact(inner, secret) for name, inner in value.items()}
    return [redact(inner, secret) for inner in value] if isinstance(value, list | tuple) else value


def reference(media: Media) -> dict[str, Any]:
    named = {"upload": media.upload} if media.upload else {"name": media.name}
    return {**named, "media_type": media.media_type, "bytes": media.size}
