"""`GET images/models` and the endpoints of one: OpenRouter's lists of the models that make pictures."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from core.api.http.authentication import authenticate
from core.api.http.json_response import json_response
from core.api.models import find_model, visible
from core.api.serializers.images import image_endpoint_object, image_model_object
from core.catalogue import lookup
from core.contract.tasks import Task


async def image_models(request: Request) -> Response:
    await authenticate(request)
    found = [entry for entry in visible() if Task.IMAGE in entry.tasks]
    return json_response({"data": [image_model_object(model) for model in found]})


async def image_model_endpoints(request: Request) -> Response:
    """Raises `ModelNotFound`, `ModelRetired`, and `WrongEndpoint` for a model that makes no pictures."""
    await authenticate(request)
    model = find_model(request.path_params["id"])
    lookup.check_task(model, Task.IMAGE)
    endpoints = [image_endpoint_object(model, endpoint) for endpoint in model.endpoints if endpoint.visible]
    return json_response({"id": model.slug, "endpoints": endpoints})
