"""Random texts of FRR, well beyond what egovnet renders: every text by its seed.

Few names and values, so that lines meet each other: lists that are used and not there, groups and
their members, lines that come twice, in another order, in the wrong block, abbreviated, undone.
"""

import random
from collections.abc import Callable

from tests.oracle.walks import walk

VRFS = ("a", "b")
PEERS = ("192.0.2.1", "192.0.2.2", "2001:db8::1")
GROUPS = ("G", "H")
MAPS = ("M", "N")
LISTS = ("L", "K")
TARGETS = ("65000:1", "65000:2", "65000:1 65000:2", "1.1:7", "65536:9", "4294967296:1")
PREFIXES = ("10.1.0.0/16", "10.2.0.0/16", "10.1.2.0/24", "0.0.0.0/0", "10.1.0.1/16", "10.0.0.0")
PREFIXES6 = ("2001:db8:1::/48", "2001:db8:2::/48", "::/0", "2001:db8:1::1/48")
PROTOCOLS = ("connected", "static", "kernel", "isis", "ospf", "ospf6")
PORTS = ("eth1", "eth2", "eth3.100", "lo")

Rng = random.Random
Maker = Callable[[Rng], list[str]]


def text(seed: int) -> str:
    """The text of a seed: frr.conf without its first lines."""
    rng = random.Random(seed)  # noqa: S311 -- to be repeated, not secret
    lines = [line for _ in range(rng.randint(2, 9)) for line in _block(rng)]
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        _disturb(rng, lines)
    return "hostname x\n" + "".join(f"{line}\n" for line in lines)


def _disturb(rng: Rng, lines: list[str]) -> None:
    """Break the order of a text in one of the ways in which people and tools do."""
    at = rng.randrange(len(lines))
    way = rng.randrange(11)
    if way == 0:
        lines.insert(rng.randrange(len(lines) + 1), lines[at])
    elif way == 1:
        lines.insert(rng.randrange(len(lines)), lines.pop(at))
    elif way == 2:
        closing = [i for i, line in enumerate(lines) if line.strip().startswith("exit")]
        if closing:
            del lines[rng.choice(closing)]
    elif way == 3:
        lines.insert(rng.randrange(len(lines) + 1), f"no {lines[at].strip()}")
    elif way == 4:
        lines[at] = _abbreviated(rng, lines[at])
    elif way == 5:
        lines.insert(at, rng.choice(_block(rng)))
    elif way == 6:
        words = lines[at].split()
        del words[rng.randrange(len(words))]
        lines[at] = " ".join(words) or "!"
    elif way == 7:
        lines[at] = _said_twice(rng, lines[at])
    elif way == 8:
        words, others = lines[at].split(), rng.choice(lines).split()
        words[rng.randrange(len(words))] = rng.choice(others)
        lines[at] = " ".join(words)
    elif way == 9:
        words = lines[at].split()
        words.insert(rng.randrange(len(words)), words.pop(rng.randrange(len(words))))
        lines[at] = " ".join(words)
    else:
        lines.insert(
            at, rng.choice(("end", "exit", "exit-vrf", "exit-address-family", "quit", "!"))
        )


def _abbreviated(rng: Rng, line: str) -> str:
    words = line.split()
    at = rng.randrange(len(words))
    if words[at].isalpha() and len(words[at]) > 3:
        words[at] = words[at][: rng.randint(2, len(words[at]) - 1)]
    return " " * (len(line) - len(line.lstrip())) + " ".join(words)


def _said_twice(rng: Rng, line: str) -> str:
    """The line with one or two of its words once more, also with another number."""
    words = line.split()
    at = rng.randrange(len(words))
    again = [
        str(int(word) + 1) if word.isdecimal() and rng.random() < 0.5 else word
        for word in words[at : at + rng.choice((1, 2, 2))]
    ]
    where = rng.choice((at, at + len(again), len(words)))
    return " " * (len(line) - len(line.lstrip())) + " ".join(
        (*words[:where], *again, *words[where:])
    )


