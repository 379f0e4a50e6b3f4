"""Which hosts may be asked: those of the public internet, however an address is written (DESIGN.md §2.6)."""

from __future__ import annotations

import re
import socket
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit
from urllib.request import getproxies

_HOST = re.compile(r"[0-9a-z_-]+(?:\.[0-9a-z_-]+)*", re.ASCII)
_LONGEST_HOST = 253
"""Characters of a name (RFC 1035): no server has a longer one, and no index of a ledger on a server takes any."""
_NUMBER = re.compile(r"0x[0-9a-f]*|\d+", re.ASCII)
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain")
"""Names that mean a machine nearby (RFC 6761, 6762, 8375, and what routers make up)."""

_SPECIAL = tuple(ip_network(block) for block in ("192.0.0.0/24", "2001::/23", "64:ff9b:1::/48"))
"""IETF's own blocks, which `is_global` judges by the version of Python (RFC 6890, RFC 8215)."""


def refusal(url: str) -> str | None:
    """Why an address must not be asked (`scheme`, `bad_address`, `private_address`), None when it may be."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "bad_address"
    if parts.scheme not in ("http", "https"):
        return "scheme"
    return _refusal_of(host.removesuffix(".")) or ("bad_address" if "@" in parts.netloc else None)


@lru_cache(maxsize=1000)
def _refusal_of(host: str) -> str | None:
    """The same of a host, which a run asks thousands of times: judged anew each time it took a tenth of a page."""
    address = literal(host)
    if address is not None:
        return None if is_public(address) else "private_address"
    if len(host) > _LONGEST_HOST or not _HOST.fullmatch(host):
        return "bad_address"
    is_near = "." not in host or host.endswith(tuple(f".{name}" for name in _LOCAL_NAMES))
    return "private_address" if is_near or host in proxy_hosts() else None


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, in any form that the system's resolver reads; None for a name.

    `127.0.0.1`, `127.1`, `2130706433`, `0x7f.0.0.1` and `0177.1` are the same: inet_aton(3) takes one to four numbers.
    """
    try:
        return ip_address(host)
    except ValueError:
        pass
    if not all(_NUMBER.fullmatch(part) for part in host.lower().split(".")):
        return None
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def is_public(address: IPv4Address | IPv6Address | str) -> bool:
    """True for a unicast address of the public internet; one that carries an IPv4 address is judged by that too."""
    if isinstance(address, str):
        address = ip_address(address.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    if any(address in block for block in _SPECIAL):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def proxy_hosts() -> frozenset[str]:
    """Hosts of the proxies that the user's environment names: they may stand nearby, but nobody else may send there."""
    found = set()
    for name, url in getproxies().items():
        if name != "no":
            try:
                found.add(urlsplit(url if "://" in url else f"http://{url}").hostname or "")
            except ValueError:
                continue
    return frozenset(found - {""})
