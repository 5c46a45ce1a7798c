"""What becomes of connections that are sent: a way in one direction is a leak, and no answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.connection_cell import ConnectionSeen
from egovnet.playbooks.verify.connection import Connection, ConnectionCase, Untried
from egovnet.playbooks.verify.openings import Register
from egovnet.playbooks.verify.packet_source import Answers
from egovnet.playbooks.verify.probe_plan import Flow, ProbePlan, ProbeScope
from egovnet.playbooks.verify.probing import Probing
from tests.inventories import BACKBONE

SENDER = "party-beijing-host"
NOBODY = Untried("files", Register.EXCHANGE, 6, "nobody is there")


def flow(port: int, *, must_reach: bool) -> Flow:
    connection = Connection(
        "portal",
        Register.EXCHANGE,
        ConnectionCase.DECLARED if must_reach else ConnectionCase.OTHER_PORT,
        "party",
        "government",
        "10.1.10.10",
        "gov-beijing-host",
        "tcp",
        port,
    )
    ends = (SENDER, frozenset({"party-beijing"}), None, "10.1.20.10", "gov-beijing")
    return Flow(*ends, must_reach=must_reach, connection=connection)


@dataclass
class Ports:
    """Hosts of which some ports answer, and some are reached without an answer."""

    flows: tuple[Flow, ...]
    answering: set[int] = field(default_factory=set)
    reached: set[int] = field(default_factory=set)
    translated: set[int] = field(default_factory=set)
    sent: list[list[int]] = field(default_factory=list)
    name: str = "ports"

    def plan(self, _scope: ProbeScope) -> ProbePlan | None:
        return ProbePlan(self.flows, len(self.flows), (NOBODY,))

    def send(self, by_sender: Mapping[str, Sequence[Flow]]) -> Answers:
        ports = {
            name: [one.connection.port for one in flows if one.connection and one.connection.port]
            for name, flows in by_sender.items()
        }
        self.sent += ports.values()
        return Answers(
            {name: [port in self.answering for port in own] for name, own in ports.items()},
            arrived={name: [port in self.reached for port in own] for name, own in ports.items()},
            other_source={n: [port in self.translated for port in own] for n, own in ports.items()},
        )


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace(BACKBONE)


def probing(workspace: Workspace, ports: Ports) -> Probing:
    made = Probing(workspace.network, workspace.allocation, [ports])
    made.plan(frozenset(workspace.network.routers))
    return made


def test_a_way_in_one_direction_is_a_leak_and_no_answer(workspace: Workspace) -> None:
    due, silent = flow(443, must_reach=True), flow(444, must_reach=False)
    sent = probing(workspace, Ports((due, silent), reached={443, 444}))
    assert sent.send(), "an answer is missing"
    failed = {check.subject: (check.severity, check.message) for check in sent.failed()}
    assert failed == {
        due.name: ("fault", f"{due.name}: ARRIVED, no answer came back"),
        silent.name: ("leak", f"{silent.name}: ARRIVED, no answer came back"),
    }
    assert {cell.port: cell.seen for cell in sent.cells()} == {
        443: ConnectionSeen.ARRIVED,
        444: ConnectionSeen.ARRIVED,
    }
    assert sent.passed() == {}


def test_another_source_address_is_a_leak_and_no_answer(workspace: Workspace) -> None:
    due, silent = flow(443, must_reach=True), flow(444, must_reach=False)
    sent = probing(workspace, Ports((due, silent), reached={443, 444}, translated={443, 444}))
    assert sent.send(), "an answer is missing"
    failed = {check.subject: check.severity for check in sent.failed()}
    assert failed == {due.name: "leak", silent.name: "leak"}
    assert {cell.seen for cell in sent.cells()} == {ConnectionSeen.OTHER_SOURCE}
    assert not any(cell.right for cell in sent.cells())


def test_what_is_silent_is_asked_again_and_what_came_is_not(workspace: Workspace) -> None:
    ports = Ports(
        (flow(443, must_reach=True), flow(80, must_reach=True), flow(444, must_reach=False)),
        answering={80},
        reached={444},
    )
    sent = probing(workspace, ports)
    assert {cell.seen for cell in sent.cells()} == {ConnectionSeen.NOT_SENT}
    assert sent.send()
    ports.answering.add(443)
    assert not sent.send()
    assert ports.sent == [[443, 80, 444], [443]]
    assert [(one.name, one.family) for one in sent.untried()] == [("files", "ipv6")]


def test_what_came_stays_when_another_router_answers(workspace: Workspace) -> None:
    ports = Ports((flow(443, must_reach=True), flow(444, must_reach=False)), {443}, {444})
    sent = probing(workspace, ports)
    sent.send()
    sent.plan(frozenset())
    seen = {cell.port: cell.seen for cell in sent.cells()}
    assert seen == {443: ConnectionSeen.ANSWERED, 444: ConnectionSeen.ARRIVED}


def test_a_connection_is_named_by_its_entry_and_port() -> None:
    assert flow(443, must_reach=True).name == (
        "party-beijing-host -> gov-beijing (10.1.20.10 tcp/443; exchange portal: declared)"
    )