def _one(*choices: str) -> Callable[[Rng], str]:
    return lambda rng: rng.choice(choices)


def _no(rng: Rng, line: str, often: float = 0.12) -> str:
    return f"no {line}" if rng.random() < often else line


def _block(rng: Rng) -> list[str]:
    maker: Maker = rng.choices(
        (
            _prefix_list,
            _other_list,
            _route_map,
            _vrf,
            _interface,
            _static,
            _bgp,
            _bgp_vrf,
            _top,
            _bfd,
        ),
        (3, 2, 4, 2, 2, 1, 4, 6, 2, 1),
    )[0]
    return maker(rng)


def _top(rng: Rng) -> list[str]:
    """Lines and small blocks from the top level of FRR's own table."""
    if rng.random() < 0.25:
        block, opening = rng.choice(
            (
                ("isis", "router isis core"), ("key chain", "key chain k"), ("bfd", "bfd"),
                ("pbr-map", "pbr-map P seq 10"), ("line", "line vty"), ("vrf", "vrf a"),
                ("link-params", "link-params"), ("interface", "interface eth1"),
                ("ospf", "router ospf"), ("ospf", "router ospf vrf a"), ("ospf6", "router ospf6"),
            )
        )  # fmt: skip
        lines = [f" {walk(rng, block)}" for _ in range(rng.randint(1, 3))]
        before = ["interface eth1"] if block == "link-params" else []
        return [*before, opening, *lines, "exit"]
    words = rng.choice(
        (("ip",), ("ipv6",), ("bgp",), ("access-list",), ("no",), ("router-id",), ())
    )
    return [walk(rng, "top", *words)]


def _bfd(rng: Rng) -> list[str]:
    """Profiles, and sessions that no neighbour of IGP or BGP asks for."""
    lines = ["bfd"]
    for _ in range(rng.randint(1, 3)):
        address = rng.choice(("192.0.2.1", "192.0.2.2", "2001:db8::2"))
        peer = f"peer {address}" + rng.choice(
            (
                "", "", " multihop local-address 192.0.2.9", " interface eth1", " vrf a",
                " local-address 192.0.2.9", " interface eth1 vrf a", " vrf default",
                " multihop local-address 192.0.2.9 vrf a", " multihop",
            )
        )  # fmt: skip
        header = rng.choice((" profile b", f" {peer}", f" {peer}", f" no {peer}", " no profile b"))
        lines.append(header)
        if " no " not in header:
            block = "bfd profile" if "profile" in header else "bfd peer"
            lines += [f"  {walk(rng, block)}" for _ in range(rng.randint(0, 2))]
            lines += [" exit"] * rng.choice((1, 1, 1, 0))
    return [*lines, "exit"]


def _prefix_list(rng: Rng) -> list[str]:
    lines = []
    for _ in range(rng.randint(1, 3)):
        family = rng.choice(("ip", "ip", "ipv6"))
        prefix = rng.choice((*(PREFIXES if family == "ip" else PREFIXES6), "any"))
        seq = rng.choice(("", " seq 5", " seq 10", " seq 7"))
        bound = rng.choice(("", "", " le 24", " ge 24", " ge 17 le 24", " le 8", " ge 0", " le 32"))
        action = rng.choice(("permit", "permit", "deny"))
        name = rng.choice(LISTS)
        line = f"{family} prefix-list {name}{seq} {action} {prefix}{bound}"
        lines.append(_no(rng, line))
    if rng.random() < 0.1:
        lines.append(_no(rng, f"ip prefix-list {rng.choice(LISTS)} description some text", 0.3))
    if rng.random() < 0.1:
        lines.append(f"no ip prefix-list {rng.choice(LISTS)}")
    return lines


