"""JSON answers of the stage: the API's error envelope, the same for a foreign id and an unknown one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from core.contract.errors import AuthenticationFailed, MethodNotAllowed, NotFound, PolyphonyError
from core.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, User, P], Awaitable[HttpResponseBase]]
Answer = Callable[Concatenate[HttpRequest, P], Awaitable[HttpResponseBase]]


def refusal(error: PolyphonyError) -> HttpResponse:
    answer = JsonResponse({"error": error.envelope()}, status=error.status)
    answer["Cache-Control"] = "no-store"
    return answer


def absent() -> NotFound:
    return NotFound("There is no such thing, or it is not yours.")


def signed_in(*methods: str) -> Callable[[View[P]], Answer[P]]:
    """For views of signed-in people and these methods: they get the user, their refusals become answers."""

    def decorate(view: View[P]) -> Answer[P]:
        @wraps(view)
        async def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in methods:
                refused = refusal(MethodNotAllowed(f"Use {' or '.join(methods)} here."))
                refused["Allow"] = ", ".join(methods)
                return refused
            user = await request.auser()
            if not isinstance(user, User):
                return refusal(AuthenticationFailed("Sign in first.", code="not_signed_in"))
            try:
                return await view(request, user, *args, **kwargs)
            except PolyphonyError as error:
                return refusal(error)

        return answer

    return decorate
