"""The commands of FRR 8.4 that an emulated router knows, in the order it prints them.

Written from FRR's user guide and tried on FRR 8.4.4's own vtysh and daemons. What is not here is
an unknown command to an emulated router, as it is to FRR when the daemon is not there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from egovnet.lab.emulated.command_syntax import Syntax


class Node(StrEnum):
    """Where a line stands; the number is what vtysh says in brackets."""

    ENABLE = "3"
    CONFIG = "4"
    KEY_CHAIN = "13"
    KEY = "14"
    VRF = "16"
    INTERFACE = "17"
    BGP = "25"
    BGP_VPNV4 = "26"
    BGP_VPNV6 = "27"
    BGP_IPV4 = "28"
    BGP_IPV6 = "31"
    EVPN = "39"
    ISIS = "41"
    LDP = "43"
    LDP_IPV4 = "44"
    LDP_IPV6 = "45"
    LDP_IPV4_INTERFACE = "46"
    LDP_IPV6_INTERFACE = "47"
    OSPF = "50"
    ROUTE_MAP = "59"
    VTY = "79"


PARENT = {
    Node.VRF: Node.CONFIG,
    Node.INTERFACE: Node.CONFIG,
    Node.BGP: Node.CONFIG,
    Node.BGP_VPNV4: Node.BGP,
    Node.BGP_VPNV6: Node.BGP,
    Node.BGP_IPV4: Node.BGP,
    Node.BGP_IPV6: Node.BGP,
    Node.EVPN: Node.BGP,
    Node.ISIS: Node.CONFIG,
    Node.OSPF: Node.CONFIG,
    Node.LDP: Node.CONFIG,
    Node.LDP_IPV4: Node.LDP,
    Node.LDP_IPV6: Node.LDP,
    Node.LDP_IPV4_INTERFACE: Node.LDP_IPV4,
    Node.LDP_IPV6_INTERFACE: Node.LDP_IPV6,
    Node.ROUTE_MAP: Node.CONFIG,
    Node.VTY: Node.CONFIG,
    Node.KEY_CHAIN: Node.CONFIG,
    Node.KEY: Node.KEY_CHAIN,
    Node.CONFIG: Node.ENABLE,
}
"""Where ``exit`` leads to, and where vtysh looks next for a command that a node does not know."""

FAMILIES = {
    Node.BGP_IPV4: "address-family ipv4 unicast",
    Node.BGP_IPV6: "address-family ipv6 unicast",
    Node.BGP_VPNV4: "address-family ipv4 vpn",
    Node.BGP_VPNV6: "address-family ipv6 vpn",
    Node.EVPN: "address-family l2vpn evpn",
}


@dataclass(frozen=True)
class Command:
    """One command of one node."""

    node: Node
    place: int
    """Where FRR prints it among the node's lines."""
    syntax: Syntax = field(repr=False)
    opens: Node | None = None
    """The node it leads into, when it is the header of a context."""
    on: bool = False
    """On unless said otherwise: FRR prints the line with ``no``."""
    only_no: bool = False
    """It is a command only after ``no``: it takes away all that begins with its words."""
    daemon: str = "zebra"


@dataclass(frozen=True)
class Line:
    """A line that is a command."""

    command: Command
    text: str
    """As FRR prints it, without ``no``."""
    key: str
    """Lines of one context with equal keys are one setting."""
    no: bool = False


_OPENS: dict[Node, tuple[tuple[str, Node], ...]] = {
    Node.CONFIG: (
        ("vrf NAME", Node.VRF),
        ("interface IFNAME", Node.INTERFACE),
        ("router bgp (1-4294967295)", Node.BGP),
        ("router bgp (1-4294967295) <view|vrf> VIEWVRFNAME", Node.BGP),
        ("mpls ldp", Node.LDP),
        ("router isis WORD", Node.ISIS),
        ("router isis WORD vrf NAME", Node.ISIS),
        ("router ospf", Node.OSPF),
        ("router ospf vrf NAME", Node.OSPF),
        ("route-map WORD <deny|permit> (1-65535)", Node.ROUTE_MAP),
        ("line vty", Node.VTY),
        ("key chain WORD", Node.KEY_CHAIN),
    ),
    Node.KEY_CHAIN: (("key (0-2147483647)", Node.KEY),),
    Node.BGP: (
        ("address-family ipv4 [unicast]", Node.BGP_IPV4),
        ("address-family ipv6 [unicast]", Node.BGP_IPV6),
        ("address-family <ipv4 vpn|vpnv4 [unicast]>", Node.BGP_VPNV4),
        ("address-family <ipv6 vpn|vpnv6 [unicast]>", Node.BGP_VPNV6),
        ("address-family l2vpn evpn", Node.EVPN),
    ),
    Node.LDP: (
        ("address-family ipv4", Node.LDP_IPV4),
        ("address-family ipv6", Node.LDP_IPV6),
    ),
    Node.LDP_IPV4: (("interface IFNAME", Node.LDP_IPV4_INTERFACE),),
    Node.LDP_IPV6: (("interface IFNAME", Node.LDP_IPV6_INTERFACE),),
}

