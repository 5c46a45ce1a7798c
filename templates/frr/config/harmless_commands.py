"""Commands of ifupdown2's hooks that move no packet from one table to another, word by word.

A command is harmless only if it is of one of `FORMS`; each has an example, which
`tests.oracle.linux_harmless` had ifupdown2 and a kernel run. Left out on purpose: what a module or
a file says (`sysctl -p`), sysctls of labels, of `rp_filter`, of sockets across VRFs, of addresses
that are answered for others, and what makes, renames or joins interfaces.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from egovnet.templates.frr.config.vocabulary import LOOPBACK

_PATH = re.compile(r"/(?:usr/)?s?bin/(?=[a-z0-9]+$)")
#: What capitals in a form stand for.
_VALUES = {
    "ADDRESS": r"[0-9a-fA-F.:]+",
    "MAC": r"[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5}",
    "NUMBER": r"[0-9]{1,10}",
    "ONOFF": r"(?:on|off)",
    "PORT": r"[\w.:@-]{1,15}",
    "TEXT": r"[^\n]*",
    "WORD": r"[\w.:-]+",
}
_NAME = re.compile("|".join(rf"\b{name}\b" for name in _VALUES))


@dataclass(frozen=True, slots=True)
class CommandForm:
    """A form of commands.

    `words` is a regular expression of the words with a blank between them, in which the names of
    `_VALUES` stand for theirs ("" where they are read one by one); `form` is how it is shown,
    `example` a line of that form.
    """

    form: str
    words: str
    example: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """Of the words with a line's end between them: a quoted word may have blanks."""
        text = _NAME.sub(lambda found: _VALUES[found[0]], self.words)
        return re.compile(text.replace(" ", "\n"), re.ASCII)


PORT_DOWN = "ip link set eth1 down"
#: Words of `ip link set` and their values; below 1280 octets an interface has no IPv6, and so the
#: loopback no routes that discard (IPV6_MIN_MTU).
_ONOFF = re.compile("on|off")
_LINK = {
    "mtu": re.compile(r"12[89][0-9]|1[3-9][0-9]{2}|[2-9][0-9]{3}|[1-9][0-9]{4}"),
    **dict.fromkeys(("txqueuelen", "qlen", "txqlen"), re.compile("[0-9]{1,9}")),
    "alias": re.compile("[^\n]*"),
    "address": re.compile(_VALUES["MAC"]),
    **dict.fromkeys(("promisc", "allmulticast"), _ONOFF),
    # hellos of LDP and IS-IS are multicast
    **dict.fromkeys(("multicast", "arp"), re.compile("on")),
}
LOGGER = CommandForm(
    "logger [-i] [-s] [-t WORD] [-p WORD] TEXT",
    r"logger(?: -i| -s| -is| (?:-t|--tag) TEXT| (?:-p|--priority) WORD)*(?: [^-\n]TEXT)*",
    "logger -t ifupdown $IFACE is up",
)
FORMS = (
    CommandForm("true", r"true|:|exit 0", "true"),
    CommandForm("echo TEXT", r"echo(?: TEXT)*", 'echo "$IFACE is up"'),
    CommandForm("sleep NUMBER", r"sleep [0-9]{1,2}(?:\.[0-9])?", "sleep 0"),
    LOGGER,
    CommandForm(
        "modprobe 8021q",
        r"modprobe(?: -q)? 8021q",
        "modprobe 8021q",
    ),
    CommandForm(
        "ethtool -K PORT WORD on|off",
        r"ethtool (?:-K|--offload|--features) PORT(?: WORD ONOFF)+",
        "ethtool -K eth1 gro off gso off",
    ),
    CommandForm(
        "ethtool -s PORT speed|duplex|autoneg|wol|advertise|mdix VALUE",
        r"ethtool (?:-s|--change) PORT(?: (?:speed|duplex|autoneg|wol|advertise|mdix) WORD)+",
        "ethtool -s eth1 speed 1000 duplex full autoneg off",
    ),
    CommandForm(
        "ethtool -A PORT rx|tx|autoneg on|off",
        r"ethtool (?:-A|--pause) PORT(?: (?:rx|tx|autoneg) ONOFF)+",
        "ethtool -A eth1 rx off tx off",
    ),
    CommandForm(
        "ethtool -G|-L|-C PORT WORD NUMBER",
        r"ethtool (?:-[GLC]|--set-ring|--set-channels|--coalesce) PORT"
        r"(?: WORD (?:NUMBER|ONOFF))+",
        "ethtool -G eth1 rx 4096 tx 4096",
    ),
    CommandForm(
        "ip link set PORT up|mtu|txqueuelen|alias|address|promisc|allmulticast|multicast|arp",
        r"",
        "ip link set dev eth1 mtu 1400 txqueuelen 500 promisc off allmulticast off multicast on "
        "arp on alias 'to the core' address 02:00:00:00:00:01 up",
    ),
    CommandForm("ip link set PORT down", r"", PORT_DOWN),
    CommandForm(
        "ip neighbour add|replace ADDRESS lladdr MAC dev PORT [nud permanent]",
        r"ip (?:-[46] )?neigh(?:bou?r)? (?:add|replace) ADDRESS(?: lladdr MAC| dev PORT"
        r"| nud (?:permanent|reachable|stale|noarp))+",
        "ip neigh replace 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth1 nud permanent",
    ),
    CommandForm(
        "ip link|address|route|rule|neighbour show TEXT",
        r"ip(?: -[46])? (?:link|addr(?:ess)?|route|rule|neigh(?:bou?r)?) (?:show|list|ls)"
        r"(?: TEXT)*",
        "ip route show table all",
    ),
    CommandForm("ip route flush cache", r"ip (?:-[46] )?route flush cache", "ip route flush cache"),
    CommandForm(
        "sysctl [-q] [-e] [-w] SETTING, of those listed", r"", "sysctl -w net.ipv4.ip_forward=1"
    ),
    CommandForm(
        "echo VALUE > /proc/sys/KEY, of those listed", r"", "echo 1 > /proc/sys/net/ipv4/ip_forward"
    ),
)
_PATTERNS = [one.pattern for one in FORMS if one.words]


