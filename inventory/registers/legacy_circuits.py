"""`legacy-circuits.yaml` of an inventory: dedicated lines that stay until a day, after approval.

```yaml
closed-on: 2026-01-01         # no line that was laid later may stand here
approvers: [Li Na]            # who may approve that one stays
circuits:
  taxation-sichuan-guangdong:
    owner: taxation
    a: {site: tax-sichuan}    # or {router: sc-pe1, port: eth7}, or {place: a building}
    b: {site: tax-guangdong}
    capacity: 100             # Mbit/s
    laid-on: 2019-06-01
    approved-by: Li Na
    approved-on: 2026-03-02
    reason: until both sites are in the backbone's VPN
    valid-from: 2026-04-01
    valid-until: 2027-03-31   # the last day on which it may be used
```

A line is no way round the backbone: between sites it joins sites of one VPN; a router's end is of a
line to another router, or to a place that the inventory does not have. A site is joined to a router
by an access in `sites.yaml` instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from egovnet.inventory.errors import Location, Problem
from egovnet.inventory.model import Closed, Name, Network, Port, Text
from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.primitives import AgencyName, RouterName, SiteName, refusal
from egovnet.inventory.model.shown import did_you_mean, listed
from egovnet.inventory.model.validity import (
    ApprovedBy,
    ApprovedOn,
    Day,
    Stated,
    ValidFrom,
    ValidityState,
    ValidUntil,
    approval_mistakes,
    order_mistakes,
    state_on,
)
from egovnet.inventory.register import Register
from egovnet.inventory.source.closed_file import problem_at
from egovnet.inventory.source.yaml_source import Document
from egovnet.inventory.today import today

FILE = "legacy-circuits.yaml"
#: So long before its end a line is to be moved or approved anew: another one is months to order.
NOTICE = timedelta(days=90)
CODES = {
    "legacy-circuit-expired": "A legacy circuit whose last day is past: drift reports it where it "
    "still runs, and `prove --running` denies the proof.",
    "legacy-circuit-not-yet-valid": "A legacy circuit whose approval begins on a day to come: "
    "until then drift reports it.",
    "legacy-circuit-ends-soon": f"A legacy circuit's approval ends within {NOTICE.days} days.",
}


class EndKind(StrEnum):
    """What is at an end of a legacy circuit."""

    ROUTER = "router"
    SITE = "site"
    PLACE = "place"


class LegacyEnd(Closed):
    """One end of a legacy circuit: a router's port, a site, or a place that is neither."""

    router: Annotated[
        RouterName | None, about("Router of the backbone that it ends on.", "sc-pe1")
    ] = None
    port: Annotated[Port | None, about("Port of that router, which nothing else uses.", "eth7")] = (
        None
    )
    site: Annotated[
        SiteName | None, about("Site that it ends at, behind the site's own router.", "tax-sichuan")
    ] = None
    place: Annotated[
        Text, about("Where it ends, outside of the inventory.", "tax office of Mianyang")
    ] = ""

    @model_validator(mode="after")
    def _is_one_of_three(self) -> "LegacyEnd":
        given = [kind for kind in EndKind if getattr(self, kind)]
        if len(given) != 1:
            found = " and ".join(given) if given else "no router, no site and no place"
            raise refusal(found, "write one of router (with its port), site, place")
        if self.router is not None and self.port is None:
            raise refusal("a router without a port", "name the port that it ends on", "port")
        if self.router is None and self.port is not None:
            raise refusal("a port without a router", "name the router, or leave it out", "port")
        return self

    @property
    def kind(self) -> EndKind:
        """What it is."""
        return next(kind for kind in EndKind if getattr(self, kind))

    @property
    def words(self) -> str:
        """Such as "sc-pe1 eth7", "site tax-sichuan" or the place."""
        if self.router is not None:
            return f"{self.router} {self.port}"
        return self.place or f"site {self.site}"

    @property
    def router_port(self) -> tuple[str, str] | None:
        """(router, port) of an end on a router."""
        if self.router is None or self.port is None:
            return None
        return self.router, self.port


class LegacyCircuit(Closed):
    """A dedicated line from before the backbone that somebody approved until a day."""

    description: Annotated[Text, about("For people.", "carrier A, contract 2019-117")] = ""
    owner: Annotated[AgencyName, about("Agency that has it and answers for it.", "taxation")]
    a: Annotated[LegacyEnd, about("One end.", {"site": "tax-sichuan"})]
    b: Annotated[LegacyEnd, about("The other end.", {"place": "tax office of Mianyang"})]
    capacity: Annotated[
        int,
        Field(strict=True, ge=1, le=10_000_000),
        about("What it carries in each direction.", 100, unit="Mbit/s"),
    ]
    laid_on: Annotated[Day, about("Day from which it has been in use.", date(2019, 6, 1))]
    approved_by: ApprovedBy
    approved_on: ApprovedOn
    reason: Annotated[Stated, about("Why it may stay.", "until both sites are in the VPN")]
    valid_from: ValidFrom
    valid_until: ValidUntil

    @property
    def ends(self) -> tuple[LegacyEnd, LegacyEnd]:
        """Both ends."""
        return self.a, self.b

    @property
    def ports(self) -> tuple[tuple[str, str], ...]:
        """(router, port) of its ends on routers of the backbone."""
        return tuple(end.router_port for end in self.ends if end.router_port is not None)

    @property
    def between_routers(self) -> bool:
        """Whether the backbone has a router at both ends, so that the inventory knows both."""
        return len(self.ports) == 2

    def in_force(self, day: date) -> bool:
        """Whether it may be used on `day`."""
        return state_on(self, day) is ValidityState.IN_FORCE