_ROUTE = (
    "ip route A.B.C.D/M <A.B.C.D [INTERFACE]|INTERFACE>"
    " =[{tag (1-4294967295)|(1-255)|table (1-4294967295)|label WORD}]"
)
_ROUTE6 = (
    "ipv6 route X:X::X:X/M <X:X::X:X [INTERFACE]|INTERFACE>"
    " =[{tag (1-4294967295)|(1-255)|table (1-4294967295)|label WORD}]"
)
_LEVELS = "<emergencies|alerts|critical|errors|warnings|notifications|informational|debugging>"

_NEIGHBOR_OF_FAMILY = (
    "neighbor PEER activate",
    "neighbor PEER addpath-tx-all-paths",
    "neighbor PEER route-reflector-client",
    "neighbor PEER route-server-client",
    "neighbor PEER next-hop-self [force]",
    "neighbor PEER remove-private-AS [all] [replace-AS]",
    "neighbor PEER as-override",
    "!neighbor PEER send-community",
    "neighbor PEER send-community <standard|extended|large|both|all>",
    "neighbor PEER default-originate =[route-map WORD]",
    "neighbor PEER soft-reconfiguration inbound",
    "neighbor PEER maximum-prefix =(1-4294967295) =[(1-100)] =[warning-only] =[restart (1-65535)]",
    "neighbor PEER allowas-in =[<(1-10)|origin>]",
    "neighbor PEER weight =(0-65535)",
    "neighbor PEER distribute-list =WORD <in|out>",
    "neighbor PEER prefix-list =WORD <in|out>",
    "neighbor PEER filter-list =WORD <in|out>",
    "neighbor PEER route-map =WORD <in|out>",
    "neighbor PEER unsuppress-map =WORD",
    "neighbor PEER attribute-unchanged [{as-path|next-hop|med}]",
)
_VPN = (
    "maximum-paths =(1-256)",
    "maximum-paths ibgp =(1-256)",
    "nexthop vpn export =<A.B.C.D|X:X::X:X>",
    "label vpn export =<auto|(0-1048575)>",
    "rd vpn export =RD",
    "rt vpn both =LINE...",
    "rt vpn import =LINE...",
    "rt vpn export =LINE...",
    "route-map vpn <import|export> =WORD",
    "export vpn",
    "import vpn",
    "import vrf route-map =RMAP",
    "import vrf NAME",
)
_REDISTRIBUTE = "kernel|connected|static|rip|ripng|ospf|ospf6|isis|eigrp|babel|table"
_FAMILY_OF_UNICAST = (
    "network {prefix} =[{{route-map WORD|label-index (0-1048560)|backdoor}}]",
    "aggregate-address {prefix} =[{{as-set|summary-only|route-map WORD}}]",
    f"redistribute <{_REDISTRIBUTE}> =[{{{{metric (0-4294967295)|route-map WORD}}}}]",
)

