"""Legacy circuits are cables of the lab, and what two sites' own routers say over theirs."""

from egovnet.inventory.registers.legacy_circuits import LegacyCircuits
from egovnet.inventory.source.yaml_source import parse_document
from egovnet.lab.generate import generate
from egovnet.lab.topology import Topology
from tests.legacy_lines import GOOD, TO_A_PLACE
from tests.playbooks.drift.one_router import reference

INTENDED = reference()
REGISTER = LegacyCircuits.model_validate(parse_document(GOOD + TO_A_PLACE, "register").data)
TEXTS = dict.fromkeys(INTENDED.devices, "r\n# ports.conf --\nfrr version 8.4.4\n")


def lab(*names: str) -> Topology:
    chosen = {name: REGISTER.circuits[name] for name in names}
    return generate(INTENDED.network, INTENDED.allocation, TEXTS, legacy_circuits=chosen)


def cables(topology: Topology) -> set[frozenset[str]]:
    return {frozenset((str(link.a), str(link.b))) for link in topology.links}


def test_lines_are_cables_of_their_own() -> None:
    more = cables(lab(*REGISTER.circuits)) - cables(lab())
    assert more == {
        frozenset(("bj-pe1:eth7", "sc-pe1:eth7")),
        frozenset(("tax-sichuan-ce:eth3", "tax-guangdong-ce:eth3")),
    }
    lab(*REGISTER.circuits).check()


def test_a_site_prefers_its_line_and_hands_nothing_on() -> None:
    text = GOOD.replace("tax-sichuan", "party-beijing").replace("tax-guangdong", "party-guangdong")
    register = LegacyCircuits.model_validate(parse_document(text, "register").data)
    line = {"party": register.circuits["taxation"]}
    network, allocation = INTENDED.network, INTENDED.allocation
    ce = generate(network, allocation, TEXTS, legacy_circuits=line).node("party-beijing-ce")
    for words in (
        f" neighbor 192.0.2.3 remote-as {allocation.site_asn['party-guangdong']}",
        "  neighbor 192.0.2.3 weight 100",
        "  neighbor 192.0.2.3 filter-list own out",
        "  neighbor 2001:db8::3 weight 100",
        "bgp as-path access-list own seq 5 permit ^$",
    ):
        assert f"\n{words}\n" in ce.config
    assert ce.config.count("filter-list own out") == 4
    assert "ip address add 192.0.2.2/31 dev eth3" in ce.commands
    assert "weight" not in lab().node("party-beijing-ce").config


def test_without_bgp_the_line_has_static_routes() -> None:
    ce = lab("taxation").node("tax-sichuan-ce")
    (prefix,) = (p for p in INTENDED.network.sites["tax-guangdong"].prefixes if p.version == 4)
    assert f"ip -4 route add {prefix} via 192.0.2.3 metric 50" in ce.commands
    assert ce.config == ""
