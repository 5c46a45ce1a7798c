"""Whether Linux is as the interfaces text says; pure, from `ip -d -j addr show`.

As strict as `ifquery --check -a` and stricter about what is too much (an address, a VRF binding, a
VLAN that the text does not have), at a fiftieth of its time.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Collection
from typing import Any

from napalm_frr.text.frr_tree import Contexts
from napalm_frr.text.interfaces_text import AUTO, name_of
from napalm_frr.text.linux_fault import FaultKind, LinuxFault

_INTERFACE = re.compile(r"^interface (\S+)\n(?: .*\n)*", re.MULTILINE)
_VLAN_NAME = re.compile(r"(.+)\.(\d+)$")


def faults(interfaces: Contexts, addresses: list[dict[str, Any]]) -> tuple[LinuxFault, ...]:
    """Each difference; empty when Linux is as the text says.

    `addresses` is what `ip -d -j addr show` prints. Stanzas without `auto` are not checked.
    """
    kernel = {link["ifname"]: link for link in addresses if link.get("ifname")}
    wanted: dict[str, list[str]] = {}
    for path, lines in interfaces.items():
        if path:
            wanted.setdefault(name_of(path), []).extend(lines)
    found: list[LinuxFault] = []
    for name, lines in wanted.items():
        if AUTO not in lines:
            continue
        link = kernel.get(name)
        if link is None:
            found.append(LinuxFault(FaultKind.MISSING, name))
        else:
            found += _faults_of(name, lines, link, kernel)
    for name, link in kernel.items():
        if name not in wanted and _kind(link) in ("vlan", "vrf"):
            found.append(LinuxFault(FaultKind.NOT_IN_TEXT, name, found=_kind(link)))
    return tuple(found)


#: Attributes of what ifupdown2 makes, and no machine has as a port.
_MADE_BY = re.compile(r"(vrf-table|vlan-raw-device|link-type|tunnel-mode|bridge-|bond-|vxlan-)")


def missing_ports(interfaces: Contexts, links: Collection[str]) -> tuple[str, ...]:
    """Ports that a text needs and Linux, which has `links`, does not.

    VLANs, VRFs, tunnels and the like are made by what is written; a port by nothing.
    """
    wanted: dict[str, list[str]] = {}
    for path, lines in interfaces.items():
        if path:
            wanted.setdefault(name_of(path), []).extend(lines)
    made = {name for name, lines in wanted.items() if any(map(_MADE_BY.match, lines))}
    needed: dict[str, None] = {}
    for name, lines in wanted.items():
        if AUTO in lines:
            match = _VLAN_NAME.match(name)
            raw = [line.split()[1] for line in lines if line.startswith("vlan-raw-device ")]
            needed[raw[0] if raw else match.group(1) if match else name] = None
    return tuple(name for name in needed if name not in links and name not in made)


def label_faults(
    interfaces: Contexts, frr: Contexts | str, netconf: list[dict[str, Any]]
) -> tuple[LinuxFault, ...]:
    """Where the kernel takes in labels otherwise than the text says; empty when as it says.

    `netconf` is what `ip -j -f mpls netconf show` prints; empty on a kernel without MPLS. A port
    that drops labelled packets looks well to every protocol; one of a customer that takes them in
    is a way into any VPN (RFC 4364 section 13.1).
    """
    found = []
    takes = {str(entry.get("interface")): bool(entry.get("input")) for entry in netconf}
    by_linux = {
        name_of(path) for path, lines in interfaces.items() if path and "mpls-enable yes" in lines
    }
    by_frr = _labelled(frr)
    for name, on in takes.items():
        if not on and name in by_linux:
            found.append(LinuxFault(FaultKind.LABELS_REFUSED, name))
        elif on and name not in by_linux | by_frr:
            found.append(LinuxFault(FaultKind.LABELS_ACCEPTED, name))
    return tuple(found)


def unheard_faults(
    interfaces: Contexts, addresses: list[dict[str, Any]], zebra: str
) -> tuple[LinuxFault, ...]:
    """Addresses that Linux has as the text says, and of which zebra missed that it has them.

    `zebra` is what the agent sends of `show interface vrf all`: an interface a line, or an
    interface and its address, and "." where it was written whole. zebra 8.4 drops an address whose
    link it does not know yet. Only what a commit gives it again is looked at: VLANs and ports of
    VRFs, but not of the management's.
    """
    lines = zebra.splitlines()
    known = {tuple(line.split()) for line in lines if " " in line}
    if "." not in lines or len(lines) - len(known) < 2:
        return ()
    texts: dict[str, list[str]] = {}
    for path, own in interfaces.items():
        if path:
            texts.setdefault(name_of(path), []).extend(own)
    found = []
    for link in addresses:
        name, lines = link.get("ifname", ""), texts.get(link.get("ifname", ""), [])
        if AUTO not in lines or not _is_told(link):
            continue
        needs = {_host(line.split()[1]) for line in lines if line.startswith("address ")}
        found += [
            LinuxFault(FaultKind.ADDRESS_UNKNOWN, name, f"{one['local']}/{one['prefixlen']}")
            for one in link.get("addr_info", [])
            if "local" in one
            and (one["local"] in needs or one.get("scope") == "link")
            and not (one.get("tentative") or one.get("dadfailed"))
            and (name, one["local"]) not in known
        ]
    return tuple(found)


def _is_told(link: dict[str, Any]) -> bool:
    """Whether a commit tells zebra of a link's addresses."""
    in_vrf = link.get("linkinfo", {}).get("info_slave_kind") == "vrf"
    return (in_vrf or _kind(link) == "vlan") and link.get("master") != "mgmt"


