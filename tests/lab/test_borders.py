"""Labs of networks with borders: one alone, and two that are joined."""

from pathlib import Path

from egovnet.lab.topology import Topology
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.lab import topology
from tests.border_network import nation, province


def ends(made: Topology, port: str) -> set[str]:
    """The ports that a port is cabled to."""
    pairs = [(str(link.a), str(link.b)) for link in made.links]
    return {other for pair in pairs for other in pair if port in pair} - {port}


def test_a_border_ends_at_a_switch_where_the_neighbour_is_not(tmp_path: Path) -> None:
    made = topology(Workspace(nation(tmp_path / "nation")), provisioned=False)
    made.check()
    assert ends(made, "bj-asbr1:eth5") == {"bj-asbr1-eth5-border:eth1"}


def test_two_networks_are_cabled_at_their_border(tmp_path: Path) -> None:
    ours, theirs = (Workspace(w(tmp_path / w.__name__)) for w in (nation, province))
    beside = topology(theirs, provisioned=False)
    made = topology(ours, provisioned=False, beside=beside)
    made.check()
    assert ends(made, "bj-asbr1:eth5") == {"gd-asbr1:eth5"}
    assert {n.name for n in made.routers()} == {"bj-pe1", "bj-asbr1", "gd-pe1", "gd-asbr1"}
    assert not [node.name for node in made.nodes if node.name.endswith("-border")]
