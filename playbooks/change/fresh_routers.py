"""Routers that take no part in the backbone yet: just booted, with management and SSH only."""

from collections.abc import Mapping

from egovnet.inventory.model import Network
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.read_texts import NativeText, read_each


def fresh_routers(network: Network, running: Mapping[str, str]) -> frozenset[str]:
    """Those of `running` (router -> text) that no neighbour can have an adjacency or session with.

    One whose text cannot be read is none: what it runs is not known.
    """
    texts = {
        name: NativeText(text, f"{name} (running)", network.routers[name].platform, name)
        for name, text in running.items()
        if name in network.routers
    }
    facts, _ = read_each(texts)
    return frozenset(name for name, one in facts.items() if not _takes_part(one))


def _takes_part(facts: DeviceFacts) -> bool:
    ports = facts.interfaces.values()
    return bool(facts.bgp) or any(port.igp or port.ldp or port.mpls for port in ports)
