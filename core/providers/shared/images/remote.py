"""Pictures that a provider sends as addresses instead of bytes."""

from __future__ import annotations

from core.contract.errors import UpstreamInvalid
from core.media.file_types import HEAD, signature
from core.providers.shared import http
from core.providers.shared.calls import AGENT

MIB = 1024 * 1024
LIMITS = http.CallLimits(total=60.0, idle=20.0, size=50 * MIB)
HEADERS = {"Accept": "image/png, image/jpeg, image/webp", "User-Agent": AGENT}
TAKEN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})


async def fetch_image(address: str, *, public_only: bool = True) -> tuple[bytes, str]:
    """The picture at a https address and its media type, which its first bytes tell and not its headers.

    No redirect is followed, and with `public_only` no private address is reached, whatever name leads there;
    only without it the address may be http. Raises `UpstreamInvalid` for other addresses and for what is no
    picture, SVG among it, `PrivateUpstream`, and what `http.send` raises.
    """
    if not address.startswith("https://") and (public_only or not address.startswith("http://")):
        raise UpstreamInvalid("The provider sent a picture's address that is not https.")
    call = http.Call("GET", address, HEADERS, limits=LIMITS, public_only=public_only)
    async with await http.send(call) as answer:
        content = await answer.body()
    found = signature(content[:HEAD])
    if found is None or found.media_type not in TAKEN:
        raise UpstreamInvalid("What the provider's address leads to is not a picture.")
    return content, found.media_type
