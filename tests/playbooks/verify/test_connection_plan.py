"""Which connections are tried for the registers, and what each is to come to."""

from collections import Counter
from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.model import IPNetwork
from egovnet.inventory.model.transport import PortRanges, TransportProtocol
from egovnet.playbooks.verify.connection import Connection, ConnectionCase
from egovnet.playbooks.verify.connection_hosts import ConnectionHost
from egovnet.playbooks.verify.connection_plan import connection_plan
from egovnet.playbooks.verify.openings import Opening, Openings, Register
from egovnet.playbooks.verify.probe_plan import Flow, ProbePlan

Case = ConnectionCase
VPNS = {"party": 1, "government": 2, "court": 3, "taxation": 4}
SITES = range(1, 4)


def host(vpn: str, site: int, version: int = 4) -> ConnectionHost:
    number = VPNS[vpn]
    lan = f"10.{number}.{site}.0/24" if version == 4 else f"fd00:{number}:{site}::/64"
    network = ip_network(lan)
    name = f"{vpn}-{site}"
    return ConnectionHost(name, vpn, f"{name}-host", network[10], network, network[1])


HOSTS = tuple(host(vpn, site, version) for vpn in VPNS for site in SITES for version in (4, 6))


def prefixes(vpn: str, *sites: int) -> tuple[IPNetwork, ...]:
    number = VPNS[vpn]
    return tuple(
        ip_network(text)
        for site in sites
        for text in (f"10.{number}.{site}.0/24", f"fd00:{number}:{site}::/64")
    )


def exchange(
    name: str,
    source: str,
    target: str,
    protocol: TransportProtocol = "tcp",
    ports: PortRanges = ((443, 443),),
) -> Opening:
    ends = (source, target, prefixes(source, 1), prefixes(target, 1))
    return Opening(name, Register.EXCHANGE, *ends, protocol, ports)


def anywhere(_source: str, _target: str) -> bool:
    return True


def plan(
    *openings: Opening,
    hosts: Iterable[ConnectionHost] = HOSTS,
    enforced: Iterable[str] = (),
    meet: Callable[[str, str], bool] = anywhere,
) -> ProbePlan:
    return connection_plan(Openings(openings, enforced), hosts, meet)


def asked(flow: Flow) -> Connection:
    assert flow.connection is not None
    return flow.connection


def of(made: ProbePlan, case: Case, version: int = 4) -> list[tuple[str, str, str, bool]]:
    """(source's node, target's node, service, whether it is answered) of a case."""
    return [
        (flow.sender, asked(flow).target_node, asked(flow).service, flow.must_reach)
        for flow in made.flows
        if asked(flow).case is case and ip_address(flow.address).version == version
    ]


@pytest.mark.parametrize("version", [4, 6])
def test_an_exchange_is_tried_from_every_side(version: int) -> None:
    made = plan(exchange("x", "party", "government", ports=((443, 443), (8000, 8010))))
    party, government = "party-1-host", "government-1-host"
    assert of(made, Case.DECLARED, version) == [
        (party, government, "tcp/443", True),
        (party, government, "tcp/8010", True),
    ]
    assert of(made, Case.OTHER_DIRECTION, version) == [(government, party, "tcp/443", False)]
    assert of(made, Case.OTHER_PORT, version) == [(party, government, "tcp/8011", False)]
    assert of(made, Case.OTHER_PROTOCOL, version) == [(party, government, "udp/443", False)]
    assert of(made, Case.OTHER_PREFIX, version) == [
        ("party-2-host", government, "tcp/443", False),
        (party, "government-2-host", "tcp/443", False),
    ]
    thirds = of(made, Case.THIRD_AGENCY, version)
    assert {end for source, target, *_ in thirds for end in (source, target)} >= {party, government}
    assert len(thirds) == 4 and not any(expected for *_, expected in thirds)


def test_icmp_has_no_port_and_tcp_beside_it_does_not_pass() -> None:
    made = plan(exchange("ping", "party", "court", "icmp", ()))
    assert of(made, Case.DECLARED) == [("party-1-host", "court-1-host", "icmp", True)]
    assert of(made, Case.OTHER_PROTOCOL) == [("party-1-host", "court-1-host", "tcp/443", False)]
    assert of(made, Case.OTHER_PORT) == []


def test_an_exchange_that_either_end_opens_is_two_openings() -> None:
    both = [exchange("x", "party", "court"), exchange("x", "court", "party")]
    made = plan(*both)
    assert of(made, Case.OTHER_DIRECTION) == []
    assert sorted(of(made, Case.DECLARED)) == [
        ("court-1-host", "party-1-host", "tcp/443", True),
        ("party-1-host", "court-1-host", "tcp/443", True),
    ]


def test_a_partner_of_a_partner_is_tried_both_ways() -> None:
    made = plan(exchange("ab", "party", "government"), exchange("bc", "government", "court"))
    tried = {
        (source.split("-")[0], target.split("-")[0]): expected
        for source, target, _, expected in of(made, Case.NOT_TRANSITIVE)
    }
    assert tried == {("party", "court"): False, ("court", "party"): False}


def test_what_another_exchange_allows_is_expected() -> None:
    made = plan(
        exchange("a", "party", "court"), exchange("b", "party", "court", ports=((444, 444),))
    )
    tried = {
        (asked(f).name, asked(f).service): f.must_reach
        for f in made.flows
        if asked(f).case in (Case.DECLARED, Case.OTHER_PORT)
    }
    assert tried == {("a", "tcp/443"): True, ("b", "tcp/444"): True, ("b", "tcp/445"): False}
    keys = [(f.sender, f.address, asked(f).service) for f in made.flows]
    assert len(keys) == len(set(keys)), "the same is sent once"


