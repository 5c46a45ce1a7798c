"""`allocate`: numbers for what is to come, by the one allocation that everything has.

The inventory with the entry in it is numbered; what the entry got is proposed. Kept, it stands in
the lock file as a name's that is not there: nobody else gets it, and the name has it when it comes.
"""

from collections.abc import Collection, Mapping
from ipaddress import IPv4Interface

from egovnet.inventory.allocation.allocate import Lock, aggregate_pool, allocate
from egovnet.inventory.allocation.by_region import regions_of
from egovnet.inventory.allocation.lock_file import write_lock
from egovnet.inventory.allocation.site_prefixes import proposal, site_plans
from egovnet.inventory.authoring.additions import entry_kinds
from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.model import Circuit, CircuitEnd, Network, Router
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.allocated import AllocationProposal, ProposedNumber
from egovnet.playbooks.results.next_command import NextCommand
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verbs.own_inventory import require_own
from egovnet.playbooks.verbs.register_entries import require_entry

#: Of a router that is numbered only.
_NOWHERE = IPv4Interface("0.0.0.0/32")


def allocate_loopback(
    workspace: Workspace, name: str, *, keep: bool
) -> Outcome[AllocationProposal]:
    """The loopbacks of a router that is not in the inventory yet, in the region that was chosen.

    Raises:
        UsageError: it is, or the region is not.
        InventoryError: a pool is exhausted, or the inventory is wrong.
    """
    network = _begin(workspace, "router", name, keep=keep)
    region = _region(workspace, network)
    router = Router.model_construct(
        hostname="",
        platform="",
        management=_NOWHERE,
        region=region,
        tier=network.regions[region].tier,
        roles=frozenset(),
    )
    with_it = network.model_copy(update={"routers": {**network.routers, name: router}})
    pools = ("loopback-ipv4", "loopback-ipv6")
    add = NextCommand(("add", "router", name, "--region", region), "asks for the rest")
    return _numbered(workspace, with_it, ("loopback", name, region), pools, add, keep=keep)


def allocate_circuit(
    workspace: Workspace, a: str, b: str, name: str | None, *, keep: bool
) -> Outcome[AllocationProposal]:
    """The link of a circuit between two routers of the inventory.

    Raises:
        UsageError: a router is not in the inventory, or the circuit is.
        InventoryError: a pool is exhausted, or the inventory is wrong.
    """
    name = name or f"{a}--{b}"
    network = _begin(workspace, "circuit", name, keep=keep)
    for router in (a, b):
        require_entry("router", router, network.routers)
    ends = (CircuitEnd.model_construct(router=end, port="") for end in (a, b))
    circuit = Circuit.model_construct(a=next(ends), b=next(ends))
    with_it = network.model_copy(update={"circuits": {**network.circuits, name: circuit}})
    region = regions_of(with_it)["circuit"][name]
    words = ("add", "circuit", name, "--a-router", a, "--b-router", b)
    add = NextCommand(words, "asks for the ports")
    pools = ("circuit-ipv4", "circuit-ipv6")
    return _numbered(workspace, with_it, ("circuit", name, region), pools, add, keep=keep)


