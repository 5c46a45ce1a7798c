"""CODEOWNERS of an inventory's files, from its policy: who approves what an entry is about.

The forms of GitHub and GitLab are the same in what is used here: a pattern from the repository's
root, and after it those of whom one must review.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from egovnet.inventory.model import Network, Role
from egovnet.inventory.model.matters import Matter, MatterKind
from egovnet.inventory.registers.policy import FILE, SIGNERS_FILE, Policy, Scopes, places_of
from egovnet.inventory.source.sources import Sources

_HEAD = f"""\
# Who reviews which file of the inventory. Made from {FILE} by: egovnet export codeowners
# The last pattern that fits says it; apply itself goes by signatures (egovnet approve).
"""
#: Files of the top whose entries are about routers as a whole.
_OF_ROUTERS = ("hosts.yaml", "groups.yaml", "defaults.yaml", "network.yaml", "plan.lock.yaml")
_OF_POLICY = (FILE, SIGNERS_FILE, "agencies.yaml", "regions.yaml")


def code_owners(policy: Policy, network: Network, sources: Sources, prefix: str) -> str:
    """The file's text; `prefix` is the inventory within its repository, "/" where it is all of it.

    Linear in the network and in the places of it.
    """
    scopes = Scopes(policy, network)
    of_files: dict[str, set[Matter]] = {}
    for name, matters in _matters(network, sources):
        of_files.setdefault(name, set()).update(matters)
    lines = [_line(prefix, "", policy, policy.amend)]
    for name in sorted(of_files):
        people = _approvers(scopes, of_files[name])
        if people:
            lines.append(_line(prefix, name, policy, people))
    lines += [_line(prefix, name, policy, policy.amend) for name in _OF_POLICY]
    return _HEAD + "".join(f"{line}\n" for line in lines)


def without_handle(policy: Policy) -> tuple[str, ...]:
    """People whom the Git server has no name for: they are left out."""
    who = {person for scope in policy.scopes.values() for person in scope.approve}
    return tuple(sorted(p for p in who.union(policy.amend) if not policy.people[p].codeowner))


def repository_of(directory: Path) -> Path:
    """The directory with `.git` that an inventory is in; itself where it is in none."""
    whole = directory.resolve()
    return next((path for path in (whole, *whole.parents) if (path / ".git").exists()), whole)


def _line(prefix: str, name: str, policy: Policy, people: Iterable[str]) -> str:
    handles = (policy.people[person].codeowner for person in people)
    pattern = f"{prefix}{name}".replace(" ", r"\ ")
    return " ".join([pattern, *filter(None, handles)])


def _approvers(scopes: Scopes, matters: Iterable[Matter]) -> list[str]:
    """In the order of the policy."""
    names = {name for matter in matters for name in scopes.of(matter)}
    found: dict[str, None] = {}
    for name, scope in scopes.policy.scopes.items():
        if name in names:
            found.update(dict.fromkeys(scope.approve))
    return list(found)


def _matters(network: Network, sources: Sources) -> Iterator[tuple[str, Iterable[Matter]]]:
    """(file, what its entries are about)."""
    by_site = {name: set(_of_site(network, name)) for name in network.written_sites}
    for name, matters in by_site.items():
        file, _ = sources.place("sites", (name,))
        yield Path(file).relative_to(sources.root).as_posix(), matters
    everything = set().union(*by_site.values())
    yield "vpns.yaml", {_as(MatterKind.VPN, matter) for matter in everything}
    yield "applications.yaml", everything
    places = places_of(network)
    yield "circuits.yaml", {Matter(MatterKind.CIRCUIT, *place) for place in places}
    kinds = (MatterKind.ROUTER, MatterKind.BACKBONE)
    of_routers = {Matter(kind, *place) for kind in kinds for place in places}
    for file in _OF_ROUTERS:
        yield file, of_routers
    yield "exchanges.yaml", set(_of_exchanges(network))


def _of_site(network: Network, name: str) -> Iterator[Matter]:
    site = network.sites[name]
    vpn = network.vpns[site.vpn]
    for access in site.site_network_accesses.values():
        router = network.routers[access.pe]
        place = (router.region, router.tier.value)
        yield Matter(MatterKind.ACCESS, *place, vpn.owner, vpn.zone.value)


def _of_exchanges(network: Network) -> Iterator[Matter]:
    firewalls = (network.routers[name] for name in network.with_role(Role.FIREWALL))
    for region, tier in {(firewall.region, firewall.tier.value) for firewall in firewalls}:
        yield Matter(MatterKind.PLATFORM, region, tier)
        for exchange in network.exchanges.values():
            for end in (exchange.source, exchange.target):
                vpn = network.vpns[end.vpn]
                yield Matter(MatterKind.EXCHANGE, region, tier, vpn.owner, vpn.zone.value)


def _as(kind: MatterKind, matter: Matter) -> Matter:
    return Matter(kind, matter.region, matter.tier, matter.agency, matter.zone)
