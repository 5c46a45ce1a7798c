"""What a change touches and interrupts: by what depends on its lines, whatever they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import Allocation, allocate, vrf_of
from egovnet.inventory.model import Network
from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.impact import Impact
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.affected import Affected, affected_from
from egovnet.templates.intend.access_ends import access_addresses, access_interface
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.device import Device
from egovnet.templates.model.interruption import InterruptionClass
from egovnet.templates.model.parts import Part, PartKind
from egovnet.templates.registry import platform, render, render_day0
from tests.changed_networks import Change, changed_networks
from tests.hypothesis_profiles import examples
from tests.inventories import BACKBONE
from tests.strategies import networks

FAR_END = InterruptionClass.FAR_END
#: Changes of one site's own lines, or of words.
ITS_OWN = {"priority", "prefixes", "descriptions", "site gone", "vlan", "metric"}
CONTEXT = Workspace(BACKBONE)
INDEX = Dependents(CONTEXT.network, CONTEXT.allocation)
TEXTS = CONTEXT.intended()


@dataclass(frozen=True)
class Pushed:
    """A device's two texts, and what it says of its own faults."""

    before: str
    intended: str
    diff: str = ""


def texts(network: Network, allocation: Allocation) -> dict[str, str]:
    return {name: render(device) for name, device in intend(network, allocation).items()}


def pushed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, Pushed]:
    """The devices that both have and whose text differs."""
    return {
        name: Pushed(before[name], text)
        for name, text in after.items()
        if name in before and before[name] != text
    }


def without(network: Network, site: str) -> Network:
    sites = {name: entry for name, entry in network.sites.items() if name != site}
    return network.model_copy(update={"sites": sites})


# -- what comes and goes ---------------------------------------------------------------------------


@examples(50)
@given(network=networks(max_edges=3), data=st.data())
def test_a_site_that_comes_or_goes_is_all_that_is_touched(
    network: Network, data: st.DataObject
) -> None:
    assume(network.sites)
    site = data.draw(st.sampled_from(sorted(network.sites)))
    whole = allocate(network)
    less = without(network, site)
    # As in a repository: the numbers of what stays stay.
    rest = allocate(less, whole.lock)
    with_it, without_it = texts(network, whole), texts(less, rest)
    touched = Affected((network.sites[site].vpn,), (site,))
    now = Dependents(network, whole)
    assert Impact(now).of(pushed(without_it, with_it)) == touched
    # The site has left the inventory, and the routers still have it.
    assert Impact(Dependents(less, rest)).of(pushed(with_it, without_it)) == touched
    assert Impact(Dependents(less, rest), now).of(pushed(with_it, without_it)) == touched


@examples(50)
@given(network=networks(max_edges=2, max_vpns=3))
def test_the_first_plan_touches_all_and_interrupts_nobody(network: Network) -> None:
    allocation = allocate(network)
    now = Dependents(network, allocation)
    day0 = {name: render_day0(device) for name, device in intend(network, allocation).items()}
    after = texts(network, allocation)
    assert Impact(now).of(pushed(day0, after)) == Affected(
        tuple(sorted({entry.vpn for entry in network.sites.values()})),
        tuple(sorted(network.sites)),
    )
    assert Impact(now).of(pushed(after, after)) == Affected()


# -- what a site stands on, against the devices themselves ----------------------------------------


def foundations(change: tuple[Network, Allocation]) -> dict[str, Any]:
    """Site -> everything of its routers that its packets need, but the ways between them."""
    network, allocation = change
    devices = intend(network, allocation)
    reflectors = {
        name: (device.asn, device.router_id, device.loopbacks)
        for name, device in devices.items()
        if device.reflector
    }
    return {
        site: [
            _foundation((network, allocation), devices[access.pe], (site, name), reflectors)
            for name, access in entry.site_network_accesses.items()
        ]
        for site, entry in network.sites.items()
    }


