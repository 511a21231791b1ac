"""The code tab's samples for the request on screen."""

from __future__ import annotations

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from core.contract.errors import PolyphonyError
from core.contract.tasks import Task
from playground.samples.tasks import conversation_samples, samples


@login_required
@require_POST
def code(request: HttpRequest) -> HttpResponse:
    """Body `{"task", "model", "params"}`, for a chat `conversation` and `parent` too.

    Answers HTML, or an error in the words of the API.
    """
    origin = f"{request.scheme}://{request.get_host()}"
    try:
        asked = orjson.loads(request.body)
        task, model, params = asked["task"], asked["model"], dict(asked["params"])
        if task == Task.CHAT:
            shown = conversation_samples(request.user, model, params, asked, origin)
        else:
            shown = samples(task, model, params, origin)
    except PolyphonyError as error:
        return JsonResponse({"error": error.envelope()}, status=error.status)
    except (KeyError, TypeError, ValueError):
        return JsonResponse({"error": {"message": "task, model and params are needed."}}, status=400)
    return render(request, "playground/parts/code-samples.html", {"samples": shown})
