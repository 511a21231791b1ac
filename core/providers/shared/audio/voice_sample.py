"""The recording of a voice that its vendor offers to everybody, at an address from the vendor's list."""

from __future__ import annotations

from core.providers.shared import http
from core.providers.shared.calls import AGENT

LIMITS = http.CallLimits(total=20.0, idle=10.0, size=8 * http.MIB)


async def public_sample(address: str, *, public_only: bool) -> bytes:
    """The bytes at an address, fetched without any key and without following it elsewhere.

    Raises from the error tree, `UpstreamInvalid` for more bytes than a sample has.
    """
    headers = {"Accept": "audio/*", "Accept-Encoding": "identity", "User-Agent": AGENT}
    call = http.Call("GET", address, headers, limits=LIMITS, public_only=public_only)
    async with await http.send(call) as response:
        return await response.body()
