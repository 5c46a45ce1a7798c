"""The hosts of the lab as senders of packets: behind the customers' routers, where people sit."""

from collections.abc import Mapping, Sequence

from egovnet.inventory.model import Network
from egovnet.lab.backend import Backend
from egovnet.lab.customer import site_lans
from egovnet.lab.echo import probe_script, read_answers
from egovnet.lab.errors import LabError
from egovnet.lab.generate import host_name
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.lab import running_lab
from egovnet.playbooks.verify.declared_echoes import as_declared
from egovnet.playbooks.verify.declared_openings import declared_openings
from egovnet.playbooks.verify.packet_source import Answers
from egovnet.playbooks.verify.probe_plan import (
    Flow,
    ProbePlan,
    ProbeScope,
    SiteHost,
    host_plan,
)
from egovnet.templates.model.probe import PacketsNotSentError

#: All hosts share the lab's processors: few at a time from each.
_PARALLEL = 4
_SECONDS = 240


class LabHosts:
    """The hosts of the lab whose routers the inventory reaches, if one is up."""

    name = "hosts"

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lab: Backend | None = None

    def plan(self, scope: ProbeScope) -> ProbePlan | None:
        """Between all hosts that are there, whichever routers are up."""
        self._lab = self._lab or running_lab(self._workspace)
        if self._lab is None:
            return None
        nodes = {node.name for node in self._lab.status().nodes}
        hosts: dict[str, SiteHost] = {}
        # the network that is comes last: it is right where both have a site
        for network in (scope.former.network if scope.former else None, scope.network):
            if network is not None:
                present = [site for site in network.sites if host_name(site) in nodes]
                hosts |= site_hosts(network, present)
        declared = declared_openings(scope.network)
        return as_declared(host_plan(scope, hosts), declared, scope.network, hosts)

    def send(self, by_sender: Mapping[str, Sequence[Flow]]) -> Answers:
        """Send from all hosts in one round trip."""
        if self._lab is None:
            return Answers(failures={"lab": "is not running"})
        probes = {host: [flow.probe for flow in flows] for host, flows in by_sender.items()}
        scripts = {host: probe_script(sent, _PARALLEL) for host, sent in probes.items()}
        answers: dict[str, Sequence[bool]] = {}
        failures: dict[str, str] = {}
        try:
            completed = self._lab.exec_many(scripts, timeout=_SECONDS)
        except LabError as error:
            return Answers(failures={"lab": str(error)})
        for host, sent in probes.items():
            try:
                answers[host] = read_answers(completed[host].stdout, sent)
            except PacketsNotSentError as error:
                failures[host] = str(error)
        return Answers(answers, failures)


def site_hosts(network: Network, sites: Sequence[str]) -> dict[str, SiteHost]:
    """The host of each of `sites`, as the lab makes it."""
    return {
        site: SiteHost(host_name(site), tuple(str(lan.host.ip) for lan in site_lans(network, site)))
        for site in sites
    }
