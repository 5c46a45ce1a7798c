"""The getters' pure functions on what a real router (FRR 8.4.4, ``network/r1.conf``) printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from napalm_frr.getters import bgp, linux, reachability, routes, system
from napalm_frr.getters.texts import json_objects, seconds
from napalm_frr.text import frr_tree, linux_check
from napalm_frr.text.device_text import split
from napalm_frr.text.interfaces_text import parse

HERE = Path(__file__).parent


def recorded(name: str) -> str:
    return (HERE / "recorded" / name).read_text()


def recorded_json(name: str) -> Any:  # noqa: ANN401  # JSON is any
    return json.loads(recorded(name))


def test_facts() -> None:
    facts = system.facts(
        ["r1\n", "r1\n", recorded("uptime.txt"), "Standard PC\n", "\n"],
        recorded("show_version.txt"),
        recorded_json("ip_stats.json"),
    )
    assert facts["os_version"] == "FRRouting 8.4.4"
    assert facts["hostname"] == facts["fqdn"] == "r1"
    assert facts["uptime"] > 1
    assert {"lo", "eth0", "eth1", "eth1.101", "TEST"} <= set(facts["interface_list"])


def test_bgp_neighbors_are_per_vrf_and_the_default_is_global() -> None:
    found = bgp.neighbors(recorded_json("bgp_instances.json"), recorded_json("bgp_neighbors.json"))
    assert set(found) == {"global", "TEST"}
    assert found["global"]["router_id"] == "10.255.0.1"
    backbone = found["global"]["peers"]["10.255.0.2"]
    assert backbone["is_up"]
    assert backbone["address_family"]["vpnv4"] == {
        "received_prefixes": 1,
        "accepted_prefixes": 1,
        "sent_prefixes": 5,
    }
    customer = found["TEST"]["peers"]["10.64.0.2"]
    assert (customer["remote_as"], customer["description"]) == (65101, "customer")


def test_bgp_without_instances_still_has_global() -> None:
    assert bgp.neighbors({}, {}) == {"global": {"router_id": "", "peers": {}}}


def test_bgp_neighbors_detail_of_one_peer() -> None:
    found = bgp.neighbors_detail(recorded_json("bgp_neighbors.json"), "10.64.0.2")
    (row,) = found["TEST"][65101]
    assert (row["import_policy"], row["export_policy"]) == ("all", "all")
    assert row["accepted_prefix_count"] == 2
    assert row["connection_state"] == "Established"


def test_a_session_that_is_down_counts_nothing() -> None:
    sessions = {
        "default": {"10.0.0.1": {"bgpState": "Active", "addressFamilyInfo": {"ipv4Unicast": {}}}}
    }
    peer = bgp.neighbors({}, sessions)["global"]["peers"]["10.0.0.1"]
    assert not peer["is_up"]
    assert peer["uptime"] == -1
    assert peer["address_family"]["ipv4"]["accepted_prefixes"] == -1


def test_routes_of_all_vrfs_with_bgp_attributes() -> None:
    tables = list(json_objects(recorded("route_all.json")))
    paths = routes.bgp_paths("TEST", "1.0.4.0/24", recorded_json("bgp_TEST_prefix.json"))
    found = routes.routes(tables, paths)
    (route,) = found["1.0.4.0/24"]
    assert route["routing_table"] == "TEST"
    assert route["protocol_attributes"]["remote_as"] == 65101
    assert {r["routing_table"] for rows in found.values() for r in rows} == {
        "default",
        "TEST",
        "mgmt",
    }
    (labelled,) = found["10.200.2.0/24"]
    assert labelled["outgoing_interface"] == "eth1"
    assert labelled["protocol_attributes"]["labels"][-1] >= 16
    assert set(routes.routes(tables, {}, "static")) == {"10.200.1.0/24"}


def test_network_instances_and_targets_are_the_daemons() -> None:
    running = frr_tree.parse(split((HERE.parent / "network" / "r1.conf").read_text()).frr)
    found = linux.network_instances(recorded_json("ip_addr.json"), running)
    assert found["TEST"]["state"] == {"route_distinguisher": "10.255.0.1:101"}
    assert set(found["TEST"]["interfaces"]["interface"]) == {"eth1.101", "dum1", "dum2"}
    assert found["default"]["type"] == "DEFAULT_INSTANCE"
    assert set(found["mgmt"]["interfaces"]["interface"]) == {"eth0"}
    targets = linux.vpn_targets(running)["TEST"]
    assert targets["ipv6"]["export"] == ["65000:101", "65000:102"]
    assert targets["ipv4"]["imports"] and targets["ipv4"]["exports"]


def test_interfaces_addresses_counters_vlans_neighbours() -> None:
    links = recorded_json("ip_addr.json")
    found = linux.interfaces(links, "eth1 10000\n")
    assert found["eth1"] == {
        "is_enabled": True,
        "is_up": True,
        "description": "to r2",
        "last_flapped": -1.0,
        "mtu": 1500,
        "speed": 10000.0,
        "mac_address": found["eth1"]["mac_address"],
    }
    assert linux.interfaces_ip(links)["eth1.101"]["ipv4"] == {"10.64.0.1": {"prefix_length": 30}}
    assert linux.vlans(links) == {101: {"name": "VLAN101", "interfaces": ["eth1.101"]}}
    assert linux.counters(recorded_json("ip_stats.json"))["eth0"]["rx_octets"] > 0
    neighbours = recorded_json("neigh.json")
    assert "10.64.0.2" in {row["ip"] for row in linux.neighbours(neighbours, version=4)}
    assert "2001:db8:64::2" in {row["ip"] for row in linux.neighbours(neighbours, version=6)}


def test_linux_is_as_its_text_says() -> None:
    interfaces = parse(split((HERE.parent / "network" / "r1.conf").read_text()).interfaces)
    links = recorded_json("ip_addr.json")
    assert linux_check.faults(interfaces, links) == ()
    for link in links:
        if link.get("ifname") == "eth1.101":
            link["addr_info"] = [a for a in link["addr_info"] if a["local"] != "10.64.0.1"]
            link["addr_info"].append({"family": "inet", "local": "10.9.9.9", "prefixlen": 30})
            link["master"] = "cust"
        if link.get("ifname") == "eth1":
            link["flags"].remove("UP")
    without_dummy = [link for link in links if link.get("ifname") != "dum1"]
    assert {str(fault) for fault in linux_check.faults(interfaces, without_dummy)} == {
        "eth1: is down",
        "eth1.101: is in VRF cust, not TEST",
        "eth1.101: has no address 10.64.0.1/30",
        "eth1.101: has the address 10.9.9.9/30 too",
        "dum1: is missing",
    }
    assert linux_check.faults(parse(""), links) != ()


_LABELS = [
    {"family": "mpls", "interface": "lo", "input": False},
    {"family": "mpls", "interface": "eth1", "input": True},
    {"family": "mpls", "interface": "eth3", "input": False},
]


@pytest.mark.parametrize(
    ("on", "linux", "frr", "found"),
    [
        (("eth1",), ("eth1",), ("eth1",), ()),
        (("eth1",), ("eth1",), (), ()),
        (("eth1",), (), ("eth1",), ()),
        ((), ("eth1",), ("eth1",), ("eth1: takes in no labels, with mpls-enable yes",)),
        # the daemon alone may be late: it is told by its own text
        ((), (), ("eth1",), ()),
        (("eth3",), (), (), ("eth3: takes in labels, and the text does not say so",)),
    ],
)
def test_ports_that_take_in_labels_otherwise_than_the_text_says(
    on: tuple[str, ...], linux: tuple[str, ...], frr: tuple[str, ...], found: tuple[str, ...]
) -> None:
    stanzas = "".join(f"auto {name}\niface {name}\n    mpls-enable yes\n" for name in linux)
    blocks = "".join(f"interface {name}\n mpls enable\nexit\n" for name in frr)
    netconf = [{**entry, "input": entry["interface"] in on} for entry in _LABELS]
    said = linux_check.label_faults(parse(stanzas), frr_tree.parse(blocks), netconf)
    assert tuple(map(str, said)) == found
    assert linux_check.label_faults(parse(stanzas), frr_tree.parse(blocks), []) == ()


def test_environment() -> None:
    before = "cpu  1 1\ncpu0 100 0 100 800 0 0 0\n"
    after = "cpu  1 1\ncpu0 150 0 150 900 0 0 0\n"
    found = system.environment(before, after, recorded("meminfo.txt"), "thermal_zone0 41000\n")
    assert found["cpu"] == {0: {"%usage": 50.0}}
    assert 0 < found["memory"]["used_ram"] < found["memory"]["available_ram"]
    assert found["temperature"]["thermal_zone0"]["temperature"] == 41.0


def test_users_are_those_who_can_log_in() -> None:
    passwd = (
        recorded("passwd.txt")
        + "ann:x:1000:1000::/home/ann:/bin/bash\nbob:x:1001:1001::/:/bin/sh\n"
    )
    found = system.users(passwd, "ann\tssh-ed25519 AAAA\n", "sudo:x:27:ann\n")
    assert {name: user["level"] for name, user in found.items()} == {
        "root": 15,
        "ann": 15,
        "bob": 1,
    }
    assert found["ann"]["sshkeys"] == ["ssh-ed25519 AAAA"]


def test_ping() -> None:
    answered = reachability.ping(recorded("ping.txt"), "")["success"]
    assert (answered["probes_sent"], answered["packet_loss"], len(answered["results"])) == (3, 0, 3)
    assert answered["results"][0]["ip_address"] == "10.64.0.2"
    lost = "2 packets transmitted, 0 received, 100% packet loss, time 1001ms"
    assert reachability.ping(lost, "")["success"]["packet_loss"] == 2
    assert reachability.ping("", "ping: connect: Network is unreachable\n") == {
        "error": "ping: connect: Network is unreachable"
    }


def test_traceroute() -> None:
    (hop,) = reachability.traceroute(recorded("traceroute.txt"), "")["success"].values()
    assert {probe["ip_address"] for probe in hop["probes"].values()} == {"10.255.0.2"}
    text = (
        "traceroute to 8.8.8.8\n 1  * 10.0.0.1  1.5 ms *\n 2  10.0.0.2  2 ms 10.0.0.3  3 ms !N *\n"
    )
    found = reachability.traceroute(text, "")["success"]
    assert [probe["ip_address"] for probe in found[1]["probes"].values()] == ["*", "10.0.0.1", "*"]
    assert [probe["ip_address"] for probe in found[2]["probes"].values()] == [
        "10.0.0.2",
        "10.0.0.3",
        "*",
    ]
    assert "error" in reachability.traceroute("", "connect: Network is unreachable")


def test_uptimes() -> None:
    assert seconds("1w2d03h") == 9 * 86400 + 3 * 3600
    assert seconds("00:00:09") == 9
    assert seconds("") == -1
