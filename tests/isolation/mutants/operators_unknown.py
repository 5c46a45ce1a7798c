"""Lines that bear on separation and that no template writes: an alarm, never silence."""

from collections.abc import Iterator

from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.mutant import Expected, Mutant, make, operator

KLASS = "unknown lines"

#: Blocks at the left margin of FRR's part. {vrf}, {other}, {port}, {table}, {rt} are filled in.
_BLOCKS: tuple[tuple[str, Expected, tuple[str, ...]], ...] = (
    ("ospf", "risk", ("router ospf vrf {vrf}", " redistribute bgp", "exit")),
    ("ospf-default", "risk", ("router ospf", " network 0.0.0.0/0 area 0", "exit")),
    ("ospf6", "risk", ("router ospf6 vrf {vrf}", " redistribute bgp", "exit")),
    ("rip", "risk", ("router rip vrf {vrf}", " network {port}", "exit")),
    ("eigrp", "risk", ("router eigrp 7 vrf {vrf}", " network 0.0.0.0/0", "exit")),
    ("babel", "risk", ("router babel", " network {port}", "exit")),
    (
        "isis-in-vrf",
        "risk",
        ("router isis cust vrf {vrf}", " net 49.0009.0000.0000.0001.00", "exit"),
    ),
    ("vni", "risk", ("vrf {vrf}", " vni 5000", "exit-vrf")),
    ("vpls", "risk", ("l2vpn X type vpls", " bridge br0", " member interface {port}", "exit")),
    ("static-lsp", "risk", ("mpls lsp 1000 10.254.0.3 2000",)),
    ("static-lsp-out", "risk", ("mpls lsp 1000 {port} implicit-null",)),
    ("label-route", "risk", ("ip route 10.66.0.0/16 10.254.0.3 label 16",)),
    ("segment-routing", "risk", ("segment-routing", " traffic-eng", " exit", "exit")),
    ("isis-sr", "risk", ("router isis backbone", " segment-routing on", "exit")),
    ("pbr-interface", "risk", ("interface {port} vrf {vrf}", " pbr-policy P", "exit")),
    ("mroute", "risk", ("ip mroute 10.0.0.0/8 {port}",)),
    ("pim", "risk", ("interface {port}", " ip pim", "exit")),
    ("nhrp", "risk", ("interface {port}", " ip nhrp network-id 1", "exit")),
    ("vnc", "risk", ("router bgp {asn}", " vnc defaults", "  rt both {rt}", " exit-vnc", "exit")),
    ("rfp", "risk", ("router bgp {asn}", " rfp full-table-download off", "exit")),
    (
        "evpn",
        "risk",
        (
            "router bgp {asn}",
            " address-family l2vpn evpn",
            "  advertise-all-vni",
            " exit-address-family",
            "exit",
        ),
    ),
    (
        "labeled-unicast",
        "risk",
        (
            "router bgp {asn} vrf {vrf}",
            " address-family ipv4 labeled-unicast",
            "  redistribute connected",
            " exit-address-family",
            "exit",
        ),
    ),
    (
        "flowspec",
        "risk",
        (
            "router bgp {asn} vrf {vrf}",
            " address-family ipv4 flowspec",
            "  local-install {port}",
            " exit-address-family",
            "exit",
        ),
    ),
    ("protocol-map", "open", ("ip protocol bgp route-map X",)),
    ("view", "risk", ("router bgp 65111 view other", " neighbor 10.9.9.9 remote-as 5", "exit")),
    ("future-global", "risk", ("route-leaking from vrf {other} to vrf {vrf}",)),
    ("future-block", "risk", ("tunnel-policy X vrf {vrf}", " leak to {other}", "exit")),
    ("half-a-word", "risk", ("ipv4 leak table {table}",)),
)

#: Lines inside the VRF's address family.
_FAMILY_LINES = (
    "import vpn from {other}",
    "redistribute ospf",
    "redistribute eigrp",
    "redistribute vnc",
    "redistribute table {table}",
    "sid vpn export 1",
    "route-leak from vrf {other}",
    "table-map LEAK",
    "import-rt {rt}",
)

#: Lines of the VRF's instance.
_INSTANCE_LINES = (
    "sid vpn per-vrf export auto",
    "bgp leak everything",
    "neighbor 10.199.9.9 remote-as 65000",
    "rt import {rt}",
)