class LegacyCircuits(Closed):
    """Dedicated lines from before the backbone that may stay, until when, and who approved it."""

    closed_on: Annotated[
        Day | None,
        about(
            "Day from which nobody lays a new line: one that was laid later cannot stand here. "
            "Left out, nothing asks when a line was laid.",
            date(2026, 1, 1),
        ),
    ] = None
    approvers: Annotated[
        tuple[Stated, ...], about("Persons who may approve that a line stays.", ["Li Na"])
    ] = ()
    circuits: Annotated[
        dict[Name, LegacyCircuit],
        about(
            "Lines, by names that are no circuits' of circuits.yaml.",
            {"taxation-sichuan-guangdong": {"owner": "taxation", "capacity": 100}},
        ),
    ] = Field(default_factory=dict)

    def expired(self, day: date) -> Iterator[str]:
        """Sentences about lines whose last day is past."""
        for name, entry in self.circuits.items():
            if state_on(entry, day) is ValidityState.EXPIRED:
                yield (
                    f"{FILE}: legacy circuit {name} of {entry.owner} ({entry.a.words} - "
                    f"{entry.b.words}) ended on {entry.valid_until}; take it down, or have it "
                    "approved anew"
                )

    def at_ports(self) -> dict[tuple[str, str], str]:
        """(router, port) -> the line that ends there."""
        return {port: name for name, entry in self.circuits.items() for port in entry.ports}


@dataclass(frozen=True)
class _Checks:
    """Everything that is asked of one line after another, each by itself."""

    register: LegacyCircuits
    document: Document
    network: Network
    day: date

    def of_one(self, name: str, entry: LegacyCircuit) -> Iterator[Problem]:
        """Yield every problem of a line that can be judged."""
        for judged in (self.name, self.ends, self.owned, self.laid, self.approver, self.approved):
            yield from as_far_as_known(judged(name, entry))
        yield from as_far_as_known(self.days(name, entry))

    def at(self, name: str, *keys: str) -> Location:
        """A place of a line."""
        return ("circuits", name, *keys)

    def problem(self, at: Location, found: str, remedy: str) -> Problem:
        """A problem there."""
        return problem_at(self.document, at, found, remedy)

    def name(self, name: str, _: LegacyCircuit) -> Iterator[Problem]:
        """It is no circuit of the backbone."""
        if name in self.network.circuits:
            found = f"{name} is a circuit of the backbone"
            remedy = "take it out here: what circuits.yaml has needs no approval"
            yield self.problem(self.at(name), found, remedy)

    def ends(self, name: str, entry: LegacyCircuit) -> Iterator[Problem]:
        """Two ends that may be joined."""
        kinds = {entry.a.kind, entry.b.kind}
        if entry.a == entry.b:
            found = f"both ends are {entry.a.words}"
            yield self.problem(self.at(name, "b"), found, "name the other end")
        elif kinds == {EndKind.ROUTER, EndKind.SITE}:
            key = "a" if entry.a.kind is EndKind.SITE else "b"
            yield self.problem(
                self.at(name, key, "site"),
                "a site at a router's port",
                "write it as an access of the site in sites.yaml, which puts it into a VRF",
            )
        elif entry.a.router is not None and entry.a.router == entry.b.router:
            found = "both ends on one router"
            yield self.problem(self.at(name, "b", "router"), found, "name two routers")
        elif kinds == {EndKind.SITE}:
            yield from self._one_vpn(name, entry)

    def _one_vpn(self, name: str, entry: LegacyCircuit) -> Iterator[Problem]:
        sites = self.network.sites
        first, second = (sites.get(str(end.site)) for end in entry.ends)
        if first is not None and second is not None and first.vpn != second.vpn:
            yield self.problem(
                self.at(name, "b", "site"),
                f"joins VPN {first.vpn} and VPN {second.vpn}",
                "take the line down: networks meet at the interconnection platform only",
            )

    def owned(self, name: str, entry: LegacyCircuit) -> Iterator[Problem]:
        """Who has it owns the VPN of its sites."""
        for key, end in (("a", entry.a), ("b", entry.b)):
            site = self.network.sites.get(end.site or "")
            vpn = self.network.vpns.get(site.vpn) if site is not None else None
            if vpn is not None and vpn.owner != entry.owner:
                known = {vpn.owner, entry.owner} <= self.network.agencies.keys()
                if known:
                    found = f"{entry.owner} has it, and {end.site} is a site of {vpn.owner}"
                    remedy = f"write owner: {vpn.owner}, or name a site of {entry.owner}"
                    yield self.problem(self.at(name, key, "site"), found, remedy)

    def laid(self, name: str, entry: LegacyCircuit) -> Iterator[Problem]:
        """It was there before nobody was to lay one any more."""
        closed = self.register.closed_on
        if closed is not None and entry.laid_on > closed:
            found = f"laid on {entry.laid_on}: nobody lays a line of their own after {closed}"
            remedy = "take it down, and order an access of the backbone"
            yield self.problem(self.at(name, "laid-on"), found, remedy)

    def approver(self, name: str, entry: LegacyCircuit) -> Iterator[Problem]:
        """Somebody approved it who may."""
        known = self.register.approvers
        if entry.approved_by not in known:
            found = f"{entry.approved_by} is none of the approvers"
            remedy = did_you_mean(entry.approved_by, known)
            remedy += f"name one of {listed(known)}" if known else _nobody_may(entry.approved_by)
            yield self.problem(self.at(name, "approved-by"), found, remedy)

    def approved(self, name: str, entry: LegacyCircuit) -> Iterator[Problem]:
        """It was approved, and before it begins."""
        for key, found, remedy in approval_mistakes(entry, self.day):
            yield self.problem(self.at(name, key), found, remedy)

    def days(self, name: str, entry: LegacyCircuit) -> Iterator[Problem]:
        """It ends after it begins."""
        for key, found, remedy in order_mistakes(entry):
            yield self.problem(self.at(name, key), found, remedy)

    def ports(self) -> Iterator[Problem]:
        """Each end on a router has a port of its own."""
        taken = _used_ports(self.network)
        for name, entry in self.register.circuits.items():
            for key in ("a", "b"):
                yield from as_far_as_known(self._port(name, key, entry, taken))

    def _port(
        self, name: str, key: str, entry: LegacyCircuit, taken: dict[tuple[str, str], str]
    ) -> Iterator[Problem]:
        place = (entry.a if key == "a" else entry.b).router_port
        if place is None:
            return
        router, port = place
        who = taken.get(place)
        if port == self.network.management_port(router):
            who = "management"
        if who is not None:
            remedy = "name the port that the line is at"
            if who.startswith("circuit "):
                remedy = "take it out here: what circuits.yaml has needs no approval"
            at = self.at(name, key, "port")
            yield self.problem(at, f"{router} {port} is taken by {who}", remedy)
        taken.setdefault(place, f"legacy circuit {name}")


