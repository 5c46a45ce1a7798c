"""A virtual network as data: nodes, their boot texts, and the links between their ports."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from pydantic import BaseModel, ConfigDict

from egovnet.lab.errors import TopologyError, UnknownNodeError

NodeKind = Literal["router", "ce", "host", "switch"]
DAEMONS = ("zebra", "staticd", "bgpd", "isisd", "ldpd", "bfdd")
"""What a node may run, in the order it is started."""

MAX_PORT_NAME = 15
"""Linux refuses longer interface names."""

_NODE_NAME = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
_PORT_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Node(_Frozen):
    """One machine of the network; it lives in a network namespace of its own.

    - ``router``: managed over SSH, boots ``config``, a device's whole text. eth0 is management.
    - ``ce``: a customer edge; forwards, is set up by ``commands``, runs FRR when it has daemons.
    - ``host``: ``commands`` only: addresses and default routes.
    - ``switch``: a bridge over all its ports that passes tagged frames.
    """

    name: str
    kind: NodeKind
    management: IPv4Address | None = None
    """Address of eth0, for routers."""
    forward: tuple[str, int] | None = None
    """Loopback address and TCP port of this machine that reach the router's SSH."""
    daemons: tuple[str, ...] = ()
    config: str = ""
    """What a router boots with, or the FRR configuration of a customer edge with daemons."""
    commands: tuple[str, ...] = ()
    """Shell lines run in the namespace at boot, such as ``ip address add 10.0.0.2/24 dev eth1``."""


class Endpoint(_Frozen):
    """A port of a node, e.g. ``bj-pe1:eth1``."""

    node: str
    port: str

    def __str__(self) -> str:
        return f"{self.node}:{self.port}"


class Link(_Frozen):
    """A cable between two ports."""

    a: Endpoint
    b: Endpoint


class Topology(_Frozen):
    """A whole network; call ``check()`` (backends do) before believing it."""

    name: str
    management_subnet: IPv4Network
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]

    def node(self, name: str) -> Node:
        """The node called ``name``; raises UnknownNodeError naming those there are."""
        for node in self.nodes:
            if node.name == name:
                return node
        known = ", ".join(sorted(node.name for node in self.nodes))
        raise UnknownNodeError(f"the lab has no node {name}", next_step=f"it has {known}")

    def routers(self) -> tuple[Node, ...]:
        """The managed routers, in the order of the topology."""
        return tuple(node for node in self.nodes if node.kind == "router")

    def digest(self) -> str:
        """A hash of everything in the topology: equal digests boot equal labs."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def check(self) -> None:
        """Raise TopologyError with all contradictions at once."""
        faults = [*self._node_faults(), *self._link_faults(), *self._management_faults()]
        if faults:
            raise TopologyError(
                "\n".join(faults),
                where=f"topology {self.name}",
                next_step="correct the inventory or the topology file",
            )

    def _node_faults(self) -> Iterator[str]:
        for name, count in Counter(node.name for node in self.nodes).items():
            if count > 1:
                yield f"node {name}: {count} nodes have this name"
            if not _NODE_NAME.match(name):
                yield f"node {name!r}: a name is lower-case letters, digits and inner hyphens"
        for node in self.nodes:
            if unknown := sorted(set(node.daemons) - set(DAEMONS)):
                yield f"node {node.name}: unknown daemons {', '.join(unknown)}"
            if node.daemons and "zebra" not in node.daemons:
                yield f"node {node.name}: daemons need zebra"
            if node.kind in ("host", "switch") and (node.daemons or node.config):
                yield f"node {node.name}: a {node.kind} has neither daemons nor a config"
            if node.kind == "router" and node.commands:
                yield f"node {node.name}: a router is set up by its config, not by commands"
            if node.kind == "router" and not node.config:
                yield f"node {node.name}: a router needs a config to boot with"

    def _link_faults(self) -> Iterator[str]:
        kinds = {node.name: node.kind for node in self.nodes}
        used: Counter[Endpoint] = Counter()
        for link in self.links:
            for end in (link.a, link.b):
                used[end] += 1
                if end.node not in kinds:
                    yield f"link {link.a} to {link.b}: there is no node {end.node}"
                elif kinds[end.node] == "router" and end.port == "eth0":
                    yield f"link {link.a} to {link.b}: eth0 of {end.node} is its management port"
                if len(end.port) > MAX_PORT_NAME or not _PORT_NAME.match(end.port):
                    yield f"link {link.a} to {link.b}: {end.port!r} is no interface name"
                if end.port == "lo":
                    yield f"link {link.a} to {link.b}: lo cannot be cabled"
        for end, count in used.items():
            if count > 1:
                yield f"port {end}: used by {count} links"

    def _management_faults(self) -> Iterator[str]:
        addresses = Counter(node.management for node in self.nodes if node.management is not None)
        forwards = Counter(node.forward for node in self.nodes if node.forward is not None)
        for address, count in addresses.items():
            if count > 1:
                yield f"management address {address}: used by {count} nodes"
        for forward, count in forwards.items():
            if count > 1:
                yield f"forward {forward[0]}:{forward[1]}: used by {count} nodes"
        for node in self.nodes:
            if node.kind != "router":
                if node.management is not None or node.forward is not None:
                    yield f"node {node.name}: only routers are managed"
            elif node.management is None or node.forward is None:
                yield f"node {node.name}: a router needs a management address and a forward"
            elif node.management not in self.management_subnet:
                yield f"node {node.name}: {node.management} is not in {self.management_subnet}"
