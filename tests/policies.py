"""A policy for the reference network, with real keys, and verbs given by its people."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.signatures.allowed_signers import line_of
from egovnet.playbooks.signatures.ssh_signature import make_key, public_half
from tests.inventories import BACKBONE
from tests.playbooks.console import Ran, egovnet
from tests.playbooks.edited_place import put
from tests.playbooks.memory_routers import MemoryRouters

#: li and wang are the party's, zhou the government's; chen and zhao run the backbone; noc is a
#: controller.
PEOPLE = ("li", "wang", "zhou", "chen", "zhao", "noc")
NATION = {"plan": ["chen", "zhao"], "approve": ["chen", "zhao"], "apply": ["noc", "chen"]}
POLICY: dict[str, Any] = {
    "people": {name: {"name": name.title(), "codeowner": f"@{name}"} for name in PEOPLE[:-1]}
    | {"noc": {"name": "Controller of the centre", "machine": True}},
    "scopes": {
        "party": {
            "agencies": ["party"],
            "plan": ["li", "wang", "chen"],
            "approve": ["li", "wang"],
            "apply": ["noc"],
        },
        "government": {
            "agencies": ["government"],
            "plan": ["zhou", "chen"],
            "approve": ["zhou", "chen"],
            "apply": ["noc"],
        },
        "others": {
            "agencies": ["congress", "cppcc", "court", "procuratorate"],
            "plan": ["chen"],
            "approve": ["chen", "zhao"],
            "apply": ["noc"],
        },
        "extranet": {
            "agencies": ["informatization", "taxation"],
            "plan": ["zhou", "chen"],
            "approve": ["zhou", "chen"],
            "apply": ["noc"],
        },
        "backbone": {"kinds": ["backbone", "circuit", "router", "platform"], **NATION},
    },
    "amend": ["chen", "zhao", "li"],
}


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a key for each person, and one of a stranger."""
    keys = tmp_path_factory.mktemp("people")
    for name in (*PEOPLE, "stranger"):
        make_key(keys / name, name)
    return keys


def signers(keys: Path, valid: Mapping[str, tuple[datetime | None, datetime | None]]) -> str:
    """Lines for everybody; `valid` says from when until when a key is."""
    lines = []
    for name in PEOPLE:
        after, before = valid.get(name, (None, None))
        public = public_half(keys / name)
        lines.append(line_of(name, public, valid_after=after, valid_before=before))
    return "".join(f"{line}\n" for line in lines)


def govern(
    root: Path,
    keys: Path,
    policy: Mapping[str, Any] = POLICY,
    valid: Mapping[str, tuple[datetime | None, datetime | None]] | None = None,
) -> None:
    """Give an inventory a policy, and the keys of its people."""
    text = yaml.safe_dump(dict(policy), sort_keys=False)
    (root / "policy.yaml").write_text(text, encoding="utf-8")
    (root / "allowed_signers").write_text(signers(keys, valid or {}), encoding="utf-8")


@dataclass
class Office:
    """An inventory with a policy, routers in memory, and people who give verbs."""

    root: Path
    keys: Path
    state: Path
    routers: MemoryRouters = field(default_factory=MemoryRouters)

    def govern(
        self,
        policy: Mapping[str, Any] = POLICY,
        valid: Mapping[str, tuple[datetime | None, datetime | None]] | None = None,
    ) -> None:
        """Write the policy and its keys."""
        govern(self.root, self.keys, policy, valid)

    def edit(self, file: str, **entries: Any) -> None:  # noqa: ANN401 -- YAML is any
        """Set entries of a file; None takes one out."""
        path = self.root / file
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        data |= {name.replace("_", "-"): entry for name, entry in entries.items()}
        kept = {name: entry for name, entry in data.items() if entry is not None}
        path.write_text(yaml.safe_dump(kept, sort_keys=False), encoding="utf-8")

    def by(self, person: str | None, *words: str | Path) -> Ran:
        """A verb given by a person; None: by who names no key."""
        key = () if person is None else ("--key", self.keys / person)
        env = {
            "EGOVNET_USERNAME": "nobody",
            "SSH_AUTH_SOCK": os.environ.get("SSH_AUTH_SOCK", ""),
        }
        return egovnet(*words, *key, "--inventory", self.root, state=self.state, env=env)

    def plan(self, person: str | None, *words: str) -> Path:
        """A plan file that a person made."""
        file = self.root.parent / f"{person}-{len(list(self.root.parent.glob('*.plan')))}.plan"
        done = self.by(person, "plan", "-o", file, *words)
        assert done.code == 3, done.stderr
        return file

    def plan_of(self, person: str, site: str, limit: int) -> Path:
        """A plan file for another limit of prefixes of a site."""
        put(self.root, site, **{"maximum-prefix": limit})
        return self.plan(person)

    def approved(self, person: str, file: Path, *words: str) -> Ran:
        """The same plan, approved by one more."""
        done = self.by(person, "approve", file, *words)
        assert done.code == 0, done.stderr
        return done

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.root)


def party_site(region: str, pe: str, number: int, port: str = "eth3") -> dict[str, Any]:
    """A new site of the party."""
    return {
        "region": region,
        "vpn": "party",
        "prefixes": [f"10.1.{number}.0/24"],
        "site-network-accesses": {"main": {"pe": pe, "port": port, "routing-protocol": "bgp"}},
    }


def _base(source: Path, root: Path, keys: Path) -> Office:
    """A copy of an inventory that was applied as change 1."""
    found = Office(root / "network", keys, root / "state")
    hidden = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(source, found.root, ignore=hidden)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("EGOVNET_STATE", str(found.state))
        environment.delenv("EGOVNET_JOURNAL", raising=False)
        found.routers.take_part(environment)
        found.routers.boot(found.workspace)
        done = found.by(None, "apply", "--yes")
        assert done.code == 0, done.stderr
    return found


@pytest.fixture(scope="session")
def bases(tmp_path_factory: pytest.TempPathFactory, people: Path) -> dict[str, Office]:
    """Networks that were applied once, without and with the interconnection platform."""
    sources = {"backbone": BACKBONE, "platform": REFERENCE}
    return {
        name: _base(source, tmp_path_factory.mktemp(name), people)
        for name, source in sources.items()
    }


def _copy(base: Office, root: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    found = Office(root / "network", base.keys, root / "state")
    shutil.copytree(base.root, found.root)
    shutil.copytree(base.state, found.state)
    monkeypatch.setenv("EGOVNET_STATE", str(found.state))
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    monkeypatch.delenv("EGOVNET_KEY", raising=False)
    found.routers.running.update(base.routers.running)
    found.routers.take_part(monkeypatch)
    found.govern()
    return found


@pytest.fixture
def office(bases: dict[str, Office], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A network that was applied before it had a policy, and has one since."""
    return _copy(bases["backbone"], tmp_path, monkeypatch)


@pytest.fixture
def office_with_platform(
    bases: dict[str, Office], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Office:
    """The same with firewalls and exchanges."""
    return _copy(bases["platform"], tmp_path, monkeypatch)
