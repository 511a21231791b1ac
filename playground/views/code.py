"""The code tab's samples for the request on screen."""

from __future__ import annotations

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from core.bodies.speech import SpeechBody
from core.bodies.validation import validate
from core.contract.errors import PolyphonyError
from playground.code_samples import SAMPLES


@login_required
@require_POST
def code(request: HttpRequest) -> HttpResponse:
    """Body `{"task", "model", "params"}`; answers HTML, or 400 in the words of the API."""
    try:
        asked = orjson.loads(request.body)
        task, model, params = asked["task"], asked["model"], dict(asked["params"])
        params.pop("plain", None)
        validate(SpeechBody, {**params, "model": model})
        samples = SAMPLES[task](model, params, f"{request.scheme}://{request.get_host()}")
    except PolyphonyError as error:
        return JsonResponse({"error": error.envelope()}, status=error.status)
    except (KeyError, TypeError, ValueError):
        return JsonResponse({"error": {"message": "task, model and params are needed."}}, status=400)
    return render(request, "playground/parts/code-samples.html", {"samples": samples})
