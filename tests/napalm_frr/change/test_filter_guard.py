"""A packet filter that may drop SSH from management is refused, whatever it is made of."""

import pytest

from napalm_frr.change.management_guard import refuse_management_change
from napalm_frr.errors import DeviceTextError
from napalm_frr.text.device_state import DeviceState
from napalm_frr.text.device_text import DeviceText

INTERFACES = """\
auto mgmt
iface mgmt
    vrf-table 1000

auto eth0
iface eth0
    address 172.20.20.11/24
    vrf mgmt
"""
INPUT = "type filter hook input priority filter; policy drop;"
ARRIVAL = "type filter hook prerouting priority filter; policy accept;"


def guarded(chains: dict[str, list[str]], interfaces: str = INTERFACES) -> None:
    """Let the guard look at a candidate with these chains."""
    blocks = [
        f"\tchain {name} {{\n" + "".join(f"\t\t{rule}\n" for rule in rules) + "\t}\n"
        for name, rules in chains.items()
    ]
    ruleset = "table inet egovnet {\n" + "\n".join(blocks) + "}\n"
    running = DeviceState.of(DeviceText("r1", interfaces, ""))
    candidate = DeviceState.of(DeviceText("r1", interfaces, "", filter=ruleset))
    refuse_management_change(running, candidate, "172.20.20.11", ("eth0", "mgmt"))


@pytest.mark.parametrize(
    "rules",
    [
        ['iifname "mgmt" accept'],
        ['iifname { "lo", "mgmt" } accept'],
        ['iifname vmap { "lo" : accept, "mgmt" : jump inner }'],
        ['iifname "mgm*" tcp dport { 22, 179 } accept'],
        ["tcp dport 1-1024 counter accept"],
        ["meta l4proto tcp ct state established,new accept"],
        ["udp dport 53 drop", 'iifname != "mgmt" drop', "goto inner"],
        ['iifname "eth7" drop', 'iifname "mgmt" ct direction original accept comment "drop"'],
    ],
)
def test_a_filter_that_lets_ssh_in_is_taken(rules: list[str]) -> None:
    guarded({"local": [INPUT, *rules], "inner": ["accept"]})


@pytest.mark.parametrize(
    "rules",
    [
        [],
        ['iifname "lo" accept'],
        ['iifname "eth0" accept'],
        ['iifname "mgmt" udp dport 22 accept'],
        ['iifname "mgmt" tcp dport 23 accept'],
        ['iifname "mgmt" ip saddr 10.0.0.0/8 accept'],
        ['iifname "mgmt" ct state established accept'],
        ["ip saddr 172.20.20.1 drop", 'iifname "mgmt" accept'],
        ['iifname "mgmt" limit rate 1/minute accept'],
        ['iifname vmap { "mgmt" : jump inner }', "accept"],
        ["jump local", "accept"],
        ["tcp dport @ports accept"],
    ],
)
def test_a_filter_that_may_drop_ssh_is_refused(rules: list[str]) -> None:
    with pytest.raises(DeviceTextError, match=r"drops SSH that comes in by 'mgmt'.*'local'"):
        guarded({"local": [INPUT, *rules], "inner": ["drop"]})


def test_where_packets_arrive_the_port_counts_too() -> None:
    guarded({"arrival": [ARRIVAL, 'iifname "eth2.101" drop']})
    with pytest.raises(DeviceTextError, match=r"comes in by 'eth0'.*'arrival'"):
        guarded({"arrival": [ARRIVAL, 'iifname "eth0" drop']})


def test_without_a_vrf_the_port_is_what_input_sees() -> None:
    plain = "auto eth0\niface eth0\n    address 172.20.20.11/24\n"
    guarded({"local": [INPUT, 'iifname "eth0" accept']}, plain)
    with pytest.raises(DeviceTextError, match="comes in by 'eth0'"):
        guarded({"local": [INPUT, 'iifname "mgmt" accept']}, plain)


def test_the_same_filter_as_runs_is_not_asked() -> None:
    same = DeviceState.of(
        DeviceText(
            "r1", INTERFACES, "", filter=f"table inet t {{\n\tchain c {{\n\t\t{INPUT}\n\t}}\n}}\n"
        )
    )
    refuse_management_change(same, same, "172.20.20.11", ("eth0", "mgmt"))