_COMMANDS: dict[Node, tuple[str, ...]] = {
    Node.CONFIG: (
        "frr version =LINE...",
        "frr defaults =<traditional|datacenter>",
        "hostname =WORD",
        f"log <syslog|stdout|monitor> =[{_LEVELS}]",
        f"log file =FILENAME =[{_LEVELS}]",
        "log facility =WORD",
        "log timestamp precision =(0-6)",
        "log record-priority",
        "log commands",
        "service integrated-vtysh-config",
        "service password-encryption",
        "!ip forwarding",
        "!ipv6 forwarding",
        _ROUTE,
        _ROUTE6,
        "access-list WORD seq (1-4294967295) =<deny|permit> =<any|A.B.C.D/M [exact-match]>",
        "access-list WORD <deny|permit> <any|A.B.C.D/M>",
        "ipv6 access-list WORD seq (1-4294967295) =<deny|permit> =<any|X:X::X:X/M>",
        "ip prefix-list WORD description =LINE...",
        "ip prefix-list WORD seq (1-4294967295) =<deny|permit> =<any|A.B.C.D/M>"
        " =[{ge (0-32)|le (0-32)}]",
        "ip prefix-list WORD <deny|permit> <any|A.B.C.D/M> [{ge (0-32)|le (0-32)}]",
        "ipv6 prefix-list WORD description =LINE...",
        "ipv6 prefix-list WORD seq (1-4294967295) =<deny|permit> =<any|X:X::X:X/M>"
        " =[{ge (0-128)|le (0-128)}]",
        "ipv6 prefix-list WORD <deny|permit> <any|X:X::X:X/M> [{ge (0-128)|le (0-128)}]",
        "bgp as-path access-list WORD seq (1-4294967295) =<deny|permit> =LINE...",
        "bgp community-list <standard|expanded> WORD seq (1-4294967295) =<deny|permit> =LINE...",
        "bgp extcommunity-list <standard|expanded> WORD seq (1-4294967295) =<deny|permit> =LINE...",
        "bgp large-community-list <standard|expanded> WORD seq (1-4294967295) =<deny|permit>"
        " =LINE...",
        "-ip prefix-list WORD",
        "-ipv6 prefix-list WORD",
        "-access-list WORD",
        "-route-map WORD",
        "ip protocol WORD route-map =WORD",
        "ipv6 protocol WORD route-map =WORD",
        "ip nht resolve-via-default",
        "ipv6 nht resolve-via-default",
    ),
    Node.VRF: (_ROUTE, _ROUTE6, "vni =(1-16777215)"),
    Node.INTERFACE: (
        "bandwidth =(1-100000)",
        "link-detect",
        "description =LINE...",
        "ip address HOST/M",
        "ipv6 address HOST/M",
        "ip router isis =WORD",
        "ipv6 router isis =WORD",
        "isis circuit-type =<level-1|level-1-2|level-2-only>",
        "isis csnp-interval =(1-600)",
        "isis hello-interval =(1-600)",
        "isis hello-multiplier =(2-100)",
        "isis metric =(0-16777215)",
        "isis network point-to-point",
        "isis passive",
        "isis password =<clear|md5> =WORD",
        "isis priority =(0-127)",
        "ip ospf area =<A.B.C.D|(0-4294967295)>",
        "ip ospf cost =(1-65535)",
        "ip ospf network =<broadcast|non-broadcast|point-to-multipoint|point-to-point>",
        "mpls enable",
        "shutdown",
    ),
    Node.BGP: (
        "!bgp fast-external-failover",
        "bgp router-id =A.B.C.D",
        "bgp log-neighbor-changes",
        "bgp always-compare-med",
        "!bgp ebgp-requires-policy",
        "!bgp suppress-duplicates",
        "!bgp default ipv4-unicast",
        "bgp default local-preference =(0-4294967295)",
        "bgp cluster-id =<A.B.C.D|(1-4294967295)>",
        "coalesce-time =(0-4294967295)",
        "!bgp client-to-client reflection",
        "bgp confederation identifier =(1-4294967295)",
        "bgp deterministic-med",
        "bgp graceful-restart",
        "bgp bestpath as-path <confed|ignore|multipath-relax>",
        "bgp bestpath compare-routerid",
        "bgp bestpath med =<confed|missing-as-worst>",
        "!bgp network import-check",
        "timers bgp =(0-65535) =(0-65535)",
        "neighbor PEER peer-group",
        "neighbor PEER interface =[v6only] =[<remote-as <(1-4294967295)|internal|external>"
        "|peer-group PGNAME>]",
        "neighbor PEER remote-as =<(1-4294967295)|internal|external>",
        "neighbor PEER peer-group =PGNAME",
        "neighbor PEER local-as =(1-4294967295) =[no-prepend [replace-as]]",
        "neighbor PEER description =LINE...",
        "neighbor PEER shutdown",
        "neighbor PEER bfd",
        "neighbor PEER password =WORD",
        "neighbor PEER passive",
        "neighbor PEER disable-connected-check",
        "neighbor PEER ebgp-multihop =[(1-255)]",
        "neighbor PEER ttl-security hops =(1-254)",
        "neighbor PEER update-source =<A.B.C.D|X:X::X:X|WORD>",
        "neighbor PEER advertisement-interval =(0-600)",
        "neighbor PEER timers =(0-65535) =(0-65535)",
        "neighbor PEER timers connect =(1-65535)",
        "neighbor PEER capability <dynamic|extended-nexthop>",
        "-neighbor PEER",
        "bgp listen limit =(1-65535)",
        "bgp listen range <A.B.C.D/M|X:X::X:X/M> peer-group =PGNAME",
    ),
    Node.BGP_IPV4: (
        *(line.format(prefix="A.B.C.D/M") for line in _FAMILY_OF_UNICAST),
        *_NEIGHBOR_OF_FAMILY,
        *_VPN,
    ),
    Node.BGP_IPV6: (
        *(line.format(prefix="X:X::X:X/M") for line in _FAMILY_OF_UNICAST),
        *_NEIGHBOR_OF_FAMILY,
        *_VPN,
    ),
    Node.BGP_VPNV4: ("bgp retain route-target all", *_NEIGHBOR_OF_FAMILY),
    Node.BGP_VPNV6: ("bgp retain route-target all", *_NEIGHBOR_OF_FAMILY),
    Node.EVPN: (*_NEIGHBOR_OF_FAMILY, "advertise-all-vni"),
    Node.ISIS: (
        "is-type =<level-1|level-1-2|level-2-only>",
        "net NET",
        "metric-style =<narrow|transition|wide>",
        "set-overload-bit",
        "set-attached-bit",
        "lsp-mtu =(128-4352)",
        "lsp-timers =gen-interval =(1-120) =refresh-interval =(1-65235) =max-lifetime =(350-65535)",
        "spf-interval =(1-120)",
        "domain-password =<clear|md5> =WORD",
        "area-password =<clear|md5> =WORD",
        "log-adjacency-changes",
        "mpls-te on",
        "redistribute <ipv4|ipv6> <connected|static|kernel|bgp|ospf> <level-1|level-2>"
        " =[{metric (0-16777215)|route-map WORD}]",
    ),
    Node.OSPF: (
        "ospf router-id =A.B.C.D",
        "redistribute <kernel|connected|static|bgp|isis> =[{metric (0-16777214)|route-map WORD}]",
        "network A.B.C.D/M area =<A.B.C.D|(0-4294967295)>",
        "passive-interface IFNAME",
    ),
    Node.LDP: (
        "router-id =A.B.C.D",
        "ordered-control",
        "dual-stack transport-connection prefer ipv4",
        "dual-stack cisco-interop",
        "discovery <hello|targeted-hello> <holdtime|interval> =(1-65535)",
        "neighbor A.B.C.D session holdtime =(15-65535)",
        "neighbor A.B.C.D password =WORD",
        "neighbor A.B.C.D ttl-security <disable|hops (1-254)>",
    ),
    Node.LDP_IPV4: (
        "discovery transport-address =A.B.C.D",
        "discovery <hello|targeted-hello> <holdtime|interval> =(1-65535)",
        "label local allocate =<host-routes|for WORD>",
        "label local advertise =explicit-null",
        "session holdtime =(15-65535)",
        "ttl-security disable",
        "neighbor A.B.C.D targeted",
    ),
    Node.LDP_IPV6: (
        "discovery transport-address =X:X::X:X",
        "discovery <hello|targeted-hello> <holdtime|interval> =(1-65535)",
        "label local allocate =<host-routes|for WORD>",
        "label local advertise =explicit-null",
        "session holdtime =(15-65535)",
        "ttl-security disable",
        "neighbor X:X::X:X targeted",
    ),
    Node.LDP_IPV4_INTERFACE: ("discovery hello <holdtime|interval> =(1-65535)",),
    Node.LDP_IPV6_INTERFACE: ("discovery hello <holdtime|interval> =(1-65535)",),
    Node.ROUTE_MAP: (
        "description =LINE...",
        "match as-path =WORD",
        "match community =WORD =[exact-match]",
        "match extcommunity =WORD",
        "match interface =WORD",
        "match ip address prefix-list =WORD",
        "match ip address =WORD",
        "match ip next-hop prefix-list =WORD",
        "match ipv6 address prefix-list =WORD",
        "match ipv6 address =WORD",
        "match large-community =WORD =[exact-match]",
        "match local-preference =(0-4294967295)",
        "match metric =(0-4294967295)",
        "match source-protocol =WORD",
        "match source-vrf =NAME",
        "match tag =(1-4294967295)",
        "set as-path prepend =LINE...",
        "set comm-list =WORD delete",
        "set community =LINE...",
        "set extcommunity none",
        "set extcommunity rt =LINE...",
        "set extcommunity soo =LINE...",
        "set ip next-hop =<A.B.C.D|peer-address|unchanged>",
        "set ipv6 next-hop =<global|local|peer-address|prefer-global> =[X:X::X:X]",
        "set large-community =LINE...",
        "set local-preference =WORD",
        "set metric =WORD",
        "set origin =<egp|igp|incomplete>",
        "set table =(1-4294967295)",
        "set tag =(1-4294967295)",
        "set weight =(0-4294967295)",
        "call =WORD",
        "on-match next",
        "on-match goto =(1-65535)",
    ),
    Node.KEY: ("key-string =LINE...",),
    Node.VTY: ("exec-timeout =(0-35791) =[(0-2147483)]",),
}

