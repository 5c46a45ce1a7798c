"""`exchange`: the register of exchanges as it is today, and what packets say of it."""

from collections.abc import Callable, Collection, Iterator
from datetime import date

from egovnet.inventory.model import Exchange, ExchangeEnd
from egovnet.inventory.model.platform_sites import platform_site
from egovnet.inventory.model.validity import ValidityState, days_left, state_on
from egovnet.inventory.today import today
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.connections_tried import ConnectionsTried
from egovnet.playbooks.results.exchanges import (
    ExchangeCheck,
    ExchangeList,
    ExchangeVlan,
    ListedEnd,
    ListedExchange,
    ShownExchange,
)
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verbs.register_entries import port_texts, require_entry

#: Tries the connections of some entries (none: of all) with packets.
Try = Callable[[Workspace, Collection[str]], ConnectionsTried]


def list_exchanges(workspace: Workspace, within: int | None = None) -> Outcome[ExchangeList]:
    """Every exchange; with `within`, those in force that end within so many days."""
    day = _day(workspace)
    entries = (_listed(name, e, day) for name, e in workspace.network.exchanges.items())
    chosen = tuple(
        entry
        for entry in entries
        if within is None or (entry.days_left is not None and entry.days_left <= within)
    )
    return Outcome("exchange_list", ExchangeList(day, chosen, within))


def show_exchange(workspace: Workspace, name: str) -> Outcome[ShownExchange]:
    """One exchange, and the VLANs that it goes by where it holds.

    Raises:
        UsageError: there is no such one.
        InventoryError: the numbers of the network were lost.
    """
    exchanges = workspace.network.exchanges
    require_entry("exchange", name, exchanges)
    require_numbers(workspace)
    day = _day(workspace)
    listed = _listed(name, exchanges[name], day)
    holds = listed.state is ValidityState.IN_FORCE
    vlans = tuple(_vlans(workspace, exchanges[name])) if holds else ()
    return Outcome("exchange_show", ShownExchange(day, listed, vlans))


def check_exchanges(
    workspace: Workspace, names: Collection[str], try_connections: Try
) -> Outcome[ExchangeCheck]:
    """Try with packets what exchanges in force allow, and what is beside it. Exit 0, 4 or 5.

    Raises:
        UsageError: there is no exchange of a name.
    """
    exchanges = workspace.network.exchanges
    for name in names:
        require_entry("exchange", name, exchanges)
    day = _day(workspace)
    asked = names or exchanges
    in_force = tuple(name for name in asked if exchanges[name].in_force(day))
    tried = try_connections(workspace, in_force) if in_force else ConnectionsTried()
    found = ExchangeCheck(day, in_force, tried)
    idle = [name for name in names if name not in in_force]
    notes = tuple(f"{name} is not in force: nothing of it is tried" for name in idle)
    return Outcome("exchange_check", found, found.exit, notes)


def _day(workspace: Workspace) -> date:
    return workspace.network.day or today()


def _listed(name: str, exchange: Exchange, day: date) -> ListedExchange:
    return ListedExchange(
        name=name,
        description=exchange.description,
        state=state_on(exchange, day),
        days_left=days_left(exchange, day),
        source=_end(exchange.source),
        target=_end(exchange.target),
        opened_by=exchange.opened_by,
        protocol=exchange.protocol,
        ports=port_texts(exchange.port_ranges),
        level=exchange.level,
        owner=exchange.owner,
        approved_by=exchange.approved_by,
        approved_on=exchange.approved_on,
        reason=exchange.reason,
        valid_from=exchange.valid_from,
        valid_until=exchange.valid_until,
    )


def _end(end: ExchangeEnd) -> ListedEnd:
    return ListedEnd(end.agency, end.vpn, tuple(map(str, end.prefixes)), end.application)


def _vlans(workspace: Workspace, exchange: Exchange) -> Iterator[ExchangeVlan]:
    network, allocation = workspace.network, workspace.allocation
    for end in (exchange.source, exchange.target):
        site = platform_site(end.vpn)
        accesses = network.sites[site].site_network_accesses if site in network.sites else {}
        for firewall, access in accesses.items():
            vlan = allocation.vlan[f"{site}/{firewall}"]
            yield ExchangeVlan(firewall, end.vpn, access.pe, access.port, vlan)
