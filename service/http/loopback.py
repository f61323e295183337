"""Recognises loopback addresses."""

from __future__ import annotations

import ipaddress
import socket
from functools import lru_cache


@lru_cache(1024)
def is_loopback(address: str) -> bool:
    """Whether an IP address, or a name that needs no looking up, means this machine alone.

    Example:
        >>> [is_loopback(text) for text in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "localhost", "0.0.0.0", "clinic")]
        [True, True, True, True, False, False]
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address == "localhost" or address.endswith(".localhost")
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback


def listens_here_alone(host: str) -> bool:
    """Whether a server that listens on ``host``, an address or a name, is reached from this machine alone."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return is_loopback(str(found[0][4][0]))
