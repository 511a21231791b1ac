"""From a request to a route: the table of the tasks that can be routed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.catalogue import lookup
from core.catalogue.entries import ModelEntry
from core.catalogue.routes.chat import route_chat
from core.catalogue.routes.embedding import route_embedding
from core.catalogue.routes.image import route_image
from core.catalogue.routes.privacy import private_route
from core.catalogue.routes.providers import ruled_route
from core.catalogue.routes.speech import route_speech
from core.catalogue.routes.transcription import route_transcription
from core.catalogue.routes.translation import route_translation
from core.catalogue.unknown_models import find_unknown
from core.contract.requests import Request
from core.contract.route import Route
from core.contract.routing import NO_RULES
from core.contract.tasks import Task, TaskTable

ROUTES: TaskTable[Callable[[Any, ModelEntry], Route]] = TaskTable(
    "catalogue",
    {
        Task.SPEECH: route_speech,
        Task.TRANSCRIPTION: route_transcription,
        Task.TRANSLATION: route_translation,
        Task.CHAT: route_chat,
        Task.IMAGE: route_image,
        Task.EMBEDDING: route_embedding,
    },
)


def route(request: Request) -> Route:
    """Where `request` may go, best target first, from the snapshot alone.

    Raises `ModelNotFound`, `ModelRetired`, `WrongEndpoint`, `InvalidRequest`, `TooLarge` or `Unsupported`
    when the caller must change something, `Unavailable` when an admin must, `UnknownTask` for a task that
    has no row.
    """
    route_task = ROUTES[request.task]
    found = private_route(route_task(request, model_of(request)), request)
    return found if request.routing is NO_RULES else ruled_route(found, request.routing)


def model_of(request: Request) -> ModelEntry:
    """The model that is asked for; one that the catalogue lacks where its provider takes such."""
    unknown = find_unknown(request.model, request.task) if lookup.find(request.model) is None else None
    return unknown or lookup.get(request.model)
