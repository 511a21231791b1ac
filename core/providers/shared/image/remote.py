"""A picture that an answer has by its address: fetched, because such addresses expire and tell who looks.

The address is the provider's own word, so it is fetched like any other of its answers: no redirects, no
cookies, in public networks only, with limits of time, size and type. One at the provider's own server, as
LocalAI and sd-server write it, may be where that server is, and gets the provider's key.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from core.contract.errors import PolyphonyError, UpstreamInvalid
from core.contract.route import Sending, Target
from core.providers.shared import http
from core.providers.shared.calls import AGENT, Vendor
from core.providers.shared.image.base64 import media_type_of

LIMITS = http.CallLimits(total=60.0, idle=20.0, size=32 * http.MIB)
HTTPS = "https://"
LONGEST = 8_192
"""Characters of an address."""
PORTS = {"http": 80, "https": 443}


async def fetch_image(vendor: Vendor, target: Target, url: str) -> tuple[str, bytes, str]:
    """(media type, bytes, address): of a picture that could not be fetched only its https address, of any
    other none. Raises `UpstreamInvalid` where there is neither."""
    try:
        media_type, data = await fetched(vendor, target, url)
    except PolyphonyError:
        if url.startswith(HTTPS) and len(url) <= LONGEST:
            return "", b"", url
    else:
        return media_type, data, ""
    raise UpstreamInvalid("The provider sent the address of a picture that cannot be fetched.")


async def fetched(vendor: Vendor, target: Target, url: str) -> tuple[str, bytes]:
    """Raises from the error tree."""
    async with await http.send(image_call(vendor, target, url)) as response:
        data = await response.body()
    return media_type_of(data), data


def image_call(vendor: Vendor, target: Target, url: str) -> http.Call:
    """The GET of a picture. Raises `UpstreamInvalid` for an address that is not fetched."""
    place = origin(url)
    if place is not None and place == origin(target.base_url):
        there = replace(target, sending=Sending())
        return replace(vendor, address=lambda _target, _path: url).json_call(there, "GET", "", None, LIMITS)
    if place is None or not url.startswith(HTTPS) or len(url) > LONGEST:
        raise UpstreamInvalid("The provider sent a picture's address that is not https.")
    headers = {"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": AGENT}
    return http.Call("GET", url, headers, limits=LIMITS, public_only=True)


def origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None for what is no address of the web, and for one with a name and password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
        return None
    return parts.scheme, parts.hostname, port or PORTS[parts.scheme]
