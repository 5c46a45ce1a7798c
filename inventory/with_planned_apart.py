"""A network whose planned sites stand apart: numbers are kept for them, and nothing else is done.

So whoever makes lines, proofs, packets or a lab of a network's sites has no planned one among
them, and need not ask.
"""

from egovnet.inventory.model import Network, Site


def with_planned_apart(network: Network) -> Network:
    """`network` with its planned accesses in `planned_sites`, and no longer in `sites`.

    A site of which another access is there keeps that one; linear in the accesses.
    """
    sites: dict[str, Site] = {}
    planned: dict[str, Site] = {}
    for name, site in network.sites.items():
        apart = site.planned_accesses
        if apart:
            planned[name] = site
        rest = {n: a for n, a in site.site_network_accesses.items() if n not in apart}
        if rest:
            whole = len(rest) == len(site.site_network_accesses)
            sites[name] = site if whole else site.model_copy(update={"site_network_accesses": rest})
    if not planned:
        return network
    return network.model_copy(update={"sites": sites, "planned_sites": planned})
