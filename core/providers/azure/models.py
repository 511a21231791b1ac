"""The deployments of a resource, which are its models.

https://learn.microsoft.com/rest/api/azureopenai/deployments/list
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.contract.errors import UpstreamInvalid, UpstreamRefused
from core.contract.route import Target
from core.providers.azure.addresses import VERSION, resource_of, versioned
from core.providers.azure.tokens import authorized
from core.providers.azure.vendor import VENDOR
from core.providers.openai.errors import refusal
from core.providers.openai.models import LIMITS
from core.providers.shared import http
from core.providers.shared.json_body import decode
from core.providers.shared.scrub.spellings import spellings_of

DEPLOYMENTS_VERSION = "2022-12-01"
"""The last version that lists deployments with a resource's own key."""


class AzureModels:
    async def models(self, target: Target) -> tuple[str, ...]:
        """Names of the deployments; where the resource does not list them, of the models it could deploy.

        https://learn.microsoft.com/rest/api/azureopenai/deployments/list
        https://learn.microsoft.com/rest/api/azureopenai/models/list
        """
        try:
            rows = await self.listing(target)
        except UpstreamRefused:
            rows = await rows_at(target, models_url)
        return tuple(row["id"] for row in rows)

    async def listing(self, target: Target, query: str = "") -> tuple[dict[str, Any], ...]:
        """Each deployment: `id` is its name, `model` the model behind it.

        https://learn.microsoft.com/rest/api/azureopenai/deployments/list
        """
        return await rows_at(target, deployments_url)


def deployments_url(target: Target, path: str) -> str:
    return versioned(f"{resource_of(target).url}/openai/deployments", DEPLOYMENTS_VERSION)


def models_url(target: Target, path: str) -> str:
    resource = resource_of(target)
    if resource.v1:
        return versioned(f"{resource.url}/openai/v1/models", resource.version)
    return versioned(f"{resource.url}/openai/models", resource.version or VERSION)


async def rows_at(target: Target, url: Callable[[Target, str], str]) -> tuple[dict[str, Any], ...]:
    """The objects with an `id` of the list at `url`. Raises from the error tree."""
    target = await authorized(target)
    call = replace(VENDOR, address=url).json_call(target, "GET", "", None, LIMITS)
    async with await http.send(call) as response:
        value = decode(await response.body())
    if spellings := spellings_of(target):
        value = spellings.clean(value)
    rows = value.get("data") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise refusal(value, call.hide)
    named = tuple(row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str))
    if rows and not named:
        raise UpstreamInvalid("The provider's list of models has no ids.")
    return named
