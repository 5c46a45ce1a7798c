"""The form of a text: one file per router, in the order that its readers know."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.load import load
from egovnet.inventory.model import Network
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.registry import render, render_day0
from tests.hypothesis_profiles import examples
from tests.inventories import BACKBONE
from tests.strategies import networks, shuffled
from tests.templates.frr.render.rendered import FILE_MARKS, split, texts

NETWORK = load(BACKBONE)
DEVICES = intend(NETWORK, allocate(NETWORK))
TEXTS = texts(NETWORK)


@pytest.mark.parametrize("day0", [False, True])
@pytest.mark.parametrize("name", DEVICES)
def test_the_name_stands_first_and_the_files_follow_in_order(name: str, *, day0: bool) -> None:
    text = (render_day0 if day0 else render)(DEVICES[name])
    assert text.splitlines()[0] == name
    places = [text.index(f"\n{mark}") for mark in FILE_MARKS]
    assert places == sorted(places)
    assert all(text.count(f"\n{mark}") == 1 for mark in FILE_MARKS)
    assert f"\nhostname {name}\n" in text
    assert text.endswith("\n")


@pytest.mark.parametrize("name", DEVICES)
def test_no_template_leaves_traces(name: str) -> None:
    text = render(DEVICES[name])
    assert not re.search(r"[{}]|None|Undefined|[ \t]$|\n\n\n", text, re.MULTILINE)


@pytest.mark.parametrize("name", DEVICES)
def test_every_vrf_has_its_table_before_anything_is_bound_to_it(name: str) -> None:
    text = TEXTS[name]
    named = set(text.bgp_instances()) | set(re.findall(r"^vrf (\S+)$", text.frr, re.MULTILINE))
    assert named <= set(text.tables())
    order = re.findall(r"^iface (\S+)", text.linux, re.MULTILINE)
    for interface, vrf in text.bound_to().items():
        assert order.index(vrf) < order.index(interface)


@pytest.mark.parametrize("name", DEVICES)
def test_every_customer_vrf_has_its_bgp_instance(name: str) -> None:
    text = TEXTS[name]
    assert set(text.bgp_instances()) == set(text.tables()) - {"mgmt", "untagged"}


@pytest.mark.parametrize("name", DEVICES)
def test_the_router_id_precedes_distinguishers_and_targets(name: str) -> None:
    """Given after rd or rt it rewrites them silently (FRR 8.4)."""
    for body in TEXTS[name].bgp_instances().values():
        first = body.index(" bgp router-id ")
        assert all(first < body.index(word) for word in (" rd vpn export ", " rt vpn "))


@pytest.mark.parametrize("name", DEVICES)
def test_management_is_in_no_routing_protocol(name: str) -> None:
    text = TEXTS[name]
    assert text.bound_to()["eth0"] == "mgmt"
    assert "mgmt" not in text.bgp_instances()
    assert "eth0" not in text.interface_blocks()
    ldp = text.frr[text.frr.index("\nmpls ldp") :]
    assert not re.search(r"interface (eth0|mgmt)$", ldp, re.MULTILINE)
    assert str(NETWORK.backbone.management.prefix).rpartition(".")[0] not in text.frr


def test_day0_is_management_and_nothing_else() -> None:
    for name, device in DEVICES.items():
        text = split(render_day0(device))
        assert set(text.stanzas()) == {"lo", "mgmt", "eth0"}
        assert text.tables() == {"mgmt": NETWORK.backbone.management.table}
        assert not re.search(r"^(router|interface|mpls|vrf|route-map)", text.frr, re.MULTILINE)
        assert text.stanzas()["eth0"] == TEXTS[name].stanzas()["eth0"]


@given(networks())
@examples(60)
def test_customers_never_see_labels_or_the_igp(network: Network) -> None:
    backbone = {(e.router, e.port) for c in network.circuits.values() for e in (c.a, c.b)}
    for name, text in texts(network).items():
        ports = {port for router, port in backbone if router == name}
        for interface, body in text.interface_blocks().items():
            if re.search(r"mpls|isis", body) and interface != "lo":
                assert interface in ports
                assert interface not in text.bound_to()
        ldp = text.frr.partition("\nmpls ldp\n")[2]
        speaking = set(re.findall(r"^  interface (\S+)$", ldp, re.MULTILINE))
        assert speaking == ports


@given(st.data())
@examples(40)
def test_the_order_of_the_inventory_does_not_show(data: st.DataObject) -> None:
    network = data.draw(networks())
    other = data.draw(shuffled(network))
    devices, others = (intend(n, allocate(n)) for n in (network, other))
    assert {n: render(d) for n, d in devices.items()} == {n: render(d) for n, d in others.items()}