_DEFAULTS = {
    (Node.INTERFACE, "isis metric 10"),
    (Node.INTERFACE, "isis hello-interval 3"),
    (Node.INTERFACE, "isis hello-multiplier 10"),
    (Node.INTERFACE, "isis csnp-interval 10"),
    (Node.INTERFACE, "isis priority 64"),
    (Node.INTERFACE, "isis circuit-type level-1-2"),
    (Node.ISIS, "is-type level-1-2"),
    (Node.ISIS, "metric-style wide"),
    (Node.ISIS, "lsp-mtu 1497"),
    (Node.LDP_IPV4, "session holdtime 180"),
    (Node.LDP_IPV6, "session holdtime 180"),
}
_DAEMON_OF_NODE = {
    Node.BGP: "bgpd",
    Node.BGP_IPV4: "bgpd",
    Node.BGP_IPV6: "bgpd",
    Node.BGP_VPNV4: "bgpd",
    Node.BGP_VPNV6: "bgpd",
    Node.EVPN: "bgpd",
    Node.ISIS: "isisd",
    Node.LDP: "ldpd",
    Node.LDP_IPV4: "ldpd",
    Node.LDP_IPV6: "ldpd",
    Node.LDP_IPV4_INTERFACE: "ldpd",
    Node.LDP_IPV6_INTERFACE: "ldpd",
    Node.OSPF: "ospfd",
}
_DAEMON_OF_WORDS = (
    (re.compile(r"ip(v6)? route "), "staticd"),
    (re.compile(r"(ip router |ipv6 router )?isis "), "isisd"),
    (re.compile(r"router isis"), "isisd"),
    (re.compile(r"(router )?bgp "), "bgpd"),
    (re.compile(r"mpls ldp"), "ldpd"),
)


