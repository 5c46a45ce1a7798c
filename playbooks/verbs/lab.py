"""`lab`: the virtual network of an inventory."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from egovnet.inventory.model.keys import references_in
from egovnet.inventory.registers import legacy_circuits
from egovnet.lab import containerlab_file
from egovnet.lab.access import CREDENTIALS_FILE
from egovnet.lab.backend import Backend
from egovnet.lab.backends import AUTO, best_guest, open_lab
from egovnet.lab.defaults import BOOT_SECONDS
from egovnet.lab.generate import generate
from egovnet.lab.internet import gateways_of
from egovnet.lab.known_nodes import require_nodes
from egovnet.lab.state import LabState, write_private
from egovnet.lab.topology import Topology
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.output_file import make_directory, write_outputs
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.lab import Executed, LabNode, LabStatus, TopologyFile
from egovnet.playbooks.results.outcome import Exit, Outcome
from egovnet.playbooks.verbs.lab_backends import backend, lab_directory
from egovnet.templates.registry import render, render_day0


def topology(
    workspace: Workspace, *, provisioned: bool, beside: Topology | None = None
) -> Topology:
    """The lab of the whole inventory; routers boot with day-0 or their intended text.

    `beside` is the lab of a neighbour, joined at the borders.

    Raises:
        UsageError: intended texts have keys, which a router gets in its driver's session alone.
        InventoryError: the lock file was lost, so that all would be numbered anew.
    """
    require_numbers(workspace)
    text = render if provisioned else render_day0
    texts = {name: text(device) for name, device in workspace.devices.items()}
    if any(next(references_in(each), None) for each in texts.values()):
        raise UsageError(
            "--provisioned: the intended texts have keys, whose values are in no file of a lab: "
            "boot it without, and push them: egovnet apply --yes"
        )
    network = workspace.network
    register = legacy_circuits.REGISTER.read(workspace.directory, network)
    return generate(network, workspace.allocation, texts, beside, register.circuits)


def running_lab(workspace: Workspace) -> Backend | None:
    """The lab, when one is up whose routers are the ones that the inventory reaches.

    One of emulated routers has no hosts to send packets from, so it is none.
    """
    lab = backend(workspace)
    state = lab.status()
    if not state.running or lab.no_packets:
        return None
    routers = workspace.network.routers
    reached = {(router.hostname, router.port) for router in routers.values()}
    forwards = {  # a neighbour's, in a lab of both, are its own to reach
        node.asked or node.forward
        for node in state.nodes
        if node.forward is not None and (node.name in routers or not workspace.network.borders)
    }
    return lab if forwards and forwards <= reached else None


def packetless(workspace: Workspace) -> dict[str, str]:
    """Routers of the inventory that are a lab's which carries no packets, and why: its backend
    says so. A router that is reached anywhere else is none of them."""
    lab = backend(workspace)
    state = lab.status()
    if not state.running or not lab.no_packets:
        return {}
    places = {node.name: node.asked or node.forward for node in state.nodes}
    routers = workspace.network.routers.items()
    return {
        name: lab.no_packets
        for name, router in routers
        if places.get(name) == (router.hostname, router.port)
    }


@dataclass(frozen=True)
class LabOptions:
    """How `lab up` brings the network up."""

    backend: str = AUTO
    provisioned: bool = False
    reconfigure: bool = False
    timeout: float = BOOT_SECONDS
    #: Of containers; "": the usual one.
    image: str = ""
    #: The inventory of a neighbour, whose network comes up as well, joined at the borders.
    neighbor: Path | None = None


def up(
    workspace: Workspace, options: LabOptions, tell: Callable[[str], None]
) -> Outcome[LabStatus]:
    """Bring the lab up and wait until every node is ready; idempotent.

    Raises:
        UsageError: an image, and nothing that has one; a gateway's text, and a backend that
            cannot boot with it.
    """
    if options.image and options.backend != "containerlab":
        raise UsageError(
            f"--image: backend {options.backend} has no images; add --backend containerlab"
        )
    beside = None if options.neighbor is None else workspace.beside(options.neighbor)
    there = None if beside is None else topology(beside, provisioned=options.provisioned)
    wanted = topology(workspace, provisioned=options.provisioned, beside=there)
    name = options.backend
    translating, tracking = gateways_of(wanted), _tracked_apart(workspace, wanted)
    encrypting = _encrypting(workspace, wanted)
    if name == AUTO and not backend(workspace).status().running:
        # what only one of them has decides
        name = "microvm" if translating or tracking else "uml" if encrypting else ""
        name = name or best_guest(progress=tell)
    lab = open_lab(
        name, lab_directory(workspace), boot_seconds=options.timeout, image=options.image
    )
    for what, routers, why, refused, other in (
        ("source translation", translating, lab.no_translation, "filters", "microvm"),
        ("zones of connections", tracking, lab.no_zones, "filters", "microvm"),
        ("encryption", encrypting, lab.no_tunnels, "texts", "uml"),
    ):
        if not (routers and why):
            continue
        lost = f"not possible here: {what} of {', '.join(routers)}: {why}"
        if options.provisioned:
            raise UsageError(f"{lost}; use --backend {other}, or boot with day-0 texts")
        tell(f"{lost}: their {refused} are refused when they are applied; --backend {other} has it")
    outcome = _outcome(lab.up(wanted, progress=tell, reconfigure=options.reconfigure))
    if beside is not None:
        _share_access(workspace, beside)
    return outcome


def _encrypting(workspace: Workspace, wanted: Topology) -> tuple[str, ...]:
    """PEs with encrypted VPNs."""
    nodes = {node.name for node in wanted.nodes}
    return tuple(n for n, device in workspace.devices.items() if n in nodes and device.encrypted)


def _tracked_apart(workspace: Workspace, wanted: Topology) -> tuple[str, ...]:
    """PEs whose filter tracks connections of VPNs with the same addresses apart."""
    nodes = {node.name for node in wanted.nodes}
    filters = {name: device.packet_filter for name, device in workspace.devices.items()}
    return tuple(name for name, one in filters.items() if name in nodes and one and one.zones)


def _share_access(workspace: Workspace, beside: Workspace) -> None:
    """Let the neighbour's owner log in to its own routers of a lab of both."""
    directory = lab_directory(beside)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    own = (lab_directory(workspace) / CREDENTIALS_FILE).read_text(encoding="utf-8")
    write_private(directory / CREDENTIALS_FILE, own)


