"""Whether a provider's address leads out to the public internet, before anything is sent to it.

What a name resolves to may change: `core.providers.addresses` looks again at every new connection.
"""

from __future__ import annotations

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Timeout
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from core.providers.addresses import is_foreign

RESOLVE_SECONDS = 3.0
NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.ASCII)
NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)\.?", re.ASCII)
LOCAL = {
    "corp",
    "home",
    "internal",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "private",
    "arpa",
}
"""Last parts of names that no public server has."""


def is_plain(address: str) -> bool:
    """Whether `address` is scheme, host, port and path, nothing else, and spelled as everybody reads it.

    Programs disagree about user names, escapes, back slashes, and IPv4 addresses as one number, in octal or
    hexadecimal.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    extra = parts.username is not None or parts.password is not None or parts.query or parts.fragment
    spelled = address.isascii() and address.isprintable() and not set(' \\"<>^`{|}') & set(address)
    return (
        parts.scheme in ("http", "https")
        and not extra
        and spelled
        and port != 0
        and is_host(parts.hostname or "")
    )


def is_host(host: str) -> bool:
    """Whether `host` is an IP address in its usual spelling, or a name that is none in an unusual one."""
    if as_ip(host):
        return True
    return NAME.fullmatch(host) is not None and NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]) is None


def as_ip(host: str) -> str:
    """`host` if it is an IP address, else ""."""
    try:
        return str(ip_address(host))
    except ValueError:
        return ""


def is_internal(address: str) -> bool:
    """Whether a plain address is, or passes for, one of this machine or of a private network.

    Names are looked up; one that cannot be found now counts as public. Blocking, a few seconds at most.
    """
    host = (urlsplit(address).hostname or "").lower()
    if ip := as_ip(host):
        return not is_foreign(ip)
    labels = host.split(".")
    odd = host.endswith(".") or any(label.startswith("xn--") for label in labels)
    ours = validate_host(host, [name for name in settings.ALLOWED_HOSTS if name != "*"])
    if odd or ours or len(labels) == 1 or labels[-1] in LOCAL:
        return True
    return not all(is_foreign(found) for found in resolve(host))


def resolve(host: str) -> set[str]:
    """The addresses of a name; none where it has none, or none in time."""
    pool = ThreadPoolExecutor(1)
    try:
        rows = pool.submit(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM).result(RESOLVE_SECONDS)
    except (OSError, UnicodeError, Timeout):
        return set()
    finally:
        pool.shutdown(wait=False)
    return {str(row[4][0]) for row in rows}
