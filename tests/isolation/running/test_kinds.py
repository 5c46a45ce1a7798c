"""Every kind of thing that only a router's state shows: found, with its line, as a leak or not."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from egovnet.isolation.model.finding_class import Severity
from tests.isolation.running.real_network import (
    Answers,
    answers,
    instead,
    intended,
    of_state,
    verdict_of,
    with_line,
    without,
)

LEAK, RISK, HYGIENE = Severity.LEAK, Severity.RISK, Severity.HYGIENE


@dataclass(frozen=True)
class Kind:
    """What a router shows, and what the proof must say."""

    name: str
    change: Callable[[Answers], None]
    klass: str
    severity: Severity = LEAK
    #: What the quoted line must hold.
    quote: str = ""
    device: str = "bj-pe1"


def says(section: str, line: str, device: str = "bj-pe1") -> Callable[[Answers], None]:
    def change(said: Answers) -> None:
        said[device] = with_line(said[device], section, line)

    return change


def lacks(section: str, pattern: str, device: str = "bj-pe1") -> Callable[[Answers], None]:
    def change(said: Answers) -> None:
        said[device] = without(said[device], section, pattern)

    return change


def shows(
    *pairs: tuple[str, str], devices: tuple[str, ...] = ("bj-pe1",)
) -> Callable[[Answers], None]:
    def change(said: Answers) -> None:
        for device in devices:
            for old, new in pairs:
                said[device] = instead(said[device], old, new)

    return change


def both(*changes: Callable[[Answers], None]) -> Callable[[Answers], None]:
    def change(said: Answers) -> None:
        for one in changes:
            one(said)

    return change


def link(kind: str) -> str:
    """A link that is up, as `ip -j -d link` prints it."""
    return (
        f'{{"ifindex":90,"ifname":"x0","flags":["UP"],"link_type":"none",'
        f'"linkinfo":{{"info_kind":"{kind}"}},"addr_info":[]}}'
    )


def port(name: str, **words: object) -> str:
    """A port that is up and nothing else, as `ip -j -d link` prints it."""
    said = {"ifindex": 90, "ifname": name, "flags": ["UP"], "link_type": "ether", "addr_info": []}
    veth = {} if name.startswith("eth") else {"linkinfo": {"info_kind": "veth"}}
    return json.dumps({**said, **veth, **words})


VLAN = {"info_kind": "vlan", "info_data": {"protocol": "802.1Q", "id": 777}}
REFLECTORS = ("bj-p1", "bj-p2")
KINDS = [
    Kind(
        "a default route that a session lets in no more",
        says("routes ipv4", "default via 10.200.0.30 dev eth3.102 table 1004 proto 186 metric 20 "),
        "P7 default-route",
        RISK,
        quote="default via 10.200.0.30",
    ),
    *(
        Kind(
            f"a link of kind {kind} in the main table",
            shows(('[{"ifindex":1,', f'[{link(kind)},{{"ifindex":1,')),
            "state not in text",
            RISK,
            quote=f"x0 {kind}: no line makes it",
        )
        for kind in ("gre", "ipip", "tun", "vxlan", "wireguard", "xfrm")
    ),
    Kind(
        "tags of another kind",
        shows(('"protocol":"802.1Q","id":102', '"protocol":"802.1ad","id":102')),
        "state not in text",
        RISK,
        quote="with tags of 802.1ad",
    ),
    Kind(
        "an outer label that is lost on the way, and the next router knows the inner one",
        shows(
            ("exit 10.255.0.3 label 84 dev eth1", "exit 10.255.0.3,10.255.0.4 label 84 dev eth1"),
            devices=("gz-pe1",),
        ),
        "P3 labelled-way",
        quote="label 84",
        device="gz-pe1",
    ),
    Kind(
        "a rule into another VRF's table",
        says("rules ipv4", "500:\tfrom all iif eth3.100 lookup 1005 "),
        "P3 policy-route",
        quote="ip rule 500: from all iif eth3.100 lookup 1005",
    ),
    Kind(
        "a rule to a table that no VRF has",
        both(
            says("rules ipv6", "500:\tfrom all iif eth3.100 lookup 500 "),
            says("routes ipv6", "default via fde9:fa::2a dev eth4.100 table 500 metric 1024 "),
        ),
        "P1 transit",
        quote="lookup 500",
    ),
    Kind(
        "a rule whose words nobody knows",
        says("rules ipv4", "7:\tfrom all goto 9 "),
        "state not in text",
        RISK,
        "from all goto 9",
    ),
    Kind(
        "no rule looks VRFs up",
        lacks("rules ipv4", "l3mdev"),
        "P3 policy-route",
        quote="no rule looks packets of VRFs up in their VRF",
    ),
    Kind(
        "the main table is looked up before VRFs",
        says("rules ipv6", "900:\tfrom all lookup 254 "),
        "P3 policy-route",
        quote="rule 900 looks packets of VRFs up in the main table",
    ),
    Kind(
        "a route into another VRF's port",
        says("routes ipv4", "10.2.10.0/24 via 10.200.0.42 dev eth4.100 table 1002 "),
        "P3 static-route",
        quote="10.2.10.0/24 via 10.200.0.42 dev eth4.100",
    ),
    Kind(
        "such a route that says it is BGP's",
        says("routes ipv4", "10.2.10.0/24 via 10.200.0.42 dev eth4.100 table 1002 proto 186 "),
        "P3 static-route",
        quote="proto 186",
    ),
    Kind(
        "such a route that says it is the kernel's",
        says("routes ipv4", "10.200.0.40/30 dev eth4.100 table 1002 proto 2 scope 253 "),
        "P3 static-route",
        quote="table 1002 proto 2",
    ),
    Kind(
        "a route with several ways, one of them out of the VRF",
        says(
            "routes ipv4",
            "10.1.99.0/24 table 1002 proto 186 metric 20 \\\tnexthop via 10.200.0.2 dev eth3.100 "
            "weight 1 \\\tnexthop via 10.200.0.42 dev eth4.100 weight 1 ",
        ),
        "P3 static-route",
        quote="10.1.99.0/24",
    ),
    Kind(
        "the main table leads to a customer",
        says("routes ipv4", "10.1.10.0/24 via 10.200.0.30 dev eth3.102 "),
        "P3 static-route",
        quote="route in the main table: 10.1.10.0/24",
    ),
    Kind(
        "the main table leads a customer's prefix into the backbone",
        says("routes ipv4", "10.1.10.0/24 via 10.254.0.3 dev eth1 "),
        "state not in text",
        RISK,
        "10.1.10.0/24 via 10.254.0.3 dev eth1",
    ),
    Kind(
        "the IGP has a route out of a customer's port",
        says("routes ipv4", "like 10.9.0.0/16 table 254 proto 187 dev eth3.102"),
        "P3 static-route",
        quote="proto 187 dev eth3.102",
    ),
    Kind(
        "a VRF without its last resort",
        lacks("routes ipv4", "^7 default table 1004 "),
        "P3 open-vrf",
        quote="VRF i-party has no route of last resort",
    ),
    Kind(
        "a port out of its VRF",
        shows(
            ('"ifname":"eth3.101","flags"', '"ifname":"eth3.101","x"'),
            (
                '"mtu":1500,"qdisc":"noqueue","master":"i-government"',
                '"mtu":1500,"qdisc":"noqueue"',
            ),
        ),
        "P2 access-in-no-vrf",
        quote="eth3.101 is in no VRF; its text says VRF i-government",
    ),
    Kind(
        "a port in another VRF",
        shows(
            ('"qdisc":"noqueue","master":"i-government"', '"qdisc":"noqueue","master":"e-public"')
        ),
        "P2 two-domains-in-one-vrf",
        quote="eth3.101 is in VRF e-public",
    ),
    Kind(
        "another VLAN id",
        shows(('"id":102,', '"id":103,')),
        "P2 unknown-interface",
        RISK,
        "eth3.102 is VLAN 103 on eth3; its text says VLAN 102 on eth3",
    ),
    Kind(
        "a VRF with another table",
        shows(
            (
                '"info_kind":"vrf","info_data":{"table":1002}',
                '"info_kind":"vrf","info_data":{"table":1003}',
            )
        ),
        "P3 shared-table",
        quote="VRF i-court has table 1003, not 1002",
    ),
    Kind(
        "a port that no text uses, in a VRF",
        shows(
            ('"ifname":"eth1",', '"ifname":"eth1",'),
            (
                '[{"ifindex":1,',
                '[{"ifindex":99,"ifname":"eth9","flags":["UP"],"master":"i-party","addr_info":[]},'
                '{"ifindex":1,',
            ),
        ),
        "P2 unknown-interface",
        RISK,
        "eth9 master i-party: no line makes it",
    ),
    Kind(
        "a link inside the router between two VRFs",
        shows(
            (
                '[{"ifindex":1,',
                '[{"ifindex":90,"link":"v1","ifname":"v0","flags":["UP"],"master":"i-party",'
                '"linkinfo":{"info_kind":"veth"},"addr_info":[]},{"ifindex":91,"link":"v0",'
                '"ifname":"v1","flags":["UP"],"master":"e-public","linkinfo":{"info_kind":"veth"},'
                '"addr_info":[]},{"ifindex":1,',
            )
        ),
        "P3 internal-link",
        quote="v0 master i-party veth: no line makes it",
    ),
    Kind(
        "a label into a VRF, by hand",
        says("labels", "500 dev i-party "),
        "P3 labelled-way",
        quote="label 500 dev i-party",
    ),
    Kind(
        "a label that says it is BGP's",
        says("labels", "88 dev i-party proto 186 "),
        "P3 labelled-way",
        quote="proto 186",
    ),
    Kind(
        "a label that leaves at a customer's port",
        says("labels", "like 501 proto 193 dev eth3.102"),
        "P3 labelled-way",
        quote="501 proto 193 dev eth3.102",
    ),
    Kind(
        "a VPN label into another VRF",
        shows(("82 dev i-court proto 186", "82 dev e-public proto 186")),
        "P3 labelled-way",
        quote="label 82 of the VPN route 10.1.30.0/24",
        device="",
    ),
    Kind(
        "a route that puts on another VPN's label",
        says(
            "routes ipv4",
            "like 10.1.31.0/24 table 1002 proto 186 exit 10.255.0.7 label 80 dev eth1",
        ),
        "P3 labelled-way",
        quote="exit 10.255.0.7 label 80",
    ),
    Kind(
        "an old import that the daemon keeps",
        # i-party's text does not import 65000:2001, of which label 80 is
        says(
            "routes ipv4",
            "like 10.2.12.0/24 table 1004 proto 186 exit 10.255.0.7 label 80 dev eth1",
        ),
        "P3 labelled-way",
        quote="route in VRF i-party",
    ),
    Kind(
        "a reflector has a route with a target that no text exports",
        shows(("EC{65000:1006}", "EC{65000:1006 65000:2001}"), devices=REFLECTORS),
        "P1 zone-leak",
        quote="with route target 65000:2001: no line exports that",
        device="",
    ),
    Kind(
        "a reflector has a route of nobody",
        says(
            "vpn ipv4",
            "10.9.0.0/16 rd 65000:9 UN=10.255.0.9 label=80 EC{65000:1006}",
            "bj-p1",
        ),
        "P1 backbone-leak",
        quote="10.9.0.0/16 rd 65000:9",
        device="",
    ),
    Kind(
        "a route with a label on one way, and out of the VRF without one on another",
        says(
            "routes ipv4",
            "like 10.1.33.0/24 table 1002 proto 186 exit 10.255.0.5 label 82 dev eth1 dev eth4.100",
        ),
        "P3 static-route",
        quote="label 82 dev eth1 dev eth4.100",
    ),
    Kind(
        "a route with a label on one way, and into the backbone without one on another",
        says(
            "routes ipv6",
            "like fde9:1:33::/64 table 1002 proto 186 exit fde9:ff::5 label 83 dev eth1 dev eth2",
        ),
        "P3 static-route",
        quote="label 83 dev eth1 dev eth2",
    ),
    Kind(
        "a route of the text, out of another VRF's port",
        shows(
            ("via 10.200.0.42 dev eth4.100 table 1005", "via 10.200.0.42 dev eth3.102 table 1005")
        ),
        "P3 static-route",
        quote="10.2.10.0/24 via 10.200.0.42 dev eth3.102",
    ),
    Kind(
        "the main table is looked up first, with the priority that VRFs have",
        says("rules ipv4", "1000:\tfrom all lookup 254 "),
        "P3 policy-route",
        quote="rule 1000 looks packets of VRFs up in the main table",
    ),
    Kind(
        "a port that no text uses is up",
        shows(('[{"ifindex":1,', f'[{port("eth9")},{{"ifindex":1,')),
        "P2 unknown-interface",
        RISK,
        "eth9: no line sets it up",
    ),
    Kind(
        "a port to another name space in the main table",
        shows(('[{"ifindex":1,', f'[{port("ve0", link_netnsid=0)},{{"ifindex":1,')),
        "P2 unknown-interface",
        RISK,
        "ve0 veth: no line sets it up",
    ),
    Kind(
        "a VLAN of a customer's port in the main table",
        shows(
            ('[{"ifindex":1,', f'[{port("eth3.777", link="eth3", linkinfo=VLAN)},{{"ifindex":1,')
        ),
        "P2 unknown-interface",
        RISK,
        "eth3.777 vlan id 777 on eth3: no line makes it",
    ),
    Kind(
        "a program at a port",
        shows(('"ifname":"eth3.102",', '"ifname":"eth3.102","xdp":{"mode":1},')),
        "state not in text",
        RISK,
        "with a program (XDP): no line says so",
    ),
    Kind(
        "a VPN route's label leads nowhere",
        lacks("labels", "^82 dev i-court"),
        "state not in text",
        HYGIENE,
        "leads nowhere",
    ),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_only_the_state_shows_is_found(kind: Kind) -> None:
    said = answers()
    kind.change(said)
    verdict = verdict_of(said)
    assert verdict.proved is (kind.severity is HYGIENE)
    found = of_state(verdict)
    shown = [f"{f.severity} {f.klass} {f.device}: {f.message} {[*map(str, f.path)]}" for f in found]
    assert any(
        f.klass == kind.klass
        and f.severity is kind.severity
        and (not kind.device or f.device == kind.device)
        and any(hop.quote.startswith("state: ") and kind.quote in hop.quote for hop in f.path)
        for f in found
    ), shown


def test_routers_at_rest_do_what_their_texts_say() -> None:
    verdict = verdict_of(answers())
    assert verdict.findings == ()
    assert verdict.proved
    applying = {one.id for one in verdict.assumptions}
    assert "state" in applying
    assert not applying & {"text", "rules"}


@pytest.mark.parametrize("section", ["rules ipv4", "rules ipv6", "routes ipv4", "routes ipv6"])
def test_what_is_not_answered_is_said(section: str) -> None:
    said = answers()
    said["sh-pe1"] = without(said["sh-pe1"], section, "")
    verdict = verdict_of(said)
    (found,) = [f for f in verdict.findings if f.klass == "state not read"]
    assert (found.device, found.severity) == ("sh-pe1", RISK)
    assert section in found.message


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("rules ipv4", "RTNETLINK answers: Operation not permitted"),
        ("routes ipv6", "Error: ipv6: something"),
        ("routes ipv4", "10.1.10.0/25 encap ip id 5 dst 10.200.0.42 dev eth3.102 table 1004"),
        ("labels", "RTNETLINK answers: Operation not supported"),
        ("vpn ipv4", "% BGP instance not found"),
    ],
)
def test_an_answer_that_makes_no_sense_is_said(section: str, line: str) -> None:
    said = answers()
    said["bj-p1"] = with_line(said["bj-p1"], section, line)
    verdict = verdict_of(said)
    (found,) = verdict.findings
    assert (found.klass, found.device) == ("state not read", "bj-p1")
    assert line in found.message


def test_a_reflector_that_says_no_vpn_routes_is_named() -> None:
    said = answers()
    head, mark, _ = said["bj-p2"].partition("kernel# show running vpn ipv4")
    assert mark
    said["bj-p2"] = head
    verdict = verdict_of(said)
    assert not verdict.proved
    (found,) = verdict.findings
    assert (found.klass, found.device) == ("state not read", "bj-p2")


def test_a_port_that_nobody_uses_is_nothing() -> None:
    said = answers()
    down = port("eth9").replace('"UP"', '"BROADCAST"')
    shows(('[{"ifindex":1,', f'[{down},{{"ifindex":1,'))(said)
    assert verdict_of(said).findings == ()


def test_a_router_that_was_not_asked_is_named() -> None:
    said = answers()
    del said["sh-pe1"], said["gz-pe1"]
    verdict = verdict_of(said)
    assert verdict.proved
    (text,) = [one.sentence for one in verdict.assumptions if one.id == "text"]
    assert text.startswith("State not read of gz-pe1, sh-pe1:")


def test_a_vrf_that_a_text_only_names_is_the_one_that_runs() -> None:
    text = intended("bj-pe1")
    named = replace(text.vrfs["i-party"], table=None, made=False)
    verdict = verdict_of(answers(), replace(text, vrfs={**text.vrfs, "i-party": named}))
    assert "vrf not made" not in {f.klass for f in verdict.findings}
    quotes = [hop.quote for f in of_state(verdict) for hop in f.path]
    assert any("VRF i-party with table 1004: no line makes it" in quote for quote in quotes), quotes
