"""Keys of a border: one side makes them, the other takes them, and both inventories are proved."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from egovnet.tasks.keys.age_file import AgeFile
from egovnet.tasks.keys.key_store import Values
from tests.border_network import NATION_BORDER, PROVINCE_BORDER, nation, province
from tests.playbooks.console import Ran, egovnet

_KEPT = "  authentication: tcp-md5\n  ttl-security: true\n  numbering"


@dataclass
class Side:
    """One of the two operators."""

    inventory: Path
    home: Path

    def run(self, *words: str | Path, code: int = 0) -> Ran:
        env = {"EGOVNET_KEY_IDENTITY": str(self.home / "identity")}
        ran = egovnet(*words, "--inventory", self.inventory, state=self.home / "state", env=env)
        assert ran.code == code, f"{words}: {ran.stdout[-2000:]}{ran.stderr[-2000:]}"
        assert not any(value in ran.stdout + ran.stderr for value in self.values.values())
        return ran

    @property
    def values(self) -> Values:
        store = AgeFile(self.inventory, self.home / "identity")
        return store.read() if store.path.exists() else {}


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Side, Side]:
    made = []
    for name, make, border in (
        ("nation", nation, NATION_BORDER),
        ("province", province, PROVINCE_BORDER),
    ):
        kept = border.replace("  numbering", _KEPT)
        assert kept != border
        side = Side(make(tmp_path / name / "network", kept), tmp_path / name)
        side.run("keys", "init")
        made.append(side)
    one, other = made
    return one, other


def crossings(side: Side) -> dict[str, str]:
    """VPN -> name of the key of its sessions over the border."""
    listed = side.run("keys", "list", "--json").json["keys"]
    names = [key["name"] for key in listed]
    vpns = [name.partition("+")[0].rpartition("-")[2] for name in names]
    # the province calls them gdparty and gdtax
    plain = [{"gdtax": "taxation"}.get(vpn, vpn.removeprefix("gd")) for vpn in vpns]
    return dict(zip(plain, names, strict=True))


def test_both_sides_have_one_value_for_each_vpn(sides: tuple[Side, Side], tmp_path: Path) -> None:
    one, other = sides
    one.run("keys", "generate", "--yes")
    own, theirs = crossings(one), crossings(other)
    assert len(own) == len(set(own.values())) == len(theirs) == 2
    other.run("validate", "--with", one.inventory)
    recipient = AgeFile(other.inventory, other.home / "identity").own_recipients()[0]
    for vpn, name in own.items():
        file = tmp_path / f"{vpn}.age"
        one.run("keys", "hand-over", name, "--recipient", recipient, "-o", file)
        taken = other.run("keys", "take", theirs[vpn], file, "--json").json
        assert taken["key"] == f"<egovnet:{theirs[vpn]}.1>"
        again = other.run("keys", "take", theirs[vpn], file, "--json").json
        assert again["key"] == taken["key"], "it is there already"
    assert set(one.values.values()) == set(other.values.values())
    assert len(set(one.values.values())) == 2
    assert other.run("keys", "generate", "--json").own_json["keys"] == []
    for side, names in ((one, own), (other, theirs)):
        texts = side.home / "texts"
        side.run("render", "-o", texts)
        text = "".join(path.read_text() for path in texts.glob("*.cfg"))
        said = set(re.findall(r"password <egovnet:(\S+?)\.1>", text))
        assert said == set(names.values())
        assert text.count(" ttl-security hops 1\n") == text.count(" password <egovnet:")
        assert side.run("prove").code == 0


def test_a_rotated_key_is_taken_as_the_next(sides: tuple[Side, Side], tmp_path: Path) -> None:
    one, other = sides
    one.run("keys", "generate", "--yes")
    vpn, name = next(iter(crossings(one).items()))
    recipient = AgeFile(other.inventory, other.home / "identity").own_recipients()[0]
    theirs = crossings(other)[vpn]
    files = [tmp_path / "first.age", tmp_path / "second.age"]
    for file in files:
        one.run("keys", "hand-over", name, "--recipient", recipient, "-o", file)
        other.run("keys", "take", theirs, file)
        one.run("keys", "rotate", name, "--yes")
    assert sorted(each.serial for each in other.values) == [1, 2]
    refused = other.run("keys", "take", theirs, files[0], code=2)
    assert "is a former value" in refused.stderr
    second = next(key for key in crossings(other).values() if key != theirs)
    refused = other.run("keys", "take", second, files[1], code=2)
    assert f"is the value of {theirs} here" in refused.stderr


def test_what_cannot_be_taken_is_said(sides: tuple[Side, Side], tmp_path: Path) -> None:
    one, other = sides
    one.run("keys", "generate", "--yes")
    vpn, name = next(iter(crossings(one).items()))
    theirs = crossings(other)[vpn]
    file = tmp_path / "key.age"
    stranger = AgeFile(tmp_path, tmp_path / "stranger")
    one.run("keys", "hand-over", name, "--recipient", stranger.new_identity(), "-o", file)
    assert "does not open it" in other.run("keys", "take", theirs, file, code=2).stderr
    assert "cannot be read" in other.run("keys", "take", theirs, tmp_path / "no", code=2).stderr
    refused = other.run("keys", "take", "ldp/a+b", file, code=2)
    assert "is not a key of a session with somebody else" in refused.stderr
    words = ("--identity", stranger.identity, "--json")
    assert json.loads(other.run("keys", "take", theirs, file, *words).stdout)


def test_sides_that_say_different_things_are_told(tmp_path: Path) -> None:
    kept = NATION_BORDER.replace("  numbering", _KEPT)
    one = Side(nation(tmp_path / "nation", kept), tmp_path)
    other = province(tmp_path / "province")
    said = one.run("validate", "--with", other, code=2).stderr
    assert "authentication: tcp-md5, and none at" in said
    assert "ttl-security: true, and false at" in said
