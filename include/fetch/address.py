"""Which addresses may be connected to: public ones, and internal ones that the settings name.

The check runs in the socket factory, on the address that is really connected to. So it does not matter how the
address was spelt (decimal, octal, IPv6-mapped), which redirect led there, or what DNS says a moment later.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from include.errors import ConfigError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_V4_COMPATIBLE = ipaddress.IPv6Network("::/96")

# The name and port of the request that a connection is being opened for.
current_target: ContextVar[tuple[str, int]] = ContextVar("current_target", default=("", 0))


class AddressBlocked(OSError):
    """The address is internal and not named in the settings. An OSError, so that aiohttp wraps it."""


@dataclass(frozen=True, slots=True)
class AllowList:
    """Internal places that may be fetched, from `settings.allow_hosts`."""

    names: frozenset[tuple[str, int]] = frozenset()
    networks: tuple[tuple[IPNetwork, int], ...] = ()

    def allows(self, host: str, address: IPAddress, port: int) -> bool:
        """Is this address at this port named, by itself, by its network or by the name it was asked for?"""
        if (host.lower(), port) in self.names:
            return True
        return any(port == p and address.version == n.version and address in n for n, p in self.networks)


def parse_allow_hosts(entries: Iterable[str]) -> AllowList:
    """Read `host-or-CIDR:port` entries; IPv6 stands in brackets. Raises ConfigError naming the entry."""
    names: set[tuple[str, int]] = set()
    networks: list[tuple[IPNetwork, int]] = []
    for entry in entries:
        host, separator, port_text = entry.rpartition(":")
        if not separator or not host or not port_text.isdigit() or not 0 < int(port_text) < 65_536:
            raise ConfigError(f"DEPARTURES_ALLOW_HOSTS: {entry!r}: host:port or CIDR:port is expected")
        try:
            networks.append((ipaddress.ip_network(host.replace("[", "").replace("]", "")), int(port_text)))
        except ValueError as error:
            if "/" in host or ":" in host:
                raise ConfigError(f"DEPARTURES_ALLOW_HOSTS: {entry!r}: {error}") from error
            names.add((host.lower(), int(port_text)))
    return AllowList(frozenset(names), tuple(networks))


def unwrap_address(address: IPAddress) -> IPAddress:
    """Return the IPv4 address inside an IPv6-mapped, -compatible, 6to4 or NAT64 one, else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and (address in _NAT64 or (address in _V4_COMPATIBLE and int(address) > 1)):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def is_public(address: IPAddress) -> bool:
    """Is this a unicast address of the public internet?"""
    inner = unwrap_address(address)
    if inner.is_multicast or (isinstance(inner, ipaddress.IPv6Address) and inner.is_site_local):
        return False
    return inner.is_global


def socket_factory(allow: AllowList) -> Callable[[tuple[Any, ...]], socket.socket]:
    """Make aiohttp's socket factory that refuses every address which is neither public nor named."""

    def create(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, sockaddr = info
        check_address(sockaddr[0], sockaddr[1], allow)
        return socket.socket(family, kind, protocol)

    return create


def check_address(text: str, port: int, allow: AllowList) -> None:
    """Raise AddressBlocked unless the address is public and the port usual, or both are named."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if allow.allows(current_target.get()[0], unwrap_address(address), port):
        return
    if not is_public(address):
        raise AddressBlocked(f"{text} is an internal address; name it in DEPARTURES_ALLOW_HOSTS as {text}:{port}")
    if port < 1024 and port not in (80, 443):  # a link to a mail server's port is an attack, not an article
        raise AddressBlocked(f"port {port} of {text} is not a web server's")


def split_web_url(url: str) -> SplitResult | None:
    """Return the parts of a fetchable address: http or https, a host, a port, no user name; None for others."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0 or parts.username is not None:
            return None
    except ValueError:
        return None
    return parts if len(url) <= 2_000 and not any(c in url for c in "\r\n\t\0 ") else None


def host_of(url: str) -> str:
    """Return the host name of an address in small letters, "" where there is none."""
    parts = split_web_url(url)
    return (parts.hostname or "").rstrip(".") if parts else ""


def resolve_link(base: str, link: str) -> str:
    """Resolve a link against its page; the link itself where it cannot be resolved."""
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return link
