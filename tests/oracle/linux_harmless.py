"""`python -m tests.oracle.linux_harmless LAB [--all]`: evidence for ifupdown2's harmless lines.

Each attribute that the reader counts as harmless is put into the stanza of a VRF, of a port and a
VLAN in it, and of a bridge; ifupdown2 and the kernel of a lab that is up (LAB is its directory)
must have the same with it and without it (with `--all`, those that have evidence already, too).
So are commands of hooks, each of which must be run without an error. Written to the reader's
`harmless-ifupdown2.tsv` (stanza, form, the line that was tried). What is the case for one value is
taken to be so for others.
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from egovnet.lab.backends import default_lab
from egovnet.lab.guest_lab import GuestLab
from egovnet.templates.frr.config.harmless_commands import FORMS, LOGGER, PORT_DOWN, SYSCTLS
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
#: As ifupdown2 says that a command did not end well.
_FAILED = re.compile(r"post-(?:up|down) cmd .* failed")
#: `ethtool` at a port that has no wire, as `link-speed` has it there.
_NO_WIRE = "netlink error: Operation not supported"
#: The place of what is tried on this machine.
HERE = "namespace"
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
_HOOKS = frozenset(("pre-up", "up", "post-up", "pre-down", "down", "post-down"))
#: Besides attributes: (line, form).
_MORE = (
    ("alias some words", "alias TEXT"),
    ("vlan-protocol 802.1q", "vlan-protocol 802.1q"),
    ("bridge-mcrouter 1", "bridge-mcrouter 0, 1, 2, yes, no, on, off"),
    *((f"post-up {one.example}", f"post-up {one.form}") for one in FORMS if one != LOGGER),
    *((f"post-up {one.line}", f"post-up {one.form}") for one in SYSCTLS),
    ("pre-up true", "pre-up COMMAND, up COMMAND"),
    ("post-down true", "down COMMAND, pre-down COMMAND, post-down COMMAND"),
    ("post-up true && echo a; true || echo b", "post-up COMMAND && COMMAND; COMMAND || COMMAND"),
    ("post-up echo a >/dev/null 2>&1", "post-up COMMAND >/dev/null 2>/dev/null 2>&1"),
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
            # a command is the same in whichever stanza it stands
            hook = form.partition(" ")[0] in _HOOKS
            where = "VLAN" if form.startswith("vlan-") else "port" if hook else ""
            if stanza == where or not where:
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
    downs = [form for form in tried if PORT_DOWN in form.line]
    others = [form for form in tried if form not in downs]
    groups = [others[at : at + _CHUNK] for at in range(0, len(others), _CHUNK)]
    groups += [[form] for form in downs]
    while groups:
        kernels = kernels_of(vm, [text_with(group) for group in groups])
        left: list[list[Form]] = []
        for group, kernel in zip(groups, kernels, strict=True):
            change = _change(without, held(kernel), kernel["said"], group)
            if not change:
                yield from ((form, "") for form in group)
            elif len(group) == 1:
                yield group[0], change
            else:
                left += [group[: len(group) // 2], group[len(group) // 2 :]]
        groups = left


def _change(without: Held, now: Held, said: str, group: Sequence[Form]) -> str:
    gone, new = without.lines - now.lines, now.lines - without.lines
    if [PORT_DOWN in form.line for form in group] == [True]:
        # packets have fewer ways: what must stay is what is relied upon
        gone = {line for line in gone if line[0] == "!"}
        new = {line for line in new if not line.endswith(" is down")}
    failed = [line for line in said.splitlines() if _FAILED.search(line) and _NO_WIRE not in line]
    return "; ".join(
        [f"- {line}" for line in sorted(gone)] + [f"+ {line}" for line in sorted(new)] + failed
    )


def changed_here(line: str) -> str:
    """What `logger` changes in a network namespace of this machine: the lab's guest has none."""
    asked = "ip -d -j link; ip -j addr; ip -j route show table all; ip -j rule"
    script = f"ip link set lo up; ip link add eth1 type dummy; ip addr add 192.0.2.1/24 dev eth1\n\
{asked}; echo; echo %%; IFACE=eth1; export IFACE; {line} || echo failed; {asked}"
    place = ["unshare", "--user", "--map-root-user", "--net", "sh"]
    done = subprocess.run(place, input=script, capture_output=True, text=True, check=True)
    before, _, after = done.stdout.partition("\n%%\n")
    return "" if before.split() == after.split() != [] else after


def table() -> list[Form]:
    """The forms that have evidence."""
    return [Form(*row.split("\t")) for row in TABLE.read_text(encoding="utf-8").splitlines()]


def main() -> int:
    """Try all and write the table; 1 if one has no evidence."""
    vm = default_lab(Path(sys.argv[1]), progress=print)
    tried = [form for form in forms() if is_harmless(form)]
    kept = set() if "--all" in sys.argv else set(table()) & set(tried)
    rows = [f"{form.block}\t{form.form}\t{form.line}\n" for form in kept]
    failed = 0
    for form, change in proved(vm, [form for form in tried if form not in kept]):
        if change:
            failed += 1
            print(f"{form.block}: {form.line}: {change}")
        else:
            rows.append(f"{form.block}\t{form.form}\t{form.line}\n")
    here = Form(HERE, f"post-up {LOGGER.form}", f"post-up {LOGGER.example}")
    if changed := changed_here(LOGGER.example):
        failed += 1
        print(f"{here.line}: {changed}")
    else:
        rows.append(f"{here.block}\t{here.form}\t{here.line}\n")
    TABLE.write_text("".join(sorted(rows)), encoding="utf-8")
    print(f"{len(rows)} forms with evidence, {failed} without")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
