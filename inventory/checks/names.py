"""Names by rule: each fits a pattern of `names` in network.yaml, where that has some.

Words in braces stand for what the rest of the inventory says: a region's abbreviation, a role, the
routers at the ends of a circuit. A name that would fit but for its abbreviation says so.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import Agency, Circuit, Network, PartSite, Region, Role, Site
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.shown import listed

#: Words that stand for any text of a form, whatever is named.
_ANY = {"number": r"[1-9][0-9]{0,3}", "word": r"[a-z][a-z0-9]*"}
_ROLES = {
    Role.P: "p",
    Role.RR: "rr",
    Role.PE: "pe",
    Role.PLATFORM: "pe",
    Role.FIREWALL: "fw",
    Role.GATEWAY: "gw",
}
#: What stands where an abbreviation has to.
_SOME = r"[a-z][a-z0-9]*"
_BRACES = re.compile(r"\{([a-z]+)\}")
#: Words of each kind besides those of `_ANY`.
WORDS: Mapping[str, frozenset[str]] = {
    "routers": frozenset({"region", "role"}),
    "circuits": frozenset({"a", "b"}),
    "ports": frozenset(),
    "vpns": frozenset({"agency", "zone"}),
    "sites": frozenset({"vpn", "agency", "region"}),
}


@dataclass(frozen=True, slots=True)
class _Named:
    """A name, where it stands, and what the words in braces are for it."""

    name: str
    section: str
    location: Location
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Region whose abbreviation it has, of `{region}`.
    region: str | None = None


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every name that is outside the plan, and every pattern that no name can fit."""
    yield from as_far_as_known(_abbreviations(network, report))
    for kind, names in _KINDS.items():
        yield from as_far_as_known(_of_kind(network, kind, names, report))


def _abbreviations(network: Network, report: Report) -> Iterator[Problem]:
    """No abbreviation is given twice."""
    tables: tuple[tuple[str, Mapping[str, Region | Agency]], ...] = (
        ("regions", network.regions),
        ("agencies", network.agencies),
    )
    for section, entries in tables:
        seen: dict[str, str] = {}
        for name, entry in entries.items():
            for short in as_far_as_known(_short(entry)):
                if short in seen:
                    found = f"{short!r} is the abbreviation of {seen[short]}"
                    at = (name, "abbreviation")
                    yield report(section, at, found, "give each its own")
                seen.setdefault(short, name)


def _short(entry: Region | Agency) -> Iterator[str]:
    if entry.abbreviation is not None:
        yield entry.abbreviation


def _of_kind(
    network: Network,
    kind: str,
    names: Callable[[Network], Iterable[_Named]],
    report: Report,
) -> Iterator[Problem]:
    patterns = getattr(network.backbone.names, kind)
    known = WORDS[kind] | _ANY.keys()
    usable = []
    for number, pattern in enumerate(patterns):
        unknown = [word for word in _BRACES.findall(pattern) if word not in known]
        for word in dict.fromkeys(unknown):
            yield report(
                "network",
                ("names", kind, number),
                f"{{{word}}} is not a word of names of {kind}",
                f"use {listed([f'{{{each}}}' for each in sorted(known)])}",
            )
        if not unknown:
            usable.append(pattern)
    if not usable or len(usable) < len(patterns):
        return
    shorts = {
        short: name
        for name, region in network.regions.items()
        for short in as_far_as_known(_short(region))
    }
    lacking: dict[str, str] = {}
    for named in names(network):
        if any(_fits(pattern, named.name, named.words) for pattern in usable):
            continue
        if named.region is not None and _needs(usable, named, lacking, network):
            continue
        yield report(named.section, named.location, *_what(usable, named, shorts, kind))
    for region, name in lacking.items():
        yield report(
            "regions",
            (region,),
            f"{region} has no abbreviation, which the name of {name} asks for",
            "add abbreviation:",
        )


def _needs(
    patterns: Iterable[str], named: _Named, lacking: dict[str, str], network: Network
) -> bool:
    """Whether the name fits but for an abbreviation that its region does not have."""
    assert named.region is not None  # noqa: S101 -- asked for by the caller
    region = network.regions.get(named.region)
    if region is None or named.words["region"]:
        return False
    if not any("{region}" in pattern for pattern in patterns):
        return False
    lacking.setdefault(named.region, named.name)
    return True


def _what(
    patterns: list[str], named: _Named, shorts: Mapping[str, str], kind: str
) -> tuple[str, str]:
    """What is wrong with a name, and what to do."""
    for pattern in patterns:
        if "{region}" not in pattern:
            continue
        found = re.fullmatch(_expression(pattern, named.words, loose=True), named.name)
        if found is None:
            continue
        short, own = found["region"], named.words["region"]
        right = named.name[: found.start("region")] + own[0] + named.name[found.end("region") :]
        whose = (
            f"is the abbreviation of {shorts[short]}, and it is in {named.region}"
            if short in shorts
            else "is the abbreviation of no region"
        )
        return (
            f"name {named.name} is outside the plan: {short!r} {whose}",
            f"name it {right}, or correct its region or the abbreviation in regions.yaml",
        )
    shown = [_shown(pattern, named.words) for pattern in patterns]
    return (
        f"name {named.name} is outside the plan: names of {kind} are {listed(patterns)}",
        f"name it such as {shown[0]}, or correct names.{kind} in network.yaml",
    )


