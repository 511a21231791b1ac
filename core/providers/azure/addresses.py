"""The addresses of Azure OpenAI: a deployment stands in the path, or in the body as OpenAI's own models do.

https://learn.microsoft.com/azure/ai-foundry/openai/reference (by deployment, with an `api-version`)
https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle (below `/openai/v1`)

A base URL that ends in `/openai/v1` is of the second kind. Any other is of the first: the address of the
resource, or all of a deployment's address as Azure's portal shows it, from which the version is taken too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from core.contract.errors import InvalidRequest
from core.contract.route import Target

VERSION = "2025-04-01-preview"
"""The last version of the addresses by deployment, which has every task."""
V1_PREVIEW = "preview"
V1_PREVIEWS = ("audio/", "images/")
"""Below `/openai/v1` sound and pictures are answered in previews only; other tasks need no version."""
API = re.compile(r"(?P<resource>.*?)(?P<api>/openai(?P<v1>/v1)?(?:/.*)?)?/?")


@dataclass(frozen=True, slots=True)
class Resource:
    """A base URL taken apart: the resource's own address, whether its API is `v1`, the version it names."""

    url: str
    v1: bool
    version: str


def resource_of(target: Target) -> Resource:
    """The resource; the provider's or endpoint's option `api_version` wins over a version in its address."""
    parts = urlsplit(target.base_url)
    found = API.fullmatch(parts.path)
    path = found["resource"] if found else ""
    named = parse_qs(parts.query).get("api-version", [""])[0]
    version = str(target.options.get("api_version", named))
    return Resource(f"{parts.scheme}://{parts.netloc}{path}", bool(found and found["v1"]), version)


def address(target: Target, path: str) -> str:
    """The address of `path`, such as `audio/speech`, for the target's deployment.

    https://learn.microsoft.com/azure/ai-foundry/openai/reference
    """
    resource = resource_of(target)
    if resource.v1:
        version = resource.version or (V1_PREVIEW if path.startswith(V1_PREVIEWS) else "")
        return versioned(f"{resource.url}/openai/v1/{path}", version)
    deployment = quote(target.model, safe="")
    if not deployment or deployment in (".", ".."):
        raise InvalidRequest("That is no name of a deployment.", param="model")
    return versioned(f"{resource.url}/openai/deployments/{deployment}/{path}", resource.version or VERSION)


def versioned(url: str, version: str) -> str:
    return f"{url}?{urlencode({'api-version': version})}" if version else url
