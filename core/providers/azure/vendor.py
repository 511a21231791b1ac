"""How Azure OpenAI takes a key, for every call of this wire.

https://learn.microsoft.com/azure/ai-foundry/openai/reference#authentication
"""

from __future__ import annotations

import re

from core.providers.azure.addresses import address
from core.providers.azure.errors import read_error
from core.providers.shared import http
from core.providers.shared.calls import Vendor

TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
"""A JSON Web Token, as Microsoft Entra issues them; keys of a resource have no dots."""


def key_headers(key: str) -> dict[str, str]:
    """The header of a resource's key, or of an access token of Microsoft Entra.

    https://learn.microsoft.com/azure/ai-foundry/openai/how-to/managed-identity
    """
    if TOKEN.fullmatch(key.strip()):
        return {"Authorization": http.bearer(key)}
    return {"api-key": http.header_value(key)}


VENDOR = Vendor(key_headers, read_error, address)
