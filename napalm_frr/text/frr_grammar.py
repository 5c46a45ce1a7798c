"""What one must know about FRR 8.4's commands to replay them: tables, no algorithm.

A new daemon or quirk is a line here. Sources: FRR 8.4.4's `tools/frr-reload.py` (contexts), the
user guide, and the daemon itself (each entry was tried on a running router by the test suite).
"""

from __future__ import annotations

import re
from typing import TypeAlias

Keywords: TypeAlias = "dict[str, Keywords]"

#: The beginnings of lines that open a context, and within each those that open one deeper.
CONTEXTS: Keywords = {
    "router bgp ": {
        "address-family ": {"vni ": {}},
        "bmp targets ": {},
        "segment-routing srv6": {},
    },
    "router isis ": {},
    "router ospf": {},
    "router ospf6": {},
    "router rip": {},
    "router eigrp ": {},
    "router openfabric ": {},
    "mpls ldp": {"address-family ": {"interface ": {}}},
    "l2vpn ": {"member pseudowire ": {}},
    "key chain ": {"key ": {}},
    "vrf ": {},
    "interface ": {"link-params": {}},
    "pseudowire ": {},
    "nexthop-group ": {},
    "route-map ": {},
    "pbr-map ": {},
    "rpki": {},
    "bfd": {"peer ": {}, "profile ": {}},
    "segment-routing": {
        "traffic-eng": {
            "segment-list ": {},
            "policy ": {"candidate-path ": {}},
            "pcep": {"pcc": {}, "pce ": {}, "pce-config ": {}},
        },
        "srv6": {"locators": {"locator ": {}}},
    },
    "line vty": {},
}

#: Top-level lines that are not configuration to push: what vtysh prints about itself, and the
#: host's name, which FRR prints from Linux and the driver handles as line 1 of the device's text.
IGNORED = re.compile(
    r"frr (version|defaults) |service integrated-vtysh-config$|Building configuration\.\.\.$"
    r"|Current configuration:$|hostname "
)

#: Contexts (their path joined by " > ") that `show running-config` prints only with something in
#: them.
LEFT_OUT_WHEN_EMPTY = re.compile(
    r"(interface|vrf) \S+$|router bgp .* > address-family \S+ \S+$|line vty$"
)

#: Contexts (as above) without a `no` of their own: each of their lines is taken away instead.
LINE_BY_LINE = re.compile(
    r"(interface|vrf) \S+$|router bgp .* > address-family \S+ \S+$|line vty$|segment-routing$"
)

#: What neighbours refer to: changed before its users, taken away after them, never the reverse.
POLICY = re.compile(
    r"(no )?(route-map |(ip|ipv6) (prefix-list|access-list)|access-list |bgp "
    r"(as-path|(large-|ext)?community-list))"
)

_SLOTS: tuple[tuple[str, str], ...] = (
    # BGP, router and address-family level
    ("router bgp", r"bgp (router-id|cluster-id|confederation identifier) "),
    ("router bgp", r"timers bgp "),
    ("router bgp", r"neighbor \S+ (remote-as|description|password|update-source|ebgp-multihop) "),
    ("router bgp", r"neighbor \S+ (timers connect|timers|advertisement-interval|weight) "),
    ("router bgp", r"neighbor \S+ bfd profile "),
    ("router bgp", r"neighbor \S+ maximum-prefix "),
    ("router bgp", r"neighbor \S+ (route-map|prefix-list|filter-list) \S+ (in|out)$"),
    ("router bgp", r"(rd|label|nexthop) vpn export "),
    ("router bgp", r"route-map vpn (import|export) "),
    ("router bgp", r"rt vpn (import|export) "),
    ("router bgp", r"maximum-paths (ibgp )?\d"),
    # interfaces
    ("interface ", r"description "),
    ("interface ", r"(isis|ipv6 ospf6|ip ospf) (metric|circuit-type|priority|cost|network) "),
    ("interface ", r"(isis|ip ospf) (hello-interval|hello-multiplier|password) "),
    ("interface ", r"(bandwidth|isis bfd profile) "),
    ("bfd", r"(detect-multiplier|transmit-interval|receive-interval|minimum-ttl|profile) "),
    # interior protocols
    ("router isis ", r"(area|domain)-password "),
    ("router isis ", r"(is-type|metric-style|lsp-mtu|spf-delay-ietf) "),
    ("router ospf", r"ospf6? router-id "),
    ("mpls ldp", r"(router-id|dual-stack transport-connection prefer) "),
    ("mpls ldp", r"discovery (transport-address|hello holdtime|hello interval) "),
    ("mpls ldp", r"neighbor \S+ (password|session holdtime) "),
    # policy
    ("", r"(ip|ipv6) prefix-list \S+ seq \d+ "),
    ("", r"log (syslog|file|stdout|monitor)\b"),
    ("route-map ", r"match (ip|ipv6) (address|next-hop) prefix-list "),
    ("route-map ", r"set (local-preference|metric|weight|tag|origin|community|large-community) "),
    ("route-map ", r"(call|description) "),
)
#: Commands of which a context holds one: giving a new value replaces the old (last value wins).
#: First the beginning of the outermost context's header, "" for the top level.
SLOTS = tuple((context, re.compile(pattern)) for context, pattern in _SLOTS)