@dataclass(frozen=True, slots=True)
class Sysctl:
    """A sysctl that is harmless with these values; PORT may be `all` or `default`."""

    key: str
    values: str
    example: str

    @property
    def form(self) -> str:
        """How it is shown."""
        return f"sysctl {self.key}={self.values}"

    @property
    def line(self) -> str:
        """A command that sets it."""
        return f'sysctl -w "{self.key.replace("PORT", "eth1")}={self.example}"'


_SWITCH = "0|1"
SYSCTLS = (
    Sysctl("net/ipv4/ip_forward", _SWITCH, "1"),
    Sysctl("net/ipv4/conf/PORT/forwarding", _SWITCH, "1"),
    Sysctl("net/ipv6/conf/PORT/forwarding", "1", "1"),
    *(
        Sysctl(f"net/ipv4/conf/PORT/{name}", values, "1")
        for name, values in (
            ("arp_accept", _SWITCH),
            ("arp_announce", "0|1|2"),
            ("arp_filter", _SWITCH),
            ("arp_ignore", "0|1|2"),
            ("arp_notify", _SWITCH),
            ("log_martians", _SWITCH),
        )
    ),
    *(
        Sysctl(f"net/{family}/conf/PORT/{name}", "0", "0")
        for family in ("ipv4", "ipv6")
        for name in ("accept_redirects", "accept_source_route")
    ),
    *(
        Sysctl(f"net/ipv4/conf/PORT/{name}", "0", "0")
        for name in ("secure_redirects", "send_redirects")
    ),
    *(
        Sysctl(f"net/ipv6/conf/PORT/{name}", "0", "0")
        for name in ("accept_ra", "autoconf", "disable_ipv6")
    ),
    Sysctl("net/ipv6/conf/PORT/accept_dad", "0|1", "0"),
    Sysctl("net/ipv6/conf/PORT/dad_transmits", "NUMBER", "1"),
    Sysctl("net/ipv6/conf/PORT/keep_addr_on_down", _SWITCH, "1"),
    *(
        Sysctl(f"net/{family}/neigh/PORT/{name}", "NUMBER", "4096")
        for family in ("ipv4", "ipv6")
        for name in ("base_reachable_time_ms", "gc_stale_time")
    ),
    Sysctl("net/ipv6/route/max_size", "NUMBER", "1048576"),
    Sysctl("net/ipv4/fib_multipath_hash_policy", "0|1|2", "1"),
    Sysctl("net/ipv6/fib_multipath_hash_policy", "0|1|2", "1"),
    Sysctl("net/ipv4/icmp_echo_ignore_broadcasts", _SWITCH, "1"),
    Sysctl("net/ipv4/icmp_ignore_bogus_error_responses", _SWITCH, "1"),
    Sysctl("net/ipv4/tcp_syncookies", _SWITCH, "1"),
    Sysctl("net/ipv4/tcp_timestamps", _SWITCH, "1"),
    Sysctl("net/ipv4/tcp_sack", _SWITCH, "1"),
    Sysctl("net/ipv4/tcp_mtu_probing", "0|1|2", "1"),
    Sysctl("net/ipv4/tcp_congestion_control", "cubic|reno", "cubic"),
    *(
        Sysctl(f"net/ipv4/{name}", "NUMBER NUMBER NUMBER", "4096 87380 6291456")
        for name in ("tcp_rmem", "tcp_wmem")
    ),
    *(
        Sysctl(f"net/core/{name}", "NUMBER", "212992")
        for name in ("rmem_max", "wmem_max", "rmem_default", "wmem_default")
    ),
    Sysctl("net/core/somaxconn", "NUMBER", "4096"),
    Sysctl("kernel/panic", "NUMBER", "10"),
    Sysctl("vm/swappiness", "NUMBER", "10"),
    Sysctl("fs/file-max", "NUMBER", "1048576"),
)
_SETTINGS = [
    re.compile(_NAME.sub(lambda found: _VALUES[found[0]], f"{one.key}=(?:{one.values})"), re.ASCII)
    for one in SYSCTLS
]


