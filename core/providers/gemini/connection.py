"""How Google is called: the address of a model's method, and the header of a key.

https://ai.google.dev/api#authentication
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from core.contract.errors import InvalidRequest
from core.contract.route import Sending, Target
from core.providers.gemini.errors import read_error
from core.providers.shared import http
from core.providers.shared.calls import Vendor
from core.providers.shared.http import Call, CallLimits

MODEL = re.compile(r"[\w.@-]+(?:/[\w.@-]+)*")


def api_key(key: str) -> dict[str, str]:
    """The header of a key. Raises `UpstreamDenied` for one that no header can carry."""
    return {"x-goog-api-key": http.bearer(key).removeprefix("Bearer ")}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": http.bearer(token)}


KEY = Vendor(api_key, read_error)
TOKEN = Vendor(bearer, read_error)


@dataclass(frozen=True, slots=True)
class Connection:
    """A target with what its calls carry; `models` is the path of its models below its address.

    `takes_files`: whether files too large for a request can be uploaded there. `lists` is where models are
    listed, in pages of at most `page`, where that is not `target`.
    """

    vendor: Vendor
    target: Target
    models: str = "models"
    takes_files: bool = True
    lists: Target | None = None
    page: int = 1000

    def generate(self, body: dict[str, Any], limits: CallLimits, *, streamed: bool) -> Call:
        """The call that answers `body`, whole or as events.

        https://ai.google.dev/api/generate-content
        """
        method = "streamGenerateContent?alt=sse" if streamed else "generateContent"
        path = f"{self.models}/{model_name(self.target.model)}:{method}"
        return self.vendor.json_call(self.target, "POST", path, body, limits)

    def list_page(self, token: str, limits: CallLimits) -> Call:
        """The call for the page of models that `token` names, the first one for none.

        https://ai.google.dev/api/models#method:-models.list
        """
        query = f"pageSize={self.page}" + (f"&pageToken={token}" if token else "")
        where = replace(self.lists or self.target, sending=Sending())
        return self.vendor.json_call(where, "GET", f"{self.models}?{query}", None, limits)

    def beside(self, method: str, path: str, body: dict[str, Any] | None, limits: CallLimits) -> Call:
        """A call for which nothing is charged."""
        return self.vendor.json_call(replace(self.target, sending=Sending()), method, path, body, limits)


class Connected:
    """The base of the adapter's methods."""

    async def connect(self, target: Target) -> Connection:
        """What calls of `target` need; at AI Studio no call of its own."""
        return Connection(KEY, target)


def model_name(upstream_id: str) -> str:
    """The name as it stands in a path. Raises `InvalidRequest` for one that would lead elsewhere."""
    name = upstream_id.removeprefix("models/")
    if MODEL.fullmatch(name) is None or ".." in name:
        raise InvalidRequest("That is no name of a model of Google's.", param="model")
    return name
