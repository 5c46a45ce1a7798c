"""Links that no circuit explains: what drift reports equals what a simple oracle says."""

from datetime import date
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.registers.legacy_circuits import LegacyCircuits
from egovnet.playbooks.drift.links import (
    Approvals,
    FoundLink,
    OtherEnd,
    accepted,
    expected_links,
    found_links,
    link_differences,
    other_ends,
)
from egovnet.playbooks.results.difference import Difference, Status
from egovnet.playbooks.results.drift_report import DriftClass
from egovnet.templates.model.running_state import Origin, RunningHop, RunningRoute, RunningState
from egovnet.templates.model.state import SeenNeighbor, Speaks
from tests.playbooks.drift.one_router import reference

DAY = date(2026, 11, 29)
ROUTERS = ("bj-pe1", "sc-pe1", "gz-pe1")
PORTS = ("eth7", "eth8", "eth9")
ENDS = {
    name: OtherEnd(name, f"10.255.0.{n}", f"0102.5500.000{n}") for n, name in enumerate(ROUTERS, 1)
}
INTENDED = reference()


def line(ends: list[tuple[str, str]], first: str, last: str) -> dict[str, object]:
    a, b = ({"router": router, "port": port} for router, port in ends)
    return {
        "owner": "government",
        "a": a,
        "b": b if b != a else {"place": "the old archive"},
        "capacity": 100,
        "laid-on": "2019-06-01",
        "approved-by": "Li Na",
        "approved-on": "2026-03-02",
        "reason": "drawn",
        "valid-from": first,
        "valid-until": last,
    }


@st.composite
def registers(draw: st.DrawFn) -> LegacyCircuits:
    """Lines at ports of their own, in force or not, some of them to a place."""
    free = draw(st.permutations([(router, port) for router in ROUTERS for port in PORTS]))
    found: dict[str, object] = {}
    for number in range(draw(st.integers(0, 4))):
        one = free.pop()
        others = [end for end in free if end[0] != one[0]]
        other = draw(st.sampled_from([one, *others]))
        if other in free:
            free.remove(other)
        days = [
            ("2026-04-01", "2099-01-01"),
            ("2026-11-29", "2026-11-29"),
            ("2026-04-01", "2026-11-28"),
            ("2026-11-30", "2027-01-01"),
        ]
        found[f"line{number}"] = line([one, other], *draw(st.sampled_from(days)))
    return LegacyCircuits.model_validate({"approvers": ["Li Na"], "circuits": found})


@st.composite
def links(draw: st.DrawFn) -> tuple[FoundLink, ...]:
    """At most one at a port."""
    names = [*ROUTERS, "somebody", *(end.lsr_id for end in ENDS.values()), "10.9.9.9"]
    names += [end.system_id for end in ENDS.values()]
    found = []
    for router, port in draw(
        st.lists(
            st.tuples(st.sampled_from(ROUTERS), st.sampled_from((*PORTS, ""))),
            unique=True,
            max_size=8,
        )
    ):
        seen = draw(
            st.lists(
                st.builds(
                    SeenNeighbor, st.just(port), st.sampled_from(Speaks), st.sampled_from(names)
                ),
                max_size=3,
                unique=True,
            )
        )
        found.append(FoundLink(router, port, tuple(seen), ("192.0.2.0/30",)[: len(seen) % 2 ^ 1]))
    return tuple(found)


def oracle(register: LegacyCircuits, link: FoundLink) -> bool:
    """Whether the link may be: one line in force has the port, and whoever is there is its end."""
    for entry in register.circuits.values():
        mine = [e for e in (entry.a, entry.b) if (e.router, e.port) == (link.device, link.port)]
        if not mine or not (entry.valid_from <= DAY <= entry.valid_until):
            continue
        other = entry.b if mine[0] is entry.a else entry.a
        if other.router is None:
            return True
        end = ENDS[other.router]
        names = {
            Speaks.LDP: {end.lsr_id},
            Speaks.ISIS: {end.router, end.system_id},
            Speaks.LLDP: {end.router, end.system_id},
        }
        return all(seen.name in names[seen.speaks] for seen in link.neighbors)
    return False