def down(workspace: Workspace, name: str) -> Outcome[LabStatus]:
    """End the lab and remove what it left."""
    lab = backend(workspace, name)
    before = lab.status()
    lab.down()
    outcome = _outcome(lab.status())
    if not before.running:
        return outcome
    ended = f"the lab {before.topology} ({before.backend}) is ended"
    return replace(outcome, notes=(*outcome.notes, ended))


def restart(workspace: Workspace, name: str, node: str) -> Outcome[LabStatus]:
    """Cut a router's power and wait until it has booted again."""
    lab = backend(workspace, name)
    lab.restart(node)
    return _outcome(lab.status())


def status(workspace: Workspace, name: str) -> Outcome[LabStatus]:
    """How the lab is."""
    return _outcome(backend(workspace, name).status())


def execute(
    workspace: Workspace, name: str, node: str, command: Sequence[str]
) -> Outcome[Executed]:
    """Run a command in a node; the exit code is the command's, where it is one of ours."""
    line: str | Sequence[str] = command[0] if len(command) == 1 else list(command)
    done = backend(workspace, name).exec(node, line)
    code = done.exit_code
    executed = Executed(node, done.stdout, done.stderr, code)
    return Outcome("exec", executed, Exit(code) if code in tuple(Exit) else Exit.INTERNAL)


def ssh(workspace: Workspace, node: str, command: Sequence[str]) -> None:
    """Replace this process by an SSH session on a router, its host key pinned.

    Raises:
        LabNotRunningError: the lab is down.
        UnknownNodeError: it has no such node.
        UsageError: the node is no router, or ssh is not installed.
    """
    directory = lab_directory(workspace)
    state = require_nodes(backend(workspace).status(), directory, [node])
    forwards = {entry.name: entry.forward for entry in state.nodes if entry.forward}
    if node not in forwards:
        raise UsageError(f"{node} is not a router and has no SSH; use: egovnet lab exec {node} sh")
    program = shutil.which("ssh")
    if program is None:
        raise UsageError("ssh is not installed; apt-get install openssh-client")
    host, port = forwards[node] or ("", 0)
    argv = [
        program,
        "-q",
        "-p",
        str(port),
        "-i",
        str(directory / "id_ed25519"),
        "-o",
        f"UserKnownHostsFile={directory / 'known_hosts'}",
        "-o",
        "StrictHostKeyChecking=yes",
        "-o",
        "IdentitiesOnly=yes",
        f"root@{host}",
        *command,
    ]  # fmt: skip -- one option with its value a line would be twice as long
    os.execv(program, argv)  # noqa: S606 -- a fixed argv, no shell


def containerlab_files(
    workspace: Workspace, output: Path | None, *, provisioned: bool, image: str = ""
) -> Outcome[TopologyFile]:
    """The lab as a containerlab file; with `output` its startup files beside it too.

    `image` is that of its nodes; "": the usual one.
    """
    files = containerlab_file.containerlab_files(
        topology(workspace, provisioned=provisioned),
        image=image or containerlab_file.DEFAULT_IMAGE,
    )
    name = next(path for path in files if path.endswith(".clab.yml"))
    if output is not None:
        for folder in sorted({(output / relative).parent for relative in files}):
            make_directory(folder)
        write_outputs({output / relative: text for relative, text in files.items()})
    return Outcome(
        "text",
        TopologyFile(files[name], name, tuple(sorted(files))),
        notes=() if output is None else (f"{len(files)} files written to {output}",),
    )


def _outcome(state: LabState) -> Outcome[LabStatus]:
    nodes = tuple(
        LabNode(n.name, n.kind, n.management, n.forward, n.daemons, n.ready, n.seconds)
        for n in state.nodes
    )
    status = LabStatus(
        backend=state.backend,
        topology=state.topology,
        digest=state.digest,
        running=state.running,
        ready=state.ready,
        pid=state.pid,
        nodes=nodes,
        seconds=state.seconds,
        notes=state.notes,
    )
    return Outcome("lab", status)