def _foundation(
    of: tuple[Network, Allocation],
    device: Device,
    place: tuple[str, str],
    reflectors: Mapping[str, Any],
) -> tuple[object, ...]:
    (network, allocation), (site, name) = of, place
    access = network.sites[site].site_network_accesses[name]
    label = f"{site}/{name}"
    vrf = allocation.vrf_name[vrf_of(network, site, access)]
    own = next(each for each in device.vrfs if each.name == vrf)
    interface = access_interface(network, access, allocation.vlan[label])
    hops = {end.ip for end in access_addresses(allocation, label).ce}
    return (
        (device.name, device.asn, device.router_id, device.loopbacks, device.isis_net),
        (own.name, own.table, own.rd, set(own.import_targets), own.export_targets),
        [each for each in device.interfaces if each.name == interface],
        [route for route in own.static_routes if route.next_hop in hops],
        [peer for peer in own.peers if peer.address in hops],
        {name: reflectors[name] for name in reflectors if device.backbone_peers},
    )


def impact_of(change: Change, *, journal: bool) -> Affected:
    now = Dependents(change.after, change.new_numbers)
    former = Dependents(change.before, change.numbers) if journal else None
    old, new = texts(change.before, change.numbers), texts(change.after, change.new_numbers)
    return Impact(now, former).of(pushed(old, new))


@examples(120)
@given(change=changed_networks(max_edges=3, max_vpns=3, max_sites=3), journal=st.booleans())
def test_a_site_whose_foundations_change_is_affected(change: Change, journal: bool) -> None:
    old = foundations((change.before, change.numbers))
    new = foundations((change.after, change.new_numbers))
    affected = impact_of(change, journal=journal)
    changed = {site for site in {**old, **new} if old.get(site) != new.get(site)}
    assert changed <= set(affected.sites), change.kinds
    vpns = {change.before.sites[site].vpn for site in changed & change.before.sites.keys()}
    if journal:
        assert vpns <= set(affected.vpns)
    if journal and set(change.kinds) <= ITS_OWN:
        # lines of one access alone: nobody else, but for who has no other site to reach
        far = {s for one in affected.interrupted if one.klass is FAR_END for s in one.sites}
        assert set(affected.sites) <= changed | far, change.kinds


@examples(60)
@given(change=changed_networks(most=2, max_edges=3, max_vpns=2, max_sites=2))
def test_what_is_interrupted_was_there_and_stays(change: Change) -> None:
    affected = impact_of(change, journal=True)
    named = [site for one in affected.interrupted for site in one.sites]
    assert len(named) == len(set(named))
    assert set(named) <= set(affected.sites)
    assert set(named) <= change.before.sites.keys() & change.after.sites.keys()
    interrupted = [one.to_dict() for one in affected.interrupted]
    assert affected_from(affected.to_dict(), interrupted) == affected


# -- the reference network -------------------------------------------------------------------------


def edited(edits: Iterable[tuple[str, str, str]]) -> Affected:
    """What edits (device, old, new) of the intended texts come to; `*` is every device."""
    after = dict(TEXTS)
    for device, old, new in edits:
        for name in TEXTS if device == "*" else (device,):
            assert device == "*" or old in after[name], f"{name} has no {old!r}: correct the test"
            after[name] = after[name].replace(old, new)
    return Impact(INDEX).of(pushed(TEXTS, after))


def classes(affected: Affected) -> dict[str, tuple[str, ...]]:
    return {one.klass.id: one.sites for one in affected.interrupted}


BEIJING = ("court-beijing", "gov-beijing", "party-beijing", "public-beijing")
SPOKES = ("court-guangzhou", "court-shanghai")
ALL = tuple(sorted(CONTEXT.network.sites))


