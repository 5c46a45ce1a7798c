"""Getters that a program beside FRR answers, on what real ones printed.

`recorded/lldp_neighbors.json`: lldpd 1.0.16 in a network namespace, with two cables to another
lldpd. `recorded/chrony.csv`: chrony 4.3 there, with a server that answers and a peer that does
not. `recorded/bridge_fdb.json`: iproute2 6.1 of ports in no bridge; a bridge's own entries stand
here, as iproute2 writes them (bridge/fdb.c, `print_fdb`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from napalm.base.exceptions import CommandErrorException
from napalm.base.models import (
    LLDPNeighborDetailDict,
    LLDPNeighborDict,
    MACAdressTable,
    NTPStats,
    SNMPCommunityDict,
    SNMPDict,
)
from napalm.base.test.helpers import test_model as fits

from napalm_frr.program_getters import ProgramGetterMethods
from napalm_frr.ssh.session import Completed

RECORDED = Path(__file__).parent / "recorded"
SNMPD = """\
# SNMP of the province
sysContact  Network Office <noc@example.gov>
syslocation Room 3
rocommunity "open sesame" 10.0.0.0/8
rwcommunity writer default
rocommunity6 six
agentaddress udp:161
"""


_OF_A_BRIDGE = [
    {"mac": "02:00:00:00:00:07", "ifname": "eth5", "vlan": 7, "flags": [], "master": "br0",
     "state": "static"},
    {"mac": "02:00:00:00:00:08", "ifname": "eth6", "flags": [], "master": "br0", "state": ""},
    {"mac": "02:00:00:00:00:09", "ifname": "eth6", "flags": [], "master": "br0", "state": "stale"},
    {"mac": "33:33:00:00:00:01", "ifname": "eth6", "flags": ["self"], "master": "br0",
     "state": "permanent"},
]  # fmt: skip


class Router(ProgramGetterMethods):
    """A router whose programs print what was recorded."""

    hostname = "r1"

    def __init__(self, answers: dict[str, Completed]) -> None:
        self.answers = answers

    def _run(self, command: str, timeout: float | None = None) -> Completed:
        words = [word for word in command.split() if "=" not in word and word != "env"]
        return self.answers.get(words[0], Completed("", f"{words[0]}: not found", 127))


def printing(program: str, text: str, code: int = 0) -> Router:
    return Router({program: Completed(text, "", code)})


def recorded(name: str) -> str:
    return (RECORDED / name).read_text()


def test_lldp_neighbours_by_port() -> None:
    router = printing("lldpcli", recorded("lldp_neighbors.json"))
    found = router.get_lldp_neighbors()
    assert found == {
        "eth1": [{"hostname": "gz-pe1.example.gov", "port": "swp7"}],
        # this port is identified by its MAC address
        "eth2": [{"hostname": "gz-pe1.example.gov", "port": "swp8"}],
    }
    assert all(fits(LLDPNeighborDict, row) for rows in found.values() for row in rows)


def test_lldp_details_of_all_ports_and_of_one() -> None:
    router = printing("lldpcli", recorded("lldp_neighbors.json"))
    found = router.get_lldp_neighbors_detail()
    assert set(found) == {"eth1", "eth2"}
    assert router.get_lldp_neighbors_detail("eth2") == {"eth2": found["eth2"]}
    (row,) = found["eth1"]
    assert fits(LLDPNeighborDetailDict, row)
    assert row["remote_port_description"] == "circuit a--b to r1 eth1"
    assert row["remote_system_description"] == "FRR 8.4.4 on Linux"
    capable = ["bridge", "router", "wlan-access-point", "station"]
    assert row["remote_system_capab"] == capable
    assert row["remote_system_enable_capab"] == ["station"]
    assert found["eth2"][0]["remote_port"].count(":") == 5


def test_nobody_beside_the_router_is_no_error() -> None:
    router = printing("lldpcli", '{"lldp": [{}]}')
    assert router.get_lldp_neighbors() == {}


def test_time_from_a_server_and_a_peer() -> None:
    router = printing("chronyc", recorded("chrony.csv"))
    assert router.get_ntp_servers() == {"10.1.0.2": {}}
    assert router.get_ntp_peers() == {"10.1.0.9": {}}
    server, peer = router.get_ntp_stats()
    assert fits(NTPStats, server) and fits(NTPStats, peer)
    assert (server["remote"], server["type"], server["synchronized"]) == (
        "10.1.0.2",
        "server",
        True,
    )
    assert (server["stratum"], server["hostpoll"], server["reachability"]) == (3, 1, 255)
    assert (server["referenceid"], server["delay"]) == ("7F7F0101", 0.120827)
    assert (peer["synchronized"], peer["when"], peer["hostpoll"]) == (False, "never", 64)


def test_who_is_not_root_has_time_without_delays() -> None:
    rows = recorded("chrony.csv").splitlines()[:4]
    refused = "\n".join([*rows, "501 Not authorised"])
    server, _ = printing("chronyc", refused, 1).get_ntp_stats()
    assert (server["referenceid"], server["delay"], server["stratum"]) == ("", -1.0, 3)


def test_a_bridge_has_its_addresses_without_multicast() -> None:
    entries = json.dumps(json.loads(recorded("bridge_fdb.json")) + _OF_A_BRIDGE)
    found = printing("bridge", entries).get_mac_address_table()
    assert all(fits(MACAdressTable, row) for row in found)
    shown = [(row["mac"][-2:], row["interface"], row["vlan"]) for row in found]
    assert shown == [("07", "eth5", 7), ("08", "eth6", 0), ("09", "eth6", 0)]
    assert [(row["static"], row["active"]) for row in found] == [
        (True, True),
        (False, True),
        (False, False),
    ]


def test_a_router_without_a_bridge_has_no_such_table() -> None:
    assert printing("bridge", recorded("bridge_fdb.json")).get_mac_address_table() == []


def test_snmp_as_its_configuration_says() -> None:
    found = printing("cat", SNMPD).get_snmp_information()
    assert fits(SNMPDict, found)
    assert all(fits(SNMPCommunityDict, row) for row in found["community"].values())
    assert (found["contact"], found["location"]) == ("Network Office <noc@example.gov>", "Room 3")
    assert found["community"] == {
        "open sesame": {"acl": "10.0.0.0/8", "mode": "ro"},
        "writer": {"acl": "", "mode": "rw"},
        "six": {"acl": "", "mode": "ro"},
    }


@pytest.mark.parametrize(
    ("getter", "said"),
    [
        ("get_lldp_neighbors", "r1: no program lldpcli: install lldpd on the router"),
        ("get_ntp_stats", "r1: no program chronyc: install chrony on the router"),
        ("get_mac_address_table", "r1: no program bridge: install iproute2 on the router"),
        ("get_snmp_information", "r1: no /etc/snmp/snmpd.conf: .*install snmpd"),
    ],
)
def test_a_missing_program_is_named(getter: str, said: str) -> None:
    with pytest.raises(CommandErrorException, match=said):
        getattr(Router({}), getter)()


def test_a_daemon_that_does_not_run_is_reported() -> None:
    said = "unable to connect to socket /var/run/lldpd.socket: No such file or directory"
    router: Any = Router({"lldpcli": Completed("", said, 1)})
    with pytest.raises(CommandErrorException, match="ended with 1: unable to connect"):
        router.get_lldp_neighbors()
