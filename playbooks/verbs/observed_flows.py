"""`application observed`: what customers of observed VPNs send that no register declares.

Each PE records it where it comes in. Draft entries would declare it, so that a VPN can be moved
from observed to enforced without an outage; a person goes through them first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from egovnet.inventory.model import Filtering, Network
from egovnet.inventory.model.part_sites import written_name
from egovnet.inventory.model.site_prefixes import SitePrefixes
from egovnet.inventory.registered_flows import RegisteredFlow, registered_flows
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import DeviceResults, run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.observed_flows import ObservedFlow, ObservedFlows
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verbs.draft_applications import draft_applications
from egovnet.tasks.read_recorded_flows import read_recorded_flows
from egovnet.templates.model.recorded_flow import RecordedFlow

#: Protocols that a register's entry can have.
_KNOWN = ("tcp", "udp", "icmp")


def observed_flows(workspace: Workspace, progress: Progress) -> Outcome[ObservedFlows]:
    """What the chosen PEs of observed VPNs recorded. Exit 0, or 5 where one does not say it."""
    asked = [name for name in workspace.chosen if _records(workspace, name)]
    answers: DeviceResults[list[RecordedFlow]] = DeviceResults()
    if asked:
        answers = _read(workspace, asked, progress)
    found = undeclared(workspace.network, answers.results, answers.failures)
    return Outcome("application_observed", found, found.exit)


def _read(
    workspace: Workspace, names: Iterable[str], progress: Progress
) -> DeviceResults[list[RecordedFlow]]:
    arguments: dict[str, dict[str, object]] = {name: {} for name in names}
    try:
        with connected(workspace) as nornir:
            return run(nornir, "read", read_recorded_flows, arguments, progress)
    finally:
        progress.finish()


def undeclared(
    network: Network,
    recorded: Mapping[str, Iterable[RecordedFlow]],
    unreachable: Mapping[str, str],
) -> ObservedFlows:
    """Recorded flows (by device) as a report: of observed VPNs, without what is declared by now.

    Linear in the flows, and for each in the register's flows of its VPN.
    """
    sorter = _Sorter(network)
    together: dict[_Key, _Sum] = {}
    for device, flows in recorded.items():
        for flow in flows:
            vpns = sorter.vpns_of(device, flow)
            key = (vpns, flow.source, flow.target, flow.protocol, flow.port)
            own = together.setdefault(key, _Sum(flow, vpns))
            own.packets += flow.packets
            own.octets += flow.octets
            own.devices[device] = None
    found, declared, unknown = [], 0, 0
    for one in together.values():
        if not one.vpns:
            unknown += 1
        elif all(sorter.declares(vpn, one.flow) for vpn in one.vpns):
            declared += 1
        else:
            found.append(sorter.reported(one))
    found.sort(key=lambda flow: (-flow.packets, flow.vpn, flow.source, flow.target))
    drafts = draft_applications(network, [flow for flow in found if not flow.not_drafted])
    vpns = tuple(sorter.vpns)
    return ObservedFlows(vpns, tuple(found), declared, unknown, drafts, unreachable)


_Key = tuple[tuple[str, ...], object, object, str, int | None]


@dataclass(slots=True)
class _Sum:
    """One flow, as all devices together recorded it."""

    flow: RecordedFlow
    #: It is of one of these; of none that is known.
    vpns: tuple[str, ...]
    packets: int
    octets: int
    devices: dict[str, None]

    def __init__(self, flow: RecordedFlow, vpns: tuple[str, ...]) -> None:
        self.flow, self.vpns, self.packets, self.octets, self.devices = flow, vpns, 0, 0, {}


class _Sorter:
    """Whose a flow is, and whether it is declared."""

    def __init__(self, network: Network) -> None:
        self.vpns = [n for n, vpn in network.vpns.items() if vpn.filtering is Filtering.OBSERVED]
        self._declared = registered_flows(network, self.vpns)
        self._sites = {
            vpn: SitePrefixes(
                (name, prefix)
                for name, site in network.sites.items()
                if site.vpn == vpn
                for prefix in site.prefixes
            )
            for vpn in self.vpns
        }
        self._written = network.written_sites
        self._pes = {
            name: {access.pe for access in site.site_network_accesses.values()}
            for name, site in network.sites.items()
            if site.vpn in self._sites
        }

    def vpns_of(self, device: str, flow: RecordedFlow) -> tuple[str, ...]:
        """The observed VPNs that it may come from. VPNs with address plans of their own may have
        the same source: it is of one with a site there, and of one with its target too."""
        have = [vpn for vpn in self.vpns if self._site(vpn, flow.source)]
        if len(have) > 1:
            here = [vpn for vpn in have if device in self._pes[self._site(vpn, flow.source)]]
            have = here or have
        if len(have) > 1:
            have = [vpn for vpn in have if self._site(vpn, flow.target)] or have
        return tuple(have)

    def _site(self, vpn: str, address: IPv4Address | IPv6Address) -> str:
        return self._sites[vpn].holder_of(address) or ""

    def _written_as(self, site: str) -> str:
        entry = self._written.get(site)
        return site if entry is None else written_name(site, entry)

    def declares(self, vpn: str, flow: RecordedFlow) -> bool:
        """Whether an entry in force has it."""
        return any(_covers(declared, flow) for declared in self._declared[vpn])

    def reported(self, one: _Sum) -> ObservedFlow:
        """It as a report has it."""
        flow, vpn = one.flow, one.vpns[0]
        source, target = self._site(vpn, flow.source), self._site(vpn, flow.target)
        return ObservedFlow(
            vpn=vpn,
            source=str(flow.source),
            source_site=self._written_as(source),
            target=str(flow.target),
            target_site=self._written_as(target),
            protocol=flow.protocol,
            port=flow.port,
            packets=one.packets,
            octets=one.octets,
            devices=tuple(sorted(one.devices)),
            not_drafted=self._why_not(one.vpns, flow, source, target),
        )

    def _why_not(self, vpns: tuple[str, ...], flow: RecordedFlow, source: str, target: str) -> str:
        if flow.protocol not in _KNOWN:
            return f"no register has the protocol {flow.protocol}"
        if flow.port == 0:
            return "port 0 is not a port"
        if source not in self._written or (target and target not in self._written):
            return "it is of a partner: that takes an exchange"
        if len(vpns) > 1:
            return f"VPNs {' and '.join(vpns)} both have its addresses"
        if not target:
            return f"no site of VPN {vpns[0]} has the target"
        return ""


def _covers(declared: RegisteredFlow, flow: RecordedFlow) -> bool:
    return (
        declared.protocol == flow.protocol
        and (flow.port is None or any(a <= flow.port <= b for a, b in declared.ports))
        and any(flow.source in prefix for prefix in declared.sources)
        and any(flow.target in prefix for prefix in declared.targets)
    )


def _records(workspace: Workspace, name: str) -> bool:
    """Whether a device is to record flows."""
    packet_filter = workspace.devices[name].packet_filter
    chains = packet_filter.chains if packet_filter is not None else ()
    return any(rule.recorded for chain in chains for rule in chain.rules)
