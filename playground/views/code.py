"""The code tab's samples for the request on screen."""

from __future__ import annotations

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from core.contract.errors import PolyphonyError
from playground.code_tasks import samples


@login_required
@require_POST
def code(request: HttpRequest) -> HttpResponse:
    """Body `{"task", "model", "params"}`; answers HTML, or 400 in the words of the API."""
    try:
        asked = orjson.loads(request.body)
        task, model, params = asked["task"], asked["model"], dict(asked["params"])
        shown = samples(task, model, params, f"{request.scheme}://{request.get_host()}")
    except PolyphonyError as error:
        return JsonResponse({"error": error.envelope()}, status=error.status)
    except (KeyError, TypeError, ValueError):
        return JsonResponse({"error": {"message": "task, model and params are needed."}}, status=400)
    return render(request, "playground/parts/code-samples.html", {"samples": shown})
