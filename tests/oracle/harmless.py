"""Lines that the reader takes for harmless, and the evidence for each form of them.

Lines are made from FRR's own table, with every step that its parser takes, and put into a text
that exercises everything; those that the reader counts as harmless are its harmless forms.
`python -m tests.oracle.harmless [RELEASE]` gives them to the daemons: where the facts of what runs
stay as they were without the line, the form has its evidence, and is written to the reader's
`harmless-VERSION.tsv` (block, form, the line that was tried), which `docs/proof.md` lists.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.registry import read_config
from tests.oracle.agreement import compared, whole
from tests.oracle.frr_commands import DATA, VERSIONS
from tests.oracle.frr_daemons import FrrDaemons
from tests.oracle.walks import transitions

#: Debian's release ("" this machine's own) -> the forms that its daemons were tried with.
TABLES = {
    release: DATA.with_name(f"harmless-{version}.tsv") for release, version in VERSIONS.items()
}
#: Choices of values for each form: a name may be of nothing that the text has.
TRIES = 3
_CHUNK = 20
#: Each `@` line is where lines of the block named there are put.
BASE = """\
hostname x
interface eth1
 ip address 192.0.2.1/24
 ip router isis core
 isis passive
 ip ospf area 0
 ipv6 ospf6 area 0
@interface
exit
vrf a
 ip route 10.5.0.0/16 192.0.2.7
 ip route 0.0.0.0/0 blackhole
@vrf
exit-vrf
ip route 10.6.0.0/16 192.0.2.7
ip prefix-list L seq 5 permit 10.1.0.0/16 le 24
ip prefix-list K seq 5 permit any
bgp extcommunity-list standard L seq 5 permit rt 65000:1
@top
router bgp 65000
 bgp router-id 192.0.2.1
 neighbor G peer-group
 neighbor G remote-as 65000
 neighbor 192.0.2.1 remote-as 64512
 neighbor 192.0.2.1 update-source lo
 neighbor 192.0.2.2 peer-group G
@bgp
 address-family ipv4 unicast
  redistribute connected route-map M
  network 10.1.0.0/16
  neighbor 192.0.2.1 route-map M in
  neighbor 192.0.2.1 maximum-prefix 100
  neighbor G next-hop-self
@bgp ipv4 unicast
 exit-address-family
 address-family ipv6 unicast
  neighbor G activate
  redistribute static
@bgp ipv6 unicast
 exit-address-family
 address-family ipv4 vpn
  neighbor 192.0.2.2 activate
  neighbor G route-map N out
@bgp ipv4 vpn
 exit-address-family
 address-family ipv6 vpn
  neighbor 192.0.2.2 activate
@bgp ipv6 vpn
 exit-address-family
exit
router bgp 65000 vrf a
 neighbor 192.0.2.1 remote-as 64513
 address-family ipv4 unicast
  redistribute connected
  neighbor 192.0.2.1 route-map M out
  label vpn export auto
  rd vpn export 65000:1
  rt vpn both 65000:1
  export vpn
  import vpn
  route-map vpn import N
 exit-address-family
exit
route-map M permit 10
 match ip address prefix-list L
 set extcommunity rt 65000:2
@route-map
exit
route-map M deny 20
exit
route-map N permit 10
 match extcommunity L
exit
router isis core
@isis
exit
router ospf
 redistribute static route-map M
@ospf
exit
router ospf6
 redistribute connected
@ospf6
exit
router ospf vrf a
 redistribute bgp
exit
"""
BLOCKS = tuple(line[1:] for line in BASE.splitlines() if line[0] == "@")


@dataclass(frozen=True)
class Form:
    """A form of lines in a block, and a line of that form."""

    block: str
    form: str
    line: str


def text_with(*lines: Form) -> str:
    """BASE with lines put into their blocks."""
    made = []
    for line in BASE.splitlines():
        if line[0] == "@":
            made += [f"  {each.line}" for each in lines if each.block == line[1:]]
        else:
            made.append(line)
    return "".join(f"{line}\n" for line in made)


def drawn(release: str = "") -> Iterator[Form]:
    """The harmless forms: those of which the reader counts a line as harmless."""
    without = _read(text_with(), release).coverage.harmless
    for block in BLOCKS:
        for form, lines in transitions(block, TRIES):
            for line in lines:
                each = Form(block, form, line)
                if _read(text_with(each), release).coverage.harmless == without + 1:
                    yield each
                    break


def proved(daemons: FrrDaemons, forms: list[Form]) -> Iterator[tuple[Form, str]]:
    """Each form, and what changes with it where it runs; empty where nothing does."""
    without = _runs(daemons, ())
    for start in range(0, len(forms), _CHUNK):
        yield from _tried(daemons, without, forms[start : start + _CHUNK])


def _tried(
    daemons: FrrDaemons, without: DeviceFacts, forms: list[Form]
) -> Iterator[tuple[Form, str]]:
    changes = compared(without, _runs(daemons, tuple(forms)))
    if not changes:
        yield from ((form, "") for form in forms)
    elif len(forms) == 1:
        yield forms[0], "; ".join(str(each) for each in changes)
    else:
        middle = len(forms) // 2
        yield from _tried(daemons, without, forms[:middle])
        yield from _tried(daemons, without, forms[middle:])


def _read(text: str, release: str = "") -> DeviceFacts:
    return read_config(whole(text, release), "text", "frr")


def _runs(daemons: FrrDaemons, forms: tuple[Form, ...]) -> DeviceFacts:
    given = whole(text_with(*forms), daemons.release)
    return read_config(daemons.read(given).running, "running", "frr")


def table(release: str = "") -> list[Form]:
    """The forms that have evidence from the daemons of Debian's `release`."""
    rows = TABLES[release].read_text(encoding="utf-8").splitlines()
    return [Form(*row.split("\t")) for row in rows]


def main() -> int:
    """Try all forms and write the table; 1 if a form has none."""
    rows, failed = [], 0
    release = "".join(sys.argv[1:])
    with FrrDaemons(release) as daemons:
        for form, change in proved(daemons, list(drawn(release))):
            if change:
                failed += 1
                sys.stdout.write(f"{form.block}: {form.line}: {change}\n")
            else:
                rows.append(f"{form.block}\t{form.form}\t{form.line}\n")
    TABLES[release].write_text("".join(rows), encoding="utf-8")
    sys.stdout.write(f"{len(rows)} forms with evidence, {failed} without\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
