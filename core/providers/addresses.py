"""Which internet addresses are public: neither private, link-local or reserved, nor this machine's own."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

GLOBAL = IPv6Network("2000::/3")
IPV4_IN_IPV6 = IPv6Network("64:ff9b::/96")
"""The well-known prefix by which IPv6 networks reach IPv4 addresses, RFC 6052."""


class PrivateAddress(OSError):
    """A connection to an address that is not public, where only public ones are allowed."""

    def __init__(self) -> None:
        super().__init__("The address is not public.")


def is_public(text: str) -> bool:
    """Whether an IP address is of the public internet; an IPv4 address in an IPv6 one counts as itself."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public_ipv4(address.ipv4_mapped)
        if address in IPV4_IN_IPV6:
            return is_public_ipv4(IPv4Address(int(address) & 0xFFFFFFFF))
        return address in GLOBAL and address.is_global and address.sixtofour is None
    return is_public_ipv4(address)


def is_public_ipv4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_own(text: str) -> bool:
    """Whether an IP address is one of this machine: the system would send from it to itself."""
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((text, 9))  # of a datagram socket: nothing is sent
        except OSError:
            return False
        return ip_address(probe.getsockname()[0]) == ip_address(text)


def is_foreign(text: str) -> bool:
    """Whether an IP address is public and another machine's."""
    return is_public(text) and not is_own(text)


def public_socket(info: tuple[Any, ...]) -> socket.socket:
    """The socket for a connection; for each new one, after its name was resolved. Raises `PrivateAddress`."""
    family, kind, protocol, _, address = info
    if not is_foreign(address[0]):
        raise PrivateAddress
    return socket.socket(family, kind, protocol)