#: `ip link set` and words of it that a port's neighbours do not notice.
_UNNOTICED = frozenset(("ip", "link", "set", "dev", "up", "alias", "txqueuelen", "qlen", "txqlen"))
_OF_PORTS = frozenset(("ethtool", "ip"))
_SHOWN = frozenset(("show", "list", "ls"))
_OF_FRAMES = frozenset(("-K", "--offload", "--features", "-G", "--set-ring", "-L", "-C"))


def ports_changed(command: Sequence[str]) -> frozenset[str]:
    """Words of a harmless command, ports among them, of which neighbours there may notice that
    they are down, or have another address, MTU or speed than their stanzas say."""
    words = [_PATH.sub("", command[0]), *command[1:]]
    if words[0] not in _OF_PORTS or _SHOWN & {*words} or "route" in words or "rule" in words:
        return frozenset()
    if words[0] == "ethtool" and words[1] in _OF_FRAMES:
        return frozenset()
    if words[1] == "link" and {*_words_alone(words)} <= _UNNOTICED:
        return frozenset()
    return frozenset(words)


def _words_alone(words: Sequence[str]) -> Iterator[str]:
    """Words of `ip link set`, without their values and the port."""
    said = iter(words)
    for word in said:
        if word in _LINK or word == "dev":
            next(said, "")
            yield word
        elif word in ("ip", "link", "set", "up", "down"):
            yield word


def is_harmless(command: Sequence[str]) -> bool:
    """Whether a command, in its words, is of a harmless form."""
    words = [_PATH.sub("", command[0]), *command[1:]]
    if any("\n" in word for word in words):
        return False
    if words[0] == "sysctl":
        return _is_sysctl(words[1:])
    if ">" in words:
        return _is_written(words)
    if words[:3] == ["ip", "link", "set"]:
        return _is_link(words[3:])
    text = "\n".join(words)
    return any(pattern.fullmatch(text) for pattern in _PATTERNS)


def _is_sysctl(words: list[str]) -> bool:
    options = [word for word in words if word[:1] == "-"]
    settings = [word for word in words if word[:1] != "-"]
    if not {*options} <= {"-q", "-e", "-w", "-qw", "-ew"} or not settings:
        return False
    return all(_is_setting(*setting.partition("=")[::2]) for setting in settings)


def _is_written(words: list[str]) -> bool:
    """`echo VALUE > /proc/sys/KEY`."""
    match [word for word in words if word != "-n"]:
        case ["echo", value, ">", file]:
            return _is_setting(file.removeprefix("/proc/sys/"), value)
    return False


def _is_setting(key: str, value: str) -> bool:
    """`sysctl` takes points and slashes for each other, by which of them comes first."""
    first = re.search("[./]", key)
    if first is not None and first[0] == ".":
        key = key.translate({ord("."): "/", ord("/"): "."})
    return any(one.fullmatch(f"{key}={value}") for one in _SETTINGS)


def _is_link(words: list[str]) -> bool:
    """`ip link set` of one port: any word that `ip` does not know is one."""
    ports: list[str] = []
    said = iter(words)
    for word in said:
        if word in _LINK:
            if not _LINK[word].fullmatch(next(said, "")):
                return False
        elif word not in ("up", "down"):
            ports.append(next(said, "") if word == "dev" else word)
    return len(ports) == 1 and not ("down" in words and LOOPBACK in words)
