"""Random texts of /etc/network/interfaces, well beyond what egovnet renders, by seed.

Few names and values, so that stanzas meet each other: VRFs that come late or not at all, stanzas
twice, without `auto`, lines that are continued, abbreviated, misplaced, templates, other tables.
"""

import random
from collections.abc import Callable

PORTS = ("eth1", "eth2", "eth3")
SUBINTERFACES = ("eth1.100", "eth1.200", "eth2.100", "vlan300")
VRFS = ("red", "blue")
OTHERS = ("br0", "dum0", "veth0", "a-name-of-seventeen", "lo")
ODD_NAMES = ("main", "local", "unspec", "all", "default", "a/b", "none", "vrf", "table")
ADDRESSES = ("192.0.2.1/24", "198.51.100.1/30", "2001:db8::1/64", "192.0.2.1", "192.0.2.1/32")
PREFIXES = ("10.1.0.0/16", "10.2.0.0/16", "10.1.2.3", "default", "2001:db8:1::/48", "0.0.0.0/0")
TABLES = ("1001", "1002", "500", "254", "red", "blue")

Rng = random.Random


def text(seed: int) -> str:
    """The text of a seed."""
    rng = random.Random(seed)  # noqa: S311 -- to be repeated, not secret
    stanzas = [_vrf_stanza(rng, name) for name in VRFS if rng.random() < 0.85]
    stanzas += [_port_stanza(rng, name) for name in rng.sample(PORTS, rng.randint(1, 3))]
    if rng.random() < 0.7:
        stanzas.append(_port_stanza(rng, rng.choice(SUBINTERFACES)))
    if rng.random() < 0.25:
        stanzas.append(_other_stanza(rng))
    if rng.random() < 0.3:
        rng.shuffle(stanzas)
    if rng.random() < 0.15:
        stanzas.append(rng.choice(stanzas))
    lines = [line for stanza in stanzas for line in ["", *stanza]]
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        _disturb(rng, lines)
    made = "".join(f"{line}\n" for line in lines)
    odd = random.Random(f"names {seed}")  # noqa: S311 -- to be repeated, not secret
    return made if odd.random() < 0.95 else made.replace("blue", odd.choice(ODD_NAMES))


def _disturb(rng: Rng, lines: list[str]) -> None:
    """Break a text in one of the ways in which people and tools do."""
    at = rng.randrange(len(lines))
    line = lines[at]
    words = line.split() or [""]
    lines[at : at + 1] = rng.choice(
        (
            [line, line],
            [],
            [line + rng.choice((" \\", "\\", " # a word", " ", "\t"))],
            [rng.choice(("# continued \\", "# 50% of it", "\t# \\", "#\\ a")), line],
            [line.replace("-", "_", 1)],
            [line.replace(" ", "\t")],
            [line.replace(words[0], words[0][:-1])],
            [line.lstrip()],
            [line.upper()],
            [rng.choice(("source /etc/network/more", "vlan 10", "auto", "iface", "no")), line],
            [rng.choice(("auto all", "allow-hotplug eth1", "auto eth[1-3]", "auto red")), line],
            [rng.choice(_WORDS)(rng), line],
            [rng.choice(lines), line],
            [_said_otherwise(rng, line, lines)],
            [_said_otherwise(rng, line, lines)],
        )
    )


def _said_otherwise(rng: Rng, line: str, lines: list[str]) -> str:
    """The line with one of its words twice, elsewhere, or replaced by one of another line."""
    words, others = line.split(), rng.choice(lines).split()
    if not words or not others:
        return line
    at, way = rng.randrange(len(words)), rng.randrange(3)
    if way == 0:
        words.insert(at, words[at])
    elif way == 1:
        words.insert(rng.randrange(len(words)), words.pop(at))
    else:
        words[at] = rng.choice(others)
    return " " * (len(line) - len(line.lstrip())) + " ".join(words)