def _other_list(rng: Rng) -> list[str]:
    name = rng.choice(LISTS)
    action = rng.choice(("permit", "deny"))
    made = rng.choice(
        (
            f"access-list {name} {action} {rng.choice(PREFIXES)}",
            f"access-list {name} seq 5 {action} {rng.choice(PREFIXES)} exact-match",
            f"access-list {name} {action} any",
            f"bgp extcommunity-list standard {name} {action} rt {rng.choice(TARGETS[:2])}",
            f"bgp extcommunity-list standard {name} seq 5 {action} rt 65000:1 rt 65000:2",
            f"bgp extcommunity-list expanded {name} {action} .*",
            f"bgp community-list standard {name} {action} 65000:1",
            f"bgp as-path access-list {name} {action} _65000_",
        )
    )
    return [_no(rng, made)]


def _route_map(rng: Rng) -> list[str]:
    name, seq = rng.choice(MAPS), rng.choice((5, 10, 20))
    action = rng.choice(("permit", "permit", "deny"))
    lines = [f"route-map {name} {action} {seq}"]
    for _ in range(rng.randint(0, 4)):
        if rng.random() < 0.3:
            lines.append(f" {walk(rng, 'route-map')}")
            continue
        lines.append(
            " "
            + _no(
                rng,
                rng.choice(
                    (
                        f"match ip address prefix-list {rng.choice(LISTS)}",
                        f"match ipv6 address prefix-list {rng.choice(LISTS)}",
                        f"match ip address {rng.choice(LISTS)}",
                        f"match extcommunity {rng.choice(LISTS)}",
                        f"match community {rng.choice(LISTS)}",
                        f"match as-path {rng.choice(LISTS)}",
                        "match tag 7",
                        "match source-vrf a",
                        f"set extcommunity rt {rng.choice(TARGETS)}",
                        "set extcommunity none",
                        "set extcommunity soo 65000:1",
                        "set community 65000:1 additive",
                        "set local-preference 200",
                        "set ip next-hop 192.0.2.9",
                        "set table 1001",
                        "set metric 5",
                        f"call {rng.choice(MAPS)}",
                        "on-match next",
                        "on-match goto 20",
                        "continue 20",
                        "description some text",
                    )
                ),
            )
        )
    lines.append("exit")
    if rng.random() < 0.1:
        lines.append(rng.choice((f"no route-map {name}", f"no route-map {name} {action} {seq}")))
    return lines


def _way(rng: Rng) -> str:
    return rng.choice(
        (
            "192.0.2.7", "192.0.2.7 eth1", "eth1", "blackhole", "Null0", "reject",
            "192.0.2.7 nexthop-vrf b", "eth1 nexthop-vrf a", "192.0.2.7 5", "192.0.2.7 255",
            "192.0.2.7 tag 4", "192.0.2.7 table 1001", "192.0.2.7 label 100", "192.0.2.7 onlink",
            "192.0.2.7 color 3", "192.0.2.7 bfd",
        )
    )  # fmt: skip


def _route(rng: Rng) -> str:
    if rng.random() < 0.25:
        way = rng.choice(("2001:db8::7", "eth1", "blackhole", "2001:db8::7 nexthop-vrf b"))
        return _no(rng, f"ipv6 route {rng.choice(PREFIXES6)} {way}")
    return _no(rng, f"ip route {rng.choice(PREFIXES[:5])} {_way(rng)}")


def _static(rng: Rng) -> list[str]:
    line = _route(rng)
    return [line + rng.choice(("", f" vrf {rng.choice(VRFS)}"))]


def _vrf(rng: Rng) -> list[str]:
    lines = [f"vrf {rng.choice((*VRFS, 'default'))}"]
    lines += [f" {_route(rng)}" for _ in range(rng.randint(0, 3))]
    if rng.random() < 0.15:
        lines.append(
            rng.choice((" vni 100", " ip router-id 192.0.2.1", " ip nht resolve-via-default"))
        )
    return [*lines, rng.choice(("exit-vrf", "exit-vrf", "exit"))]


