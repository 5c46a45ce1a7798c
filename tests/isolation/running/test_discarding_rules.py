"""Rules of Linux that only discard: no path follows from them, and a service may end at them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.verdict import Verdict
from tests.hypothesis_profiles import examples
from tests.isolation.running.real_network import answers, verdict_of, with_line

#: As `ip -N rule` prints them, and as `ip rule` does.
ACTIONS = ("6", "7", "8", "blackhole", "unreachable", "prohibit")
CONDITIONS = (
    *("", " iif eth3.100", " iif i-court", " iif eth1", " iif eth9 [detached]", " oif eth3.100"),
    *(" to 10.2.0.0/16", " fwmark 0x1", " ipproto tcp dport 80", " lookup 1005", " tos 0x10"),
)


def verdict_with(line: str, section: str = "rules ipv4") -> Verdict:
    said = answers()
    said["bj-pe1"] = with_line(said["bj-pe1"], section, line)
    return verdict_of(said)


@st.composite
def rules(draw: st.DrawFn) -> str:
    number = draw(st.integers(1, 40_000))
    turned = draw(st.sampled_from(["", "not "]))
    source = draw(st.sampled_from(["all", "10.1.0.0/16"]))
    # the kernel has each once, and what says a word twice is not understood
    two = st.lists(st.sampled_from(CONDITIONS[:-2]), max_size=2, unique_by=lambda c: c[:4])
    conditions = "".join(draw(two))
    of = draw(st.sampled_from(["", " lookup 1005"]))
    by = draw(st.sampled_from(["", " proto 4"]))
    action = draw(st.sampled_from(ACTIONS))
    return f"{number}:\t{turned}from {source}{conditions}{of} {action}{by} "


@given(rules(), st.sampled_from(["rules ipv4", "rules ipv6"]))
@examples(40)
def test_no_rule_that_discards_denies_the_proof(line: str, section: str) -> None:
    verdict = verdict_with(line, section)
    assert verdict.proved
    (found,) = verdict.findings
    assert found.severity is Severity.HYGIENE
    assert found.klass in ("state discards", "state not in text")


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("500:\tfrom all iif eth3.100 7 ", "packets of VRF i-court may be thrown away"),
        ("500:\tfrom all iif i-court 8 ", "packets of VRF i-court may be thrown away"),
        ("500:\tfrom all iif eth1 6 ", "packets of the main table may be thrown away"),
        ("500:\tfrom all lookup [l3mdev-table] 7 ", "VRF i-court"),
        ("500:\tnot from all iif eth3.100 unreachable ", "the main table"),
        # mgmt has no last resort: what it does not have is looked up further
        ("2000:\tfrom all 7 ", "packets of VRF mgmt, the main table may be thrown away"),
    ],
)
def test_whose_packets_end_there_is_said(line: str, ends: str) -> None:
    (found,) = verdict_with(line).findings
    assert found.klass == "state discards"
    assert ends in found.message


@pytest.mark.parametrize(
    "line",
    [
        # VRFs are closed: what they do not have ends in them, and no later rule is asked
        "2000:\tfrom all iif eth3.100 7 ",
        "40000:\tfrom all unreachable ",
    ],
)
def test_rules_that_nothing_reaches_are_noted_only(line: str) -> None:
    (found,) = verdict_with(line).findings
    assert (found.klass, found.severity) == ("state not in text", Severity.HYGIENE)


def test_the_last_resort_of_vrfs_by_a_rule_is_no_difference() -> None:
    """The kernel's vrf.rst advises it; `ip -N` prints the action by its number."""
    assert verdict_with("2000:\tfrom all lookup [l3mdev-table] 7 ").findings == ()