def _nobody_may(person: str) -> str:
    return f"write approvers: [{person}] into {FILE} if that person may"


def _used_ports(network: Network) -> dict[tuple[str, str], str]:
    """(router, port) -> what the inventory has there; what is not known is left out."""
    taken: dict[tuple[str, str], str] = {}

    def of_circuits() -> Iterator[tuple[tuple[str, str], str]]:
        for name, circuit in network.circuits.items():
            for end in (circuit.a, circuit.b):
                yield (end.router, end.port), f"circuit {name}"

    def of_sites() -> Iterator[tuple[tuple[str, str], str]]:
        for name, site in network.sites.items():
            for key, access in site.site_network_accesses.items():
                yield (access.pe, access.port), f"access {name}/{key}"

    def of_borders() -> Iterator[tuple[tuple[str, str], str]]:
        for name, border in network.borders.items():
            yield (border.router, border.port), f"border {name}"

    for found in (of_circuits(), of_sites(), of_borders()):
        taken |= dict(as_far_as_known(found))
    return taken


def _cross_checks(
    register: LegacyCircuits, document: Document, network: Network
) -> Iterator[Problem]:
    checks = _Checks(register, document, network, today())
    for name, entry in register.circuits.items():
        yield from checks.of_one(name, entry)
    yield from checks.ports()


def _warnings(
    register: LegacyCircuits, document: Document, network: Network
) -> Iterator[tuple[str, Problem]]:
    """None of it is an error: that a day has passed must not stop every other change."""
    day = network.day or today()
    for name, entry in register.circuits.items():
        last = entry.valid_until
        at: Location = ("circuits", name, "valid-until")
        state = state_on(entry, day)
        if state is ValidityState.EXPIRED:
            found, remedy = f"ended on {last}", "take the line down, or have it approved anew"
            yield "legacy-circuit-expired", problem_at(document, at, found, remedy)
        elif state is ValidityState.NOT_YET:
            at, found = ("circuits", name, "valid-from"), f"begins on {entry.valid_from}"
            remedy = "nothing to do until then, if the line is not in use"
            yield "legacy-circuit-not-yet-valid", problem_at(document, at, found, remedy)
        elif last < day + NOTICE:
            found = f"ends on {last}, in {(last - day).days} days"
            remedy = f"move what {entry.owner} has on it, or have it approved anew"
            yield "legacy-circuit-ends-soon", problem_at(document, at, found, remedy)


REGISTER = Register(
    name="legacy circuits",
    file=FILE,
    model=LegacyCircuits,
    cross_checks=_cross_checks,
    codes=CODES,
    warnings=_warnings,
)
