"""The inventory that `init` writes: small, right, explained at every key, and nobody's."""

import re
from pathlib import Path

import pytest
import yaml

from egovnet.inventory.authoring.file_kinds import file_kinds
from egovnet.inventory.authoring.schemas import first_line
from egovnet.inventory.authoring.skeleton import skeleton_texts
from egovnet.inventory.model import Role, ZoneName
from egovnet.inventory.model.shapes import fields_of, models_below
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.verbs.validate import validate

TEXTS = skeleton_texts()
_KEY = re.compile(r"^ *([\w-]+):")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in TEXTS.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def test_it_is_valid_and_warned_of_nothing(root: Path) -> None:
    valid = validate(Workspace(root)).result
    assert valid.warnings == ()
    network = Workspace(root).network
    assert len(network.with_role(Role.PE)) == len(network.with_role(Role.P)) == 2
    zones = sorted(vpn.zone for vpn in network.vpns.values())
    assert zones == sorted(ZoneName), "one VPN in each zone"


@pytest.mark.parametrize("path", sorted(TEXTS))
def test_every_key_is_explained_where_it_stands_first(path: str) -> None:
    lines = TEXTS[path].splitlines()
    assert lines[0] == first_line(path)
    kind = next(k for k in file_kinds() if k.name == path.partition("/")[0].removesuffix(".yaml"))
    keys = {key for model in models_below(kind.shape) for key in fields_of(model)}
    explained: set[str] = set()
    for number, line in enumerate(lines):
        offered = re.match(r"^ *# ([\w-]+): ", line)
        if offered is not None and lines[number - 1].lstrip().startswith("# "):
            explained.add(offered[1])
        found = _KEY.match(line)
        if found is None or found[1] not in keys or found[1] in explained:
            continue
        explained.add(found[1])
        assert lines[number - 1].lstrip().startswith("# "), f"{path}:{number + 1}: {line}"
    assert explained or path == "defaults.yaml"


def test_what_may_be_left_out_is_offered_as_a_comment() -> None:
    for path, key in (
        ("circuits.yaml", "description"),
        ("sites/centre.yaml", "asn"),
        ("sites/north.yaml", "vlan"),
        ("network.yaml", "circuit-mtu"),
        ("hosts.yaml", "loopback-ipv4"),
    ):
        assert re.search(rf"^ *# {key}: \S", TEXTS[path], re.M), key


def test_a_commented_key_may_be_uncommented(root: Path) -> None:
    """Each that fits by its example alone, one after another."""
    for path, text in TEXTS.items():
        lines = text.splitlines()
        for number, line in enumerate(lines):
            found = re.match(r"^( *)# ([\w-]+): (?=\S)", line)
            kind = next(
                k for k in file_kinds() if k.name == path.partition("/")[0].removesuffix(".yaml")
            )
            keys = {key for model in models_below(kind.shape) for key in fields_of(model)}
            if found is None or found[2] not in keys:
                continue
            with_it = [*lines[:number], f"{found[1]}{line.lstrip()[2:]}", *lines[number + 1 :]]
            data = yaml.safe_load("\n".join(with_it))
            assert data, f"{path}:{number + 1}"
            said = str(data)
            assert f"'{found[2]}'" in said


def test_it_has_no_name_of_the_reference_network() -> None:
    names: set[str] = set()
    for path in REFERENCE.rglob("*.yaml"):
        if path.name in ("hosts.yaml", "regions.yaml", "agencies.yaml", "vpns.yaml"):
            names |= set(yaml.safe_load(path.read_text(encoding="utf-8")))
    ours = {name for text in TEXTS.values() for name in yaml.safe_load(text) or {}}
    allowed = {"government", "public"}  # words, and not names
    words = set(re.findall(r"[\w-]+", " ".join(TEXTS.values()))) - allowed
    assert not names & (ours | words) - allowed