#: Lines whose `no` does not take the whole line, or is better without its value.
SHORT_NO: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(neighbor \S+ (?:description|password|maximum-prefix)) .*"), r"no \1"),
    (re.compile(r"(neighbor \S+ update-source) .*"), r"no \1"),
    (re.compile(r"(neighbor \S+ ebgp-multihop) .*"), r"no \1"),
    (re.compile(r"(neighbor \S+ timers connect) .*"), r"no \1"),
    (re.compile(r"(neighbor \S+ timers) \d.*"), r"no \1"),
    (re.compile(r"(description) .*"), r"no \1"),
    (re.compile(r"((?:isis|area|domain)[- ]?password) .*"), r"no \1"),
    (re.compile(r"(ip ospf authentication)\b.*"), r"no \1"),
    (re.compile(r"(timers bgp) .*"), r"no \1"),
    # bfdd 8.4 has no `no` of these: the default is given
    (re.compile(r"(detect-multiplier) .*"), r"\1 3"),
    (re.compile(r"((?:transmit|receive)-interval) .*"), r"\1 300"),
)

_WITHDRAW_FIRST = (
    re.compile(r"import vpn$|rt vpn import "),
    re.compile(r"export vpn$|rt vpn export "),
    re.compile(r"bgp listen "),
    # `no neighbor X bfd profile P` after `no neighbor X bfd` brings the session back (FRR 8.4)
    re.compile(r"neighbor \S+ bfd profile "),
    re.compile(r"neighbor "),
)
_PROVIDE_LAST = (
    re.compile(r"bgp (router-id|cluster-id) "),
    re.compile(r"(no )?bgp "),
    re.compile(r"neighbor \S+ (interface )?peer-group$"),
    re.compile(r"neighbor \S+ (interface )?remote-as "),
    re.compile(r"neighbor \S+ (interface )?peer-group \S"),
    re.compile(r"(?!.*\bvpn\b)"),
    re.compile(r"(label|nexthop|route-map) vpn "),
    # FRR 8.4 leaves routes that are exported already with the next hop that they have: under
    # another distinguisher they are new ones, and have the new next hop
    re.compile(r"rd vpn "),
    re.compile(r"rt vpn export "),
    re.compile(r"export vpn$"),
    re.compile(r"rt vpn import "),
    re.compile(r"import vpn$"),
)

#: IS-IS: the time between two link-state PDUs.
PACES_LSP = re.compile(r"lsp-(timers|gen-interval) ")

#: The provide_rank of lines that are neither identity, nor peers, nor VPN.
RANK_OF_REST = 5

#: In which order contexts lose lines: what refers to others first.
WITHDRAW_CONTEXTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"router bgp \S+ vrf ",
        r"router bgp ",
        r"mpls ldp",
        r"interface ",
        r"vrf ",
        r"",
    )
)

#: In which order contexts gain lines: what others refer to first.
PROVIDE_CONTEXTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"$",  # the top level: static routes, logs
        r"key chain |bfd",
        r"vrf ",
        r"router (isis|ospf|ospf6|rip|eigrp|openfabric)",
        r"interface ",
        r"mpls ldp|l2vpn |pseudowire ",
        r"router bgp (?!.* vrf )",
        r"router bgp ",
        r"",
    )
)


def slot_of(path: tuple[str, ...], line: str) -> str | None:
    """What a line sets in its context, without the value; None when a context may hold several.

    >>> slot_of(("router bgp 1",), "bgp router-id 1.1.1.1")
    'bgp router-id '
    """
    top = path[0] if path else ""
    for context, pattern in SLOTS:
        if (top.startswith(context) if context else not top) and (match := pattern.match(line)):
            words = match.group(0).split()
            if match.group(0).endswith((" in", " out")):  # the value stands before the direction
                return " ".join([*words[:3], words[-1]])
            if words[0] == "maximum-paths":
                return " ".join(words[:-1])
            return match.group(0)
    return None


def negation_of(line: str) -> str:
    """The command that takes a line away.

    >>> negation_of("no bgp default ipv4-unicast"), negation_of("neighbor A description x y")
    ('bgp default ipv4-unicast', 'no neighbor A description')
    """
    if line.startswith("no "):
        return line[3:]
    for pattern, replacement in SHORT_NO:
        if pattern.fullmatch(line):
            return pattern.sub(replacement, line)
    return f"no {line}"


def withdraw_rank(line: str) -> int:
    """Smaller goes first when a BGP context loses lines: imports, exports, the rest."""
    return _rank(_WITHDRAW_FIRST, line)


def provide_rank(line: str) -> int:
    """Smaller goes first when a BGP context gains lines: identity, peers, the rest, exports,
    imports.

    `bgp router-id` stands before everything: given after `rd` it rewrites the RD and the export
    targets silently (FRR 8.4).
    """
    return _rank(_PROVIDE_LAST, line)


def _rank(table: tuple[re.Pattern[str], ...], line: str) -> int:
    return next((rank for rank, pattern in enumerate(table) if pattern.match(line)), len(table))


def context_rank(table: tuple[re.Pattern[str], ...], path: tuple[str, ...]) -> int:
    """The place of a context in WITHDRAW_CONTEXTS or PROVIDE_CONTEXTS."""
    return _rank(table, path[0] if path else "")
