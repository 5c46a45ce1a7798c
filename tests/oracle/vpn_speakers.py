"""Three real speakers that give each other VPN routes: a PE, its border router, the neighbour's.

Each in a network namespace of its own, without a kernel that knows labels: what is seen is which
routes one tells the other, and with which label. PE and neighbour have VPN routes by `network`,
with labels that they are given here, and not from VRFs.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.oracle.frr_root import chroot_command

OWN, OTHER = 65000, 64844
#: Family -> the border router's neighbours: the PE, and the other network's router.
PEERS = {"ipv4": ("10.1.1.1", "10.9.0.2"), "ipv6": ("fd01::1", "fd09::2")}
_SCRIPT = """\
export PATH=/usr/lib/frr:/usr/sbin:/usr/bin:/sbin:/bin
exec 3>&1 >/tmp/start 2>&1
mkdir -p /run/frr
declare -A at
for name in pe border other; do unshare --net sleep 300 & at[$name]=$!; done
sleep 0.3
within() { local name=$1; shift; nsenter --net --target ${at[$name]} "$@"; }
joined() {
    ip link add one type veth peer name two
    ip link set one name $2 netns ${at[$1]}
    ip link set two name $4 netns ${at[$3]}
}
joined pe eth1 border eth1
joined border eth5 other eth5
addressed() {
    within $1 ip address add $3 dev $2
    within $1 ip address add $4 dev $2 nodad
    within $1 ip link set lo up
    within $1 ip link set $2 up
}
addressed pe eth1 10.1.1.1/24 fd01::1/64
addressed border eth1 10.1.1.2/24 fd01::2/64
addressed border eth5 10.9.0.1/24 fd09::1/64
addressed other eth5 10.9.0.2/24 fd09::2/64
for name in pe border other; do
    mkdir -p /run/frr/$name /etc/frr/$name
    : >/etc/frr/$name/vtysh.conf
    for daemon in mgmtd zebra bgpd; do
        test ! -x /usr/lib/frr/$daemon || within $name $daemon -d -N $name -u root -g root
    done
done
asked() { local name=$1; shift; within $name vtysh -N $name "$@"; }
routes() { for family in ipv4 ipv6; do asked $1 -c "show bgp $family vpn"; done; }
for name in pe border other; do asked $name -f /tmp/$name; done
has() { test "$(routes $1 | grep -c label=)" -ge $2; }
for i in $(seq 80); do has border $BORDER && break; sleep 0.5; done
# what it gave no label to is never told
for i in $(seq 10); do has pe $PE && has other $OTHER && break; sleep 0.5; done
sleep 1
for name in pe other; do echo "== $name"; routes $name; done >&3
# the border router's labels, looked at three times
for i in 1 2 3; do
    echo "== bound" >&3
    asked border -c "show bgp mplsvpn-nh-label-bind" >&3
    sleep 0.7
done
"""
_ROUTE = re.compile(r"([0-9a-f.:]+/\d+) .*\n +UN=\S+ EC\{([^}]*)\} label=(\d+)")
_BOUND = re.compile(r"(\S+), label (\d+), local label (\d+)")


@dataclass(frozen=True)
class Route:
    """A VPN route: numbers of its route targets, and its label."""

    targets: frozenset[int]
    label: int


@dataclass(frozen=True)
class Seen:
    """What is told, once all of it is."""

    #: Prefix -> the route that the PE, or the neighbour, has.
    pe: Mapping[str, Route]
    other: Mapping[str, Route]
    #: Label that somebody gave with a route -> the label that the border router gave to that; one
    #: after another.
    bounds: tuple[Mapping[int, int], ...]

    @property
    def bound(self) -> Mapping[int, int]:
        """The same, where it stays as it is."""
        first, *later = self.bounds
        assert all(each == first for each in later), self.bounds
        return first


def seen(
    border: str, pe: Mapping[str, Route], other: Mapping[str, Route],
    told: tuple[int, int, int], release: str,
) -> Seen:  # fmt: skip
    """What becomes of the border router's text. `pe` and `other`: what these two have by
    themselves; `told`: how many routes these two and the border router will have, theirs too."""
    texts = {
        "pe": _text(OWN, "10.0.0.1", {"ipv4": "10.1.1.2", "ipv6": "fd01::2"}, pe),
        "border": border,
        "other": _text(OTHER, "10.0.0.9", {"ipv4": "10.9.0.1", "ipv6": "fd09::1"}, other),
    }
    files = "".join(f"cat >/tmp/{name} <<'END'\n{text}END\n" for name, text in texts.items())
    done = subprocess.run(
        chroot_command("bash", release),
        input=f"{files}PE={told[0]} OTHER={told[1]} BORDER={told[2]}\n{_SCRIPT}",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    _, at_pe, at_other, *bounds = re.split(r"== \w+\n", done.stdout)
    return Seen(
        pe=dict(_routes(at_pe)),
        other=dict(_routes(at_other)),
        bounds=tuple(
            {int(given): int(own) for _, given, own in _BOUND.findall(bound)} for bound in bounds
        ),
    )


def _routes(said: str) -> Iterator[tuple[str, Route]]:
    for prefix, targets, label in _ROUTE.findall(said):
        numbers = frozenset(int(each.partition(":")[2]) for each in targets.split())
        yield prefix, Route(numbers, int(label))


def _text(asn: int, router_id: str, peers: Mapping[str, str], routes: Mapping[str, Route]) -> str:
    """A speaker with routes of its own, and a session for each family with the border router."""
    lines = []
    for number, route in enumerate(routes.values()):
        targets = " ".join(f"{OWN}:{target}" for target in sorted(route.targets))
        lines += [f"route-map T{number} permit 10", f" set extcommunity rt {targets}"]
    lines += [f"router bgp {asn}", f" bgp router-id {router_id}", " no bgp default ipv4-unicast"]
    lines += [" no bgp ebgp-requires-policy"]
    for address in peers.values():
        lines += [f" neighbor {address} remote-as {OWN}"]
        lines += [f" neighbor {address} timers connect 1"]
    for family, address in peers.items():
        lines += [f" address-family {family} vpn", f"  neighbor {address} activate"]
        lines += [
            f"  network {prefix} rd {router_id}:{number} label {route.label} route-map T{number}"
            for number, (prefix, route) in enumerate(routes.items())
            if (":" in prefix) == (family == "ipv6")
        ]
        lines.append(" exit-address-family")
    return "\n".join(lines) + "\n"
