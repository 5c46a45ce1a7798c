"""The openings that a network's registers declare on its day."""

from collections.abc import Iterator

from egovnet.inventory.model import Application, Exchange, Filtering, Network
from egovnet.inventory.model.part_sites import written_name
from egovnet.inventory.with_platform import exchanges_in_force
from egovnet.playbooks.verify.openings import Opening, Openings, Register


def declared_openings(network: Network) -> Openings:
    """Those of the exchanges in force, and of the applications of enforced VPNs."""
    enforced = [n for n, vpn in network.vpns.items() if vpn.filtering is Filtering.ENFORCED]
    openings = [
        opening
        for name, exchange in exchanges_in_force(network)
        for opening in _of_exchange(name, exchange)
    ]
    openings += [
        _of_application(network, name, application)
        for name, application in network.applications.items()
        if application.vpn in enforced
    ]
    return Openings(openings, enforced)


def _of_exchange(name: str, exchange: Exchange) -> Iterator[Opening]:
    """One of each direction that it allows."""
    for one, other in exchange.openings:
        yield Opening(
            name,
            Register.EXCHANGE,
            one.vpn,
            other.vpn,
            one.prefixes,
            other.prefixes,
            exchange.protocol,
            exchange.port_ranges,
        )


def _of_application(network: Network, name: str, application: Application) -> Opening:
    """From all prefixes of its users' sites to its servers."""
    users = application.users
    regions = {r for region in users.regions for r in network.regions_within(region)}
    everybody = not users.regions and not users.sites
    prefixes = (
        prefix
        for site, entry in network.written_sites.items()
        if entry.vpn == application.vpn
        and (everybody or written_name(site, entry) in users.sites or entry.region in regions)
        for prefix in entry.prefixes
    )
    return Opening(
        name,
        Register.APPLICATION,
        application.vpn,
        application.vpn,
        tuple(prefixes),
        application.servers,
        application.protocol,
        application.port_ranges,
    )