def allocate_site(
    workspace: Workspace, name: str, vpn: str, *, keep: bool
) -> Outcome[AllocationProposal]:
    """Prefixes of a site that is not in the inventory yet: one of each family that has a pool for
    its VPN and the region that was chosen.

    Raises:
        UsageError: the site is in the inventory, the VPN or the region is not, or there is no
            pool for it.
        InventoryError: every pool for it is exhausted; says where it stands.
    """
    network = _begin(workspace, "site", name, keep=keep).numbered
    require_entry("VPN", vpn, network.vpns)
    region = _region(workspace, network)
    lock = workspace.allocation.lock
    plans = proposal(site_plans(network), network.vpns[vpn], region)
    if not plans:
        raise UsageError(
            f"no pool of site-pools in network.yaml is for sites of VPN {vpn} in {region}"
        )
    numbers: list[ProposedNumber] = []
    problems: list[Problem] = []
    known = True
    pools, retired = _copy(lock)
    for version, fitting in sorted(plans.items()):
        full: list[str] = []
        for plan in fitting:
            kept = retired.get(plan.pool, {}).get(name)
            found = plan.free_again(kept)
            aggregates = plan.aggregates(pools, retired)
            values = aggregates.values
            if found is None:
                known = False
                found, values, where = plan.propose(region, pools, retired)
                if found is None:
                    full.append(where)
                    continue
            holder = aggregates.holder(region)
            out_of = None if holder is None or holder not in values else str(values[holder])
            numbers.append(ProposedNumber(plan.pool, str(found), out_of, holder))
            retired.setdefault(plan.pool, {})[name] = str(found)
            pools[aggregate_pool(plan.pool)] = values
            break
        else:
            family = f"ipv{version}"
            problems.append(
                workspace.on_disk.examined.report(
                    "network",
                    ("site-pools", fitting[0].name, family),
                    f"{' and '.join(full)} for {region} is exhausted: site {name} finds none left",
                    "widen the pool, or lower the length of its aggregates",
                )
            )
    if problems:
        raise InventoryError(problems)
    result = AllocationProposal(
        "site", name, region, tuple(numbers), kept=keep or known, known=known
    )
    if keep and not known:
        write_lock(workspace.directory, allocate(network, Lock(pools, retired)).lock)
    words = ["add", "site", name, "--vpn", vpn, "--region", region]
    for number in numbers:
        words += ["--prefixes", number.value]
    add = NextCommand(tuple(words), "asks for the rest")
    return Outcome("allocated", result, next=(add,))


def _region(workspace: Workspace, network: Network) -> str:
    """The region that numbers are to be of.

    Raises:
        UsageError: none was chosen, or there is none of that name.
    """
    region = workspace.selection.region
    if region is None:
        raise UsageError("say where it will be: add --region NAME")
    require_entry("region", region, network.regions)
    return region


def _begin(workspace: Workspace, kind: str, name: str, *, keep: bool) -> Network:
    """The network, where it has no entry of this name yet.

    Raises:
        UsageError: it has one, or none can have the name, or the inventory is not one's own.
    """
    if keep:
        require_own(workspace)
    require_numbers(workspace)
    entry = entry_kinds()[kind]
    if entry.form is not None and not entry.form.fits(name):
        raise UsageError(f"{name!r} is not a name of a {kind}: {entry.form.remedy}")
    network = workspace.network
    taken: Mapping[str, Collection[str]] = {
        "router": network.routers,
        "circuit": network.circuits,
        "site": network.numbered.sites,
    }
    if name in taken[kind]:
        raise UsageError(
            f"{kind} {name} is in the inventory already: plan.lock.yaml has its numbers"
        )
    return network


def _copy(lock: Lock) -> tuple[dict[str, dict[str, str | int]], dict[str, dict[str, str | int]]]:
    return (
        {pool: dict(values) for pool, values in lock.pools.items()},
        {pool: dict(values) for pool, values in lock.retired.items()},
    )


def _numbered(
    workspace: Workspace,
    with_it: Network,
    what: tuple[str, str, str],
    pools: tuple[str, str],
    add: NextCommand,
    *,
    keep: bool,
) -> Outcome[AllocationProposal]:
    """What the entry got in the network that has it; `what` is its kind, name and region."""
    kind, name, region = what
    before = workspace.allocation.lock
    after = allocate(with_it, before).lock
    numbers = tuple(
        ProposedNumber(
            pool, str(after.pools[pool][name]), *_aggregate(with_it, after, pool, region)
        )
        for pool in pools
        if name in after.pools.get(pool, {})
    )
    known = all(before.retired.get(each.pool, {}).get(name) == each.value for each in numbers)
    if keep and not known:
        # without the entry its numbers are those of a name that may come
        write_lock(workspace.directory, allocate(workspace.network, after).lock)
    result = AllocationProposal(kind, name, region, numbers, kept=keep or known, known=known)
    return Outcome("allocated", result, next=(add,))


def _aggregate(
    network: Network, lock: Lock, pool: str, region: str
) -> tuple[str | None, str | None]:
    """(prefix, region) of the aggregate that numbers of `region` come out of."""
    blocks = lock.pools.get(aggregate_pool(pool), {})
    here: str | None = region
    while here is not None:
        if here in blocks:
            return str(blocks[here]), here
        here = network.regions[here].parent
    return None, None
