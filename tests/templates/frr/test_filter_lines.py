"""What a line of nftables is about: for drift, for plan, and for who is touched."""

from dataclasses import replace

import pytest
from hypothesis import given

from egovnet.templates.frr.lines import line_meaning
from egovnet.templates.frr.parts import parts
from egovnet.templates.frr.secrets.kept_keys import keep_keys
from egovnet.templates.frr.secrets.secret_places import redact_text
from egovnet.templates.model.lines import LineKind
from egovnet.templates.model.packet_filter import PacketFilter
from egovnet.templates.model.parts import Part, PartKind
from egovnet.templates.registry import render
from tests.firewalls import FILTERING_PE, FIREWALL
from tests.hypothesis_profiles import examples
from tests.packet_filters import packet_filters

CHAIN = ("table inet egovnet", "chain arrival-eth3.201")
UNKNOWN = "tcp flags syn accept"


@pytest.mark.parametrize(
    ("path", "line", "subject", "kind", "vrf", "by_name"),
    [
        (CHAIN, "drop", "packet filter eth3.201", LineKind.POLICY, "i-a", True),
        (CHAIN, UNKNOWN, "packet filter eth3.201", LineKind.POLICY, "i-a", False),
        (CHAIN, "ct state established accept", "packet filter eth3.201", LineKind.POLICY, "i-a",
         False),
        (CHAIN[:1], "chain forward {", "packet filter", LineKind.POLICY, "", False),
        ((), "table inet egovnet {", "packet filter", LineKind.POLICY, "", False),
        (("table ip nat", "chain x"), "drop", "table ip nat", LineKind.FOREIGN, "", False),
        ((), "table ip nat {", "table ip nat", LineKind.FOREIGN, "", False),
    ],
)  # fmt: skip
def test_a_line_of_nftables_has_its_meaning(
    path: tuple[str, ...], line: str, subject: str, kind: LineKind, vrf: str, *, by_name: bool
) -> None:
    meaning = line_meaning(FILTERING_PE, "nftables", path, line, "-", shared=True)
    assert (meaning.subject, meaning.kind, meaning.vrf) == (subject, kind, vrf)
    assert meaning.by_name is by_name


def changed(before: PacketFilter | None, after: PacketFilter | None) -> set[Part]:
    old, new = (parts(render(replace(FILTERING_PE, packet_filter=f))) for f in (before, after))
    return {part for part in {*old, *new} if old.get(part) != new.get(part)}


def test_a_rule_of_a_port_touches_that_port_only() -> None:
    held = FILTERING_PE.packet_filter
    assert held is not None
    chain = held.chains[0]
    fewer = replace(held, chains=(replace(chain, rules=chain.rules[:1] + chain.rules[2:]),))
    assert changed(held, fewer) == {Part(PartKind.PACKET_FILTER, name="eth3.201")}


def test_another_name_of_a_rule_is_words_only() -> None:
    held = FILTERING_PE.packet_filter
    assert held is not None
    chain = held.chains[0]
    renamed = (replace(chain.rules[0], name="another"), *chain.rules[1:])
    found = changed(held, replace(held, chains=(replace(chain, rules=renamed),)))
    assert found == {Part(PartKind.WORDS, name="eth3.201")}


def test_the_order_of_rules_counts() -> None:
    held = FILTERING_PE.packet_filter
    assert held is not None
    chain = held.chains[0]
    turned = (*chain.rules[:1], chain.rules[2], chain.rules[1], *chain.rules[3:])
    found = changed(held, replace(held, chains=(replace(chain, rules=turned),)))
    assert found == {Part(PartKind.PACKET_FILTER, name="eth3.201")}


def test_a_route_of_a_firewall_is_its_own_and_leaves_the_rest_alone() -> None:
    line = "ip route 10.9.0.0/16 10.200.0.1"
    meaning = line_meaning(FIREWALL, "frr", (), line, "-", shared=False)
    assert (meaning.subject, meaning.kind) == ("static routes", LineKind.SERVICE)
    text = render(FIREWALL)
    old, new = parts(text), parts(text.replace("\nip route ", f"\n{line}\nip route ", 1))
    assert {part for part in {*old, *new} if old.get(part) != new.get(part)} == {
        Part(PartKind.ROUTE, name="10.9.0.0/16")
    }


@pytest.mark.parametrize(
    "line",
    ["ip prefix-list exchange-tax_bj-fw1 seq 10 permit 10.0.0.0/8", "ip route 0.0.0.0/0 Null0"],
)
def test_a_list_or_route_of_a_firewall_is_not_foreign(line: str) -> None:
    assert line_meaning(FIREWALL, "frr", (), line, "-", shared=False).kind != LineKind.FOREIGN


@given(packet_filters())
@examples(40)
def test_a_filter_changes_no_other_part(held: PacketFilter) -> None:
    kinds = {part.kind for part in changed(None, held)}
    assert kinds <= {PartKind.PACKET_FILTER, PartKind.WORDS}
    assert PartKind.PACKET_FILTER in kinds


def test_a_table_of_somebody_elses_may_bear_on_anything() -> None:
    text = render(FIREWALL)
    foreign = "table ip nat {\n\tchain x {\n\t\tdrop\n\t}\n}\nfrr version"
    old, new = parts(text), parts(text.replace("frr version", foreign))
    assert {part for part in {*old, *new} if old.get(part) != new.get(part)} == {
        Part(PartKind.OTHER)
    }


@pytest.mark.parametrize("device", [FIREWALL, FILTERING_PE], ids=lambda device: device.name)
def test_a_filter_holds_no_secret(device: object) -> None:
    text = render(device)  # type: ignore[arg-type] # one of the two
    assert redact_text(text) == text
    assert keep_keys(text, text).text == text
