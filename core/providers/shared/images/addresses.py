"""A picture that an answer has by its address: fetched, because such addresses expire and tell who looks.

One at the provider's own server, as LocalAI and sd-server write it, may be where that server is, and gets the
provider's key. Any other is fetched from public networks only; where that fails its address is passed on.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from core.contract.errors import PolyphonyError, UpstreamInvalid
from core.contract.route import Sending, Target
from core.providers.addresses import is_public
from core.providers.shared import http
from core.providers.shared.calls import Vendor
from core.providers.shared.images.base64 import media_type_of
from core.providers.shared.images.remote import LIMITS, fetch_image

PRINTABLE = re.compile(r"[!-~]+", re.ASCII)
LONGEST = 8_192
"""Characters of an address."""
PORTS = {"http": 80, "https": 443}


async def picture_at(vendor: Vendor, target: Target, url: str) -> tuple[str, bytes, str]:
    """(media type, bytes, address): of a picture that could not be fetched only its https address, of any
    other none. Raises `UpstreamInvalid` where there is neither."""
    try:
        if is_own(target, url):
            return *await fetch_own(vendor, target, url), ""
        data, media_type = await fetch_image(url)
    except PolyphonyError:
        if may_be_passed_on(url):
            return "", b"", url
    else:
        return media_type, data, ""
    raise UpstreamInvalid("The provider sent the address of a picture that cannot be fetched.")


def may_be_passed_on(url: str) -> bool:
    """Whether a caller may be given an address: by https, at a public host, without password and space."""
    place = origin(url)
    if place is None or place[0] != "https" or len(url) > LONGEST or not PRINTABLE.fullmatch(url):
        return False
    return is_public_host(place[1])


def is_public_host(host: str) -> bool:
    """Whether a name has a dot, or a number is an address of the public internet."""
    try:
        return is_public(host)
    except ValueError:
        return "." in host.strip(".") and not host.replace(".", "").isdigit()


async def fetch_own(vendor: Vendor, target: Target, url: str) -> tuple[str, bytes]:
    """A picture at the server of the target, asked for with its key. Raises from the error tree."""
    there = replace(target, sending=Sending())
    own = replace(vendor, address=lambda _target, _path: url)
    async with await http.send(own.json_call(there, "GET", "", None, LIMITS)) as response:
        data = await response.body()
    return media_type_of(data), data


def is_own(target: Target, url: str) -> bool:
    """Whether an address is of the same server as the target's."""
    place = origin(url)
    return place is not None and place == origin(target.base_url)


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
