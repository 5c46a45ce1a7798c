"""What the kernel and bgpd of a router hold, in the words that `running_script`'s awk leaves.

Routes and labels follow from the control plane; what a person did by hand is in `Linux`. Not
emulated: the backbone's own routes and labels (IS-IS, LDP), which that awk leaves out but for one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_network

from egovnet.inventory.model.within import is_within
from egovnet.lab.emulated.control_plane.control_plane import ControlPlane
from egovnet.lab.emulated.control_plane.facts import Address, addresses_by_vrf
from egovnet.lab.emulated.linux.linux import Link
from egovnet.lab.emulated.router.router import Router

_FAMILY = {"4": "ipv4", "6": "ipv6"}
_ALONE = {"ipv4": "/32", "ipv6": "/128"}
_MAIN = 254
_LOCAL = 255
#: How a route looks that bgpd forgot to withdraw, and a label that no router gives out.
_STALE = '[{"vrf":"default"'
_NOBODYS = 1048000
#: Kinds of the loopback and of VRFs.
_WITHOUT_LINK_LOCAL = ("", "vrf")
_PROTOCOL = {"bgp": 186, "static": 196}
_OWN_RULES = (
    "1000:\tfrom all lookup [l3mdev-table]",
    "32765:\tfrom all lookup 255",
    "32766:\tfrom all lookup 254",
)


def rules(router: Router, version: str) -> str:
    """`ip -N -4 rule`, in the order of their numbers."""
    lines = [*router.linux.rules.get(version, ()), *_OWN_RULES]
    lines += ["32767:\tfrom all lookup 253"] if version == "4" else []
    lines.sort(key=lambda line: int(line.split(":")[0]))
    return "".join(f"{line}\n" for line in lines)


def routes(plane: ControlPlane, router: Router, version: str) -> str:
    """All tables of a family."""

    def printed() -> str:
        return "".join(f"{line}\n" for line in _routes(plane, router, version))

    by_hand = "".join(f"{line}\n" for line in router.linux.hand_routes.get(version, {}).values())
    return by_hand + plane.answer(router, f"kernel routes {version}", printed)


def _routes(plane: ControlPlane, router: Router, version: str) -> Iterator[str]:
    family = _FAMILY[version]
    addresses = addresses_by_vrf(router)
    here = {vrf: [a for a in own if a.family == family] for vrf, own in addresses.items()}
    for address in here["default"]:
        yield from _of_address(address, _MAIN)
    if family == "ipv6":
        yield from _link_local(router)
    for link in router.linux.links_of("vrf"):
        for address in here[link.name]:
            yield from _of_address(address, link.table)
        where = " dev lo" if family == "ipv6" else ""
        if metric := link.refuses.get(int(version)):
            yield f"7 default{where} table {link.table} metric {metric}"
        yield from _of_vrf(plane, router, link, family, here[link.name])


def _of_vrf(
    plane: ControlPlane, router: Router, link: Link, family: str, here: list[Address]
) -> Iterator[str]:
    """What routing daemons put into a VRF's table; labelled routes by one of those alike."""
    sources = plane.imported(router.name, link.name, family)
    circuit = next(iter(plane.sessions.facts(router.name).isis), "eth1")
    seen: set[str] = set()
    for prefix, (protocol, known) in plane.routes(router.name, link.name, family).items():
        if protocol not in ("bgp", "static"):
            continue
        number, hops = _PROTOCOL[protocol], known
        shown = prefix.removesuffix(_ALONE[family])
        if '"unreachable":true' in hops:
            yield f"7 {shown} table {link.table} proto {number}"
            continue
        source = sources.get(prefix)
        if source is None and hops.startswith(_STALE):
            # it goes where it went before: where its site is
            own = plane.tables(router.name).tables[link.name, family].routes
            around = (
                of
                for one, (kind, of) in own.items()
                if one != prefix and kind in _PROTOCOL and _within(prefix, one)
            )
            hops = next(around, hops)
            if hops.startswith(_STALE):
                source = _stale_source(plane, router.name, family, prefix)
        if source is None and not hops.startswith(_STALE):
            yield f"{shown} {_way(hops, here)} table {link.table} proto {number}"
            continue
        if source is not None and source[0] == router.name:
            yield f"{shown} dev {source[1]} table {link.table} proto {number}"
            continue
        label = _NOBODYS if source is None else plane.label(*source, family)
        end = "?" if source is None else plane.loopback(source[0], family)
        like = f"table {link.table} proto {number} exit {end} label {label} dev {circuit}"
        if like not in seen:
            seen.add(like)
            yield f"like {shown} {like}"


def _of_address(address: Address, table: int) -> Iterator[str]:
    net, port = address.net.removesuffix(_ALONE[address.family]), address.port
    local = table if table != _MAIN else _LOCAL
    where = f" table {table}" if table != _MAIN else ""
    if net != address.host:
        yield f"{net} dev {port}{where} proto 2 metric 256"
    yield f"2 {address.host} dev {port} table {local} proto 2 metric 0"


def _link_local(router: Router) -> Iterator[str]:
    """What every port in use has of IPv6, also in a network without it."""
    links = router.linux.links
    for link in links.values():
        if link.up and link.addresses and link.kind not in _WITHOUT_LINK_LOCAL:
            where = f" table {links[link.master].table}" if link.master in links else ""
            yield f"fe80::/64 dev {link.name}{where} proto 2 metric 256"


def _way(hops: str, here: list[Address]) -> str:
    """`via A dev P` of a route's first next hop."""
    (hop, *_) = json.loads(hops)
    gateway = hop.get("ip", "")
    if not gateway:
        return f"dev {hop.get('interfaceName') or hop.get('vrf', 'lo')}"
    port = hop.get("interfaceName") or next((a.port for a in here if a.covers(gateway)), "lo")
    return f"via {gateway} dev {port}"


def _stale_source(
    plane: ControlPlane, name: str, family: str, prefix: str
) -> tuple[str, str] | None:
    """The VRF somewhere that a route was imported of that nobody took back."""
    return next(
        (where for where, exports in plane.exports_of(family)
         if where[0] != name and any(_within(prefix, one) for one in exports.prefixes)),
        None,
    )  # fmt: skip


@lru_cache(maxsize=65536)
def _within(inner: str, outer: str) -> bool:
    return is_within(ip_network(inner), ip_network(outer))


def labels(plane: ControlPlane, router: Router) -> str:
    """`ip -o -N -f mpls route`: a label for each family that a VRF gives to the VPN."""
    found = dict(router.linux.hand_labels)
    for (vrf, family), table in plane.tables(router.name).tables.items():
        if table.exports is not None:
            label = plane.label(router.name, vrf, family)
            found.setdefault(label, f"{label} dev {vrf} proto 186")
    return "".join(f"{line}\n" for _, line in sorted(found.items()))


def vpn(plane: ControlPlane, router: Router, family: str) -> str:
    """`show bgp ipv4 vpn`: each VRF's routes by one of them."""
    lines = ["read"]
    for (name, vrf), exports in plane.exports_of(family):
        if exports.prefixes and plane.sessions.carries(name, router.name, family):
            hop, label = plane.loopback(name, family), plane.label(name, vrf, family)
            targets = " ".join(sorted(exports.targets))
            lines.append(
                f"{exports.prefixes[0]} rd {exports.rd} UN={hop} label={label} EC{{{targets}}}"
            )
    return "".join(f"{line}\n" for line in lines)
