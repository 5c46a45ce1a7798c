"""Whatever route a kernel shows whose way on is out of its table: it is never explained away."""

from hypothesis import given
from hypothesis import strategies as st

from egovnet.isolation.model.finding_class import Severity
from tests.hypothesis_profiles import examples
from tests.isolation.running.real_network import answers, verdict_of, with_line

#: Tables of bj-pe1 (None: the main one; 500: no VRF has it) and the ports in each.
PORTS = {
    "1002": "eth3.100",
    "1003": "eth3.101",
    "1004": "eth3.102",
    "1005": "eth4.100",
    None: "eth1",
}
PROTOCOLS = ("", " proto 2", " proto 4", " proto 186", " proto 187", " proto 196")


@st.composite
def lines(draw: st.DrawFn) -> str:
    table = draw(st.sampled_from([*PORTS, "500"]))
    port = draw(st.sampled_from([one for of, one in PORTS.items() if of != table]))
    octets = draw(st.tuples(st.integers(1, 223), st.integers(0, 255), st.integers(0, 255)))
    prefix = draw(st.sampled_from(["default", f"{'.'.join(map(str, octets))}.0/24"]))
    gateway = draw(st.sampled_from(["", "via 10.200.0.42 "]))
    where = f"table {table} " if table else ""
    protocol = draw(st.sampled_from(PROTOCOLS))
    return f"{prefix} {gateway}dev {port} {where}{protocol}".rstrip()


@given(lines())
@examples(40)
def test_a_route_out_of_its_table_is_told(line: str) -> None:
    said = answers()
    said["bj-pe1"] = with_line(said["bj-pe1"], "routes ipv4", line)
    verdict = verdict_of(said)
    told = [f for f in verdict.findings if any(line in hop.quote for hop in f.path)]
    assert told, line
    # in a table that nothing leads to, it is no path yet
    assert " table 500 " in f"{line} " or any(f.severity is not Severity.HYGIENE for f in told)