def is_default(line: Line) -> bool:
    """Whether a line says what is so anyway, so that FRR does not print it."""
    return (line.command.node, line.text) in _DEFAULTS


def _command(node: Node, place: int, template: str, opens: Node | None = None) -> Command:
    on, only_no = template.startswith("!"), template.startswith("-")
    syntax = Syntax.of(template.lstrip("!-"))
    daemon = _DAEMON_OF_NODE.get(node) or next(
        (name for words, name in _DAEMON_OF_WORDS if words.match(syntax.template + " ")), "zebra"
    )
    return Command(node, place, syntax, opens, on, only_no, daemon)


def _index() -> dict[tuple[Node, str], tuple[Command, ...]]:
    found: dict[tuple[Node, str], list[Command]] = {}
    for node in Node:
        commands = [
            _command(node, 1000 + number, template, opens)
            for number, (template, opens) in enumerate(_OPENS.get(node, ()))
        ]
        commands += [
            _command(node, number, template)
            for number, template in enumerate(_COMMANDS.get(node, ()))
        ]
        for command in commands:
            for words in _first_words(command.syntax.template):
                found.setdefault((node, words), []).append(command)
    return {key: tuple(commands) for key, commands in found.items()}


def _first_words(template: str) -> tuple[str, ...]:
    """What a line of this template is looked up by: its first word, and for a neighbour its third,
    elsewhere its second where that is fixed."""
    words = template.split()
    if words[:2] == ["neighbor", "PEER"] and len(words) > 2:
        return (f"neighbor {words[2].strip('=<')}",)
    return (words[0],)


def _looked_up_by(line: str) -> str:
    words = line.split(" ", 3)
    if words[0] == "neighbor" and len(words) > 2:
        return f"neighbor {words[2]}"
    return words[0]


_INDEX = _index()


@lru_cache(maxsize=1 << 17)
def read_line(node: Node, line: str) -> Line | None:
    """The line as a command of ``node``, or None; ``line`` has one space between its words."""
    no = line.startswith("no ")
    words = line[3:] if no else line
    for command in (
        *_INDEX.get((node, _looked_up_by(words)), ()),
        *_INDEX.get((node, words.split(" ", 1)[0]), ()),
    ):
        found = command.syntax.match(words, negated=no)
        if found is not None and (no or not command.only_no):
            return Line(command, *found, no)
    return None


def is_incomplete(node: Node, line: str) -> bool:
    """Whether the line is the beginning of a command, but no command."""
    words = line.removeprefix("no ")
    first = words.split(" ", 1)[0]
    return any(
        command.syntax.begins(words)
        for (where, key), commands in _INDEX.items()
        if where == node and key.split(" ", 1)[0] == first
        for command in commands
    )
