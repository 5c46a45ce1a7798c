"""Ways between tables without a route target."""

from ipaddress import IPv4Network

from egovnet.templates.model.facts import (
    IgpInstance,
    InterfaceFacts,
    LabelledWay,
    PolicyRoute,
    StaticFacts,
)
from tests.isolation.networks import Facts, add_interface, edit_device, edit_family, edit_interface
from tests.isolation.properties.case import DEFAULT, RISK, Case, by_names, with_static, with_vrf


def _veth(facts: Facts) -> None:
    add_interface(facts, "bj-pe1", InterfaceFacts("veth0", "i-party", joins="veth1", line=41))
    add_interface(facts, "bj-pe1", InterfaceFacts("veth1", "e-public", joins="veth0", line=42))


CASES = [
    Case(
        "static through another VRF",
        with_static(
            "bj-pe1",
            StaticFacts("i-party", IPv4Network("10.2.10.0/24"), next_hop_vrf="e-public", line=50),
        ),
        "P3 static-route",
        "bj-pe1",
        path=("holds party-beijing", "routes 10.2.10.0/24 to VRF e-public", "holds public-beijing"),
    ),
    Case(
        "static out of another VRF's interface",
        with_static(
            "bj-pe1", StaticFacts("i-party", IPv4Network("10.2.10.0/24"), interface="eth4.100")
        ),
        "P3 static-route",
        "bj-pe1",
    ),
    Case(
        "static of the backbone into a VRF",
        with_static("bj-pe1", StaticFacts(None, DEFAULT, interface="i-party")),
        "P3 static-route",
        "bj-pe1",
    ),
    Case(
        "static in another VRF's kernel table, by number",
        with_static(
            "bj-pe1",
            StaticFacts(None, IPv4Network("10.2.10.0/24"), interface="eth4.100", table=1003),
        ),
        "P3 static-route",
        "bj-pe1",
    ),
    Case(
        "policy routing into another VRF",
        lambda f: edit_interface(
            f,
            "bj-pe1",
            "eth3.102",
            policy_routes=(PolicyRoute("set vrf e-public", vrf="e-public", line=60),),
        ),
        "P3 policy-route",
        "bj-pe1",
        path=("holds party-beijing", "sends packets to VRF e-public by policy"),
    ),
    Case(
        "ip rule for all",
        lambda f: edit_device(f, "bj-pe1", policy_routes=(PolicyRoute("ip rule", table=254),)),
        "P3 policy-route",
        "bj-pe1",
    ),
    Case(
        "import vrf",
        lambda f: edit_family(f, "bj-pe1", "i-party", import_vrfs=frozenset({"e-public"})),
        "P3 import-vrf",
        "bj-pe1",
        path=("holds party-beijing", "imports VRF e-public", "holds public-beijing"),
    ),
    Case(
        "import vrf of a table without routes",
        lambda f: edit_family(f, "bj-pe1", "i-party", import_vrfs=frozenset({"default"})),
        "P3 import-vrf",
        "bj-pe1",
        RISK,
    ),
    Case(
        "redistribute of another VRF's table",
        lambda f: edit_family(
            f,
            "bj-pe1",
            "i-party",
            redistributes={f"table {f['bj-pe1'].vrfs['e-public'].table}": None},
        ),
        "P3 redistribute-table",
        "bj-pe1",
    ),
    Case("main table", with_vrf("bj-pe1", "i-party", table=254), "P3 shared-table", "bj-pe1"),
    Case(
        "an IGP that takes another VRF's table",
        lambda f: edit_device(
            f,
            "bj-pe1",
            igps=(
                IgpInstance(
                    "ospf", "i-party", {f"ipv4 table {f['bj-pe1'].vrfs['e-public'].table}": None}
                ),
            ),
        ),
        "P3 redistribute-table",
        "bj-pe1",
    ),
    Case(
        "management's table", with_vrf("bj-pe1", "i-party", table=1001), "P3 shared-table", "bj-pe1"
    ),
    Case(
        "a VRF without a route of last resort, where only names are known",
        with_vrf("bj-pe1", "i-party", closed=frozenset({"ipv6"})),
        "P3 open-vrf",
        "bj-pe1",
        RISK,
        path=("is of intranet/party", "which leads to nobody but the routers themselves"),
        expect=lambda _: by_names(),
    ),
    Case(
        "a VRF without a route of last resort",
        with_vrf("bj-pe1", "i-party", closed=frozenset({"ipv6"})),
        "P3 open-vrf",
        "bj-pe1",
        path=("holds party-beijing", "no route of last resort for ipv4"),
    ),
    Case("a cable inside the router", _veth, "P3 internal-link", "bj-pe1"),
    Case(
        "a label that leads into another VPN's table",
        lambda f: edit_device(
            f,
            "bj-pe1",
            labelled_ways=(
                LabelledWay(
                    "ipv4", "i-party", IPv4Network("10.1.11.0/24"), "gd-pe1", "e-taxation", 400
                ),
            ),
        ),
        "P3 labelled-way",
        "bj-pe1",
        path=("holds party-beijing", "sends packets with a label into VRF e-taxation on gd-pe1"),
    ),
]
