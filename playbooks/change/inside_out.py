"""The order of a first roll-out: from the core outwards, each router after a neighbour of it; pure.

A router that nobody is connected to yet shows nothing: no adjacency, no session, no route. So
P routers come first, then reflectors, then the others from the centre to the counties, and of each
group those only that what runs already reaches; the others wait for who connects them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from egovnet.inventory.model import Network, Role

#: What the routers of a group have in common, sorted as they are pushed.
Key = tuple[int, ...]
_CORE, _REFLECTOR, _EDGE = range(3)
_NOBODY: frozenset[str] = frozenset()
_WORDS = {_CORE: "core", _REFLECTOR: "reflectors", _EDGE: ""}


@dataclass(frozen=True, slots=True)
class Group:
    """Routers that are pushed side by side; `words` name what they have in common."""

    words: tuple[str, ...]
    routers: tuple[str, ...]


def inside_out(
    network: Network,
    fresh: Collection[str],
    running: Iterable[str],
    place: Callable[[str], tuple[Key, tuple[str, ...]]],
) -> list[Group]:
    """`fresh` in groups: each router has a neighbour that runs, or that is pushed before or with it
    and has one. `place` puts a router by tier and region: its sort key and the words for it.

    Where nothing runs, and for a part of the network that nothing connects, the first is the most
    central router of that part. Linear in the network but for the number of groups.
    """
    neighbors = _neighbors(network)
    left: dict[tuple[int, Key], list[str]] = {}
    words: dict[tuple[int, Key], tuple[str, ...]] = {}
    for name in fresh:
        stage = _stage(network, name)
        key, said = place(name)
        left.setdefault((stage, key), []).append(name)
        words[stage, key] = tuple(filter(None, (_WORDS[stage], *said)))
    done = set(running)
    groups = []
    while left:
        order = sorted(left)
        found = ((at, _reached(left[at], done, neighbors)) for at in order)
        first, reached = next((one for one in found if one[1]), (order[0], []))
        if not reached:
            seed = max(left[first], key=lambda name: len(neighbors.get(name, ())))
            reached = [seed, *_reached([n for n in left[first] if n != seed], {seed}, neighbors)]
        groups.append(Group(words[first], tuple(reached)))
        done.update(reached)
        left[first] = [name for name in left[first] if name not in done]
        if not left[first]:
            del left[first]
    return groups


def _stage(network: Network, name: str) -> int:
    roles = network.routers[name].roles
    if Role.P in roles:
        return _CORE
    return _REFLECTOR if Role.RR in roles else _EDGE


def _neighbors(network: Network) -> dict[str, set[str]]:
    """Router -> those at the other end of its circuits; a firewall's is its PE."""
    found: dict[str, set[str]] = {}
    for circuit in network.circuits.values():
        found.setdefault(circuit.a.router, set()).add(circuit.b.router)
        found.setdefault(circuit.b.router, set()).add(circuit.a.router)
    for name, router in network.routers.items():
        if router.attachment is not None:
            found.setdefault(name, set()).add(router.attachment.pe)
            found.setdefault(router.attachment.pe, set()).add(name)
    return found


def _reached(
    members: Sequence[str], done: set[str], neighbors: Mapping[str, set[str]]
) -> list[str]:
    """Those of `members` that are connected to `done` by circuits, through each other too.

    Who has a neighbour in `done` itself comes first: the first of a group may be pushed alone.
    """
    own = set(members)
    first = [name for name in members if neighbors.get(name, _NOBODY) & done]
    waiting, found = list(first), set(first)
    while waiting:
        more = (neighbors.get(waiting.pop(), _NOBODY) & own) - found
        found |= more
        waiting += more
    others = found.difference(first)
    return [*first, *(name for name in members if name in others)]
