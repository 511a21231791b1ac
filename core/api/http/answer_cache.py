"""The cache of answers in HTTP: OpenRouter's headers of requests, beside the field `cache`, and of responses.

https://openrouter.ai/docs/guides/features/response-caching
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from core.api.http.json_response import CACHE_STATUS
from core.bodies.routing.fields import MOST_CACHE_SECONDS, CacheBody
from core.contract.errors import InvalidRequest
from core.contract.requests import CacheTerms
from core.gateway import Session

HEADER, TTL_HEADER, CLEAR_HEADER = "X-OpenRouter-Cache", "X-OpenRouter-Cache-TTL", "X-OpenRouter-Cache-Clear"
RAW_PREFIX = HEADER.lower().encode()
HEADER_SECONDS = 300
"""For how long an answer is kept where a header asks for it and none says for how long."""
FLAGS = {"true": True, "1": True, "false": False, "0": False}
AS_POLICY = CacheTerms(0, wanted=None)
"""What a request without any of them asks for."""


CACHE_HEADERS = (
    (
        HEADER,
        "`true`: the same request of the same caller may be answered from the cache, free of charge, and a "
        "new answer is kept there; `false`: not, whatever `cache` in the body says.",
        {"type": "string", "enum": ["true", "false"]},
    ),
    (
        TTL_HEADER,
        f"For how many seconds the answer is kept; {HEADER_SECONDS} by default.",
        {"type": "integer", "minimum": 1, "maximum": MOST_CACHE_SECONDS},
    ),
    (
        CLEAR_HEADER,
        "`true`: the answer is made anew and takes the place of the one in the cache.",
        {"type": "string", "enum": ["true", "false"]},
    ),
)
"""Name, description and JSON schema of the headers of requests."""


def cache_terms(request: Request, field: CacheBody | None) -> CacheTerms:
    """What headers and the field `cache` ask for; without them the policy of the model decides.

    A header counts more than the field. Raises `InvalidRequest` naming the header.
    """
    if field is None and not any(name.startswith(RAW_PREFIX) for name, _ in request.scope["headers"]):
        return AS_POLICY
    wanted, fresh = flag(request.headers, HEADER), flag(request.headers, CLEAR_HEADER)
    seconds = ttl(request.headers)
    if wanted is None and field is None:
        return CacheTerms(seconds or 0, bool(fresh), wanted=None)
    return CacheTerms(
        seconds or (field.seconds if field else HEADER_SECONDS), bool(fresh), wanted=wanted is not False
    )


def flag(headers: Mapping[str, str], name: str) -> bool | None:
    if (text := headers.get(name)) is None:
        return None
    found = FLAGS.get(text.strip().lower())
    if found is None:
        raise InvalidRequest(f"{name} must be true or false.", param=name)
    return found


def ttl(headers: Mapping[str, str]) -> int | None:
    """Seconds, None where there is no such header."""
    if (text := headers.get(TTL_HEADER)) is None:
        return None
    text = text.strip()
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= seconds <= MOST_CACHE_SECONDS:
        raise InvalidRequest(
            f"{TTL_HEADER} must be a whole number of seconds from 1 to {MOST_CACHE_SECONDS:,}.",
            param=TTL_HEADER,
        )
    return seconds


def cache_status(session: Session) -> str:
    """Whether the answer is from the cache; "" where that was not asked for."""
    if (use := session.cache) is None:
        return ""
    return "MISS" if use.entry is None else "HIT"


def cache_headers(session: Session) -> dict[str, str]:
    """The status, and how long an answer is kept; nothing where the cache was not asked."""
    if (use := session.cache) is None:
        return {}
    headers = {CACHE_STATUS: cache_status(session), "X-OpenRouter-Cache-TTL": str(use.seconds)}
    if (entry := use.entry) is None:
        return headers
    return {
        **headers,
        "X-OpenRouter-Cache-Age": str(entry.age),
        "X-OpenRouter-Cache-Source-Id": entry.source,
    }
