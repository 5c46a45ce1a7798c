"""What zebra knows of an emulated router's links: all that it heard of (`Link.missed`)."""

from __future__ import annotations

from collections.abc import Iterator

from egovnet.lab.emulated.linux.linux import Linux

_ABOUT = """\
Interface {name} is {up}
  Link ups:       1    last: 2026/01/01 00:00:00.00
  Link downs:     0    last: (never)
  vrf: {vrf}
  index {index} metric 0 mtu {mtu} speed 10000
  flags: <UP,BROADCAST,RUNNING,MULTICAST>
  Type: Ethernet
"""
_ALL_WELL = "up, line protocol is up"


def show_interfaces(linux: Linux) -> str:
    """`show interface vrf all`."""
    shown = []
    for name, addresses in _known(linux):
        link = linux.links[name]
        vrf = link.master or ("default" if link.kind != "vrf" else name)
        up = _ALL_WELL if link.up else "down"
        shown.append(_ABOUT.format(name=name, up=up, vrf=vrf, index=link.index, mtu=link.mtu))
        shown += (f"  inet{'6' if ':' in one else ''} {one}\n" for one in addresses)
    return "".join(shown)


def known_addresses(linux: Linux) -> str:
    """The same as the agent sends it: an interface, or an interface and its address, a line."""
    lines = []
    for name, addresses in _known(linux):
        lines += [name, *(f"{name} {one.partition('/')[0]}" for one in addresses)]
    return "\n".join([*lines, ".\n"])


def _known(linux: Linux) -> Iterator[tuple[str, list[str]]]:
    for link in linux.described():
        name = link["ifname"]
        own = [f"{one['local']}/{one['prefixlen']}" for one in link["addr_info"]]
        missed = linux.links[name].missed
        yield name, [a for a in own if a not in missed and not a.startswith(("127.", "::1/"))]
