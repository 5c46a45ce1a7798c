"""The backend for machines that have containerlab and a container engine."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from egovnet.lab.access import ACCOUNT, make_access
from egovnet.lab.backend import EXEC_SECONDS, Completed, Progress
from egovnet.lab.connections import ConnectionAttempt, SeenConnection
from egovnet.lab.containerlab_file import (
    DEFAULT_IMAGE,
    PREFIX,
    containerlab_file_name,
    containerlab_files,
)
from egovnet.lab.errors import (
    END_OR_REPLACE,
    GuestError,
    LabDiffersError,
    NodeError,
    ToolMissingError,
    connections_not_possible,
)
from egovnet.lab.known_nodes import require_nodes
from egovnet.lab.state import LabState, NodeState, locked, read_state, write_private, write_state
from egovnet.lab.topology import Topology
from napalm_frr.change.installation import install_script

DEPLOY_SECONDS = 600
INSPECT_SECONDS = 60
PARALLEL_EXECS = 16
_FORGET = "kill -9 -1; rm -rf /run/egovnet /run/network/* /run/frr/* /tmp/*"
_OWN_BOOT_ID = (
    "cat /proc/sys/kernel/random/uuid >/run/boot_id &&"
    " mount --bind /run/boot_id /proc/sys/kernel/random/boot_id"
)
"""All containers share the host's kernel; what a router keeps across a restart goes by this id."""


