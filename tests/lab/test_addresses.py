import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.lab.access import fresh_access, write_access
from egovnet.lab.addresses import Addresses, free_addresses, is_free
from egovnet.lab.errors import AddressInUseError
from egovnet.lab.topology import Topology

NET = "127.95.21"


@pytest.fixture
def topology(backbone: Callable[..., Any]) -> Topology:
    built: Topology = backbone(edges=2, loopback_net=NET).topology()
    return built


def listener(host: str, port: int) -> socket.socket:
    taken = socket.socket()
    taken.bind((host, port))
    taken.listen()
    return taken


def test_a_lab_answers_where_its_topology_says_when_nobody_else_does(topology: Topology) -> None:
    assert free_addresses(topology) == Addresses(
        (f"{NET}.2", 2222), {"pe1": (f"{NET}.11", 2222), "pe2": (f"{NET}.12", 2222)}
    )


def test_one_taken_address_moves_the_whole_lab(topology: Topology) -> None:
    with listener(f"{NET}.12", 2222):
        moved = free_addresses(topology)
    assert moved.routers == {"pe1": ("127.96.21.11", 2222), "pe2": ("127.96.21.12", 2222)}
    assert moved.control == ("127.96.21.2", 2222)


def test_a_taken_control_address_moves_to_any_port(topology: Topology) -> None:
    with listener(f"{NET}.2", 2222):
        addresses = free_addresses(topology)
    assert addresses.routers["pe1"] == (f"{NET}.11", 2222)
    assert addresses.control is not None
    assert addresses.control[0] == f"{NET}.2"
    assert addresses.control[1] != 2222
    assert is_free(addresses.control)


def test_names_cannot_move_and_the_error_says_what_to_do(topology: Topology) -> None:
    with listener("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        nodes = tuple(
            node.model_copy(update={"forward": ("localhost", port)}) if node.name == "pe1" else node
            for node in topology.nodes
        )
        with pytest.raises(AddressInUseError, match=rf"localhost:{port}: .*egovnet lab down"):
            free_addresses(topology.model_copy(update={"nodes": nodes}))


def test_credentials_say_where_a_moved_lab_answers(topology: Topology, tmp_path: Path) -> None:
    access = fresh_access(topology)
    write_access(access, topology, free_addresses(topology), tmp_path)
    assert "addresses" not in yaml.safe_load((tmp_path / "credentials.yaml").read_text())
    with listener(f"{NET}.11", 2222):
        write_access(access, topology, free_addresses(topology), tmp_path)
    written = yaml.safe_load((tmp_path / "credentials.yaml").read_text())
    assert written["addresses"] == {"pe1": ["127.96.21.11", 2222], "pe2": ["127.96.21.12", 2222]}
    assert "[127.96.21.12]:2222 ssh-ed25519 " in (tmp_path / "known_hosts").read_text()


def test_addresses_of_other_machines_are_called_so(topology: Topology) -> None:
    nodes = tuple(
        node.model_copy(update={"forward": ("192.0.2.7", 22)}) if node.name == "pe1" else node
        for node in topology.nodes
    )
    said = r"192\.0\.2\.7:22: not an address of this machine; .* hostnames of 127\.0\.0\.0/8"
    with pytest.raises(AddressInUseError, match=said):
        free_addresses(topology.model_copy(update={"nodes": nodes}))