@given(register=registers(), found=links())
def test_what_is_reported_equals_an_oracle(
    register: LegacyCircuits, found: tuple[FoundLink, ...]
) -> None:
    differences = list(link_differences(found, Approvals(register, DAY, ENDS)))
    assert len(differences) == len(found)
    for link, difference in zip(found, differences, strict=True):
        may_be = oracle(register, link)
        assert difference.klass is DriftClass.LINK
        assert (difference.device, difference.port) == (link.device, link.port)
        assert difference.counts is not may_be
        assert (difference.status is Status.ACKNOWLEDGED) is may_be
        assert bool(difference.why_not) is not may_be
        assert (difference.acknowledged_by == "Li Na") is may_be
        assert all(seen.name in difference.message for seen in link.neighbors)


@given(register=registers(), found=links())
def test_what_is_about_a_refused_link_counts(
    register: LegacyCircuits, found: tuple[FoundLink, ...]
) -> None:
    approvals = Approvals(register, DAY, ENDS)
    links_found = list(link_differences(found, approvals))
    others = [
        Difference(router, klass, "configuration", f"interface {port}", "lines", port=port)
        for router in ROUTERS
        for port in PORTS
        for klass in (DriftClass.LEAK, DriftClass.UNMANAGED)
    ]
    refused = {(link.device, link.port) for link in found if not oracle(register, link)}
    held = {port for e in register.circuits.values() if e.in_force(DAY) for port in e.ports}
    for one in accepted([*links_found, *others], approvals):
        if one.klass is DriftClass.UNMANAGED:
            at = (one.device, one.port)
            assert one.counts is (at in refused or at not in held)
        if one.klass is DriftClass.LEAK:
            assert one.counts


@pytest.mark.parametrize(
    ("router", "port", "speaks", "name", "explained"),
    [
        ("bj-p1", "eth1", Speaks.ISIS, "bj-p2", True),
        ("bj-p1", "eth1", Speaks.ISIS, "0102.5500.0002", True),
        ("bj-p1", "eth1", Speaks.ISIS, "bj-pe1", False),
        ("bj-p1", "eth1", Speaks.LDP, "10.255.0.2", True),
        ("bj-p1", "eth1", Speaks.LDP, "10.255.0.3", False),
        ("bj-p1", "eth1", Speaks.LLDP, "bj-p2.example.gov", True),
        ("bj-p1", "eth1", Speaks.LLDP, "old-mux", False),
        ("bj-p1", "eth9", Speaks.LLDP, "bj-p2", False),
        ("bj-pe1", "eth3", Speaks.LLDP, "office-switch", True),
        ("bj-pe1", "eth3", Speaks.ISIS, "office-router", False),
        ("bj-pe1", "eth0", Speaks.LLDP, "management-switch", True),
        ("bj-pe1", "", Speaks.LDP, "10.255.0.2", False),
    ],
)
def test_what_a_circuit_explains(
    router: str, port: str, speaks: Speaks, name: str, *, explained: bool
) -> None:
    expected = expected_links(INTENDED.network, INTENDED.allocation)[router]
    seen = SeenNeighbor(port, speaks, name)
    assert expected.unexpected([seen]) == (() if explained else (seen,))


def test_names_are_those_that_the_routers_have() -> None:
    ends = other_ends(INTENDED.network, INTENDED.allocation)
    for name, device in INTENDED.devices.items():
        assert device.isis_net.endswith(f".{ends[name].system_id}.00")
        assert ends[name].lsr_id == str(device.router_id)


def test_networks_outside_the_plan_are_links() -> None:
    def route(prefix: str, port: str, origin: Origin, **more: object) -> RunningRoute:
        hops = (RunningHop(port, str(more.pop("gateway", ""))),)
        table = 254
        return RunningRoute("ipv4", table, ip_network(prefix), origin, prefix, hops, **more)  # type: ignore[arg-type]

    state = RunningState(
        routes=(
            route("192.0.2.0/30", "eth7", Origin.SYSTEM),
            route("192.0.2.1/32", "eth7", Origin.SYSTEM, local=True),
            route("198.51.100.0/30", "eth8", Origin.STATIC),
            route("198.51.100.4/30", "eth8", Origin.SYSTEM, gateway="192.0.2.2"),
            route("fe80::/64", "eth8", Origin.SYSTEM),
        )
    )
    assert list(found_links("bj-p1", (), state, {254})) == [
        FoundLink("bj-p1", "eth7", (), ("192.0.2.0/30",))
    ]
    assert not list(found_links("bj-p1", (), state, {255}))