def _host(address: str) -> str:
    return _canonical(address).partition("/")[0]


def _labelled(frr: Contexts | str) -> set[str]:
    """Interfaces for which FRR's text, or its contexts, say `mpls enable`."""
    if isinstance(frr, str):
        blocks = _INTERFACE.finditer(frr)
        return {block[1] for block in blocks if "\n mpls enable\n" in block[0]}
    return {
        path[0].split()[1]
        for path, lines in frr.items()
        if path and path[0].startswith("interface ") and "mpls enable" in lines
    }


def _faults_of(
    name: str, lines: list[str], link: dict[str, Any], kernel: dict[str, dict[str, Any]]
) -> list[LinuxFault]:
    attributes = dict(line.partition(" ")[::2] for line in lines if line != AUTO)
    found = []
    if attributes.get("link-down") != "yes" and "UP" not in link.get("flags", []):
        found.append(LinuxFault(FaultKind.DOWN, name))
    if "vrf-table" in attributes:
        table, wanted = str(_data(link).get("table", "")), attributes["vrf-table"]
        if _kind(link) != "vrf" or wanted not in ("auto", table):
            found.append(LinuxFault(FaultKind.NOT_VRF, name, expected=wanted, found=table))
    master = link.get("master", "")
    bound = master if master in kernel and _kind(kernel[master]) == "vrf" else ""
    if bound != attributes.get("vrf", ""):
        wanted = attributes.get("vrf", "default")
        found.append(LinuxFault(FaultKind.WRONG_VRF, name, wanted, bound or "default"))
    mtu = str(link.get("mtu"))
    if "mtu" in attributes and mtu != attributes["mtu"]:
        found.append(LinuxFault(FaultKind.WRONG_MTU, name, attributes["mtu"], mtu))
    found += _vlan_faults(name, attributes, link)
    has = {
        _canonical(f"{a['local']}/{a['prefixlen']}")
        for a in link.get("addr_info", [])
        if "local" in a
    }
    needs = {line.split()[1] for line in lines if line.startswith("address ")}
    needs = {address if "/" in address else _canonical(address) for address in needs}
    found += [
        LinuxFault(FaultKind.ADDRESS_MISSING, name, expected=address)
        for address in sorted(needs - has)
    ]
    found += [
        LinuxFault(FaultKind.ADDRESS_TOO_MUCH, name, found=address)
        for address in sorted(has - needs)
        if not _comes_by_itself(address)
    ]
    return found


def _vlan_faults(name: str, attributes: dict[str, str], link: dict[str, Any]) -> list[LinuxFault]:
    match = _VLAN_NAME.match(name)
    parent = attributes.get("vlan-raw-device", match.group(1) if match else "")
    number = attributes.get("vlan-id", match.group(2) if match else "")
    if not parent or (not match and "vlan-raw-device" not in attributes):
        return []
    is_it = (
        _kind(link) == "vlan"
        and link.get("link") == parent
        and str(_data(link).get("id")) == number
    )
    if is_it:
        return []
    return [LinuxFault(FaultKind.WRONG_VLAN, name, expected=f"{number} on {parent}")]


# The same addresses are looked at again at each reading of a router.
@functools.lru_cache(maxsize=65536)
def _canonical(address: str) -> str:
    return str(ipaddress.ip_interface(address))


@functools.lru_cache(maxsize=65536)
def _comes_by_itself(address: str) -> bool:
    ip = ipaddress.ip_interface(address).ip
    return ip.is_loopback or (ip.version == 6 and ip.is_link_local)


def _kind(link: dict[str, Any]) -> str:
    return str(link.get("linkinfo", {}).get("info_kind", ""))


def _data(link: dict[str, Any]) -> dict[str, Any]:
    data = link.get("linkinfo", {}).get("info_data", {})
    return data if isinstance(data, dict) else {}
