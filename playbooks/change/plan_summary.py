"""Which routers, sites and VPNs a push gains, changes and loses, and what its lines are about.

By the texts: a site is on a router when its text has a port that says so, or, where a port says
nothing, one that the inventory gives to the site. Routers that are not pushed have what the
inventory that was applied last gives them.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.device_parts import DeviceParts
from egovnet.playbooks.results.affected import Affected
from egovnet.playbooks.results.plan_summary import Gains, KindCount, PlanSummary
from egovnet.templates.intend.access_ends import access_interface
from egovnet.templates.model.parts import Part, PartKind, Parts

_SITE = re.compile(r"\bsite ([^\s/]+)/")
#: Who has none of these takes no part in the backbone.
_IN_SERVICE = frozenset({PartKind.IGP, PartKind.LABELS, PartKind.AS_NUMBER})


@dataclass(slots=True)
class _Held:
    """Sites and VRFs (router, name) of a network at one moment."""

    sites: set[str] = field(default_factory=set)
    vrfs: set[tuple[str, str]] = field(default_factory=set)
    #: Site -> the routers that are pushed and have it.
    on: dict[str, set[str]] = field(default_factory=dict)


def summary_of(
    pushed: Mapping[str, DeviceParts],
    now: Dependents,
    former: Dependents | None,
    affected: Affected,
    vpns_of: Callable[[str, str], Iterable[str]],
) -> PlanSummary:
    """Of pushing these devices; linear in their texts and in the inventories.

    `former` is what the network was made from: None where nobody knows, and then routers that are
    not pushed count for nothing. `vpns_of` gives the VPNs of a router's VRF.
    """
    before, after = _Held(), _Held()
    last = _interfaces(former or now)
    meant = _interfaces(now)
    for name, device in pushed.items():
        _hold(before, name, device.old, last.get(name, {}))
        _hold(after, name, device.new, meant.get(name, {}))
    if former is not None:
        for name, sites in _elsewhere(former, pushed.keys()).items():
            for held in (before, after):
                held.sites |= sites
                held.vrfs |= {(name, vrf) for vrf in former.on(name).vrfs}
    fresh = {name for name, one in pushed.items() if not _serves(one.old)}
    emptied = {name for name, one in pushed.items() if name not in fresh and not _serves(one.new)}
    vpns_before, vpns_after = (
        {vpn for router, vrf in held.vrfs for vpn in vpns_of(router, vrf)}
        for held in (before, after)
    )
    return PlanSummary(
        routers=_gains(pushed.keys() - fresh, pushed.keys() - emptied, pushed.keys()),
        sites=_gains(before.sites, after.sites, affected.sites),
        vpns=_gains(vpns_before, vpns_after, affected.vpns),
        joined=_joined(before.on, after.on),
        kinds=_kinds(pushed.values()),
    )


def _gains(before: Collection[str], after: Collection[str], touched: Iterable[str]) -> Gains:
    old, new = set(before), set(after)
    return Gains(
        tuple(sorted(new - old)), tuple(sorted(set(touched) & old & new)), tuple(sorted(old - new))
    )


def _serves(parts: Parts) -> bool:
    return any(part.kind in _IN_SERVICE for part in parts)


def _interfaces(index: Dependents) -> dict[str, dict[str, str]]:
    """Router -> interface -> the site that the inventory has there."""
    found: dict[str, dict[str, str]] = {}
    network, vlans = index.network, index.vlans
    for site, entry in network.sites.items():
        for name, access in entry.site_network_accesses.items():
            interface = access_interface(network, access, vlans[f"{site}/{name}"])
            found.setdefault(access.pe, {})[interface] = site
    return found


def _hold(held: _Held, router: str, parts: Parts, sites: Mapping[str, str]) -> None:
    for part in parts:
        if part.vrf:
            held.vrfs.add((router, part.vrf))
        if part.kind is PartKind.PORT:
            words = " ".join(parts.get(Part(PartKind.WORDS, name=part.name), ()))
            named = _SITE.findall(words)
            if not named and part.name in sites:
                named = [sites[part.name]]
            held.sites.update(named)
            for site in named:
                held.on.setdefault(site, set()).add(router)


def _joined(*both: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    names = sorted({site for held in both for site in held})
    return {
        site: tuple(sorted(set[str]().union(*(held.get(site, ()) for held in both))))
        for site in names
    }


def _elsewhere(former: Dependents, pushed: Collection[str]) -> dict[str, set[str]]:
    return {name: one.sites for name, one in former.routers.items() if name not in pushed}


def _kinds(devices: Iterable[DeviceParts]) -> tuple[KindCount, ...]:
    added: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    for device in devices:
        for part in device.changed():
            old, new = device.old.get(part, frozenset()), device.new.get(part, frozenset())
            added[part.kind.value] += len(new - old)
            removed[part.kind.value] += len(old - new)
    names = sorted(added.keys() | removed.keys(), key=lambda n: (-removed[n], -added[n], n))
    counts = (KindCount(name, added[name], removed[name]) for name in names)
    return tuple(count for count in counts if count.added or count.removed)
