"""Flows as nft prints them: what it printed (nftables 1.0.6), and what is no listing of them."""

import json
from ipaddress import ip_address

import pytest

from egovnet.templates.frr.state.recorded_flows import read_flows
from egovnet.templates.model.recorded_flow import FlowsNotReadError, RecordedFlow

#: Printed by `nft -j list ruleset inet` where the sets had these elements.
PRINTED = (
    '{"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", '
    '"json_schema_version": 1}}, {"table": {"family": "inet", "name": "egovnet", "handle": 1}}, '
    '{"set": {"family": "inet", "name": "flows4", "table": "egovnet", "type": ["ipv4_addr", '
    '"ipv4_addr", "inet_proto", "inet_service"], "handle": 1, "size": 65536, "flags": ["timeout"], '
    '"timeout": 2592000, "elem": [{"elem": {"val": {"concat": ["10.1.1.1", "10.2.2.2", "udp", '
    '53]}, "expires": 2591999, "counter": {"packets": 1, "bytes": 60}}}, {"elem": {"val": '
    '{"concat": ["10.1.1.1", "10.2.2.2", "tcp", 443]}, "expires": 2591999, "counter": {"packets": '
    '3, "bytes": 180}}}]}}, {"set": {"family": "inet", "name": "others6", "table": "egovnet", '
    '"type": ["ipv6_addr", "ipv6_addr", "inet_proto"], "handle": 2, "size": 65536, "flags": '
    '["timeout"], "timeout": 2592000, "elem": [{"elem": {"val": {"concat": ["fde9::1", "fde9::2", '
    '"ipv6-icmp"]}, "expires": 2591999, "counter": {"packets": 2, "bytes": 120}}}, {"elem": '
    '{"val": {"concat": ["fde9::1", "fde9::2", "sctp"]}, "expires": 2591999, "counter": '
    '{"packets": 2, "bytes": 120}}}]}}]}\n'
)
V4 = ip_address("10.1.1.1"), ip_address("10.2.2.2")
V6 = ip_address("fde9::1"), ip_address("fde9::2")


def test_what_nft_printed_is_read() -> None:
    assert read_flows(PRINTED) == (
        RecordedFlow(*V4, "udp", 53, 1, 60),
        RecordedFlow(*V4, "tcp", 443, 3, 180),
        RecordedFlow(*V6, "icmp", None, 2, 120),
        RecordedFlow(*V6, "sctp", None, 2, 120),
    )


def test_a_router_without_a_table_recorded_nothing() -> None:
    assert read_flows('{"nftables": [{"metainfo": {"version": "1.0.6"}}]}') == ()


def test_sets_of_others_are_passed_over() -> None:
    other = json.loads(PRINTED)
    for one in other["nftables"]:
        if "set" in one:
            one["set"]["name"] = "blocked"
    assert read_flows(json.dumps(other)) == ()


@pytest.mark.parametrize(
    "answer",
    ["", "nft: not found", "[]", '{"nftables": [{"set": {}}]}', PRINTED[:-40],
     PRINTED.replace('"10.2.2.2"', '"nowhere"'), PRINTED.replace("443", '"https"'),
     PRINTED.replace('"concat"', '"prefix"')],
)  # fmt: skip
def test_what_is_no_listing_is_an_error(answer: str) -> None:
    with pytest.raises(FlowsNotReadError, match="not what 'nft -j list ruleset inet' prints"):
        read_flows(answer)
