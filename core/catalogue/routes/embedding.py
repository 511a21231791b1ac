"""The route of an embedding request."""

from __future__ import annotations

from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.routes.targets import FIRST_EVENT_SECONDS, build_target, live_endpoints
from core.catalogue.validation.embedding import check_embedding, ignored_fields
from core.contract.embedding import EmbeddingRequest
from core.contract.route import Policy, Route


def route_embedding(request: EmbeddingRequest, model: ModelEntry) -> Route:
    lookup.check_task(model, request.task)
    check_embedding(request, model)
    return Route(
        model=model.slug,
        targets=tuple(map(build_target, live_endpoints(model, request.task))),
        policy=Policy(first_event=FIRST_EVENT_SECONDS),
        ignored=ignored_fields(request, model),
    )
