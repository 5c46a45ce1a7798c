import string
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from egovnet.lab import appliance, appliance_root
from egovnet.lab.containerlab_file import (
    DEFAULT_IMAGE,
    containerlab_files,
    read_containerlab_files,
)
from egovnet.lab.errors import ContainerlabFileError
from egovnet.lab.topology import DAEMONS, Endpoint, Link, Node, Topology

names = st.from_regex(r"[a-z][a-z0-9-]{0,10}[a-z0-9]", fullmatch=True)
lines = st.text(string.printable.replace("\x0b", "").replace("\x0c", ""), min_size=1, max_size=40)
daemons = st.sets(st.sampled_from(DAEMONS[1:])).map(
    lambda some: ("zebra", *(d for d in DAEMONS if d in some))
)


@st.composite
def topologies(draw: st.DrawFn) -> Topology:
    nodes: list[Node] = []
    for number, name in enumerate(draw(st.lists(names, min_size=1, max_size=6, unique=True))):
        kind = draw(st.sampled_from(["router", "ce", "host", "switch"]))
        if kind == "router":
            rules = draw(st.sampled_from(["", "# nftables.conf --\ntable inet egovnet {\n}\n"]))
            linux = f"{name}\nauto lo\n{draw(lines)}\n# ports.conf --\n{rules}"
            text = f"{linux}frr version 8\n{draw(lines)}"
            node = Node(
                name=name,
                kind="router",
                management=IPv4Address("172.20.20.10") + number,
                forward=(f"127.20.20.{10 + number}", draw(st.integers(1024, 65535))),
                daemons=draw(daemons),
                config=text,
            )
        elif kind == "ce":
            runs = draw(st.just(()) | daemons)
            config = draw(lines) if runs else ""
            commands = draw(st.lists(lines, max_size=3).map(tuple))
            node = Node(name=name, kind="ce", daemons=runs, config=config, commands=commands)
        elif kind == "host":
            commands = draw(st.lists(lines, max_size=3).map(tuple))
            node = Node(name=name, kind="host", commands=commands)
        else:
            node = Node(name=name, kind="switch")
        nodes.append(node)
    pairs = draw(st.lists(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)), max_size=5))
    links = tuple(
        Link(
            a=Endpoint(node=a.name, port=f"eth{2 * number + 1}"),
            b=Endpoint(node=b.name, port=f"eth{2 * number + 2}"),
        )
        for number, (a, b) in enumerate(pairs)
    )
    subnet = IPv4Network("172.20.20.0/24")
    return Topology(name=draw(names), management_subnet=subnet, nodes=tuple(nodes), links=links)


@given(topologies())
def test_reading_what_was_written_gives_the_same_topology(topology: Topology) -> None:
    assert read_containerlab_files(containerlab_files(topology)) == topology


def test_the_file_has_what_containerlab_wants(backbone: Callable[..., Any]) -> None:
    files = containerlab_files(backbone(edges=2, bgp_sites=1).topology(), key_directory="keys")
    document = yaml.safe_load(files["sample.clab.yml"])
    pe1, ce1 = (document["topology"]["nodes"][name] for name in ("pe1", "ce1"))
    assert document["prefix"] == "clab"
    assert document["mgmt"] == {
        "network": "egovnet-sample",
        "ipv4-subnet": "172.20.20.0/24",
    }
    assert pe1["kind"] == "linux"
    assert pe1["mgmt-ipv4"] == "172.20.20.11"
    assert pe1["ports"] == ["127.20.21.11:2222:22"]
    assert pe1["binds"] == [
        "configs/pe1/interfaces:/etc/network/interfaces",
        "configs/pe1/frr.conf:/etc/frr/frr.conf",
        "configs/pe1/daemons:/etc/frr/daemons",
        "keys/authorized_keys:/root/.ssh/authorized_keys:ro",
        "keys/pe1:/etc/ssh/ssh_host_ed25519_key:ro",
    ]
    assert files["configs/pe1/frr.conf"].startswith("frr version 8.4.4\n")
    assert "auto mgmt\n" in files["configs/pe1/interfaces"]
    assert "sh -c 'ip addr add 10.1.0.2/30 dev eth1'" in ce1["exec"]
    assert {"endpoints": ["pe1:eth1", "pe2:eth1"]} in document["topology"]["links"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, r"expected one \*.clab.yml, found 0"),
        ({"x.clab.yml": "name: ["}, "x.clab.yml: cannot be read"),
        ({"x.clab.yml": "name: x"}, "there is no 'topology'"),
        ({"x.clab.yml": "- a\n- b\n"}, "cannot be read"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused(files: dict[str, str], message: str) -> None:
    with pytest.raises(ContainerlabFileError, match=message):
        read_containerlab_files(files)


def test_the_image_s_packages_are_the_appliance_s() -> None:
    text = (Path(appliance.__file__).parent / "Containerfile").read_text(encoding="utf-8")
    installed = text.partition("install --no-install-recommends -y")[2].partition("&&")[0]
    packages = set(installed.replace("\\", " ").split())
    assert packages <= set(appliance._PACKAGES)
    assert {"frr", "frr-pythontools", "ifupdown2", "openssh-server", "iproute2"} <= packages
    assert appliance_root._IFUPDOWN2_POLICY.strip() in text
    assert DEFAULT_IMAGE in text
