"""A small MPLS L3VPN backbone as a topology, for tests of the lab itself.

Every PE carries one customer VRF, ``red``, and behind it a customer edge and a host; with no P
routers the PEs are cabled in a chain. Labels: IS-IS, LDP, VPNv4 between loopbacks.
"""

from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from egovnet.lab.topology import Endpoint, Link, Node, Topology

ROUTER_DAEMONS = ("zebra", "staticd", "bgpd", "isisd", "ldpd")
DAY0 = """\
{name}
# This file describes the network interfaces
auto lo
iface lo inet loopback
{loopback}
auto mgmt
iface mgmt
    vrf-table 1001

auto eth0
iface eth0
    address {management}/24
    vrf mgmt
{interfaces}# ports.conf --
frr version 8.4.4
frr defaults traditional
hostname {name}
service integrated-vtysh-config
!
{frr}"""


def link(a: str, a_port: str, b: str, b_port: str) -> Link:
    return Link(a=Endpoint(node=a, port=a_port), b=Endpoint(node=b, port=b_port))


class Backbone:
    """Numbers and wires the backbone; ``topology()`` gives the result."""

    def __init__(
        self,
        *,
        name: str = "sample",
        cores: int = 0,
        edges: int = 2,
        sites_per_edge: int = 1,
        bgp_sites: int = 0,
        provisioned: bool = True,
        loopback_net: str = "127.20.21",
    ) -> None:
        self.name = name
        self.provisioned = provisioned
        self.loopback_net = loopback_net
        self.cores = [f"p{i + 1}" for i in range(cores)]
        self.edges = [f"pe{i + 1}" for i in range(edges)]
        self.names = self.cores + self.edges
        self.reflectors = self.cores or self.edges
        self.links: list[Link] = []
        self.ports: dict[str, list[tuple[str, str, str]]] = {n: [] for n in self.names}
        self.customers: list[Node] = []
        self.peers: dict[str, list[str]] = {n: [] for n in self.names}
        self.statics: dict[str, list[str]] = {n: [] for n in self.names}
        pairs = [(p, pe) for p in self.cores for pe in self.edges]
        pairs += list(zip(self.cores, self.cores[1:], strict=False))
        if not self.cores:
            pairs += list(zip(self.edges, self.edges[1:], strict=False))
        for number, (a, b) in enumerate(pairs):
            self._core_link(a, b, number)
        for number in range(edges * sites_per_edge):
            self._site(self.edges[number % edges], number, number < bgp_sites)

    def _port(self, node: str) -> str:
        return f"eth{len(self.ports[node]) + 1}"

    def _core_link(self, a: str, b: str, number: int) -> None:
        net = IPv4Network("10.0.0.0/16")
        ends = []
        for node, offset in ((a, 0), (b, 1)):
            port = self._port(node)
            self.ports[node].append((port, f"{net[2 * number + offset]}/31", "core"))
            ends += [node, port]
        self.links.append(link(*ends))

    def _site(self, pe: str, number: int, bgp: bool) -> None:
        ce, host, port = f"ce{number + 1}", f"h{number + 1}", self._port(pe)
        self.ports[pe].append((port, f"10.1.{number}.1/30", "red"))
        self.links += [link(pe, port, ce, "eth1"), link(ce, "eth2", host, "eth1")]
        commands = [f"ip addr add 10.1.{number}.2/30 dev eth1"]
        commands += [f"ip addr add 10.2.{number}.1/24 dev eth2"]
        config = ""
        if bgp:
            self.peers[pe].append(f"  neighbor 10.1.{number}.2 remote-as {65100 + number}")
            config = (
                f"frr version 8.4.4\nfrr defaults traditional\nhostname {ce}\n!\n"
                f"router bgp {65100 + number}\n bgp router-id 10.1.{number}.2\n"
                f" no bgp ebgp-requires-policy\n neighbor 10.1.{number}.1 remote-as 65000\n !\n"
                f" address-family ipv4 unicast\n  network 10.2.{number}.0/24\n"
                " exit-address-family\nexit\n!\n"
            )
        else:
            self.statics[pe].append(f" ip route 10.2.{number}.0/24 10.1.{number}.2")
            commands.append(f"ip route add default via 10.1.{number}.1")
        self.customers.append(
            Node(
                name=ce,
                kind="ce",
                daemons=("zebra", "bgpd") if bgp else (),
                config=config,
                commands=tuple(commands),
            )
        )
        self.customers.append(
            Node(
                name=host,
                kind="host",
                commands=(
                    f"ip addr add 10.2.{number}.2/24 dev eth1",
                    f"ip -4 route add default via 10.2.{number}.1",
                ),
            )
        )

    def _loopback(self, name: str) -> str:
        return f"10.255.0.{self.names.index(name) + 1}"

    def _interfaces(self, name: str) -> str:
        text = ""
        if any(vrf == "red" for *_, vrf in self.ports[name]):
            text += "\nauto red\niface red\n    vrf-table 1010\n"
        for port, address, vrf in self.ports[name]:
            text += f"\nauto {port}\niface {port}\n    address {address}\n"
            # without it, every later ifreload would turn off what FRR's `mpls enable` turned on
            text += "    vrf red\n" if vrf == "red" else "    mpls-enable yes\n"
        return text

    def _frr(self, name: str) -> str:
        lo = self._loopback(name)
        core = [(port, address) for port, address, vrf in self.ports[name] if vrf == "core"]
        lines = []
        if self.statics[name]:
            lines += ["vrf red", *self.statics[name], "exit-vrf", "!"]
        for port, _ in core:
            lines += [
                f"interface {port}",
                " ip router isis core",
                " isis circuit-type level-2-only",
            ]
            lines += [" isis network point-to-point", " mpls enable", "exit", "!"]
        lines += ["interface lo", " ip router isis core", " isis passive", "exit", "!"]
        lines += ["router bgp 65000", f" bgp router-id {lo}", " no bgp default ipv4-unicast"]
        # who lost a peer's power cut learns of it as it next says something to the peer: by default
        # 60 s later, and until then the peer that came back is refused (RFC 4271 section 6.8)
        lines += [" timers bgp 3 60"]
        others = self.edges + self.cores if name in self.cores else self.reflectors
        others = [other for other in others if other != name]
        for other in others:
            lines += [f" neighbor {self._loopback(other)} remote-as 65000"]
            lines += [f" neighbor {self._loopback(other)} update-source lo"]
        lines += [" !", " address-family ipv4 vpn"]
        for other in others:
            lines += [f"  neighbor {self._loopback(other)} activate"]
            if name in self.cores and other in self.edges:
                lines += [f"  neighbor {self._loopback(other)} route-reflector-client"]
        lines += [" exit-address-family", "exit", "!"]
        if name in self.edges:
            lines += ["router bgp 65000 vrf red", f" bgp router-id {lo}"]
            lines += [" no bgp ebgp-requires-policy", *(p[1:] for p in self.peers[name]), " !"]
            lines += [" address-family ipv4 unicast", "  redistribute connected"]
            lines += ["  redistribute static", "  label vpn export auto"]
            lines += [f"  rd vpn export {lo}:10", "  rt vpn both 65000:10", "  export vpn"]
            lines += ["  import vpn", " exit-address-family", "exit", "!"]
        lines += ["mpls ldp", f" router-id {lo}", " !", " address-family ipv4"]
        lines += [f"  discovery transport-address {lo}", "  !"]
        for port, _ in core:
            lines += [f"  interface {port}", "  exit", "  !"]
        lines += [" exit-address-family", " !", "exit", "!"]
        # by default an adjacency that comes up after the first LSP is told of 30 s later
        lines += ["router isis core", " is-type level-2-only"]
        lines += [f" net 49.0001.0000.0000.{self.names.index(name) + 1:04d}.00"]
        lines += [" lsp-timers gen-interval 1 refresh-interval 900 max-lifetime 1200"]
        lines += ["exit", "!"]
        return "\n".join(lines) + "\n"

    def _router(self, name: str) -> Node:
        number = 11 + self.names.index(name)
        loopback = f"    address {self._loopback(name)}/32\n" if self.provisioned else ""
        return Node(
            name=name,
            kind="router",
            management=IPv4Address(f"172.20.20.{number}"),
            forward=(f"{self.loopback_net}.{number}", 2222),
            daemons=ROUTER_DAEMONS,
            config=DAY0.format(
                name=name,
                loopback=loopback,
                management=f"172.20.20.{number}",
                interfaces=self._interfaces(name) if self.provisioned else "",
                frr=self._frr(name) if self.provisioned else "",
            ),
        )

    def topology(self) -> Topology:
        """All routers, customer edges, hosts and links."""
        return Topology(
            name=self.name,
            management_subnet=IPv4Network("172.20.20.0/24"),
            nodes=(*(self._router(name) for name in self.names), *self.customers),
            links=tuple(self.links),
        )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "both_backends: also runs on the backend that is not the default here"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the backend that is not the default only the tests that say so are run."""
    gone = [
        item
        for item in items
        if item.name.endswith("[other]") and not item.get_closest_marker("both_backends")
        if Path(__file__).parent in item.path.parents
    ]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in set(gone)]


@pytest.fixture(scope="session")
def backbone() -> type[Backbone]:
    """The class, since test modules cannot import from each other."""
    return Backbone