def _automatic(rng: Rng, name: str) -> tuple[list[str], list[str]]:
    """Lines before and behind a stanza that may make it automatic."""
    form = rng.random()
    if form < 0.84:
        return [f"auto {name}"], []
    if form < 0.89:
        return [], [f"auto {name}"]
    if form < 0.93:
        return [f"{rng.choice(('allow-hotplug', 'allow-auto', 'allow-x'))} {name}"], []
    return ([f"auto lo {name}"], []) if form < 0.97 else ([], [])


def _header(rng: Rng, name: str) -> str:
    tail = rng.choice(
        ("",) * 16
        + (" inet", " inet static", " inet6 static", " inet manual", " inet dhcp", " inet6")
        + (" inet loopback", " inherits eth1", ":0", ":0 inet static")
    )
    return f"iface {name}{tail}"


def _stanza(rng: Rng, name: str, body: list[str]) -> list[str]:
    before, behind = _automatic(rng, name)
    return [*before, _header(rng, name), *(f"    {line}" for line in body), *behind]


def _vrf_stanza(rng: Rng, name: str) -> list[str]:
    own = "1001" if name == "red" else "1002"
    table = rng.choice((own,) * 8 + ("auto", "500", "6000", "254", "1002", "0", "01001", "red"))
    body = [f"vrf-table {table}"] if rng.random() < 0.95 else []
    for family in ("4", "6"):
        if rng.random() < 0.7:
            target = rng.choice((f"vrf {name}",) * 4 + (f"table {own}", "vrf $IFACE", "table 7"))
            body.append(
                f"{rng.choice(('post-up', 'post-up', 'up', 'pre-up'))} ip -{family} route "
                f"{rng.choice(('replace', 'add'))} {rng.choice(('unreachable', 'prohibit'))}"
                f" default metric 4278198272 {target}"
            )
    body += [_line(rng) for _ in range(rng.choice((0, 0, 0, 1)))]
    return _stanza(rng, name, body)


def _port_stanza(rng: Rng, name: str) -> list[str]:
    body = [f"address {rng.choice(ADDRESSES)}" for _ in range(rng.choice((0, 1, 1, 2)))]
    if rng.random() < 0.7:
        body.append(f"vrf {rng.choice((*VRFS * 3, 'green', 'red blue', 'eth1'))}")
    if name == "vlan300" and rng.random() < 0.8:
        body.append(f"vlan-raw-device {rng.choice(PORTS)}")
    body += [_line(rng) for _ in range(rng.choice((0, 0, 1, 1, 2)))]
    rng.shuffle(body)
    return _stanza(rng, name, body)


def _other_stanza(rng: Rng) -> list[str]:
    name = rng.choice(OTHERS)
    body = {
        "br0": [f"bridge-ports {rng.choice(('eth1 eth2', 'eth3', 'none', 'glob eth[1-2]'))}"],
        "dum0": ["link-type dummy"],
        "veth0": ["link-type veth", "veth-peer-name veth1"],
        "a-name-of-seventeen": ["vrf-table 1003"],
        "lo": [rng.choice(("mtu 1000", "mtu 1500", "link-down yes", "address 192.0.2.77/32"))],
    }[name]
    body += [_line(rng) for _ in range(rng.choice((0, 1, 2)))]
    return _stanza(rng, name, body)


def _line(rng: Rng) -> str:
    return rng.choice(_WORDS)(rng)


def _one(*choices: str) -> Callable[[Rng], str]:
    return lambda rng: rng.choice(choices)


def _route(rng: Rng) -> str:
    prefix = rng.choice(PREFIXES)
    six = ":" in prefix or rng.random() < 0.1
    option = rng.choice(("", "-6 " if six else "-4 "))
    way = rng.choice(
        (
            *("via 2001:db8::2" if six else "via 192.0.2.2", "dev eth2", "dev blue"),
            *("dev $IFACE", "via 192.0.2.2 dev eth1"),
        )
    )
    kind = rng.choice(("",) * 4 + ("unreachable ", "blackhole "))
    where = rng.choice(("", "", "vrf red", "vrf blue", *(f"table {each}" for each in TABLES)))
    verb = rng.choice(("add", "add", "replace", "append", "del", "ad"))
    words = f"{kind}{prefix} {'' if kind else way} {where}".split()
    return f"{_when(rng)} ip {option}route {verb} {' '.join(words)}"


