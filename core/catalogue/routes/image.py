"""The route of an image request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.routes.targets import build_target, live_endpoints
from core.catalogue.validation.image.choices import check_choices, ignored_fields
from core.catalogue.validation.image.files import check_files, variation_changes
from core.catalogue.validation.image.size import size_changes
from core.contract.image import ImageRequest
from core.contract.route import Policy, Route

DEADLINE, SECONDS_PER_PICTURE = 300.0, 120.0
"""Seconds the response may take: at least, and more for many pictures."""
FIRST_EVENT_SECONDS = 240.0
"""How long a target may take to its first picture while another one could be asked instead: a large one of
high quality takes two minutes, and nothing comes before it unless partial images were asked for."""


def route_image(request: ImageRequest, model: ModelEntry) -> Route:
    lookup.check_task(model, request.task)
    check_choices(request, model)
    check_files(request, model)
    changed = {**size_changes(request, model), **variation_changes(request, model)}
    options = target_options(model)
    return Route(
        model=model.slug,
        targets=tuple(
            build_target(endpoint, options=options) for endpoint in live_endpoints(model, request.task)
        ),
        policy=Policy(
            first_event=FIRST_EVENT_SECONDS, deadline=max(DEADLINE, request.n * SECONDS_PER_PICTURE)
        ),
        ignored=ignored_fields(request, model),
        changed=changed,
    )


def target_options(model: ModelEntry) -> Mapping[str, Any]:
    """What adapters and the ledger need to know of the model: the longest answer in tokens, the types of
    input images, and the size and quality of a request that names none.

    Of words in a limit without `auto` the first is the model's own choice.
    """
    found = {
        "max_output": model.max_output,
        "image_formats": model.limits.get("image_formats"),
        "default_size": default(model, "sizes"),
        "default_quality": default(model, "qualities"),
    }
    return {name: value for name, value in found.items() if value}


def default(model: ModelEntry, limit: str) -> str:
    words = model.limits.get(limit) or ()
    return words[0] if words and "auto" not in words else ""
