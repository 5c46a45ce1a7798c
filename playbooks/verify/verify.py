"""`verify`: the network as it is now, evaluated: control plane, and packets of the whole matrix.

Facts are collected first and evaluated afterwards. Routers that are not well are asked again until
the network has had its time to converge, and all others once more when these are. Packets are sent
then; what must not be reached is tried when the network has converged, and a path that should not
be would be there.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

from nornir.core import Nornir

from egovnet.inventory.model import Network
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import DeviceResults, run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.verification import (
    AccessesSeen,
    CheckCounts,
    LabelsSeen,
    NotPossible,
    PacketCoverage,
    Verification,
)
from egovnet.playbooks.verify.awaited import pe_sides, read_awaited
from egovnet.playbooks.verify.control_plane import (
    ADJACENCY,
    BFD_SESSION,
    Check,
    check_device,
    expected_routes,
    ldp_neighbors,
)
from egovnet.playbooks.verify.customers import (
    CUSTOMER,
    CustomerAccess,
    customer_accesses,
)
from egovnet.playbooks.verify.encryption import KEYS, encrypting, encryption_checks, read_each
from egovnet.playbooks.verify.known import Baseline, Known
from egovnet.playbooks.verify.label_watch import LabelWatch
from egovnet.playbooks.verify.packet_source import VrfSource
from egovnet.playbooks.verify.probe_plan import Flow, Former
from egovnet.playbooks.verify.probing import MUST_NOT_REACH, Probing
from egovnet.playbooks.verify.touched import Touched
from egovnet.playbooks.verify.verifying import AS_USUAL, Verifying
from egovnet.tasks.against_intended import AgainstIntended
from egovnet.tasks.collect_state import collect_state
from egovnet.templates.model.state import DeviceState

#: Seconds between two polls of what failed.
_PAUSE = 0.5
#: How often an echo that must be answered is sent before its silence is blamed, and how often of
#: these in one round.
_TRIES, _TRIES_A_ROUND = 4, 2
#: Examples of labels that are reported.
_EXAMPLES = 3
#: ... before a change, when most of it answers at once.
_BASELINE_TRIES = 2


@dataclass
class _Seen:
    """What the routers said last, and which of them said it in the latest poll."""

    states: dict[str, DeviceState] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)
    latest: frozenset[str] = frozenset()


@dataclass
class _Poll:
    """What one poll of the network gave."""

    failed: list[Check] = field(default_factory=list)
    #: Kind -> how many checks passed.
    passed: Counter[str] = field(default_factory=Counter)
    unreachable: dict[str, str] = field(default_factory=dict)
    labels: LabelWatch = field(default_factory=LabelWatch)
    #: Whether a packet went over the backbone, so that labels were to be seen.
    crossed: bool = False
    #: Of `failed`, what nothing excuses, and what something does.
    blamed: list[Check] = field(default_factory=list)
    known: list[Check] = field(default_factory=list)
    #: Addresses of customers whose session is up.
    sessions: set[str] = field(default_factory=set)
    #: Awaited accesses whose PE's side is as intended.
    provisioned: set[str] = field(default_factory=set)

    @property
    def well(self) -> bool:
        """Whether everything is as it should be."""
        return not (self.labels_missing or self.blamed or self.unreachable)

    @property
    def labels_missing(self) -> bool:
        """Whether packets went over the backbone, and none was seen under a label."""
        return self.crossed and self.labels.possible and not self.labels.labels

    @property
    def leaks_packets(self) -> bool:
        """Whether polling again cannot make it well."""
        return any(check.kind == MUST_NOT_REACH for check in self.blamed)


class Verifier:
    """Verification of the chosen devices, with what was already broken before a change."""

    def __init__(self, workspace: Workspace, progress: Progress, how: Verifying = AS_USUAL) -> None:
        self.workspace = workspace
        self.progress = progress
        self.how = how
        #: Routers that no neighbour can have an adjacency with.
        self._fresh: frozenset[str] = frozenset()
        #: Whether packets passed no router that was watched: then all are.
        self._unseen = False
        #: Where labels were seen in an earlier round: the packets that were answered then, which
        #: are not sent again, had them.
        self._labelled: LabelWatch | None = None
        #: From which routers, and how often, what must be answered was sent.
        self._sending: frozenset[str] = frozenset()
        self._tries = 0
        self._routes = expected_routes(workspace.network, workspace.allocation, how.excused)
        self._peers = frozenset(workspace.chosen)
        self._neighbors = ldp_neighbors(workspace.network, workspace.allocation)
        self._far_ends = {
            (here.router, here.port): there.router
            for circuit in workspace.network.circuits.values()
            for here, there in ((circuit.a, circuit.b), (circuit.b, circuit.a))
        }
        accesses = customer_accesses(workspace.network, workspace.allocation)
        self._accesses = [access for access in accesses if access.pe in self._peers]
        self._awaited = [access for access in self._accesses if access.awaited]
        self._known = Known(workspace.network, accesses, self._peers)
        #: Whose packets are sent; None: everybody's.
        self._concerned: frozenset[str] | None = None

    def take_baseline(self, touched: Touched, vpns: Collection[str]) -> None:
        """Remember what fails now, so that a change is not blamed for what its lines do not touch.

        `vpns` are those that the lines are about: who is in none of them is not asked for packets,
        now or later, unless the lines are the backbone's.
        """
        network = self.workspace.network
        self._concerned = _concerned(network, touched, vpns, self.how.former)
        everything = Known(network, self._accesses, self._peers, touched=touched)
        if not everything.can_excuse_any:
            return
        awaited = [a for a in self._awaited if not touched.access(a.pe, a.vrf, a.site)]
        with connected(self.workspace) as nornir:
            poll = self._control_plane(nornir, _Seen(), self._peers)
            probing = self._probing(nornir)
            probing.former = None  # what is still to be taken away is silent afterwards only
            probing.wanted = self._wanted(everything.can_excuse)
            probing.plan(self._peers - poll.unreachable.keys() - self.how.packetless.keys())
            for _ in range(_BASELINE_TRIES):
                if not probing.send(must_reach=True):
                    break
            self._judge(poll, probing.failed())
            up = self._peers - poll.unreachable.keys()
            self._encrypted(nornir, poll, probing, up)
            self._provisioned(poll, awaited, read_awaited(nornir, self.workspace, awaited, up))
        before = Baseline.of(poll.failed, probing.due(), probing.due(answered=True))
        self._known = Known(network, self._accesses, self._peers, before, touched)

    def _wanted(self, also: Callable[[Flow], bool] | None = None) -> Callable[[Flow], bool] | None:
        """Which packets are sent: of those concerned, and that fulfil `also`."""
        sites = self._concerned
        if sites is None:
            return also
        return lambda flow: (
            (flow.target in sites or not sites.isdisjoint(flow.source_sites))
            and (also is None or also(flow))
        )

    def without(self, apart: frozenset[str], fresh: frozenset[str] = frozenset()) -> "Verifier":
        """The same, where devices in `apart` have no part in the change: they run what they ran.

        Their sites need not be reached; that nothing leaks is asked all the same. With those of
        them that are `fresh`, and take no part in the backbone yet, nobody can have an adjacency.
        """
        sites = frozenset(
            site
            for site, entry in self.workspace.network.sites.items()
            if any(access.pe in apart for access in entry.site_network_accesses.values())
        )
        workspace = self.workspace.only(n for n in self.workspace.chosen if n not in apart)
        other = Verifier(
            workspace, self.progress, replace(self.how, excused=self.how.excused | sites)
        )
        other._known, other._concerned = self._known, self._concerned
        other._fresh = fresh
        return other

    def verify(self) -> Verification:
        """Poll until all is well or the time to converge is over."""
        deadline = time.monotonic() + self.how.converge
        self._unseen, self._labelled, self._sending = False, None, frozenset()
        with connected(self.workspace) as nornir:
            probing, seen = self._probing(nornir), _Seen()
            wanted = self._peers
            while True:
                last = time.monotonic() >= deadline
                poll = self._control_plane(nornir, seen, wanted)
                if not poll.blamed and seen.latest != self._peers:
                    # what was well in an earlier poll is looked at again with the rest
                    poll = self._control_plane(nornir, seen, self._peers - seen.latest)
                if last or not poll.blamed:
                    self._packets(nornir, probing, poll, self._awaited, last=last)
                if last or poll.well or poll.leaks_packets:
                    self._blame_customers(poll, probing)
                    found = _verification(poll, probing, self._accesses)
                    return self._with_not_possible(found)
                failing = {check.device for check in poll.blamed} | poll.unreachable.keys()
                # packets fail where no router knows why: then all are asked again
                wanted = self._peers & failing or self._peers
                time.sleep(_PAUSE)

    def _probing(self, nornir: Nornir) -> Probing:
        workspace = self.workspace
        return Probing(
            workspace.network,
            workspace.allocation,
            [VrfSource(nornir, self.progress), *self.how.sources],
            self.how.excused,
            self.how.former,
            self._wanted(),
            self._known.excuses,
        )

    def _packets(
        self,
        nornir: Nornir,
        probing: Probing,
        poll: _Poll,
        awaited: Iterable[CustomerAccess],
        *,
        last: bool,
    ) -> None:
        """Send packets while labels are watched; check the PE's side of `awaited`."""
        up = self._peers - poll.unreachable.keys()
        sending = up - self.how.packetless.keys()
        if sending != self._sending:
            self._sending, self._tries = sending, 0
        probing.plan(sending)
        probing.begin()
        everywhere = last or self._unseen
        with ThreadPoolExecutor(max_workers=1) as beside:
            # who sends mostly waits for silence
            read = beside.submit(read_awaited, nornir, self.workspace, awaited, up)
            with self._labels_watched(poll.labels, nornir, probing, sending, everywhere):
                self._send(probing, last=last, well=not poll.blamed)
        poll.crossed = probing.crossed
        if self._labelled is not None:
            poll.labels = self._labelled
        elif poll.labels.labels:
            self._labelled = poll.labels
        self._unseen = poll.labels_missing
        self._judge(poll, probing.failed())
        self._encrypted(nornir, poll, probing, up)
        self._provisioned(poll, awaited, read.result())

    def _encrypted(self, nornir: Nornir, poll: _Poll, probing: Probing, up: frozenset[str]) -> None:
        """Check that packets of encrypted VPNs are in ESP, where a PE has one."""
        if not encrypting(self.workspace):
            return
        read = read_each(nornir, self.workspace, up, self.progress)
        poll.unreachable.update(read.failures)
        for check in encryption_checks(self.workspace, read.results, probing.due(answered=True)):
            if check.passed:
                poll.passed[check.kind] += 1
            else:
                self._judge(poll, [check])

    def _blame_customers(self, poll: _Poll, probing: Probing) -> None:
        """Say of whom no session is up and no packet answered that he is not there."""
        silent = probing.silent() - poll.sessions
        wrong = [
            access.silent()
            for access in self._accesses
            if not access.awaited and silent.issuperset(access.addresses)
        ]
        self._judge(poll, wrong)

    def _provisioned(
        self,
        poll: _Poll,
        accesses: Iterable[CustomerAccess],
        read: DeviceResults[AgainstIntended],
    ) -> None:
        """Judge the PE's side of accesses that wait for their customer; count what passed."""
        poll.unreachable.update(read.failures)
        checks = pe_sides(self.workspace, accesses, read.results)
        poll.passed.update(check.kind for check in checks if check.passed)
        poll.provisioned.update(check.subject for check in checks if check.passed)
        self._judge(poll, [check for check in checks if not check.passed])

    def _with_not_possible(self, found: Verification) -> Verification:
        """With what no poll could show, by what those who run the routers say of them."""
        why: dict[str, list[str]] = {}
        for name in self.workspace.chosen:
            if name in self.how.packetless:
                why.setdefault(self.how.packetless[name], []).append(name)
        packets = [NotPossible("packets", reason, tuple(names)) for reason, names in why.items()]
        mine = set(encrypting(self.workspace))
        keys = [
            NotPossible(KEYS, one.why, tuple(n for n in one.devices if n in mine))
            for one in packets
            if mine.intersection(one.devices)
        ]
        labels: list[NotPossible] = []
        if not found.labels.possible:
            everybody = tuple(self.workspace.chosen)
            labels = [NotPossible("labels", "no platform here can show them", everybody)]
        elif self.how.packetless.keys() >= set(self.workspace.chosen):
            labels = [replace(one, what="labels") for one in packets]
        return replace(
            found,
            labels=replace(found.labels, possible=not labels),
            not_possible=(*packets, *labels, *keys),
        )

    def _labels_watched(
        self,
        labels: LabelWatch,
        nornir: Nornir,
        probing: Probing,
        up: frozenset[str],
        everywhere: bool,
    ) -> AbstractContextManager[None]:
        """Nobody need watch where no answer is due over the backbone, or labels were seen."""
        if not probing.crosses or self._labelled is not None:
            return nullcontext()
        return labels.watching(nornir, self.workspace, up, everywhere=everywhere)

    def _control_plane(self, nornir: Nornir, seen: _Seen, names: frozenset[str]) -> _Poll:
        """Ask `names` for their state, and check what all said last."""
        workspace, poll = self.workspace, _Poll()
        arguments = {
            name: {"device": workspace.devices[name]} for name in workspace.chosen if name in names
        }
        states = run(nornir, "state", collect_state, arguments, self.progress)
        for name in names:
            seen.states.pop(name, None)
            seen.unreachable.pop(name, None)
        seen.states |= states.results
        seen.unreachable |= states.failures
        seen.latest = frozenset(names)
        poll.unreachable.update(seen.unreachable)
        for name, state in seen.states.items():
            device = workspace.devices[name]
            poll.sessions.update(address for _, address in state.bgp)
            others = [n for n in self._neighbors.get(name, ()) if n[0] in self._peers]
            for check in check_device(device, state, self._peers, self._routes, others):
                far = self._far_ends.get((name, check.subject))
                if check.kind in (ADJACENCY, BFD_SESSION) and far in self._fresh:
                    continue
                if check.passed:
                    poll.passed[check.kind] += 1
                else:
                    self._judge(poll, [check])
        return poll

    def _send(self, probing: Probing, *, last: bool, well: bool) -> None:
        """What must arrive is sent several times before it is blamed. What must not, once, when
        all else is well or there is no more time: with the first packets where the control plane
        is `well`, and again where one of these had to be sent twice.
        """
        missing = probing.send(must_reach=None if well else True)
        tries = _TRIES_A_ROUND
        if last and well:
            # what is still silent was sent in every round before this
            tries = max(_TRIES - self._tries, _TRIES_A_ROUND)
        self._tries += _TRIES_A_ROUND if missing else 0
        sent_together = well and not missing
        # what was silent is sent again at once: a path that is just being made needs no new look
        # at every device, and who waited for its silence has waited; where the control plane is
        # to blame already, more patience changes no verdict
        for _ in range(tries - 1):
            missing = missing and probing.send(must_reach=True)
        probed = _Poll()
        self._judge(probed, probing.failed())
        if not sent_together and (last or not probed.blamed):
            probing.send(must_reach=False)

    def _judge(self, poll: _Poll, failed: Iterable[Check]) -> None:
        """Add failed checks to a poll: what nothing excuses, and what something does."""
        for check in failed:
            poll.failed.append(check)
            blamed, known = self._known.split(check)
            if blamed is not None and self._is_excused(blamed):
                blamed, known = None, check
            poll.blamed += [] if blamed is None else [blamed]
            poll.known += [] if known is None else [known]

    def _is_excused(self, check: Check) -> bool:
        """Whether it is about sites of which nothing is expected."""
        mine = bool(check.sites) and check.sites <= self.how.excused
        return mine and check.severity != "leak"


