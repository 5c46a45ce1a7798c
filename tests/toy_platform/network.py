"""The reference network with two of its edges on the toy platform."""

import re
import shutil
from pathlib import Path
from typing import Any

import yaml

from tests.inventories import BACKBONE

#: Two edges, of which one is a centre's and one a prefecture's.
TOYS = ("gz-pe1", "sc-pe1")


def toy_port(port: str) -> str:
    """eth3 -> ge-0/0/3."""
    return re.sub(r"^eth(\d+)$", r"ge-0/0/\1", port)


def mixed_inventory(directory: Path, toys: tuple[str, ...] = TOYS) -> Path:
    """A copy of the reference inventory in `directory`, in which `toys` are of platform toy."""
    ignored = shutil.ignore_patterns("*.py", "__pycache__")
    root = Path(shutil.copytree(BACKBONE, directory, ignore=ignored))
    hosts = _read(root / "hosts.yaml")
    groups = _read(root / "groups.yaml")
    groups["toy"] = {"platform": "toy", "data": {"management-port": "me0"}}
    for name in toys:
        entry = hosts[name]
        entry["groups"] = ["toy", *(g for g in entry.get("groups", []) if g != "frr")]
    circuits = _read(root / "circuits.yaml")
    for circuit in circuits.values():
        for end in (circuit["a"], circuit["b"]):
            _move(end, "router", toys)
    _write(root / "hosts.yaml", hosts)
    _write(root / "groups.yaml", groups)
    _write(root / "circuits.yaml", circuits)
    for path in root.glob("sites/*.yaml"):
        sites = _read(path)
        for site in sites.values():
            for access in site["site-network-accesses"].values():
                _move(access, "pe", toys)
        _write(path, sites)
    lock = (root / "plan.lock.yaml").read_text(encoding="utf-8")
    for name in toys:
        lock = re.sub(rf"(vlan/{name}/)eth(\d+)", r"\1ge-0/0/\2", lock)
    (root / "plan.lock.yaml").write_text(lock, encoding="utf-8")
    return root


def _move(end: dict[str, Any], key: str, toys: tuple[str, ...]) -> None:
    if end[key] in toys:
        end["port"] = toy_port(end["port"])


def _read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def _write(path: Path, data: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
