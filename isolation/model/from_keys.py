"""Which key each session of the backbone's is to have, by the inventory's policy."""

from collections.abc import Iterator, Mapping

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import BEHIND_A_PE, Network
from egovnet.inventory.model.address_text import written
from egovnet.inventory.model.keys import KeyPurpose
from egovnet.inventory.session_keys import KeyNeed, needed_keys

#: (purpose, place) as in facts -> name of the key.
Keys = Mapping[tuple[str, str], str]


def expected_keys(network: Network, allocation: Allocation) -> dict[str, Keys]:
    """By router; no router has one where no policy asks for it. Linear in the sessions."""
    found: dict[str, dict[tuple[str, str], str]] = {}
    for need in needed_keys(network).values():
        for router, at in _places(network, allocation, need):
            found.setdefault(router, {})[need.purpose, at] = need.name
    return dict(found)


def _places(network: Network, allocation: Allocation, need: KeyNeed) -> Iterator[tuple[str, str]]:
    """(router, place) of every end of a key's sessions."""
    if need.purpose is KeyPurpose.HELLO:
        circuit = network.circuits[need.name.removeprefix(f"{need.purpose}/")]
        yield from ((end.router, end.port) for end in (circuit.a, circuit.b))
    elif need.purpose is KeyPurpose.DOMAIN:
        for name, router in network.routers.items():
            if not BEHIND_A_PE & router.roles:
                yield name, ""
    else:
        a, b = need.ends
        for own, other in ((a, b), (b, a)):
            yield own, written(allocation.loopback4[other])
            if need.purpose is KeyPurpose.BGP and other in allocation.loopback6:
                yield own, written(allocation.loopback6[other])
