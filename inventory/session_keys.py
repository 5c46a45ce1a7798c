"""Which keys a network's sessions need, by its policy (`authentication` in `network.yaml`).

The names follow from the inventory, so that both ends of a session agree on the key without either
saying it; which value of it is used, `keys.yaml` says, and the first where it says nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from egovnet.inventory.model import BEHIND_A_PE, BehindPeSite, Network, Role
from egovnet.inventory.model.keys import KeyPurpose, KeyReference


@dataclass(frozen=True, slots=True)
class KeyNeed:
    """A key that sessions need; `ends` are two routers, a customer's PE, or none: all of the
    backbone."""

    name: str
    purpose: KeyPurpose
    ends: tuple[str, ...] = ()


def needed_keys(network: Network) -> Mapping[str, KeyNeed]:
    """Every key that the policy asks for, by name. Linear in circuits and sessions."""
    asked = (*network.backbone.authentication.purposes, KeyPurpose.SITE)
    return {need.name: need for purpose in asked for need in _NEEDS[purpose](network)}


def keys_by_router(network: Network) -> Mapping[str, frozenset[str]]:
    """Names of the keys that each router has or had, by the policy and by what is known of keys.

    Nobody else's are ever sent to it, whatever a text asks for.
    """
    backbone = [n for n, router in network.routers.items() if not BEHIND_A_PE & router.roles]
    found: dict[str, set[str]] = {name: set() for name in network.routers}
    needs = needed_keys(network)
    ends = {name: key.ends for name, key in network.keys.items()}
    for name, of in (ends | {name: need.ends for name, need in needs.items()}).items():
        for router in of or backbone:
            found.setdefault(router, set()).add(name)
    return {router: frozenset(names) for router, names in found.items()}


def circuit_key(network: Network, circuit: str) -> KeyReference | None:
    """The key of IS-IS' hellos on a circuit; None: they are not authenticated."""
    return _reference(network, KeyPurpose.HELLO, circuit)


def domain_key(network: Network) -> KeyReference | None:
    """The key of IS-IS' link state; None: it is not authenticated."""
    return _reference(network, KeyPurpose.DOMAIN, network.backbone.name)


def session_key(network: Network, purpose: KeyPurpose, a: str, b: str) -> KeyReference | None:
    """The key of sessions of LDP or BGP between two routers; None: they are not authenticated."""
    return _reference(network, purpose, _pair(a, b))


def platform_key(network: Network, host: str, vpn: str) -> KeyReference | None:
    """The key of a firewall's or gateway's sessions in a VPN; None: they are not authenticated."""
    return _reference(network, KeyPurpose.PLATFORM, f"{host}+{vpn}")


def access_key(network: Network, site: str, access: str) -> KeyReference | None:
    """The key of a customer's sessions over an access; None: they are not authenticated."""
    entry = network.sites[site].site_network_accesses[access]
    if entry.authentication is None:
        return None
    return _reference(network, KeyPurpose.SITE, f"{site}+{access}")


def _reference(network: Network, purpose: KeyPurpose, rest: str) -> KeyReference | None:
    asked = network.backbone.authentication.purposes
    if purpose not in asked and purpose is not KeyPurpose.SITE:
        return None
    name = f"{purpose}/{rest}"
    known = network.keys.get(name)
    return KeyReference(name, 1 if known is None else known.serial)


def _pair(a: str, b: str) -> str:
    return "+".join(sorted((a, b)))  # which no name has


def _hellos(network: Network) -> Iterator[KeyNeed]:
    for name, circuit in network.circuits.items():
        ends = (circuit.a.router, circuit.b.router)
        yield KeyNeed(f"{KeyPurpose.HELLO}/{name}", KeyPurpose.HELLO, ends)


def _domain(network: Network) -> Iterator[KeyNeed]:
    yield KeyNeed(f"{KeyPurpose.DOMAIN}/{network.backbone.name}", KeyPurpose.DOMAIN)


def _labels(network: Network) -> Iterator[KeyNeed]:
    for circuit in network.circuits.values():
        yield _of_pair(KeyPurpose.LDP, circuit.a.router, circuit.b.router)


def _sessions(network: Network) -> Iterator[KeyNeed]:
    reflectors = network.with_role(Role.RR)
    speakers = dict.fromkeys((*reflectors, *network.with_role(Role.PE)))
    for reflector in reflectors:
        for other in speakers:
            if other != reflector:
                yield _of_pair(KeyPurpose.BGP, reflector, other)


def _behind_pes(network: Network) -> Iterator[KeyNeed]:
    for site in network.sites.values():
        if isinstance(site, BehindPeSite):
            for host, access in site.site_network_accesses.items():
                name = f"{KeyPurpose.PLATFORM}/{host}+{site.vpn}"
                yield KeyNeed(name, KeyPurpose.PLATFORM, (host, access.pe))


def _customers(network: Network) -> Iterator[KeyNeed]:
    for site_name, site in network.sites.items():
        for name, access in site.site_network_accesses.items():
            if access.authentication is not None:
                key = f"{KeyPurpose.SITE}/{site_name}+{name}"
                yield KeyNeed(key, KeyPurpose.SITE, (access.pe,))


def _of_pair(purpose: KeyPurpose, a: str, b: str) -> KeyNeed:
    ends = tuple(sorted((a, b)))
    return KeyNeed(f"{purpose}/{_pair(a, b)}", purpose, ends)


_NEEDS = {
    KeyPurpose.HELLO: _hellos,
    KeyPurpose.DOMAIN: _domain,
    KeyPurpose.LDP: _labels,
    KeyPurpose.BGP: _sessions,
    KeyPurpose.PLATFORM: _behind_pes,
    KeyPurpose.SITE: _customers,
}
