"""A diff tells which VPNs and sites it touches; diffs are the driver's own, of real texts."""

from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import Allocation, allocate
from egovnet.inventory.model import Network
from egovnet.playbooks.change.impact import BlastRadius
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.results.affected import Affected
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.registry import render
from napalm_frr.delta.native_diff import diff_device
from napalm_frr.text import device_text, frr_tree, interfaces_text
from tests.hypothesis_profiles import examples
from tests.strategies import networks

CONTEXT = Workspace(REFERENCE)


def diff(before: str, after: str) -> str:
    """What a device with the text `before` says of `after`."""
    one, other = device_text.split(before), device_text.split(after)
    return diff_device(
        (one.hostname, other.hostname),
        (interfaces_text.parse(one.interfaces), interfaces_text.parse(other.interfaces)),
        (frr_tree.parse(one.frr), frr_tree.parse(other.frr)),
    )


def texts(network: Network, allocation: Allocation) -> dict[str, str]:
    return {name: render(device) for name, device in intend(network, allocation).items()}


def diffs(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    found = {name: diff(before[name], after[name]) for name in before}
    return {name: text for name, text in found.items() if text}


def without(network: Network, site: str) -> Network:
    sites = {name: entry for name, entry in network.sites.items() if name != site}
    return network.model_copy(update={"sites": sites})


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
    assert BlastRadius(network, whole).of(diffs(without_it, with_it)) == touched
    # The site has left the inventory, and the routers still have it.
    assert BlastRadius(less, rest).of(diffs(with_it, without_it)) == touched


@examples(50)
@given(network=networks(max_edges=2, max_vpns=3))
def test_the_first_plan_touches_every_site_and_no_change_touches_none(network: Network) -> None:
    allocation = allocate(network)
    empty = network.model_copy(update={"sites": {}})
    before, after = texts(empty, allocate(empty, allocation.lock)), texts(network, allocation)
    radius = BlastRadius(network, allocation)
    assert radius.of(diffs(before, after)) == Affected(
        tuple(sorted({entry.vpn for entry in network.sites.values()})),
        tuple(sorted(network.sites)),
    )
    assert radius.of(diffs(after, after)) == Affected()


def radius_of(device: str, text: str) -> dict[str, list[str]]:
    return BlastRadius(CONTEXT.network, CONTEXT.allocation).of({device: text}).to_dict()


def changed(device: str, old: str, new: str) -> dict[str, list[str]]:
    """The radius of one change in a device's intended text."""
    before = CONTEXT.intended([device])[device]
    assert old in before, f"{device} has no {old!r}: mend the test"
    return radius_of(device, diff(before, before.replace(old, new)))


@pytest.mark.parametrize(
    ("device", "old", "new", "vpns", "sites"),
    [
        # A line under a heading that alone says whose it is.
        ("bj-pe1", "    vrf i-party\n", "    vrf i-court\n", ["court", "party"], ["party-beijing"]),
        (
            "bj-pe1",
            "maximum-prefix 50",
            "maximum-prefix 51",
            ["court", "government", "party"],
            ["court-beijing", "gov-beijing", "party-beijing"],
        ),
        ("bj-pe1", "  rt vpn both 65000:1006", "  rt vpn both 65000:9", ["party"], []),
        # Filters, by their names; static routes, by their prefixes.
        (
            "bj-pe1",
            "permit 10.1.20.0/24 le 32",
            "permit 10.1.20.0/25 le 32",
            ["government"],
            ["gov-beijing"],
        ),
        ("bj-pe1", " ip route 10.2.10.0/24 10.200.0.42\n", "", ["public"], ["public-beijing"]),
        # A spoke has a VRF of its own, with a number: it is its site's.
        (
            "gz-pe1",
            "  rt vpn import 65000:1002",
            "  rt vpn import 65000:1003",
            ["court"],
            ["court-guangzhou"],
        ),
        # The backbone is nobody's.
        ("bj-p1", " isis metric 5\n", " isis metric 6\n", [], []),
    ],
)  # fmt: skip -- a table
def test_whose_line_it_is(
    device: str, old: str, new: str, vpns: list[str], sites: list[str]
) -> None:
    assert changed(device, old, new) == {"vpns": vpns, "sites": sites}


def test_lines_of_a_vpn_that_left_the_inventory_still_name_it() -> None:
    gone = "\n".join(
        (
            "@@ interfaces @@",
            "- auto eth3.200",
            "- iface eth3.200",
            "-  alias site forest-beijing/main",
            "-  address 10.200.1.1/30",
            "-  vrf i-forestry",
            "@@ frr @@",
            "- router bgp 65000 vrf i-forestry",
        )
    )
    assert radius_of("bj-pe1", gone) == {"vpns": ["forestry"], "sites": ["forest-beijing"]}


def test_only_changed_lines_and_their_headings_count() -> None:
    text = "\n".join(
        (
            "@@ frr @@",
            "  router bgp 65000 vrf i-party",
            "   address-family ipv4 unicast",
            "+   neighbor 192.0.2.1 activate",
            "  vrf mgmt",
            "+  ip route 192.0.2.0/24 192.0.2.9",
        )
    )
    assert radius_of("bj-pe1", text) == {"vpns": ["party"], "sites": []}


def test_a_kernel_that_differs_from_its_text_names_whose_interface_it_is() -> None:
    text = "@@ linux is not as its text says; a commit repairs it @@\n! eth3.102: is missing"
    assert radius_of("bj-pe1", text) == {"vpns": ["party"], "sites": ["party-beijing"]}


def test_the_same_name_on_another_router_is_not_meant() -> None:
    # eth3.102 serves the party in Beijing; the P routers have no customers.
    assert radius_of("bj-p1", "+ iface eth3.102") == {"vpns": [], "sites": []}