@pytest.mark.parametrize(
    ("edits", "klass", "sites"),
    [
        # a VRF and what is in it
        ([("bj-pe1", "vrf-table 1004", "vrf-table 1077")], "vrf-table", ["party-beijing"]),
        (
            [("bj-pe1", "rd vpn export 10.255.0.3:1004", "rd vpn export 10.255.0.3:1077")],
            "route-distinguisher",
            ["party-beijing"],
        ),
        (
            [("bj-pe1", "rt vpn both 65000:1006", "rt vpn both 65000:9")],
            "route-targets",
            ["party-beijing"],
        ),
        ([("bj-pe1", "    vrf i-party\n", "    vrf i-court\n")], "port", ["party-beijing"]),
        ([("bj-pe1", "  redistribute connected\n", "")], "vrf-routing", BEIJING),
        ([("bj-pe1", "  export vpn\n", "")], "vrf-routing", BEIJING),
        # routes and sessions of one customer
        (
            [("bj-pe1", " ip route 10.2.10.0/24 10.200.0.42\n", "")],
            "static-route",
            ["public-beijing"],
        ),
        (
            [
                (
                    "sh-pe1",
                    "neighbor 10.200.0.50 remote-as 4200000007",
                    "neighbor 10.200.0.50 remote-as 4200000099",
                )
            ],
            "session",
            ["public-shanghai"],
        ),
        # the router, and those whose ways go through it
        (
            [("sc-pe1", " bgp router-id 10.255.0.6", " bgp router-id 10.255.9.9")],
            "router-id",
            ["party-sichuan", "tax-sichuan"],
        ),
        (
            [("sc-pe1", "10.255.0.6/32", "10.255.9.9/32")],
            "loopback",
            ["party-sichuan", "tax-sichuan"],
        ),
        (
            [("sc-pe1", " net 49.0001.0102.5500.0006.00", " net 49.0001.0102.5500.9009.00")],
            "igp-identity",
            ["party-sichuan", "tax-sichuan"],
        ),
        (
            [
                (
                    "sc-pe1",
                    "discovery transport-address 10.255.0.6",
                    "discovery transport-address 10.255.9.9",
                )
            ],
            "label-distribution",
            ["party-sichuan", "tax-sichuan"],
        ),
        ([("*", "is-type level-2-only", "is-type level-1")], "igp-identity", ALL),
        ([("*", "router bgp 65000", "router bgp 65001")], "as-number", ALL),
        ([("bj-p1", "router bgp 65000", "router bgp 65001")], "reflector-redundancy", ALL),
        (
            [
                ("bj-p1", " bgp router-id", " bgp cluster-id 1.1.1.1\n bgp router-id"),
                ("bj-p2", " bgp router-id", " bgp cluster-id 1.1.1.1\n bgp router-id"),
            ],
            "",
            (),
        ),
        # one end of a circuit, and both
        ([("gz-pe1", "    address 10.254.0.12/31", "    address 10.254.9.12/31")], "circuit", None),
        ([("bj-p1", "mtu 1600", "mtu 1500")], "circuit", None),
    ],
)  # fmt: skip -- a table
def test_who_is_interrupted_and_why(
    edits: list[tuple[str, str, str]], klass: str, sites: Iterable[str] | None
) -> None:
    affected = edited(edits)
    found = classes(affected)
    assert (klass in found) == bool(klass), found
    if sites is not None and klass:
        assert set(sites) <= set(found[klass])
        assert set(found[klass]) <= set(affected.sites)
    assert all(one.seconds is None or one.seconds >= 0 for one in affected.interrupted)


@pytest.mark.parametrize(
    ("edits", "sites"),
    [
        # a filter, a limit, a preference: touched, and nobody is interrupted
        ([("bj-pe1", "maximum-prefix 50", "maximum-prefix 51")], BEIJING[:3]),
        ([("bj-pe1", "permit 10.1.20.0/24 le 32", "permit 10.1.20.0/25 le 32")], ["gov-beijing"]),
        ([("gd-pe1", "set local-preference 200", "set local-preference 300")], ["gov-guangdong"]),
        # more of the same
        (
            [
                (
                    "bj-pe1",
                    "  rt vpn both 65000:1006\n",
                    "  rt vpn import 65000:1006 65000:9\n  rt vpn export 65000:1006\n",
                )
            ],
            ["party-beijing"],
        ),
        (
            [("gz-pe1", "  rt vpn import 65000:1002", "  rt vpn import 65000:1002 65000:9")],
            ["court-guangzhou"],
        ),
        # how soon and by which way, words, the backbone's own options
        ([("bj-p1", " isis metric 5\n", " isis metric 6\n")], []),
        ([("bj-pe1", "timers connect 5", "timers connect 6")], []),
        ([("bj-pe1", "    alias site party-beijing/main", "    alias site of the party")], []),
        ([("bj-pe1", "description bj-p1", "description the reflector")], []),
        ([("*", "lsp-timers gen-interval 1", "lsp-timers gen-interval 2")], []),
        ([("bj-pe1", "hostname bj-pe1", "hostname bj-pe1\nlog syslog")], []),
    ],
)  # fmt: skip -- a table
def test_what_interrupts_nobody(edits: list[tuple[str, str, str]], sites: Iterable[str]) -> None:
    affected = edited(edits)
    assert affected.interrupted == ()
    assert set(affected.sites) == set(sites)