#: Attributes of the access's stanza.
_STANZA_LINES = (
    "vrf-slave {other}",
    "up ip route add 10.66.0.0/16 dev {other} table {table}",
    "pre-up ip link set {port} nomaster",
    "post-up echo 1 > /proc/sys/net/mpls/conf/all/input",
    "post-up ip -4 rule add from all lookup main pref 1",
    "post-up iptables -t nat -A POSTROUTING -j MASQUERADE",
    "post-up nft add rule ip filter forward accept",
    "post-up brctl addif br0 {port}",
    "post-up bridge vlan add vid 101 dev {port}",
    "post-up ip route add 10.66.0.0/16 encap mpls 1000 via inet 10.254.0.3",
    "post-up ip -f mpls route add 1000 dev {other}",
    "macvlan-of {other}",
    "tunnel-mode gre",
    "vxlan-id 500",
)


def _filled(g: Ground, number: int, line: str) -> tuple[str, str, str]:
    """(host, line with its words filled in, VRF) for one VRF of the network in turn."""
    place = g.places[number % len(g.places)]
    other = next(iter([*g.others(place, local=True), *g.others(place)]), place)
    return (
        place.host,
        line.format(
            vrf=place.vrf,
            other=other.vrf,
            port=place.accesses[0].interface,
            table=other.facts.table,
            rt=other.export,
            asn=g.asn,
        ),
        place.vrf,
    )


@operator(KLASS)
def block(g: Ground) -> Iterator[Mutant]:
    """A block or a line at the left margin."""
    for number, (name, verdict, lines) in enumerate(_BLOCKS if g.places else ()):
        host, text, vrf = _filled(g, number, "\n".join(lines))
        edit = g.edit(host).new_lines(*text.splitlines())
        yield make(g, verdict, {host: edit}, (host, vrf), f"{host}: {lines[0]}", name)


@operator(KLASS)
def line_of_a_family(g: Ground) -> Iterator[Mutant]:
    """A line in a VRF's address family."""
    for number, line in enumerate(_FAMILY_LINES if g.places else ()):
        host, text, vrf = _filled(g, number, line)
        family = ("ipv4", "ipv6")[number % 2]
        edit = g.edit(host)
        at = edit.family(f"router bgp {g.asn} vrf {vrf}", f"{family} unicast")
        edit.append(at, text)
        # of the own VRF, where no such protocol runs; or what is not installed at all
        harmless = text in ("redistribute ospf", "redistribute eigrp", "table-map LEAK")
        place = next(p for p in g.places if p.at == (host, vrf))
        harmless = harmless or ("{" in line and not g.has_victims(place))
        if "{table}" in line and not g.others(place, local=True):
            continue
        verdict: Expected = "open" if harmless else "risk"
        yield make(g, verdict, {host: edit}, (host, vrf), f"{host}/{vrf}: {text}", text)


@operator(KLASS)
def line_of_an_instance(g: Ground) -> Iterator[Mutant]:
    """A line of a VRF's BGP."""
    for number, line in enumerate(_INSTANCE_LINES if g.places else ()):
        host, text, vrf = _filled(g, number, line)
        edit = g.edit(host)
        edit.insert(edit.block(f"router bgp {g.asn} vrf {vrf}")[0] + 1, [f" {text}"])
        # a neighbour that is in no family takes no part
        verdict: Expected = "open" if text.startswith("neighbor") else "risk"
        yield make(g, verdict, {host: edit}, (host, vrf), f"{host}/{vrf}: {text}", text)


@operator(KLASS)
def line_of_a_stanza(g: Ground) -> Iterator[Mutant]:
    """A line of an access's stanza."""
    for number, line in enumerate(_STANZA_LINES if g.places else ()):
        host, text, vrf = _filled(g, number, line)
        place = g.places[number % len(g.places)]
        edit = g.edit(host)
        edit.append(edit.stanza(place.accesses[0].interface), text)
        yield make(g, "risk", {host: edit}, (host, vrf), f"{host}/{vrf}: {text}", text)


@operator(KLASS)
def in_the_middle(g: Ground) -> Iterator[Mutant]:
    """A line that is no command of anything, in each kind of block."""
    for host in g.edges[:2]:
        for header in (f"router bgp {g.asn}", "mpls ldp", "router isis backbone", "interface lo"):
            edit = g.edit(host)
            edit.insert(edit.block(header)[0], [" leak-routes all"])
            yield make(g, "risk", {host: edit}, (host, ""), f"{host} {header}: leak-routes", header)


@operator(KLASS)
def abbreviated(g: Ground) -> Iterator[Mutant]:
    """A leaking line in short words, as vtysh takes them."""
    for place, other, families in list(g.pairs_once())[::2]:
        edit = g.edit(place)
        for family in families:
            at = edit.family(place.header, f"{family} unicast")
            edit.append(at, f"rt vpn imp {other.export}")
        why = f"{place} imports {other.export} in short words"
        yield make(g, "risk", {place.host: edit}, place, why, " ".join(families))
