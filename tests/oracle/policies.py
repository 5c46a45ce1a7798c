"""`python -m tests.oracle.policies --from A --to B`: what two releases of FRR make of a policy.

Random route-maps and lists, applied by bgpd to networks of its own: which of them it lets through,
and with which communities, metric and preference. The reader's rules for policies were tried on
8.4.4; where 10.3 gives every route the same, they are 10.3's as well.
"""

import argparse
import random
import re
import sys
from collections.abc import Mapping

from tests.oracle import grammar
from tests.oracle.agreement import understood, whole
from tests.oracle.frr_daemons import FrrDaemons

_OTHER = "trixie"
_NETWORKS = {
    "ipv4": "10.1.0.0/16 10.2.0.0/16 10.1.2.0/24 10.1.3.0/25 10.2.0.128/25 0.0.0.0/0 192.0.2.0/24",
    "ipv6": "2001:db8:1::/48 2001:db8:2::/48 2001:db8:1:1::/64 ::/0",
}
ASKED = [
    f"show bgp {family} unicast {prefix}"
    for family, prefixes in _NETWORKS.items()
    for prefix in prefixes.split()
]
#: Seconds until bgpd has evaluated its networks.
SETTLE = 0.3
#: Left out: what is in the kernel's hands, or in chance's.
_LEFT_OUT = ("set table", "match probability", "match source-vrf")
_SHOWN = re.compile(r"(?:Extended )?Community: .*|metric \d+|localpref \d+|weight \d+")
#: A changed map is otherwise evaluated after 5 seconds.
AT_ONCE = "bgp route-map delay-timer 0\n"
#: A route has communities; one map calls another.
_CALLER = """\
route-map S permit 1
 set extcommunity rt 65000:77
 on-match next
exit
route-map S permit 2
 call M
exit
"""


def text(seed: int) -> str:
    """Policies, and networks that they are applied to."""
    rng = random.Random(f"policy {seed}")  # noqa: S311 -- to be repeated, not secret
    made = (grammar._prefix_list, grammar._other_list, grammar._route_map)
    lines = [
        line
        for maker in rng.choices(made, (4, 2, 5), k=rng.randint(3, 10))
        for line in maker(rng)
        if not any(words in line for words in _LEFT_OUT)
    ]
    instance = ["router bgp 65000", " no bgp network import-check"]
    for family, prefixes in _NETWORKS.items():
        instance.append(f" address-family {family} unicast")
        instance += [f"  network {p} route-map {rng.choice('MNS')}" for p in prefixes.split()]
        instance.append(" exit-address-family")
    return "".join(f"{line}\n" for line in lines) + _CALLER + "\n".join([*instance, "exit\n"])


def routes(answer: str) -> Mapping[str, list[str]]:
    """Prefix -> what is shown of its route."""
    parts = answer.split("BGP routing table entry for ")[1:]
    return {
        part.split(",")[0].split()[0]: [" ".join(sorted(s.split())) for s in _SHOWN.findall(part)]
        for part in parts
    }


def main() -> int:
    """Try the seeds; 1 if the releases differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--to", dest="end", type=int, default=200)
    chosen = parser.parse_args()
    differ = through = 0
    with FrrDaemons("", ASKED, SETTLE) as own, FrrDaemons(_OTHER, ASKED, SETTLE) as other:
        for seed in range(chosen.first, chosen.end):
            given = AT_ONCE + understood(understood(text(seed)), _OTHER)
            one = routes(own.read(whole(given)).running)
            another = routes(other.read(whole(given, _OTHER)).running)
            through += len(one)
            if one != another:
                differ += 1
                sys.stdout.write(f"=== seed {seed}\n{given}")
                for prefix in sorted({*one, *another}):
                    if one.get(prefix) != another.get(prefix):
                        said = f"{one.get(prefix)} | {another.get(prefix)}"
                        sys.stdout.write(f"    {prefix}: {said}\n")
    count = chosen.end - chosen.first
    sys.stdout.write(f"{count} texts, {through} routes let through: {differ} texts differ\n")
    return 1 if differ else 0


if __name__ == "__main__":
    raise SystemExit(main())
