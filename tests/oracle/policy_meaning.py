"""`python -m tests.oracle.policy_meaning --from A --to B`: policies as the proof applies them.

Random route-maps and lists, applied by bgpd to networks and aggregates of its own, and by the
proof to the same: whatever bgpd lets through, with whatever route targets, the proof must let
through with the same. The proof may let more through: conditions that it does not evaluate.
"""

import argparse
import random
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network

from egovnet.isolation.algebra.policies import Routes, apply
from egovnet.isolation.algebra.prefix_sets import PrefixSet, family_of
from egovnet.isolation.algebra.route_targets import target_text
from egovnet.templates.frr.config.communities import read_list_values
from egovnet.templates.registry import read_config
from tests.oracle import policies
from tests.oracle.agreement import understood, whole
from tests.oracle.frr_daemons import FrrDaemons
from tests.oracle.tried import tried

_TARGET = re.compile(r"\b(RT|SoO):(\S+)")
_MAPS = "MNS"


@dataclass(frozen=True)
class Passed:
    """A route that bgpd lets through and the proof does not."""

    prefix: str
    targets: str

    def __str__(self) -> str:
        return f"{self.prefix} with {self.targets or 'no target'}"


def text(seed: int) -> str:
    """The policies of `policies.text`, with calls, jumps and targets among them more often, and
    with aggregates that pass a policy."""
    rng = random.Random(f"meaning {seed}")  # noqa: S311 -- to be repeated, not secret
    lines = policies.text(seed).splitlines()
    opened = [i for i, line in enumerate(lines) if re.match(r"route-map [MNS] permit", line)]
    for index in sorted(rng.sample(opened, min(len(opened), 2)), reverse=True):
        more = rng.choice(
            (
                ["on-match next"],
                ["on-match goto 20"],
                [f"call {rng.choice(_MAPS)}"],
                [f"call {rng.choice(_MAPS)}", "on-match next"],
                ["set extcommunity rt 65000:1"],
                ["set extcommunity soo 65000:1"],
                ["set extcommunity none"],
                ["set extcommunity none", "set extcommunity rt 65000:1"],
                ["set extcommunity soo 65000:1", "set extcommunity none"],
                ["match extcommunity K"],
                ["match ipv6 address K"],
                ["match ip address K"],
            )
        )
        lines[index + 1 : index + 1] = [f" {line}" for line in more]
    for _ in range(rng.choice((0, 1, 2))):
        lines.insert(0, rng.choice(_LISTS))
    family = lines.index(" address-family ipv4 unicast")
    for prefix in rng.sample(_AGGREGATES, rng.choice((0, 0, 1, 2))):
        options = rng.choice(("", f" route-map {rng.choice((*_MAPS, 'gone'))}"))
        lines.insert(family + 1, f"  aggregate-address {prefix}{options}")
    return "".join(f"{line}\n" for line in _without_loops(lines))


def _without_loops(lines: Iterable[str]) -> Iterator[str]:
    """Without policies that call themselves: FRR takes back commands before one (a case file)."""
    header = ""
    for line in lines:
        if not line.startswith(" "):
            header = line
        if not (line.startswith(" call ") and header.split()[1:2] == line.split()[1:2]):
            yield line


_LISTS = (
    "ipv6 access-list K permit 2001:db8:1::/48",
    "ipv6 access-list K deny 2001:db8:1:1::/64",
    "ipv6 access-list K seq 3 permit ::/0 exact-match",
    "ipv6 access-list K permit any",
    "access-list K permit 10.1.0.0 0.0.255.255",
    "access-list K deny host 10.2.0.0",
    "bgp extcommunity-list standard K deny rt 65000:77",
    "bgp extcommunity-list standard K permit rt 65000:77 soo 65000:1",
    "bgp extcommunity-list expanded K deny 65000:7",
    "ip prefix-list K description without rules",
)
_AGGREGATES = ("10.0.0.0/8", "10.1.0.0/17")
_ASKED = [*policies.ASKED, *(f"show bgp ipv4 unicast {prefix}" for prefix in _AGGREGATES)]


def missed(daemons: FrrDaemons, given: str) -> Iterator[Passed]:
    """What bgpd lets through of its own networks and the proof does not."""
    text_of_all = whole(given, daemons.release)
    facts = read_config(text_of_all, "text", "frr")
    families = facts.bgp[None].families if None in facts.bgp else {}
    passed = policies.routes(daemons.read(text_of_all).running)
    for name, shown in passed.items():
        prefix = ip_network(name)
        family = family_of(prefix)
        held = families[family].networks if family in families else {}
        if prefix not in held:
            continue
        one = PrefixSet.of(family, (prefix,))
        found = [out.targets for out in apply(held[prefix], [Routes(family, one)]) if out.prefixes]
        said = [each for line in shown for each in _TARGET.findall(line)]
        words = [word for kind, value in said for word in (kind.lower(), value)]
        targets = read_list_values(words) if words else frozenset()
        # one target too many is no error to the safe side: a policy may deny by it
        if targets not in found:
            yield Passed(name, " ".join(sorted(map(target_text, targets))))


def differences(
    seeds: Iterable[int], *, places: int = 2, release: str = ""
) -> Iterator[tuple[int, str, list[Passed]]]:
    """(seed, its text, what the proof missed) of each seed."""

    def trial(place: FrrDaemons, seed: int) -> tuple[int, str, list[Passed]]:
        given = policies.AT_ONCE + understood(text(seed), release)
        return seed, given, list(missed(place, given))

    held = [FrrDaemons(release, _ASKED, policies.SETTLE) for _ in range(places)]
    return tried(seeds, held, trial)


def main() -> int:
    """Try the seeds; 1 if the proof misses a route."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--to", dest="end", type=int, default=2000)
    parser.add_argument("--release", default="", help="another release's FRR, such as trixie")
    chosen = parser.parse_args()
    count = 0
    seeds = range(chosen.first, chosen.end)
    for seed, given, found in differences(seeds, release=chosen.release):
        if found:
            count += 1
            told = "".join(f"    HIDES {each}\n" for each in found)
            sys.stdout.write(f"=== seed {seed}\n{given}{told}")
            sys.stdout.flush()
    sys.stdout.write(f"{len(seeds)} texts: the proof misses routes of {count}\n")
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main())
