"""Which network addresses are public, in every form in which an address can be written."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = tuple(ipaddress.IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # shared by providers; clouds serve their own things there
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "fec0::/10",
        "100::/64",
        "3fff::/20",
        "5f00::/16",
    )
)


def parse_address(text: str) -> Address | None:
    """None: not an address. Only the standard forms; what resolvers make of others is checked
    after they resolved it."""
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None


def embedded(address: Address) -> Address | None:
    """The IPv4 address that an IPv6 address leads to, where it is of such a kind."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(_in(address, net) for net in (*_NAT64, _COMPATIBLE)):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could be meant. In doubt, no."""
    inner = embedded(address)
    if inner is not None:
        return is_public(inner)
    if any(_in(address, net) for net in _NOT_PUBLIC):
        return False
    return address.is_global and not (
        address.is_multicast
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_reserved
        or address.is_unspecified
    )


@dataclass(frozen=True)
class PrivateHosts:
    """What an operator lets through although it is not public: names, addresses, networks."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> PrivateHosts:
        names, networks = set(), []
        for entry in entries:
            text = entry.strip()
            try:
                networks.append(ipaddress.ip_network(text.strip("[]"), strict=False))
            except ValueError:
                if text:
                    names.add(plain_host(text))
        return cls(frozenset(names), tuple(networks))

    def allow(self, host: str, address: Address) -> bool:
        """`host` is what was asked for, `address` what it resolved to."""
        if plain_host(host) in self.names:
            return True
        candidates = [address, embedded(address)]
        return any(_in(a, net) for a in candidates if a is not None for net in self.networks)


def plain_host(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _in(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network