#: What a rule is that leads nowhere, in each way that `ip rule add` takes.
DISCARDS = ("unreachable", "blackhole", "prohibit", "type prohibit", "7", "lookup 1001 blackhole")


def _rule(rng: Rng) -> str:
    what = rng.choice(
        (
            *("iif eth1", "iif eth1.100", "from 10.1.0.0/16", "to 10.2.0.0/16", "oif eth2", ""),
            *("not iif eth1", "fwmark 1", "pref 2000 l3mdev unreachable", "l3mdev pref 900"),
        )
    )
    table = rng.choice(("lookup 1001", "table 1002", "lookup main", "table 500", "unreachable", ""))
    table = table if table != "unreachable" else rng.choice(DISCARDS)
    option = rng.choice(("", "-4 ", "-6 "))
    words = f"{what} {'' if 'l3mdev' in what else table} {rng.choice(('', 'pref 100'))}".split()
    return f"{_when(rng)} ip {option}rule {rng.choice(('add', 'add', 'del'))} {' '.join(words)}"


def _when(rng: Rng) -> str:
    return rng.choice(("post-up",) * 5 + ("up", "pre-up", "post-down", "pre-down", "down"))


def _link(rng: Rng) -> str:
    return f"{_when(rng)} ip link set " + rng.choice(
        (
            *("eth1 up", "dev eth1 down", "eth1 nomaster", "eth2 master red", "eth1 vrf blue"),
            *("eth1 nomaster up", "eth1 up master blue", "$IFACE up", "eth1 mtu 1400", "dev up"),
            *("lo down", "dev lo down", "lo up", "$IFACE down"),
        )
    )


_WORDS: tuple[Callable[[Rng], str], ...] = (
    _route, _route, _route, _rule, _rule, _link,
    _one("vlan-id 100", "vlan-id 7", "vlan-id 0", "vlan-raw-device eth2", "vlan-raw-device eth9"),
    _one("netmask 255.255.255.0", "netmask 24", "netmask 255.255.0.0", "netmask 64"),
    _one("gateway 192.0.2.9", "gateway 2001:db8::9", "gateway 192.0.2.9 vrf red"),
    _one("vrf red", "vrf blue", "vrf-table 1004", "vrf-table auto", "vrf none"),
    _one("mpls-enable yes", "mpls-enable no", "mpls-enable on", "mpls-enable"),
    _one("link-down yes", "link-down no", "alias a word", "alias \"a\"", "mtu 1400", "mtu"),
    _one("address 203.0.113.1/24", "address 203.0.113.1 24", "address", "address fe80::1/64"),
    _one("unknown-word x", "inherits eth2", "description a word", "metric 5", "scope link"),
    _one("bridge-ports eth2", "bridge-vids 100", "bond-slaves eth2", "hwaddress 02:00:00:00:00:01"),
    _one("link-type dummy", "link-type veth", "link-type macvlan", "veth-peer-name x1"),
    _one("address-virtual 02:00:00:00:00:02 192.0.2.250/24", "pointopoint 192.0.2.77"),
    _one("ip-forward off", "ip6-forward off", "arp-accept on", "accept-ra 0", "ipv6-addrgen off"),
    _one("broadcast 192.0.2.255", "preferred-lifetime 0", "ethtool-ignore-errors yes", "up true"),
    _one("address_x 1", "vrf_table 1001", "post_up ip link set eth1 nomaster", "VRF red"),
    _one("iface eth1", "iface eth2 inet manual", "auto eth1", "auto red", "allow-auto eth2"),
)  # fmt: skip
