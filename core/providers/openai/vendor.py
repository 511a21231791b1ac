"""How OpenAI's API takes a key and writes its errors, for every call of this wire."""

from __future__ import annotations

from core.contract.route import Target
from core.contract.usage import Usage
from core.providers.openai.errors import read_error
from core.providers.shared import http
from core.providers.shared.calls import Vendor

VENDOR = Vendor(lambda key: {"Authorization": http.bearer(key)}, read_error)


class OpenAICalls:
    """The base of the adapter's methods; a company with OpenAI's API at addresses of its own has its own."""

    vendor = VENDOR

    def cost_follows(self, target: Target, answer_id: str, known: Usage | None) -> None:
        """Called with the id of an answer that ends without its cost, and with the usage that is known, for
        vendors that tell it afterwards."""
