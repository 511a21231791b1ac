"""What is left of a caller's limits, in the headers that clients read.

https://www.ietf.org/archive/id/draft-ietf-httpapi-ratelimit-headers-03.html
https://platform.openai.com/docs/guides/rate-limits
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from core.access.limits import LimitReport, Quota


def limit_headers(report: LimitReport) -> Iterator[tuple[bytes, bytes]]:
    """The standard names are of the requests, or of the tokens where only those are limited."""
    standard = report.requests or report.tokens
    if standard is not None:
        yield b"ratelimit-limit", str(standard.limit).encode()
        yield b"ratelimit-remaining", str(standard.remaining).encode()
        yield b"ratelimit-reset", str(ceil(standard.reset)).encode()
    for kind, quota in ((b"requests", report.requests), (b"tokens", report.tokens)):
        if quota is not None:
            yield from openai_headers(kind, quota)


def openai_headers(kind: bytes, quota: Quota) -> Iterator[tuple[bytes, bytes]]:
    yield b"x-ratelimit-limit-" + kind, str(quota.limit).encode()
    yield b"x-ratelimit-remaining-" + kind, str(quota.remaining).encode()
    yield b"x-ratelimit-reset-" + kind, duration(quota.reset).encode()


def duration(seconds: float) -> str:
    """As OpenAI writes it: `150ms`, `1.5s`, `6m0s`."""
    if seconds < 1:
        return f"{ceil(seconds * 1000)}ms"
    minutes, rest = divmod(ceil(seconds * 10) / 10, 60)
    return f"{minutes:.0f}m{rest:.0f}s" if minutes else f"{rest:g}s"