def test_the_spokes_of_an_interrupted_hub_are_affected_too() -> None:
    affected = edited([("bj-pe1", "vrf-table 1002", "vrf-table 1078")])
    assert "court-beijing" in classes(affected)["vrf-table"]
    assert classes(affected)["far-end"] == SPOKES


def test_a_router_that_others_go_through_takes_their_sites_along() -> None:
    affected = edited([("gd-pe1", " net 49.0001.", " net 49.0002.")])
    on_gz = INDEX.on("gz-pe1").sites
    assert INDEX.on("gd-pe1").sites | on_gz <= set(classes(affected)["igp-identity"])
    assert "public-shanghai" not in classes(affected)["igp-identity"]


def test_a_reflector_that_is_left_keeps_the_routes() -> None:
    one = edited([("*", "neighbor 10.255.0.1 ", "neighbor 10.255.9.9 ")])
    assert classes(one) == {"reflector-redundancy": ALL}
    both = edited(
        [
            ("*", "neighbor 10.255.0.1 ", "neighbor 10.255.9.9 "),
            ("*", "neighbor fde9:ff::1 ", "neighbor fde9:ff::99 "),
            ("*", "neighbor 10.255.0.2 ", "neighbor 10.255.9.8 "),
            ("*", "neighbor fde9:ff::2 ", "neighbor fde9:ff::98 "),
        ]
    )
    assert classes(both)["reflector"] == ALL


def test_a_disruptive_change_is_named_though_nobody_goes_that_way() -> None:
    # everybody takes the other core router where both are as near
    affected = edited([("bj-p2", "discovery transport-address 10.255.0.2", "ttl-security 1")])
    (one,) = affected.disruptive
    assert (one.klass, one.devices) == (InterruptionClass.LABELS, ("bj-p2",))


def test_a_line_that_nobody_knows_may_bear_on_all() -> None:
    affected = edited([("sc-pe1", "mpls ldp\n", "segment-routing\nexit\n!\nmpls ldp\n")])
    assert affected.interrupted == ()  # it comes
    before = {
        "sc-pe1": TEXTS["sc-pe1"].replace("mpls ldp\n", "segment-routing\nexit\n!\nmpls ldp\n")
    }
    gone = Impact(INDEX).of(pushed(before, TEXTS))
    assert classes(gone)["other-lines"] == ("party-sichuan", "tax-sichuan")


# -- texts that the inventory knows nothing of -----------------------------------------------------


def test_lines_of_a_vpn_that_left_the_inventory_still_name_it() -> None:
    more = (
        "\nauto eth3.200\niface eth3.200\n    alias site forest-beijing/main\n    vrf i-forestry\n"
    )
    text = TEXTS["bj-pe1"]
    before = text.replace("\n# ports.conf --", f"{more}\n# ports.conf --")
    affected = Impact(INDEX).of({"bj-pe1": Pushed(before, text)})
    assert affected == Affected(("forestry",), ("forest-beijing",))


def test_a_kernel_that_differs_from_its_text_names_whose_interface_it_is() -> None:
    said = "@@ linux is not as its text says; a commit repairs it @@\n! eth3.102: is missing"
    affected = Impact(INDEX).of({"bj-pe1": Pushed(TEXTS["bj-pe1"], TEXTS["bj-pe1"], said)})
    assert affected == Affected(("party",), ("party-beijing",))


def test_the_same_name_on_another_router_is_not_meant() -> None:
    # eth3.102 serves the party in Beijing; the P routers have no customers.
    said = "! eth3.102: is missing"
    affected = Impact(INDEX).of({"bj-p1": Pushed(TEXTS["bj-p1"], TEXTS["bj-p1"], said)})
    assert affected == Affected()


@examples(30)
@given(network=networks(max_edges=2, max_vpns=3))
def test_every_line_that_is_rendered_is_known(network: Network) -> None:
    devices = intend(network, allocate(network)).values()
    for device in devices:
        assert Part(PartKind.OTHER) not in platform(device.platform).parts(render(device))
