"""JSON view of a user's favourite models."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from core.catalogue import lookup
from core.models import User
from core.models.offload import offload
from playground.models import Favourite
from playground.views.json_response import signed_in


@signed_in("PUT", "DELETE")
async def favourite(request: HttpRequest, user: User, slug: str) -> HttpResponseBase:
    """204: PUT gives the model a star, DELETE takes it; both may be repeated. Raises `ModelNotFound`."""
    if request.method == "PUT":
        model = lookup.get(slug).slug
        await offload(Favourite.objects.get_or_create, user=user, model=model)
    else:
        await offload(Favourite.objects.for_user(user).filter(model=slug).delete)
    return HttpResponse(status=204)
