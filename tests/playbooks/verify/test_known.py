"""What failed before a change, and what the change is blamed for: over drawn changes."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import Allocation, vrf_of
from egovnet.inventory.model import Network
from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.device_parts import PartSites
from egovnet.playbooks.change.plan import DevicePlan
from egovnet.playbooks.change.touched_lines import touched_lines
from egovnet.playbooks.core.intended import SnapshotInventory
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.verification import Verification
from egovnet.playbooks.verify.probe_plan import Former
from egovnet.playbooks.verify.touched import Touched
from egovnet.playbooks.verify.verify import Verifier
from egovnet.playbooks.verify.verifying import Verifying
from egovnet.templates.intend.access_ends import access_interface
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.device import Device
from egovnet.templates.registry import render
from tests.changed_networks import Change, changed_networks
from tests.hypothesis_profiles import examples
from tests.inventories import BACKBONE
from tests.playbooks.verify.worlds import Watched, World


def plans(change: Change) -> dict[str, DevicePlan]:
    """The routers whose texts differ."""
    old = intend(change.before, change.numbers)
    new = intend(change.after, change.new_numbers)
    texts = {name: (render(old[name]), render(device)) for name, device in new.items()}
    return {n: DevicePlan("", one, other, "") for n, (one, other) in texts.items() if one != other}


def touched_by(change: Change) -> Touched:
    now = Dependents(change.after, change.new_numbers)
    return touched_lines(PartSites(now, Dependents(change.before, change.numbers)), plans(change))


def verified(
    change: Change, before: World, after: World, *, limit: tuple[str, ...] = ()
) -> Verification:
    """A baseline in one world, and the verification in the other."""
    watched = Watched(before)
    snapshot = SnapshotInventory(change.after, change.new_numbers, None)
    workspace = Workspace(BACKBONE).intending(snapshot)
    if limit:
        workspace = workspace.only(limit)
    former = Former(change.before, change.numbers)
    how = Verifying(converge=0, sources=(watched.hosts,), former=former)
    with pytest.MonkeyPatch.context() as monkeypatch:
        watched.take_part(monkeypatch)
        verifier = Verifier(workspace, Silent(), how)
        verifier.take_baseline(touched_by(change), ())
        watched.world = after
        return verifier.verify()


def worlds(change: Change, *dark: str, cut: frozenset[str] = frozenset()) -> tuple[World, World]:
    """The network as it was and as it is to be, both with the same broken."""

    def there(network: Network) -> frozenset[str]:
        return frozenset(dark) & network.sites.keys()

    old, new = change.before, change.after
    return (
        World(old, change.numbers, there(old), cut & old.circuits.keys()),
        World(new, change.new_numbers, there(new), cut & new.circuits.keys()),
    )


def messages(found: Verification) -> list[str]:
    return [finding.message for finding in found.findings if not finding.known]


def lines_of(
    network: Network, allocation: Allocation, devices: dict[str, Device], site: str, pe: str
) -> object:
    """Everything of a router that is for a site's accesses there: facts, not text."""
    entry = network.sites.get(site)
    if entry is None or pe not in devices:
        return None
    device, found = devices[pe], []
    for name, access in entry.site_network_accesses.items():
        if access.pe != pe:
            continue
        label = f"{site}/{name}"
        vrf_name = allocation.vrf_name[vrf_of(network, site, access)]
        vrf = next(vrf for vrf in device.vrfs if vrf.name == vrf_name)
        port = access_interface(network, access, allocation.vlan[label])
        interface = next(i for i in device.interfaces if i.name == port)
        statics = [
            route
            for route in vrf.static_routes
            if any(route.next_hop in a.network for a in interface.addresses)
        ]
        sessions = [peer for peer in vrf.peers if peer.description == f"site {label}"]
        found.append((name, interface, sessions, statics))
    return found or None


@given(change=changed_networks())
def test_lines_are_an_access_s_exactly_where_its_port_session_or_routes_differ(
    change: Change,
) -> None:
    touched = touched_by(change)
    old, new = intend(change.before, change.numbers), intend(change.after, change.new_numbers)
    for site in {**change.before.sites, **change.after.sites}:
        for pe in {**old, **new}:
            before = lines_of(change.before, change.numbers, old, site, pe)
            after = lines_of(change.after, change.new_numbers, new, site, pe)
            if before != after and pe in plans(change):
                assert (pe, site) in touched.accesses, (pe, site, change.kinds)
    for name, (one, other) in {n: (old.get(n), new.get(n)) for n in new}.items():
        if one == other:
            assert name not in touched.devices


