"""The route of a chat request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.routes.image_tool import endpoints_with_tool, with_image_models
from core.catalogue.routes.targets import FIRST_EVENT_SECONDS, build_target, live_endpoints, roomy_targets
from core.catalogue.validation.chat import check_chat, endpoints_for_urls, max_file_mb
from core.catalogue.validation.chat_audio import chat_voice, match_audio_formats
from core.contract.chat import ChatRequest, FilePart, Media, Modality, file_parts
from core.contract.errors import Unsupported
from core.contract.route import Policy, Route, Target
from core.providers.shared.chat_parameters import layers, parameters_at, priced_options

DEADLINE, VIDEO_DEADLINE = 300.0, 600.0
"""Seconds the response may take; a model needs longer for a video, and for pictures."""


def route_chat(request: ChatRequest, model: ModelEntry) -> Route:
    lookup.check_task(model, request.task)
    check_chat(request, model)
    voice = chat_voice(request, model)
    live = endpoints_with_tool(request, live_endpoints(model, request.task))
    endpoints = endpoints_for_urls(request, live)
    pairs = match_audio_formats(request, endpoints)
    options = {**token_limits(model), **audio_limits(model)}
    built = [(endpoint, build_target(endpoint, voice.id, choice, options)) for endpoint, choice in pairs]
    targets, tool_models = with_image_models(request, built)
    parts = tuple(file_parts(request))
    sizes = [part.content.size for part in parts if isinstance(part.content, Media)]
    longest = VIDEO_DEADLINE if tool_models else deadline(parts)
    return Route(
        model=model.slug,
        targets=roomy_targets(priced_targets(request, targets), sizes, "messages"),
        policy=Policy(first_event=first_event(request, longest), deadline=longest),
        voice=voice.stand_in,
        tool_models=tool_models,
    )


def priced_targets(request: ChatRequest, targets: Sequence[Target]) -> tuple[Target, ...]:
    """Those of `targets` whose prices are known for what is asked. Raises `Unsupported` when none is."""
    able = tuple(target for target in targets if not unpriced_options(request, target))
    if not able:
        name = min(unpriced_options(request, targets[0]))
        raise Unsupported(
            f"{request.model} has no price for this {name}.", param=name, code="unsupported_parameter"
        )
    return able


def unpriced_options(request: ChatRequest, target: Target) -> set[str]:
    """Options that change the price and that no row of the sheet is for; none where nothing has a price."""
    if not any(layers(request, target)) or not any(price.usd_per_unit for price in target.prices):
        return set()
    options = priced_options(parameters_at(request, target))
    conditions = [price.condition for price in target.prices]
    return {name for name, value in options.items() if not any(one.get(name) == value for one in conditions)}


def token_limits(model: ModelEntry) -> dict[str, int]:
    """Context length and longest response in tokens, as far as they are known."""
    limits = {"context_length": model.context_length, "max_output": model.max_output}
    return {name: tokens for name, tokens in limits.items() if tokens is not None}


def audio_limits(model: ModelEntry) -> dict[str, Any]:
    """The formats in which the model takes audio, and the MiB of a file, as far as formats are known."""
    formats = model.limits.get("audio_formats")
    return {"audio_formats": formats, "audio_mb": max_file_mb(model, Modality.AUDIO)} if formats else {}


def first_event(request: ChatRequest, deadline: float) -> float:
    """Seconds of silence after which another target is asked: a whole answer comes when it is ready, and
    nothing before it."""
    return FIRST_EVENT_SECONDS if request.streamed else deadline / 2


def deadline(parts: Iterable[FilePart]) -> float:
    has_video = any(part.modality is Modality.VIDEO for part in parts)
    return VIDEO_DEADLINE if has_video else DEADLINE
