"""`python -m tests.oracle.linux_harmless LAB`: evidence for ifupdown2's lines that are harmless.

Each attribute that the reader counts as harmless is put into the stanza of a VRF, of a port and a
VLAN in it, and of a bridge; ifupdown2 and the kernel of a lab that is up (LAB is its directory)
must have the same with it and without it. Written to the reader's `harmless-ifupdown2.tsv` (stanza,
form, the line that was tried). What is the case for one value is taken to be so for others.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from egovnet.lab.backends import default_lab
from egovnet.lab.guest_lab import GuestLab
from egovnet.templates.frr.config.vocabulary import STANZA_HARMLESS
from tests.oracle.frr_commands import DATA
from tests.oracle.harmless import Form
from tests.oracle.linux_agreement import Held, facts_of, held
from tests.oracle.linux_fuzz import kernels_of

TABLE = DATA.with_name("harmless-ifupdown2.tsv")
#: Each `@` line is where lines of the stanza named there are put.
BASE = """\
auto red
iface red
    vrf-table 1001
    post-up ip -4 route replace unreachable default metric 4278198272 vrf red
@VRF

auto eth1
iface eth1
    address 192.0.2.1/24
    address 2001:db8::1/64
    vrf red
@port

auto eth2.100
iface eth2.100
    address 198.51.100.1/30
    vrf red
@VLAN

auto br0
iface br0
    bridge-ports eth3
@bridge
"""
STANZAS = tuple(line[1:] for line in BASE.splitlines() if line[:1] == "@")
_CHUNK = 24
#: Values of attributes that take neither a number nor yes or no; {port} is a port of the stanza.
_VALUES = {
    "address-purge": "yes",
    "bond-ad-actor-system": "00:00:00:00:00:01",
    "bond-ad-sys-mac-addr": "00:00:00:00:00:01",
    "bond-mode": "802.3ad",
    "bond-xmit-hash-policy": "layer3+4",
    "bridge-igmp-version": "3",
    "bridge-mld-version": "2",
    "bridge-pathcosts": "eth3=5",
    "bridge-portmcfl": "eth3=yes",
    "bridge-portmcrouter": "eth3=1",
    "bridge-portprios": "eth3=5",
    "bridge-waitport": "0 eth3",
    "dns-domain": "example.net",
    "dns-nameservers": "192.0.2.53",
    "dns-search": "example.net",
    "hwaddress": "02:00:00:00:00:01",
    "ipv6-addrgen": "off",
    "link-duplex": "full",
    "link-fec": "off",
    "link-speed": "1000",
    "mstpctl-bpduguard": "eth3=no",
    "mstpctl-forcevers": "rstp",
    "mstpctl-portadminedge": "eth3=no",
    "mstpctl-portautoedge": "eth3=no",
    "mstpctl-portbpdufilter": "eth3=no",
    "mstpctl-portnetwork": "eth3=no",
    "mstpctl-portp2p": "eth3=no",
    "mstpctl-portpathcost": "eth3=5",
    "mstpctl-portrestrrole": "eth3=no",
    "mstpctl-portrestrtcn": "eth3=no",
    "mstpctl-treeportcost": "eth3=5",
    "mstpctl-treeportprio": "eth3=16",
    "mtu": "1400",
    "network": "192.0.2.0",
    "preferred-lifetime": "forever",
    "scope": "global",
}
_SWITCHES = (
    "offload",
    "forward",
    "accept",
    "autoneg",
    "allow",
    "carrier",
    "-stp",
    "ifaddr",
    "querier",
    "snoop",
    "stats",
)
#: Besides attributes: (line, form).
_MORE = (
    ("alias some words", "alias TEXT"),
    ("vlan-protocol 802.1q", "vlan-protocol 802.1q"),
    ("bridge-mcrouter 1", "bridge-mcrouter 0, 1, 2, yes, no, on, off"),
    ("up true", "up true"),
    ("post-up ethtool -K eth1 gro off", "post-up ethtool TEXT"),
    ("post-up ip link set eth1 up", "post-up ip link set PORT up"),
    ("post-up ip rule add l3mdev pref 2000 unreachable", "post-up ip rule add l3mdev unreachable"),
    ("down ip route del 10.9.0.0/16", "down ip route del TEXT"),
)


def forms() -> Iterator[Form]:
    """Every line that is tried: each attribute in each stanza."""
    for stanza in STANZAS:
        for word in sorted(STANZA_HARMLESS):
            value = _VALUES.get(word) or ("on" if word.endswith(_SWITCHES) else "10")
            yield Form(stanza, f"{word} VALUE", f"{word} {value}")
        for line, form in _MORE:
            if stanza == "VLAN" or not form.startswith("vlan-"):
                yield Form(stanza, form, line)


def text_with(lines: Sequence[Form]) -> str:
    """BASE with lines put into their stanzas."""
    made = []
    for line in BASE.splitlines():
        if line[:1] == "@":
            made += [f"    {each.line}" for each in lines if each.block == line[1:]]
        else:
            made.append(line)
    return "".join(f"{line}\n" for line in made)


def is_harmless(form: Form) -> bool:
    """Whether the reader counts a line so."""
    with_it, without = (facts_of(text_with(lines)) for lines in ([form], []))
    return with_it.coverage.harmless == without.coverage.harmless + 1


def proved(vm: GuestLab, tried: Sequence[Form]) -> Iterator[tuple[Form, str]]:
    """Each form, and what changes with it; empty where nothing does."""
    without = held(kernels_of(vm, [text_with([])])[0])
    groups = [list(tried[at : at + _CHUNK]) for at in range(0, len(tried), _CHUNK)]
    while groups:
        kernels = kernels_of(vm, [text_with(group) for group in groups])
        left: list[list[Form]] = []
        for group, kernel in zip(groups, kernels, strict=True):
            change = _change(without, held(kernel))
            if not change:
                yield from ((form, "") for form in group)
            elif len(group) == 1:
                yield group[0], change
            else:
                left += [group[: len(group) // 2], group[len(group) // 2 :]]
        groups = left


def _change(without: Held, now: Held) -> str:
    gone = [f"- {line}" for line in sorted(without.lines - now.lines)]
    return "; ".join(gone + [f"+ {line}" for line in sorted(now.lines - without.lines)])


def table() -> list[Form]:
    """The forms that have evidence."""
    return [Form(*row.split("\t")) for row in TABLE.read_text(encoding="utf-8").splitlines()]


def main() -> int:
    """Try all and write the table; 1 if one has no evidence."""
    vm = default_lab(Path(sys.argv[1]), progress=print)
    rows, failed = [], 0
    for form, change in proved(vm, [form for form in forms() if is_harmless(form)]):
        if change:
            failed += 1
            print(f"{form.block}: {form.line}: {change}")
        else:
            rows.append(f"{form.block}\t{form.form}\t{form.line}\n")
    TABLE.write_text("".join(sorted(rows)), encoding="utf-8")
    print(f"{len(rows)} forms with evidence, {failed} without")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
