"""The code samples for the request on screen, as HTML."""

from __future__ import annotations

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from core.contract.errors import PolyphonyError
from core.contract.tasks import Task
from playground import samples
from playground.samples.sample import SampleRequest


@login_required
@require_POST
def code(request: HttpRequest) -> HttpResponse:
    """Body `{"task", "model", "params"}`, for a chat `conversation` and `parent` too.

    Returns HTML, or an error as the API does.
    """
    origin = f"{request.scheme}://{request.get_host()}"
    try:
        body = orjson.loads(request.body)
        task, model, params = Task(body["task"]), body["model"], dict(body["params"])
        found = samples.MODULES[task].samples(SampleRequest(request.user, model, params, origin, place=body))
    except PolyphonyError as error:
        return JsonResponse({"error": error.envelope()}, status=error.status)
    except (LookupError, TypeError, ValueError):
        return JsonResponse({"error": {"message": "task, model and params are needed."}}, status=400)
    return render(request, "playground/parts/code-samples.html", {"samples": found})