def _concerned(
    network: Network, touched: Touched, vpns: Collection[str], former: Former | None
) -> frozenset[str] | None:
    """Sites that a change may let reach, or be reached by, somebody else; None: all.

    Those of the VPNs that its lines are about. Lines of the backbone concern everybody, and so do
    those of which nobody knows what they do.
    """
    if touched.ways:
        return None
    named = {site for _, site in touched.accesses}
    networks = [network] if former is None else [network, former.network]
    sites = {name: site.vpn for one in networks for name, site in one.sites.items()}
    about = {*vpns, *(sites[site] for site in named if site in sites)}
    return frozenset(name for name, vpn in sites.items() if vpn in about) | named


def _verification(
    poll: _Poll, probing: Probing, accesses: Iterable[CustomerAccess]
) -> Verification:
    answering = poll.sessions | probing.heard()
    passed = poll.passed + Counter(probing.passed())
    failed = Counter(check.kind for check in poll.blamed)
    known = Counter(check.kind for check in poll.known)
    kinds = dict.fromkeys([*passed, *failed, *known])
    table = {kind: CheckCounts(passed[kind], failed[kind], known[kind]) for kind in kinds}
    labels = poll.labels
    if poll.labels_missing:
        table["labels"] = CheckCounts(failed=1)
    findings = [check.finding(known=False) for check in poll.blamed]
    findings += [check.finding(known=True) for check in poll.known]
    findings.sort(key=lambda f: (f.known, f.severity != "leak", f.klass != CUSTOMER, f.klass))
    return Verification(
        passed=poll.well,
        checks=table,
        matrix=PacketCoverage(
            probing.probed,
            probing.pairs,
            probing.names,
            probing.of_network,
            probing.cells(),
            probing.untried(),
        ),
        labels=LabelsSeen(
            bool(labels.labels),
            tuple(labels.watched),
            tuple(labels.labels[:_EXAMPLES]),
            labels.possible,
            poll.crossed,
        ),
        findings=tuple(findings),
        unreachable=dict(sorted(poll.unreachable.items())),
        waiting=tuple(access.waiting(answering) for access in accesses if access.awaited),
        seen=AccessesSeen(
            answered=tuple(
                sorted(a.label for a in accesses if answering.intersection(a.addresses))
            ),
            provisioned=tuple(sorted(poll.provisioned)),
        ),
    )