class Containerlab:
    """The lab of one state directory, run by the ``containerlab`` binary.

    ``image`` must hold FRR, ifupdown2, sshd and sudo. Files for clients are as in the microvm
    backend.
    """

    no_packets = ""
    no_tunnels = "its image has no strongSwan"
    no_translation = ""
    no_zones = ""
    no_connections = "containers share no process that could stand in all of them"

    def __init__(self, directory: Path, *, image: str = DEFAULT_IMAGE) -> None:
        self.directory = directory.absolute()
        self._image = image

    def up(self, topology: Topology, *, progress: Progress, reconfigure: bool = False) -> LabState:
        """Deploy ``topology``; see Backend.up for the refusals."""
        topology.check()
        self._binary()
        with locked(self.directory):
            state = self.status()
            if state.ready and state.digest == topology.digest():
                progress(f"lab {topology.name} is already up")
                return state
            if state.running and state.digest != topology.digest() and not reconfigure:
                raise LabDiffersError(
                    f"lab {state.topology} runs, made from another topology than {topology.name}",
                    where=str(self.directory),
                    next_step=END_OR_REPLACE,
                )
            if state.running and state.topology != topology.name:
                self._destroy(state.topology)
            self._write(topology)
            progress(f"deploying {len(topology.nodes)} nodes with containerlab")
            try:
                self._call("deploy", "-t", containerlab_file_name(topology), "--reconfigure")
                self._install(topology)
                state = self.status()
                if not state.ready:
                    late = ", ".join(node.name for node in state.nodes if not node.ready)
                    raise GuestError(
                        f"containerlab deployed the lab, but these do not run: {late}",
                        where=str(self.directory),
                        next_step="look at the containers' logs",
                    )
            except BaseException:
                # also on Ctrl-C: a lab that never became ready must not stay behind
                self._destroy(topology.name)
                raise
            write_state(self.directory, state)
            return state

    def down(self) -> None:
        """Destroy the containers and remove the lab's keys."""
        with locked(self.directory):
            state = read_state(self.directory)
            if state is not None:
                self._destroy(state.topology)

    def status(self) -> LabState:
        """What the state file and ``containerlab inspect`` say together."""
        state = read_state(self.directory)
        if state is None or not (self.directory / f"{state.topology}.clab.yml").exists():
            return LabState(backend="containerlab")
        file = f"{state.topology}.clab.yml"
        done = self._run("inspect", "-t", file, "-f", "json", timeout=INSPECT_SECONDS)
        running = running_containers(done.stdout) if done.returncode == 0 else set()
        nodes = tuple(
            node.model_copy(update={"ready": container_name(state.topology, node.name) in running})
            for node in state.nodes
        )
        return state.model_copy(
            update={
                "nodes": nodes,
                "running": any(node.ready for node in nodes),
                "ready": bool(nodes) and all(node.ready for node in nodes),
            }
        )

    def restart(self, node: str) -> None:
        """Restart one node's container, see Backend.restart; its cables need containerlab 0.75.

        A container is not a machine, so some things are not as after a power cut: what was
        written and not synced is not lost, the container engine sets the host name, not
        /etc/hostname, and its SSH sessions are closed, not left hanging.
        """
        state = self._must_know(node)
        if not any(known.daemons for known in state.nodes if known.name == node):
            raise NodeError(
                "has no processes of its own: there is nothing to restart",
                where=node,
                next_step="restart a router, or a customer edge that speaks BGP",
            )
        container = container_name(state.topology, node)
        file = self.directory / f"{state.topology}.clab.yml"
        _docker(["exec", container, "sh", "-c", _FORGET])  # its /run is on disk
        self._call("restart", "-t", file.name, "--node", node)
        entry = yaml.safe_load(file.read_text())["topology"]["nodes"][node]
        # containerlab runs a node's commands once, when it deploys it
        commands = [["sh", "-c", _OWN_BOOT_ID], *map(shlex.split, entry.get("exec", []))]
        for command in commands:
            done = _docker(["exec", "--privileged", container, *command])
            if done.exit_code != 0:
                raise GuestError(
                    f"{node} did not come up again: {shlex.join(command)} ended with"
                    f" {done.exit_code}: {done.stderr.strip()}",
                    where=str(self.directory),
                    next_step="look at its log; egovnet lab up --reconfigure boots afresh",
                )

    def exec(
        self, node: str, command: str | Sequence[str], timeout: float = EXEC_SECONDS
    ) -> Completed:
        """Run a shell line or an argument list in ``node``'s container."""
        container = container_name(self._must_know(node).topology, node)
        argv = ["sh", "-c", command] if isinstance(command, str) else list(command)
        return _docker(["exec", container, *argv], timeout=timeout)

    def exec_many(
        self, commands: Mapping[str, str], timeout: float = EXEC_SECONDS
    ) -> dict[str, Completed]:
        """Run one shell line per node, several containers at a time."""
        with ThreadPoolExecutor(PARALLEL_EXECS) as pool:
            started = {
                node: pool.submit(self.exec, node, command, timeout)
                for node, command in commands.items()
            }
            return {node: future.result() for node, future in started.items()}

    def try_connections(
        self,
        attempts: Sequence[ConnectionAttempt],
        addresses: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> list[SeenConnection]:
        """Not possible here: see `no_connections`."""
        del addresses
        raise connections_not_possible(len(attempts), self.no_connections)

    def _must_know(self, node: str) -> LabState:
        return require_nodes(read_state(self.directory), self.directory, [node])

    def _write(self, topology: Topology) -> None:
        """State first, so that down knows what to destroy however far deploy comes."""
        nodes = tuple(
            NodeState(
                name=node.name,
                kind=node.kind,
                management=str(node.management) if node.management else None,
                forward=node.forward,
                daemons=bool(node.daemons),
            )
            for node in topology.nodes
        )
        state = LabState(
            backend="containerlab", topology=topology.name, digest=topology.digest(), nodes=nodes
        )
        write_state(self.directory, state)
        access = make_access(topology, self.directory, None)
        self._own = access
        keys = self.directory / "keys"
        keys.mkdir(mode=0o700, exist_ok=True)
        write_private(keys / "authorized_keys", access.authorized_key)
        for name, key in access.host_keys.items():
            write_private(keys / name, key)
        files = containerlab_files(topology, image=self._image, key_directory="keys")
        for name, text in files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def _install(self, topology: Topology) -> None:
        """The account, as root installs it on any router, and the passwords."""
        script = install_script([self._own.authorized_key])
        passwords = "".join(f"{user}:{self._own.password}\n" for user in ("root", ACCOUNT))
        for node in topology.routers():
            container = container_name(topology.name, node.name)
            for program, text in (("sh", script), ("chpasswd", passwords)):
                done = _docker(["exec", "-i", container, program], text_in=text)
                if done.exit_code != 0:
                    raise GuestError(
                        f"{node.name} has no account for egovnet: {done.stderr.strip()}",
                        where=str(self.directory),
                        next_step="use an image with Debian's frr, ifupdown2, openssh-server, sudo",
                    )

    def _destroy(self, name: str) -> None:
        if (self.directory / f"{name}.clab.yml").exists():
            self._call("destroy", "-t", f"{name}.clab.yml", "--cleanup")
        for part in ("keys", "configs"):
            shutil.rmtree(self.directory / part, ignore_errors=True)
        leftovers = ("state.json", "known_hosts", "id_ed25519", "credentials.yaml")
        for part in (*leftovers, f"{name}.clab.yml"):
            (self.directory / part).unlink(missing_ok=True)

    def _call(self, *arguments: str) -> None:
        done = self._run(*arguments, timeout=DEPLOY_SECONDS)
        if done.returncode != 0:
            raise GuestError(
                f"containerlab {arguments[0]} failed: {done.stderr.strip()}",
                where=str(self.directory),
                next_step="correct what it names, then try again",
            )

    def _run(self, *arguments: str, timeout: float) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [self._binary(), *arguments],
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
                cwd=self.directory,
            )
        except subprocess.TimeoutExpired as error:
            raise GuestError(
                f"containerlab {arguments[0]} took more than {timeout:.0f} s",
                where=str(self.directory),
                next_step="check the container engine",
            ) from error

    @staticmethod
    def _binary() -> str:
        path = shutil.which("containerlab")
        if path is None:
            raise ToolMissingError(
                "containerlab is not installed",
                where="lab",
                next_step="install it, or use the microvm backend, which needs only QEMU",
            )
        return path


def container_name(lab: str, node: str) -> str:
    """How containerlab names a node's container."""
    return f"{PREFIX}-{lab}-{node}"


def running_containers(inspect_json: str) -> set[str]:
    """Names of running containers in ``containerlab inspect -f json``.

    Releases until 0.63 print ``{"containers": [...]}``, later ones ``{"<lab>": [...]}``.
    """
    try:
        document: Any = json.loads(inspect_json or "{}")
    except json.JSONDecodeError:
        return set()
    groups = document.values() if isinstance(document, dict) else [document]
    return {
        container["name"]
        for group in groups
        if isinstance(group, list)
        for container in group
        if container.get("state") == "running"
    }


def _docker(
    arguments: Sequence[str], *, text_in: str | None = None, timeout: float = EXEC_SECONDS
) -> Completed:
    docker = shutil.which("docker")
    if docker is None:
        raise ToolMissingError(
            "docker is not installed", where="lab", next_step="use the microvm backend"
        )
    try:
        done = subprocess.run(
            [docker, *arguments],
            input=text_in,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Completed("", f"no answer in {timeout} s\n", 124)
    return Completed(done.stdout, done.stderr, done.returncode)
