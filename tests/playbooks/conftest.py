"""What a story shares, a lab of the reference network; and a session: databases, a browser."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from selenium import webdriver

from egovnet.lab.backend import Backend
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.lab_backends import backend
from tests.inventories import BACKBONE
from tests.playbooks.console import slower_bfd
from tests.playbooks.fork_server import ForkServer
from tests.playbooks.postgresql import PostgresServer, postgres_server
from tests.playbooks.report.html.browsing import chromium
from tests.side_by_side import PROCESS

EGOVNET = Path(sys.executable).with_name("egovnet")
#: All processes of tests.side_by_side may have this lab up at once.
_LOOPBACK_NETS = {number: f"127.20.{21 + 4 * int(number)}." for number in "23456789"}


def _loopback_net() -> str:
    """This process's; asked late, as the modules are imported before it is forked."""
    return _LOOPBACK_NETS.get(os.environ.get(PROCESS, ""), "127.20.24.")


@dataclass(frozen=True)
class Ran:
    """A finished `egovnet`."""

    exit: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.out))


@dataclass
class Workplace:
    """Inventories and state of a network called "test", and the commands run on it."""

    root: Path
    forks: ForkServer
    _guest: Backend | None = None

    def inventory(self, name: str) -> Path:
        return self.root / name

    def copy(self, source: str, name: str) -> Path:
        """A copy of an inventory, numbers included, to edit."""
        shutil.copytree(self.inventory(source), self.inventory(name))
        return self.inventory(name)

    def edit(self, name: str, file: str, change: Callable[[dict[str, Any]], None]) -> None:
        path = self.inventory(name) / file
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(data)
        path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "EGOVNET_STATE": str(self.root / "state")}

    def start(self, *words: str, inventory: str = "base") -> "subprocess.Popen[str]":
        """The console script, to be struck while it runs."""
        return subprocess.Popen(
            [EGOVNET, *words, "--inventory", self.inventory(inventory)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, inventory: str = "base") -> Ran:
        out, err = (self.root / name for name in ("stdout", "stderr"))
        words = (*words, "--inventory", str(self.inventory(inventory)))
        code = self.forks.egovnet(words, self.environment, out, err)
        return Ran(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))

    def on(self, node: str, command: str) -> Ran:
        """Run a shell line on a node of the lab, out of band, as `egovnet lab exec` does.

        Over one connection: a process for each of some hundred lines costs more than the lines.
        """
        if self._guest is None:
            with pytest.MonkeyPatch.context() as environment:
                environment.setenv("EGOVNET_STATE", self.environment["EGOVNET_STATE"])
                self._guest = backend(Workspace(self.inventory("base")))
        done = self._guest.exec(node, command)
        return Ran(done.exit_code, done.stdout, done.stderr)


def party_shanghai() -> dict[str, Any]:
    """A new site whose customer has not plugged his router in yet."""
    return {
        "party-shanghai": {
            "description": "Municipal party committee, Shanghai",
            "state": "waiting-for-customer",
            "region": "shanghai",
            "vpn": "party",
            "prefixes": ["10.1.13.0/24", "fde9:1:13::/64"],
            "site-network-accesses": {
                "main": {"pe": "sh-pe1", "port": "eth3", "routing-protocol": "bgp"}
            },
        }
    }


def tax_guangzhou() -> dict[str, Any]:
    return {
        "tax-guangzhou": {
            "description": "Municipal tax service, Guangzhou",
            "region": "guangzhou",
            "vpn": "taxation",
            "prefixes": ["10.2.23.0/24", "fde9:2:23::/64"],
            "site-network-accesses": {
                "main": {"pe": "gz-pe1", "port": "eth4", "routing-protocol": "static"}
            },
        }
    }


def _one_family(sites: dict[str, Any]) -> None:
    """A site of an any-to-any VPN with IPv4 alone beside others with both, a spoke with IPv6."""
    for site, family in (("public-guangzhou", "."), ("court-guangzhou", ":")):
        sites[site]["prefixes"] = [p for p in sites[site]["prefixes"] if family in p]


@pytest.fixture(scope="session")
def forks() -> Iterator[ForkServer]:
    """What forks the commands of the session's stories."""
    server = ForkServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory, forks: ForkServer) -> Workplace:
    root = tmp_path_factory.mktemp("egovnet")
    shutil.copytree(BACKBONE, root / "base")
    for file, pattern, replacement in (
        ("network.yaml", "^name: reference$", "name: test"),
        ("hosts.yaml", r"127\.20\.20\.", _loopback_net()),
    ):
        path = root / "base" / file
        text = re.sub(pattern, replacement, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        path.write_text(text, encoding="utf-8")
    slower_bfd(root / "base")
    place = Workplace(root, forks)
    place.edit("base", "sites/guangdong.yaml", _one_family)
    place.copy("base", "next")
    place.edit("next", "sites/shanghai.yaml", lambda sites: sites.update(party_shanghai()))
    place.copy("next", "cabled")
    place.edit("cabled", "sites/guangdong.yaml", lambda sites: sites.update(tax_guangzhou()))
    return place


@pytest.fixture(scope="module")
def lab(workplace: Workplace) -> Iterator[Workplace]:
    """The lab with day-0 routers and with the customers of every inventory cabled."""
    up = workplace.run("lab", "up", "--json", inventory="cabled")
    assert up.exit == 0, up.err
    yield workplace
    workplace.run("lab", "down", inventory="cabled")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the session."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A browser for the session; each page sets its own window."""
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture(params=["sqlite", "postgresql"])
def journal_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new journal in either database; EGOVNET_JOURNAL is set to it, for child processes too."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'journal.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgresql")
        url = server.fresh()
    # not the test's own `monkeypatch`, which it may undo
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("EGOVNET_JOURNAL", url)
        yield url
