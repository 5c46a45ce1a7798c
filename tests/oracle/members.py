"""`python -m tests.oracle.members --from A --to B`: what bgpd says that its neighbours have.

Random neighbours, peer groups, and lines of either in any order and undone. The running
configuration is read by the same reader as the text, so that what a member has of its group is
asked of bgpd itself: `show bgp neighbors json`.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from egovnet.templates.model.facts import NeighborFacts, NeighborFamily, Policy
from egovnet.templates.registry import read_config
from tests.oracle import grammar
from tests.oracle.agreement import understood, whole
from tests.oracle.frr_daemons import FrrDaemons
from tests.oracle.tried import tried

_FAMILIES = {
    "ipv4Unicast": "ipv4",
    "ipv6Unicast": "ipv6",
    "ipv4Vpn": "vpnv4",
    "ipv6Vpn": "vpnv6",
}
#: Where bgpd says the names of filters, in the order of `Policies.applied`.
_FILTERS = {
    "in": (
        "routeMapForIncomingAdvertisements",
        "incomingUpdatePrefixFilterList",
        "incomingUpdateNetworkFilterList",
        "incomingUpdateAsPathFilterList",
    ),
    "out": (
        "routeMapForOutgoingAdvertisements",
        "outgoingUpdatePrefixFilterList",
        "outgoingUpdateNetworkFilterList",
        "outgoingUpdateAsPathFilterList",
    ),
}
_LISTS = """\
ip prefix-list L permit any
access-list K permit any
route-map M permit 10
exit
"""
_QUESTION = "show bgp neighbors json"


def text(seed: int) -> str:
    """The text of a seed."""
    rng = random.Random(f"members {seed}")  # noqa: S311 -- to be repeated, not secret
    lines = ["router bgp 65000", *rng.choice(([], [" no bgp default ipv4-unicast"]))]
    first = [f" neighbor {group} peer-group" for group in grammar.GROUPS]
    first += [f" neighbor {who} remote-as {_as(rng)}" for who in rng.sample(_ALL, 3)]
    joining = [f" neighbor {who} peer-group {_group(rng)}" for who in rng.sample(grammar.PEERS, 2)]
    if rng.random() < 0.7:
        first += joining
    else:
        rng.shuffle(first)
        first = [*joining, *first]
    lines += first
    for _ in range(rng.randint(0, 4)):
        lines.append(f" {_undone(rng, grammar._peer_line(rng))}")
    for name in rng.sample(("ipv4 unicast", "ipv6 unicast", "ipv4 vpn"), rng.randint(1, 2)):
        lines.append(f" address-family {name}")
        lines += [f"  {_undone(rng, _family_line(rng))}" for _ in range(rng.randint(4, 14))]
        lines.append(" exit-address-family")
    for _ in range(rng.choice((0, 0, 1, 2))):
        lines.append(f" neighbor {rng.choice(grammar.PEERS)} peer-group {_group(rng)}")
    return _LISTS + "".join(f"{line}\n" for line in [*lines, "exit"])


_ALL = (*grammar.PEERS, *grammar.GROUPS)


def _family_line(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return grammar._family_peer_line(rng)
    way = rng.choice(("in", "out"))
    return f"neighbor {rng.choice(_ALL)} " + rng.choice(
        (
            "activate",
            "activate",
            f"route-map {rng.choice('MN')} {way}",
            f"route-map {rng.choice('MN')} {way}",
            f"prefix-list L {way}",
            f"distribute-list K {way}",
            f"filter-list L {way}",
            f"maximum-prefix {rng.choice((100, 200))}{rng.choice(('', ' warning-only'))}",
            "default-originate",
        )
    )


def _as(rng: random.Random) -> str:
    return rng.choice(("65000", "64512", "64512", "64512", "external", "internal"))


def _group(rng: random.Random) -> str:
    return rng.choice(grammar.GROUPS)


def _undone(rng: random.Random, line: str) -> str:
    return f"no {line}" if rng.random() < 0.15 else line


def differences_of(facts: Mapping[str, NeighborFacts], shown: Mapping[str, Any]) -> Iterator[str]:
    """Where neighbours of bgpd have what the facts do not say, or have less that keeps routes
    back."""
    for address, has in shown.items():
        if "*" in address or not isinstance(has, Mapping):
            continue
        said = facts.get(address)
        if said is None:
            yield f"{address}: nobody says it"
            continue
        if said.shutdown and not has.get("adminShutDown"):
            yield f"{address}: is not shut"
        if said.remote_as is not None and has["remoteAs"] not in (said.remote_as, 0):
            yield f"{address}: is of AS {has['remoteAs']}, not {said.remote_as}"
        if said.remote_as is None and said.external is bool(has.get("nbrInternalLink")):
            yield f"{address}: is external, or is not"
        for name, family in has.get("addressFamilyInfo", {}).items():
            known = said.families.get(_FAMILIES.get(name, name))
            if known is None:
                yield f"{address}: {name} is active"
            else:
                yield from (f"{address} {name}: {each}" for each in _family(known, family))


def _family(said: NeighborFamily, has: Mapping[str, Any]) -> Iterator[str]:
    for way, policy in (("in", said.policy_in), ("out", said.policy_out)):
        names = " ".join(has[key] for key in _FILTERS[way] if key in has)
        if names != _name(policy):
            yield f"{way} {names or 'nothing'}, not {_name(policy) or 'nothing'}"
    limit = has.get("prefixAllowedMax")
    if limit != said.maximum_prefix:
        yield f"at most {limit} prefixes, not {said.maximum_prefix}"
    if limit and bool(has.get("prefixAllowedMaxWarning")) != said.limit_warns_only:
        yield "only warns of too many, or does not"
    if ("defaultSent" in has or "defaultNotSent" in has) != said.default_originate:
        yield "announces a default route, or does not"
    if bool(has.get("routeReflectorClient")) != said.reflector_client:
        yield "is a reflector's client, or is not"


def _name(policy: Policy | None) -> str:
    return "" if policy is None else policy.name


def compared(daemons: FrrDaemons, given: str) -> list[str]:
    """The differences of a text."""
    of_all = whole(given, daemons.release)
    facts = read_config(of_all, "text", "frr")
    answer = daemons.read(of_all).running
    shown = json.loads(answer[answer.rindex("\n{") :]) if "\n{" in answer else {}
    instance = facts.bgp.get(None)
    return list(differences_of(instance.neighbors if instance else {}, shown))


def differences(
    seeds: Iterable[int], *, places: int = 2, release: str = ""
) -> Iterator[tuple[int, str, list[str]]]:
    """(seed, its text, its differences) of each seed."""

    def trial(place: FrrDaemons, seed: int) -> tuple[int, str, list[str]]:
        given = understood(text(seed), release)
        return seed, given, compared(place, given)

    return tried(seeds, [FrrDaemons(release, [_QUESTION]) for _ in range(places)], trial)


def main() -> int:
    """Try the seeds; 1 if one differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--to", dest="end", type=int, default=1000)
    parser.add_argument("--release", default="", help="another release's FRR, such as trixie")
    chosen = parser.parse_args()
    count = 0
    seeds = range(chosen.first, chosen.end)
    for seed, given, found in differences(seeds, release=chosen.release):
        if found:
            count += 1
            sys.stdout.write(f"=== seed {seed}\n{given}" + "".join(f"    {x}\n" for x in found))
            sys.stdout.flush()
    sys.stdout.write(f"{len(seeds)} texts, {count} differ\n")
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main())