def _interface(rng: Rng) -> list[str]:
    lines = [f"interface {rng.choice(PORTS)}{rng.choice(('', '', f' vrf {rng.choice(VRFS)}'))}"]
    for _ in range(rng.randint(1, 3)):
        if rng.random() < 0.3:
            lines.append(f" {walk(rng, 'interface', 'ip', 'ipv6', 'isis', 'mpls', 'no')}")
            continue
        lines.append(
            " "
            + _no(
                rng,
                rng.choice(
                    (
                        "ip address 192.0.2.1/24", "ipv6 address 2001:db8::2/64", "shutdown",
                        "description some text", "ip router isis core", "ipv6 router isis core",
                        "isis passive", "isis circuit-type level-2-only", "bandwidth 100",
                        "isis bfd", "isis bfd profile b",
                        "link-detect", "ip address 192.0.2.1/24 label x",
                        "ip address 192.0.2.1 peer 192.0.2.2/32", "pbr-policy P", "multicast",
                        "ipv6 nd suppress-ra", "ip ospf area 0", "ip ospf passive",
                        "ipv6 ospf6 area 0", "ipv6 ospf6 passive", "ip ospf cost 5",
                    )
                ),
            )
        )  # fmt: skip
    return [*lines, "exit"]


def _peer_line(rng: Rng) -> str:
    who = rng.choice((*PEERS, *GROUPS))
    return f"neighbor {who} " + rng.choice(
        (
            "remote-as 65000", "remote-as 64512", "remote-as external", "remote-as internal",
            "peer-group", f"peer-group {rng.choice(GROUPS)}", "update-source lo", "shutdown",
            "password secret", "description some text", "ebgp-multihop 2", "local-as 64600",
            "local-as 64600 no-prepend replace-as", "passive", "timers 3 9", "bfd",
            "bfd profile b", "bfd 3 100 100", "bfd check-control-plane-failure",
            "port 1179", "capability dynamic", "remote-as auto", "interface peer-group G",
            "ttl-security hops 1", "solo", "advertisement-interval 5",
        )
    )  # fmt: skip


def _family_peer_line(rng: Rng) -> str:
    who = rng.choice((*PEERS, *GROUPS))
    direction = rng.choice(("in", "out"))
    return f"neighbor {who} " + rng.choice(
        (
            "activate", "activate", "activate", f"route-map {rng.choice(MAPS)} {direction}",
            f"prefix-list {rng.choice(LISTS)} {direction}",
            f"distribute-list {rng.choice(LISTS)} {direction}",
            f"filter-list {rng.choice(LISTS)} {direction}", "maximum-prefix 100",
            "maximum-prefix 100 80", "maximum-prefix 100 warning-only",
            "maximum-prefix 100 restart 5", "route-reflector-client", "next-hop-self",
            "next-hop-self force", "default-originate", f"default-originate route-map {MAPS[0]}",
            "send-community extended", "send-community", "send-community both", "allowas-in",
            "allowas-in 3", "as-override", "remove-private-AS", "remove-private-AS all",
            "soft-reconfiguration inbound", "weight 5", f"unsuppress-map {MAPS[0]}",
            f"advertise-map {MAPS[0]} exist-map {MAPS[1]}", "attribute-unchanged",
            "attribute-unchanged next-hop", "route-server-client", "peer-group G",
            "addpath-tx-all-paths", "nexthop-local unchanged",
        )
    )  # fmt: skip


def _vpn_line(rng: Rng, ipv6: bool) -> str:
    direction = rng.choice(("import", "export", "both"))
    return rng.choice(
        (
            f"rd vpn export {rng.choice(('65000:1', '1.1.1.1:5', '65000:70000', '1.1:5'))}",
            f"rt vpn {direction} {rng.choice(TARGETS)}",
            f"rt vpn {direction} {rng.choice(TARGETS)}",
            f"rt vpn {direction} {rng.choice(TARGETS)}", "label vpn export auto",
            f"label vpn export {rng.choice(('17', '1000', '3', '1048576'))}",
            "nexthop vpn export 192.0.2.9", f"route-map vpn import {rng.choice(MAPS)}",
            f"route-map vpn export {rng.choice(MAPS)}", "import vpn", "export vpn", "import vpn",
            "export vpn", f"import vrf {rng.choice((*VRFS, 'default'))}",
            f"import vrf route-map {rng.choice(MAPS)}",
            f"network {rng.choice(PREFIXES6 if ipv6 else PREFIXES)}",
            f"network {rng.choice(PREFIXES[:2])} route-map {rng.choice(MAPS)}",
            f"aggregate-address {rng.choice(PREFIXES[:2])} summary-only",
            f"aggregate-address {rng.choice(PREFIXES[:2])}",
            f"redistribute {rng.choice(PROTOCOLS)}",
            f"redistribute connected route-map {rng.choice(MAPS)}", "redistribute static metric 5",
            "redistribute table 10", "maximum-paths 4", "distance bgp 1 2 3", "table-map M",
        )
    )  # fmt: skip


