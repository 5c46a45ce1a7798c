"""Where in the backbone's IGP a port is, by a text."""

import pytest

from egovnet.templates.registry import read_config

PORT = """interface eth1
 ip address 10.0.0.1/31
exit
"""
ISIS = "interface eth1\n ip router isis core\n{at}exit\nrouter isis core\n{net}{of}exit\n"
TITLE = " net 49.0001.0000.0000.0007.00\n"
L2 = " is-type level-2-only\n"
OSPF = "interface eth1\n ip ospf area {area}\nexit\nrouter ospf\n{of}exit\n"


def place(text: str) -> tuple[set[str], set[str]]:
    """(regions, identities) of eth1."""
    facts = read_config(f"frr defaults traditional\nhostname x\n{PORT}{text}", "text", "frr")
    assert not facts.not_understood
    found = facts.interfaces["eth1"].igp_place
    assert found is not None
    return set(found.regions), set(found.identities)


@pytest.mark.parametrize(
    ("at", "net", "of", "regions"),
    [
        ("", TITLE, L2, {"isis level 2"}),
        (" isis circuit-type level-2-only\n", TITLE, "", {"isis level 2"}),
        ("", TITLE, "", {"isis level 1 2 of 490001"}),
        ("", TITLE, " is-type level-1\n", {"isis level 1 of 490001"}),
        (" isis circuit-type level-1\n", TITLE, L2, set()),
        ("", TITLE, TITLE.replace("0001", "0002", 1), {"isis level 1 2 of 490001 490002"}),
    ],
)
def test_levels_and_areas_of_isis(at: str, net: str, of: str, regions: set[str]) -> None:
    assert place(ISIS.format(at=at, net=net, of=of)) == (regions, {"isis 000000000007"})


@pytest.mark.parametrize(
    "text",
    [ISIS.format(at="", net="", of=L2), "interface eth1\n ip router isis core\nexit\n"],
    ids=["no title", "no instance"],
)
def test_isis_without_a_title_has_no_neighbours(text: str) -> None:
    assert place(text) == (set(), set())


@pytest.mark.parametrize(
    ("area", "of", "regions", "identities"),
    [
        ("0", "", {"ospf area 0"}, set()),
        ("0.0.0.7", "", {"ospf area 7"}, set()),
        ("7", " area 0.0.0.7 stub\n", {"ospf area 7 stub"}, set()),
        ("7", " area 7 nssa\n area 8 stub\n", {"ospf area 7 nssa"}, set()),
        ("0", " ospf router-id 1.1.1.1\n", {"ospf area 0"}, {"ospf 1.1.1.1"}),
        ("0", " router-id 1.1.1.1\n", {"ospf area 0"}, {"ospf 1.1.1.1"}),
        ("0", "exit\nrouter-id 1.1.1.2\nrouter ospf\n", {"ospf area 0"}, {"ospf 1.1.1.2"}),
    ],
)
def test_areas_of_ospf(area: str, of: str, regions: set[str], identities: set[str]) -> None:
    assert place(OSPF.format(area=area, of=of)) == (regions, identities)


@pytest.mark.parametrize(
    ("networks", "area"),
    [
        (" network 10.0.0.0/8 area 1\n", 1),
        (" network 10.0.0.0/8 area 1\n network 10.0.0.0/31 area 2\n", 2),
        (" network 10.0.0.0/31 area 2\n network 0.0.0.0/0 area 0\n", 2),
    ],
)
def test_the_longest_network_says_the_area(networks: str, area: int) -> None:
    assert place(f"router ospf\n{networks}exit\n")[0] == {f"ospf area {area}"}


def test_ospf_without_its_instance_has_no_neighbours() -> None:
    assert place("interface eth1\n ip ospf area 0\nexit\n") == (set(), set())