@examples(30, unchecked=[HealthCheck.filter_too_much])
@given(change=changed_networks(), data=st.data())
def test_a_customer_who_was_dark_keeps_no_change_of_others_from_being_done(
    change: Change, data: st.DataObject
) -> None:
    both = sorted(change.before.sites.keys() & change.after.sites.keys())
    assume(both)
    dark = data.draw(st.sampled_from(both))
    touched = touched_by(change)
    assume(not any(site == dark for _, site in touched.accesses))
    assume(not touched.anything)
    mine = {
        (access.pe, numbers.vrf_name[vrf_of(network, dark, access)])
        for network, numbers in (
            (change.before, change.numbers),
            (change.after, change.new_numbers),
        )
        for access in network.sites[dark].site_network_accesses.values()
    }
    assume(not mine & touched.tables)
    found = verified(change, *worlds(change, dark))
    assert messages(found) == [], (dark, change.kinds)
    assert found.passed


@examples(30, unchecked=[HealthCheck.filter_too_much])
@given(change=changed_networks(), data=st.data())
def test_a_customer_who_is_dark_at_lines_of_the_change_undoes_it(
    change: Change, data: st.DataObject
) -> None:
    """Were he dark before or not: the change is about him, and may be to bring him back."""
    touched = touched_by(change)
    sites = change.after.sites
    about = sorted({site for _, site in touched.accesses if site in sites})
    about = [
        site
        for site in about
        if not any(map(sites[site].awaits, sites[site].site_network_accesses))
    ]
    assume(about)
    dark = data.draw(st.sampled_from(about))
    before, after = worlds(change, dark)
    if data.draw(st.booleans()):
        before = replace(before, dark=frozenset())
    found = verified(change, before, after)
    assert not found.passed, (dark, change.kinds)
    assert any(f.klass == "customer" and dark in f.subject for f in found.findings)


@examples(30, unchecked=[HealthCheck.filter_too_much])
@given(change=changed_networks(), data=st.data())
def test_what_went_dark_since_is_no_excuse(change: Change, data: st.DataObject) -> None:
    touched = touched_by(change)
    concerned = {site for _, site in touched.accesses} & change.after.sites.keys()
    vpns = {change.after.sites[site].vpn for site in concerned}
    sites = [n for n, s in change.after.sites.items() if s.vpn in vpns and not s.awaited]
    assume(sites)
    dark = data.draw(st.sampled_from(sites))
    before, after = worlds(change, dark)
    found = verified(change, replace(before, dark=frozenset()), after)
    assert not found.passed, (dark, change.kinds)


@examples(30, unchecked=[HealthCheck.filter_too_much])
@given(change=changed_networks(), data=st.data())
def test_a_circuit_that_was_cut_is_excused_where_its_lines_stay(
    change: Change, data: st.DataObject
) -> None:
    both = sorted(change.before.circuits.keys() & change.after.circuits.keys())
    assume(both)
    name = data.draw(st.sampled_from(both))
    touched, circuit = touched_by(change), change.after.circuits[name]
    ends = [(end.router, end.port) for end in (circuit.a, circuit.b)]
    between = [
        (end.router, end.port)
        for other in change.after.circuits.values()
        if {other.a.router, other.b.router} == {circuit.a.router, circuit.b.router}
        for end in (other.a, other.b)
    ]
    found = verified(change, *worlds(change, cut=frozenset({name})))
    if any(touched.circuit(*end) for end in (*ends, *between)):
        assert any("no adjacency" in message for message in messages(found)) or found.passed
    else:
        assert messages(found) == [], (name, change.kinds)


@examples(20, unchecked=[HealthCheck.filter_too_much])
@given(change=changed_networks(), data=st.data())
def test_a_leak_is_never_excused(change: Change, data: st.DataObject) -> None:
    """Between customers of the change's VPNs and everybody else, were it there before or not."""
    before, after = worlds(change)
    verified(change, before, after)
    asked = [flow for flow in after.asked if not flow.must_reach and not flow.asks]
    assume(asked)
    flow = data.draw(st.sampled_from(asked))
    leaks = frozenset({(flow.sender, flow.address)})
    found = verified(change, replace(before, leaks=leaks), replace(after, leaks=leaks, asked=[]))
    assert not found.passed
    assert any("ANSWERED" in message for message in messages(found))


def test_a_way_out_of_the_excuses(tmp_path: Path) -> None:
    """A circuit whose other end is left out: new or cut before, it is not this change's."""
    workspace = Workspace(BACKBONE)
    network, allocation = workspace.network, workspace.allocation
    left = {n: c for n, c in network.circuits.items() if n != "bj-p1--bj-p2"}
    change = Change(
        network.model_copy(update={"circuits": left}), allocation, network, allocation, ()
    )
    before, after = worlds(change, cut=frozenset({"bj-p1--bj-p2"}))
    both = verified(change, before, after)
    assert not both.passed
    one = tuple(name for name in network.routers if name != "bj-p2")
    found = verified(change, before, after, limit=one)
    assert messages(found) == []
