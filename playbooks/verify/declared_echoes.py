"""What echo requests between hosts are to come to where a register has a say in it.

Between agencies nothing is answered, unless an exchange lets echo requests through; within an
enforced VPN neither, unless an application does.
"""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address

from egovnet.inventory.model import Network
from egovnet.playbooks.verify.openings import Openings
from egovnet.playbooks.verify.probe_plan import Flow, ProbePlan, SiteHost


def as_declared(
    plan: ProbePlan, openings: Openings, network: Network, hosts: Mapping[str, SiteHost]
) -> ProbePlan:
    """A plan of hosts' echo requests with the expectations that `openings` give."""
    if not openings.all and not openings.enforced:
        return plan
    flows = [_as_declared(flow, openings, network, hosts) for flow in plan.flows]
    told = tuple(flow for flow in flows if flow is not None)
    return replace(plan, flows=told, pairs=plan.pairs - len(flows) + len(told))


def _as_declared(
    flow: Flow, openings: Openings, network: Network, hosts: Mapping[str, SiteHost]
) -> Flow | None:
    """The flow with what openings make of it; None: a partner may answer by the same address."""
    source, target = min(flow.source_sites), network.sites.get(flow.target)
    if source not in network.sites or target is None:
        return flow
    vpns = (network.sites[source].vpn, target.vpn)
    if vpns[0] == vpns[1] and not flow.must_reach:
        return flow
    if network.sites[source].awaited or target.awaited:
        return flow
    to = ip_address(flow.address)
    # Linux takes the first address of the network that its default gateway is in
    own = (ip_address(address) for address in hosts[source].addresses)
    first = next(address for address in own if address.version == to.version)
    allowed = openings.allow(vpns, first, to, "icmp", None)
    others = (vpn for vpn in openings.partners(vpns[0]) if vpn not in vpns)
    if not allowed and any(openings.allow((vpns[0], o), first, to, "icmp", None) for o in others):
        return None
    return flow if allowed is flow.must_reach else replace(flow, must_reach=allowed)
