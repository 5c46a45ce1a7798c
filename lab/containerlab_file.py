"""Write a topology as a containerlab file with its startup configurations, and read it back.

What containerlab has no word for (what a node is to us, which daemons it runs) stands in labels, so
that the file alone says everything and other tools of that ecosystem can use it.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import ValidationError

from egovnet.lab.device_text import FILTER_HEAD, PORTS_LINE, split_device_text
from egovnet.lab.errors import ContainerlabFileError
from egovnet.lab.topology import DAEMONS, Node, Topology

DEFAULT_IMAGE = "egovnet-frr:8.4.4"
"""An image of ``lab/Containerfile``: Debian's frr, ifupdown2, openssh-server and sudo."""
PREFIX = "clab"
_NFT_CONF = "/etc/nftables.conf"
_KIND = "egovnet-kind"
_DAEMONS = "egovnet-daemons"
_FORWARDING = "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1"
_ROUTER_SYSCTLS = f"{_FORWARDING} net.mpls.platform_labels=100000 net.vrf.strict_mode=1"
_START_FRR = "/usr/lib/frr/frrinit.sh start"
_BRIDGE = (
    "ip link add br0 type bridge forward_delay 0",
    "ip link set br0 up",
    "sh -c 'for port in /sys/class/net/eth[1-9]*; do ip link set ${port##*/} master br0; done'",
)


def containerlab_file_name(topology: Topology) -> str:
    """``<name>.clab.yml``."""
    return f"{topology.name}.clab.yml"


def containerlab_files(
    topology: Topology, *, image: str = DEFAULT_IMAGE, key_directory: str | None = None
) -> dict[str, str]:
    """The lab as files: relative path to text, the ``*.clab.yml`` first.

    ``key_directory``, relative to the file, has ``authorized_keys`` and a host key per router that
    the routers shall mount; without it the file stands alone.
    """
    files: dict[str, str] = {}
    nodes = {node.name: _write_node(node, image, key_directory, files) for node in topology.nodes}
    document = {
        "name": topology.name,
        "prefix": PREFIX,
        "mgmt": {
            "network": f"egovnet-{topology.name}",
            "ipv4-subnet": str(topology.management_subnet),
        },
        "topology": {
            "nodes": nodes,
            "links": [{"endpoints": [str(link.a), str(link.b)]} for link in topology.links],
        },
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return {containerlab_file_name(topology): text, **files}


def read_containerlab_files(files: Mapping[str, str]) -> Topology:
    """The topology that ``containerlab_files`` wrote; raises ContainerlabFileError.

    ``files`` maps relative paths to text and has exactly one ``*.clab.yml``.
    """
    names = [name for name in files if name.endswith(".clab.yml")]
    if len(names) != 1:
        raise ContainerlabFileError(
            f"expected one *.clab.yml, found {len(names)}",
            where="containerlab files",
            next_step="give the directory that lab topology wrote",
        )
    try:
        document = yaml.safe_load(files[names[0]])
        spec = document["topology"]
        return Topology.model_validate(
            {
                "name": document["name"],
                "management_subnet": document["mgmt"]["ipv4-subnet"],
                "nodes": [_read_node(n, entry, files) for n, entry in spec["nodes"].items()],
                "links": [_read_link(link["endpoints"]) for link in spec["links"]],
            }
        )
    except KeyError as error:
        raise ContainerlabFileError(
            f"there is no {error}",
            where=names[0],
            next_step="give a file that lab topology wrote, with the files it names",
        ) from error
    except (yaml.YAMLError, ValidationError, TypeError, ValueError, AttributeError) as error:
        raise ContainerlabFileError(
            f"cannot be read: {error}",
            where=names[0],
            next_step="give a file that lab topology wrote",
        ) from error


def _write_node(
    node: Node, image: str, key_directory: str | None, files: dict[str, str]
) -> dict[str, Any]:
    labels: dict[str, str] = {_KIND: node.kind}
    if node.daemons:
        labels[_DAEMONS] = " ".join(node.daemons)
    entry: dict[str, Any] = {"kind": "linux", "image": image, "labels": labels}
    binds: list[str] = []
    if node.management is not None:
        entry["mgmt-ipv4"] = str(node.management)
    if node.forward is not None:
        entry["ports"] = [f"{node.forward[0]}:{node.forward[1]}:22"]
    home = f"configs/{node.name}"
    if node.config:
        files[f"{home}/startup.cfg"] = node.config
        entry["startup-config"] = f"{home}/startup.cfg"
        interfaces, frr, ruleset = "", node.config, ""
        if PORTS_LINE in node.config:
            _, interfaces, frr, ruleset = split_device_text(node.config)
        if interfaces:
            files[f"{home}/interfaces"] = interfaces
            binds.append(f"{home}/interfaces:/etc/network/interfaces")
        if ruleset:
            files[f"{home}/nftables.conf"] = f"{FILTER_HEAD}\nflush ruleset\n{ruleset}"
            binds.append(f"{home}/nftables.conf:{_NFT_CONF}")
        files[f"{home}/frr.conf"] = frr
        binds.append(f"{home}/frr.conf:/etc/frr/frr.conf")
    if node.daemons:
        enabled = (f"{name}={'yes' if name in node.daemons else 'no'}\n" for name in DAEMONS)
        files[f"{home}/daemons"] = "".join(enabled) + "vtysh_enable=yes\n"
        binds.append(f"{home}/daemons:/etc/frr/daemons")
    if key_directory is not None and node.kind == "router":
        binds.append(f"{key_directory}/authorized_keys:/root/.ssh/authorized_keys:ro")
        binds.append(f"{key_directory}/{node.name}:/etc/ssh/ssh_host_ed25519_key:ro")
    if binds:
        entry["binds"] = binds
    filtered = f"{home}/nftables.conf:{_NFT_CONF}" in binds
    before, after = _own_commands(node.kind, bool(node.daemons), filtered)
    commands = [*before, *(shlex.join(["sh", "-c", line]) for line in node.commands), *after]
    if commands:
        entry["exec"] = commands
    return entry


def _own_commands(
    kind: str, daemons: bool, filtered: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a container needs beside the node's own commands, before them and after them."""
    start = (_START_FRR,) if daemons else ()
    if kind == "router":
        first = (_ROUTER_SYSCTLS, *([f"nft -f {_NFT_CONF}"] if filtered else []))
        return (*first, "ifreload -a", "/usr/sbin/sshd"), start
    if kind == "ce":
        return (_FORWARDING,), start
    return (_BRIDGE if kind == "switch" else ()), ()


def _read_node(name: str, entry: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    kind = entry["labels"][_KIND]
    daemons = tuple(entry["labels"].get(_DAEMONS, "").split())
    filtered = any(bind.endswith(f":{_NFT_CONF}") for bind in entry.get("binds", ()))
    before, after = _own_commands(kind, bool(daemons), filtered)
    commands = entry.get("exec", [])
    own = commands[len(before) : len(commands) - len(after)]
    forward = None
    if ports := entry.get("ports"):
        address, port, _ = ports[0].split(":")
        forward = (address, int(port))
    return {
        "name": name,
        "kind": kind,
        "management": entry.get("mgmt-ipv4"),
        "forward": forward,
        "daemons": daemons,
        "config": files[entry["startup-config"]] if "startup-config" in entry else "",
        "commands": tuple(shlex.split(line)[2] for line in own),
    }


def _read_link(endpoints: list[str]) -> dict[str, dict[str, str]]:
    (a, a_port), (b, b_port) = (end.split(":", 1) for end in endpoints)
    return {"a": {"node": a, "port": a_port}, "b": {"node": b, "port": b_port}}
