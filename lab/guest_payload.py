"""What makes the generic appliance a certain lab: a small archive laid over it at boot."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from egovnet.lab.access import ACCOUNT, CONTROL, Access
from egovnet.lab.cpio_archive import CpioWriter
from egovnet.lab.device_text import PORTS_LINE, split_device_text
from egovnet.lab.machines import Machine
from egovnet.lab.topology import Node
from napalm_frr.change import installation


def agent_digest() -> str:
    """What tells the agent that routers boot with from another version's."""
    return installation.digest()


def write_initrd(path: Path, bases: Sequence[Path], machine: Machine, access: Access) -> None:
    """The archives ``bases`` and then the payload, in one file that only its owner may read."""
    with path.open("wb") as stream:
        path.chmod(0o600)
        for each in bases:
            with each.open("rb") as base:
                shutil.copyfileobj(base, stream, 1 << 20)
        stream.write(guest_payload(machine, access))


def guest_payload(machine: Machine, access: Access) -> bytes:
    """A cpio archive with ``/lab``: one machine's topology, the keys, every node's boot texts.

    Raises DeviceTextError when a router's config cannot be split.
    """
    topology = machine.topology
    names = {CONTROL, *(node.name for node in topology.routers())}
    description = {
        "account": ACCOUNT,
        "password": access.password,
        "management": {
            "control": str(machine.control),
            "other": str(machine.other) if machine.other else None,
            "prefix_length": topology.management_subnet.prefixlen,
        },
        "nodes": [_node(node) for node in topology.nodes],
        "links": [[link.a.node, link.a.port, link.b.node, link.b.port] for link in topology.links],
        "cables": [[cable.number, cable.end.node, cable.end.port] for cable in machine.cables],
    }
    stream = io.BytesIO()
    archive = CpioWriter(stream)
    archive.directory("lab")
    archive.directory("lab/keys", 0o700)
    archive.file("lab/lab.json", json.dumps(description).encode(), 0o600)
    archive.file("lab/authorized_keys", access.authorized_key.encode(), 0o600)
    archive.file(
        "lab/install-agent", installation.install_script([access.authorized_key]).encode(), 0o700
    )
    for name in sorted(names):
        archive.file(f"lab/keys/{name}", access.host_keys[name].encode(), 0o600)
    archive.close()
    return stream.getvalue()


def _node(node: Node) -> dict[str, Any]:
    interfaces, frr, ruleset = "", node.config, ""
    if node.kind == "router" or PORTS_LINE in node.config:
        _, interfaces, frr, ruleset = split_device_text(node.config)
    return {
        "name": node.name,
        "kind": node.kind,
        "management": str(node.management) if node.management else None,
        "daemons": node.daemons,
        "interfaces": interfaces,
        "frr": frr,
        "filter": ruleset,
        "commands": node.commands,
    }