def _fits(pattern: str, name: str, words: Mapping[str, tuple[str, ...]]) -> bool:
    return re.fullmatch(_expression(pattern, words, loose=False), name) is not None


def _expression(pattern: str, words: Mapping[str, tuple[str, ...]], *, loose: bool) -> str:
    frozen = tuple(sorted((word, values) for word, values in words.items()))
    return _compiled(pattern, frozen, loose)


@cache
def _compiled(pattern: str, words: tuple[tuple[str, tuple[str, ...]], ...], loose: bool) -> str:
    values = dict(words)
    parts: list[str] = []
    had_region = False
    for number, part in enumerate(_BRACES.split(pattern)):
        if number % 2 == 0:
            parts.append(re.escape(part))
        elif part in _ANY:
            parts.append(f"(?:{_ANY[part]})")
        elif part == "region" and loose:
            parts.append("(?P=region)" if had_region else f"(?P<region>{_SOME})")
            had_region = True
        else:
            of_word = values[part]
            parts.append(f"(?:{'|'.join(map(re.escape, of_word))})" if of_word else r"(?!)")
    return "".join(parts)


def _shown(pattern: str, words: Mapping[str, tuple[str, ...]]) -> str:
    """A name that fits."""

    def one(found: re.Match[str]) -> str:
        word = found[1]
        if word in _ANY:
            return "1" if word == "number" else "name"
        return words[word][0] if words[word] else "?"

    return _BRACES.sub(one, pattern)


def _abbreviation(entries: Mapping[str, Region | Agency], name: str) -> tuple[str, ...]:
    return tuple(_short(entries[name])) if name in entries else ()


def _routers(network: Network) -> Iterator[_Named]:
    for name, router in network.routers.items():
        yield from as_far_as_known(
            _Named(
                name,
                "hosts",
                (name,),
                {
                    "region": _abbreviation(network.regions, each.region),
                    "role": tuple(sorted({_ROLES[role] for role in each.roles})),
                },
                each.region,
            )
            for each in (router,)
            if each.region in network.regions
        )


def _circuits(network: Network) -> Iterator[_Named]:
    for name, circuit in network.circuits.items():
        yield from as_far_as_known(
            _Named(name, "circuits", (name,), {"a": (c.a.router,), "b": (c.b.router,)})
            for c in (circuit,)
            if {c.a.router, c.b.router} <= network.routers.keys()
        )


def _vpns(network: Network) -> Iterator[_Named]:
    for name, vpn in network.vpns.items():
        yield from as_far_as_known(
            _Named(
                name,
                "vpns",
                (name,),
                {
                    "agency": _abbreviation(network.agencies, v.owner) or (v.owner,),
                    "zone": (network.backbone.zones[v.zone].vrf_prefix,),
                },
            )
            for v in (vpn,)
            if v.owner in network.agencies
        )


def _sites(network: Network) -> Iterator[_Named]:
    for name, site in network.written_sites.items():
        if isinstance(site, PartSite):
            continue  # a site in a further VPN has the name of the one that it is of
        yield from as_far_as_known(
            _Named(
                name,
                "sites",
                (name,),
                {
                    "vpn": (s.vpn,),
                    "agency": _owner(network, s.vpn),
                    "region": _abbreviation(network.regions, s.region),
                },
                s.region,
            )
            for s in (site,)
            if s.region in network.regions and s.vpn in network.vpns
        )


def _owner(network: Network, vpn: str) -> tuple[str, ...]:
    owner = network.vpns[vpn].owner
    return (*_abbreviation(network.agencies, owner), owner)


def _ports(network: Network) -> Iterator[_Named]:
    """Each port once, where it is first named."""
    seen: set[tuple[str, str]] = set()
    places = [("circuits", _ends(name, circuit)) for name, circuit in network.circuits.items()]
    places += [
        ("sites", _joined(name, site))
        for name, site in network.written_sites.items()
        if not isinstance(site, PartSite)
    ]
    for section, named in places:
        for router, port, at in as_far_as_known(named):
            if (router, port) not in seen:
                seen.add((router, port))
                yield _Named(port, section, at)


def _ends(name: str, circuit: Circuit) -> Iterator[tuple[str, str, Location]]:
    for key, end in (("a", circuit.a), ("b", circuit.b)):
        yield end.router, end.port, (name, key, "port")


def _joined(name: str, site: Site) -> Iterator[tuple[str, str, Location]]:
    for key, access in site.site_network_accesses.items():
        yield access.pe, access.port, (name, "site-network-accesses", key, "port")


_KINDS: Mapping[str, Callable[[Network], Iterable[_Named]]] = {
    "routers": _routers,
    "circuits": _circuits,
    "ports": _ports,
    "vpns": _vpns,
    "sites": _sites,
}