def test_the_last_port_has_its_neighbour_below() -> None:
    made = plan(exchange("x", "party", "court", ports=((65000, 65535),)))
    assert of(made, Case.OTHER_PORT) == [("party-1-host", "court-1-host", "tcp/64999", False)]
    assert of(plan(exchange("x", "party", "court", ports=((1, 65535),))), Case.OTHER_PORT) == []


def test_what_has_no_host_is_named_and_not_tried() -> None:
    made = plan(exchange("x", "party", "court"), hosts=[host("party", 1), host("court", 2)])
    assert made.flows == ()
    assert [(one.name, one.version) for one in made.untried] == [("x", 4), ("x", 6)]


def test_a_small_prefix_has_a_host_within_and_one_beside_it() -> None:
    ends = (ip_network("10.1.1.16/28"),), (ip_network("10.3.1.0/25"),)
    made = plan(Opening("x", Register.EXCHANGE, "party", "court", *ends, "tcp", ((443, 443),)))
    (declared,) = [flow for flow in made.flows if asked(flow).case is Case.DECLARED]
    assert (asked(declared).source_address, declared.address) == ("10.1.1.16", "10.3.1.10")
    beside = {
        (asked(flow).source_address, flow.address)
        for flow in made.flows
        if asked(flow).case is Case.OTHER_PREFIX
    }
    assert beside == {
        ("10.1.1.32", "10.3.1.10"),
        ("10.1.2.10", "10.3.1.10"),
        ("10.1.1.16", "10.3.1.128"),
        ("10.1.1.16", "10.3.2.10"),
    }


def application(users: tuple[IPNetwork, ...], servers: tuple[IPNetwork, ...]) -> Opening:
    ends = ("taxation", "taxation", users, servers)
    return Opening("filing", Register.APPLICATION, *ends, "tcp", ((443, 443),))


def test_an_enforced_vpn_lets_declared_flows_pass_alone() -> None:
    made = plan(
        application(prefixes("taxation", 1, 2), prefixes("taxation", 1)), enforced=["taxation"]
    )
    server = "taxation-1-host"
    assert of(made, Case.DECLARED) == [("taxation-2-host", server, "tcp/443", True)]
    assert of(made, Case.OTHER_DIRECTION) == [(server, "taxation-2-host", "tcp/443", False)]
    assert of(made, Case.OTHER_PORT) == [("taxation-2-host", server, "tcp/444", False)]
    assert of(made, Case.OTHER_PREFIX) == [
        ("taxation-3-host", server, "tcp/443", False),
        ("taxation-2-host", "taxation-3-host", "tcp/443", False),
    ]
    assert of(made, Case.THIRD_AGENCY) == []


def test_sites_that_do_not_meet_are_joined_by_no_application() -> None:
    spokes = {"taxation-2", "taxation-3"}
    made = plan(
        application(prefixes("taxation", 2), prefixes("taxation", 3)),
        enforced=["taxation"],
        meet=lambda source, target: not {source, target} <= spokes,
    )
    assert not any(flow.must_reach for flow in made.flows)


vpns = st.sampled_from(sorted(VPNS))
sites = st.lists(st.sampled_from(SITES), min_size=1, max_size=2, unique=True)
port_ranges = st.sampled_from([((443, 443),), ((443, 443), (8000, 8010)), ((444, 445),), ((1, 1),)])


@st.composite
def openings(draw: st.DrawFn) -> list[Opening]:
    """A register of exchanges; each has another name."""
    made = []
    for number in range(draw(st.integers(1, 6))):
        source, target = draw(st.lists(vpns, min_size=2, max_size=2, unique=True))
        protocol = draw(st.sampled_from(["tcp", "udp", "icmp"]))
        made.append(
            Opening(
                f"x{number}",
                Register.EXCHANGE,
                source,
                target,
                prefixes(source, *draw(sites)),
                prefixes(target, *draw(sites)),
                protocol,
                () if protocol == "icmp" else draw(port_ranges),
            )
        )
    return made


def is_declared(register: Iterable[Opening], flow: Flow) -> bool:
    """Whether an entry has exactly this; written again, to trust nothing."""
    connection = asked(flow)
    return any(
        one.source_vpn == connection.source_vpn
        and one.target_vpn == connection.target_vpn
        and one.protocol == connection.protocol
        and any(ip_address(connection.source_address) in prefix for prefix in one.sources)
        and any(ip_address(flow.address) in prefix for prefix in one.targets)
        and (
            connection.port is None or any(connection.port in range(a, b + 1) for a, b in one.ports)
        )
        for one in register
    )


@given(openings())
def test_every_expectation_is_the_registers(register: list[Opening]) -> None:
    made = plan(*register)
    for flow in made.flows:
        assert flow.must_reach is is_declared(register, flow), flow.name
    tried = {
        (asked(f).name, ip_address(f.address).version)
        for f in plan(*register).flows
        if asked(f).case is Case.DECLARED and f.must_reach
    }
    # an entry's own flow may have been made for an earlier one
    for one in register:
        for version in (4, 6):
            alone = [
                f
                for f in plan(one).flows
                if f.must_reach and ip_address(f.address).version == version
            ]
            assert alone and all(is_declared([one], flow) for flow in alone)
    assert tried


def test_work_grows_with_the_register_and_no_faster() -> None:
    def size(number: int) -> int:
        register = [
            exchange(f"x{i}", "party", "court", ports=((2000 + 3 * i, 2000 + 3 * i),))
            for i in range(number)
        ]
        return len(plan(*register).flows)

    assert size(200) <= 2.1 * size(100)
    counted = Counter(asked(f).case for f in plan(exchange("x", "party", "court")).flows)
    assert sum(counted.values()) <= 30