def _family(rng: Rng, *, vrf: bool) -> list[str]:
    name = rng.choice(
        ("ipv4 unicast", "ipv4 unicast", "ipv6 unicast", *(() if vrf else ("ipv4 vpn", "ipv6 vpn")))
    )
    lines = [f" address-family {name}"]
    for _ in range(rng.randint(1, 6)):
        if rng.random() < 0.3:
            lines.append(f"  {walk(rng, f'bgp {name}')}")
            continue
        if "vpn" in name:
            line = rng.choice(
                (_family_peer_line(rng),) * 6
                + (
                    f"network {rng.choice(PREFIXES[:2])} rd 65000:9 label 80",
                    f"network {rng.choice(PREFIXES[:2])} rd 65000:9 label 80 route-map M",
                    "bgp retain route-target all",
                )
            )
        elif vrf:
            line = rng.choice((_vpn_line(rng, "6" in name),) * 4 + (_family_peer_line(rng),))
        else:
            line = rng.choice((_vpn_line(rng, "6" in name),) + (_family_peer_line(rng),) * 3)
        lines.append(f"  {_no(rng, line)}")
    return [*lines, " exit-address-family"]


def _instance_lines(rng: Rng, *, vrf: bool) -> list[str]:
    lines = []
    if rng.random() < 0.7:
        lines = [" neighbor 192.0.2.1 remote-as 64512", " neighbor G peer-group"]
        lines += rng.sample([" neighbor G remote-as 65000", " neighbor 192.0.2.2 peer-group G"], 1)
        rng.shuffle(lines)
    for _ in range(rng.randint(0, 3)):
        if rng.random() < 0.5:
            lines.append(
                f" {walk(rng, 'bgp', *rng.choice((('bgp',), ('neighbor',), ('no',), ())))}"
            )
            continue
        lines.append(
            " "
            + _no(
                rng,
                rng.choice(
                    (
                        "bgp router-id 192.0.2.1", "no bgp default ipv4-unicast",
                        "no bgp ebgp-requires-policy", "bgp default ipv6-unicast",
                        "bgp log-neighbor-changes", "bgp cluster-id 1.1.1.1", "timers bgp 3 9",
                        "bgp listen range 10.0.0.0/8 peer-group G", "bgp listen limit 5",
                        "bgp bestpath as-path multipath-relax", "bgp default local-preference 5",
                        "network 10.1.0.0/16", "redistribute connected",
                        "no bgp network import-check",
                    )
                ),
                0.08,
            )
        )  # fmt: skip
    lines += [f" {_no(rng, _peer_line(rng))}" for _ in range(rng.randint(1, 5))]
    for _ in range(rng.randint(0, 2)):
        lines += _family(rng, vrf=vrf)
    return lines


def _bgp(rng: Rng) -> list[str]:
    return ["router bgp 65000", *_instance_lines(rng, vrf=False), "exit"]


def _bgp_vrf(rng: Rng) -> list[str]:
    if rng.random() < 0.05:
        return [f"no router bgp 65000 vrf {rng.choice(VRFS)}"]
    head = f"router bgp {rng.choice((65000, 65000, 65000, 64999))} vrf {rng.choice(VRFS)}"
    return [head, *_instance_lines(rng, vrf=True), "exit"]
