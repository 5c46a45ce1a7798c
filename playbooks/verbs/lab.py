"""`lab`: the virtual network of an inventory."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from egovnet.lab import containerlab_file
from egovnet.lab.backend import Backend
from egovnet.lab.containerlab import Containerlab
from egovnet.lab.emulated.backend import Emulated
from egovnet.lab.generate import generate
from egovnet.lab.microvm import MicroVm
from egovnet.lab.state import LabState, read_state
from egovnet.lab.topology import Topology
from egovnet.playbooks.core.workspace import Context, UsageError
from egovnet.playbooks.results.outcome import Exit, Outcome
from egovnet.templates.registry import render, render_day0

BACKENDS = ("microvm", "containerlab", "emulated")


def lab_directory(context: Context) -> Path:
    """Where the lab of the context's network keeps its keys and state."""
    return context.state / "lab"


def backend(context: Context, name: str = "microvm") -> Backend:
    """The backend called `name`, over the network's lab directory."""
    if name == "containerlab":
        return Containerlab(lab_directory(context))
    if name == "emulated":
        return Emulated(lab_directory(context))
    return _microvm(context)


def _present(context: Context, name: str) -> Backend:
    """The backend to ask about a lab that is there: emulated routers are known by their state."""
    state = read_state(lab_directory(context))
    emulated = state is not None and state.backend == "emulated"
    return backend(context, "emulated" if emulated and name == "microvm" else name)


def _microvm(context: Context) -> MicroVm:
    """The microvm answers beside its routers: labs on other loopback networks do not collide."""
    router = next(iter(context.network.routers.values()))
    try:
        beside = ip_network(f"{router.hostname}/24", strict=False)
    except ValueError:
        return MicroVm(lab_directory(context))  # routers are reached by name
    return MicroVm(lab_directory(context), control=(str(beside[2]), router.port))


def topology(context: Context, *, provisioned: bool) -> Topology:
    """The lab of the whole inventory; routers boot with day-0 or their intended text."""
    text = render if provisioned else render_day0
    texts = {name: text(device) for name, device in context.devices.items()}
    return generate(context.network, context.allocation, texts)


def running_lab(context: Context) -> Backend | None:
    """The lab, when one is up whose routers are the ones that the inventory reaches.

    One of emulated routers has no hosts to send packets from, so it is none.
    """
    lab = _present(context, "microvm")
    state = lab.status()
    if not state.running or state.backend == "emulated":
        return None
    reached = {(router.hostname, router.port) for router in context.network.routers.values()}
    forwards = {node.forward for node in state.nodes if node.forward is not None}
    return lab if forwards and forwards <= reached else None


@dataclass(frozen=True)
class LabOptions:
    """How `lab up` brings the network up."""

    backend: str = "microvm"
    provisioned: bool = False
    reconfigure: bool = False


def up(context: Context, options: LabOptions, tell: Callable[[str], None]) -> Outcome:
    """Bring the lab up and wait until every node is ready; idempotent."""
    wanted = topology(context, provisioned=options.provisioned)
    state = backend(context, options.backend).up(
        wanted, progress=tell, reconfigure=options.reconfigure
    )
    return _outcome(state)


def down(context: Context, name: str) -> Outcome:
    """End the lab and remove what it left."""
    lab = _present(context, name)
    lab.down()
    return _outcome(lab.status())


def restart(context: Context, name: str, node: str) -> Outcome:
    """Cut a router's power and wait until it has booted again."""
    lab = _present(context, name)
    lab.restart(node)
    return _outcome(lab.status())


def status(context: Context, name: str) -> Outcome:
    """How the lab is."""
    return _outcome(_present(context, name).status())


def execute(context: Context, name: str, node: str, command: Sequence[str]) -> tuple[str, str, int]:
    """Run a command in a node: (stdout, stderr, exit code)."""
    line: str | Sequence[str] = command[0] if len(command) == 1 else list(command)
    completed = _present(context, name).exec(node, line)
    return completed.stdout, completed.stderr, completed.exit_code


def ssh(context: Context, node: str, command: Sequence[str]) -> None:
    """Replace this process by an SSH session on a router, its host key pinned.

    Raises:
        UsageError: the lab has no such router, is down, or ssh is not installed.
    """
    directory = lab_directory(context)
    state = _present(context, "microvm").status()
    forwards = {entry.name: entry.forward for entry in state.nodes if entry.forward}
    if not state.running:
        raise UsageError("no lab is running; start one with: egovnet lab up")
    if node not in forwards:
        raise UsageError(f"the lab has no router {node!r}; it has {', '.join(sorted(forwards))}")
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


def containerlab_files(context: Context, output: Path | None, *, provisioned: bool) -> Outcome:
    """The lab as a containerlab file; with `output` its startup files beside it too."""
    files = containerlab_file.containerlab_files(topology(context, provisioned=provisioned))
    name = next(path for path in files if path.endswith(".clab.yml"))
    if output is not None:
        for relative, text in files.items():
            path = output / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return Outcome(
        "text",
        {"text": files[name], "file": name, "files": sorted(files)},
        notes=() if output is None else (f"{len(files)} files written to {output}",),
    )


def _outcome(state: LabState) -> Outcome:
    data = state.model_dump(mode="json", exclude={"marker"})
    return Outcome("lab", data, Exit.DONE)
