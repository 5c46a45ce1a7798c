"""Bad input: one case, one file in errors/. A bug report about a message becomes a file there.

A case says what to change in a copy of the reference inventory (`edits`) and every line that
must then be reported (`problems`), no more and no fewer. Nothing may be written.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.inventory.errors import (
    InventoryError,
    InventoryWarning,
    Problem,
    grouped_warnings,
    sentences,
)
from egovnet.templates.intend.read_inventory import read_inventory
from tests.inventories import BACKBONE

CASES = sorted((Path(__file__).parent / "errors").glob("*.yaml"))


def copy_of_backbone(directory: Path) -> Path:
    return Path(
        shutil.copytree(BACKBONE, directory, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    )


def edit(root: Path, change: dict[str, Any]) -> None:
    path = root / change["file"]
    match change:
        case {"replace": old, "with": new}:
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{change['file']} holds no {old!r}: mend the case"
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
        case {"append": text}:
            path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
        case {"text": text}:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        case {"bytes": octets}:
            path.write_bytes(bytes.fromhex(octets))
        case {"delete": True}:
            path.unlink()
        case {"directory": True}:
            path.unlink(missing_ok=True)
            path.mkdir()
        case _:
            pytest.fail(f"unknown edit {change}")


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else b""
        for path in root.rglob("*")
    }


def problems_of(root: Path) -> list[str]:
    """What reading the inventory in `root` reports, with paths relative to it."""
    with pytest.raises(InventoryError) as caught:
        allocate(read_inventory(root)[0], read_lock(root))
    return [str(problem).replace(f"{root}/", "") for problem in caught.value.problems]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_bad_input_is_reported_in_full_and_nothing_is_written(case: Path, tmp_path: Path) -> None:
    said = yaml.safe_load(case.read_text(encoding="utf-8"))
    root = copy_of_backbone(tmp_path / "network")
    for change in said["edits"]:
        edit(root, change)
    before = contents(root)
    assert problems_of(root) == said["problems"]
    assert contents(root) == before


def test_the_unchanged_copy_has_no_problem(tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    assert allocate(read_inventory(root)[0], read_lock(root)).lock == read_lock(root)


def test_a_missing_directory_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InventoryError) as caught:
        read_inventory(tmp_path / "nowhere")
    assert str(caught.value) == (
        f"{tmp_path}/nowhere: no such inventory directory "
        "-> name one with --inventory, or write one with: egovnet init DIR"
    )


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("network/hosts.yaml", "a file, and no inventory directory -> name its directory: {}"),
        ("network/sites", "no inventory: {none} -> name {}"),
        ("", "no inventory: {none} -> name {}"),
        ("else", "no inventory: {none} -> name one with --inventory, or write one with: {init}"),
    ],
)
def test_another_directory_is_one_mistake(named: str, told: str, tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "notes.cfg").write_text("text\n")
    none = "neither network.yaml nor any other file of one is in it"
    with pytest.raises(InventoryError) as caught:
        read_inventory(tmp_path / named)
    told = told.format(root, none=none, init="egovnet init DIR")
    assert str(caught.value) == f"{tmp_path / named}: {told}"


REPEATED = [
    ("circuits.yaml", "metric:", "metrik:", "unknown key"),
    ("sites/beijing.yaml", "routing-protocol: bgp", "routing-protocol: ospf", "'ospf'"),
    ("sites/beijing.yaml", ", routing-protocol: bgp", "", "is missing"),
    ("hosts.yaml", "roles: [", "rolles: [", "unknown key"),
]


@pytest.mark.parametrize(("file", "old", "new", "found"), REPEATED)
def test_a_mistake_made_alike_at_many_places_is_said_once(
    file: str, old: str, new: str, found: str, tmp_path: Path
) -> None:
    root = copy_of_backbone(tmp_path / "inventory")
    text = (root / file).read_text(encoding="utf-8")
    (root / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InventoryError) as raised:
        read_inventory(root)
    problems = [each for each in raised.value.problems if found in each.found]
    lines = [line for line in str(raised.value).splitlines() if found in line]
    assert len(problems) > 2
    assert len(lines) == 1
    assert f", {len(problems)} times: also on lines {problems[1].line}, " in lines[0]
    assert lines[0].startswith(f"{problems[0].place}: {problems[0].field}: ")


def test_places_in_several_files_are_said_with_them() -> None:
    problems = [Problem(f"{name}.yaml", 7, "x.vlan", "is missing", "add it") for name in "abcdef"]
    assert sentences(problems) == [
        "a.yaml:7: x.vlan: is missing, 6 times: also at b.yaml:7, c.yaml:7, d.yaml:7 and 2 more "
        "-> add it"
    ]


def test_different_mistakes_are_said_each_for_itself(tmp_path: Path) -> None:
    one = Problem("a.yaml", 1, "x.port", "is missing", "add it")
    others = (
        Problem("a.yaml", 2, "y.vlan", "is missing", "add it"),
        Problem("a.yaml", 3, "z.port", "is missing", "add it: a port"),
        Problem("a.yaml", 4, "w.port", "is empty", "add it"),
    )
    assert sentences((one, *others)) == [str(each) for each in (one, *others)]


def test_options_with_one_mistake_are_named_each() -> None:
    """They have no lines: "also at add circuit" would send nobody anywhere."""
    both = [Problem("add circuit", 0, f"--{end}", "is missing", "add it") for end in "ab"]
    assert sentences(both) == [str(each) for each in both]


def of_kind(code: str, number: int, field: str = "pe{}.data") -> list[InventoryWarning]:
    return [
        InventoryWarning("hosts.yaml", n, field.format(n), code, f"{n} circuits", "add one")
        for n in range(1, number + 1)
    ]


def test_a_few_warnings_of_a_kind_are_said_each() -> None:
    few = [*of_kind("thin", 3), *of_kind("old", 1)]
    assert grouped_warnings(few) == [str(each) for each in few]


def test_many_warnings_of_a_kind_are_one_line() -> None:
    many = [*of_kind("thin", 30), *of_kind("old", 4)]
    assert grouped_warnings(many) == [
        "hosts.yaml:1: pe1.data: 1 circuits; 29 like it, at pe2, pe3, pe4 and 26 more -> add one "
        "[thin]",
        "hosts.yaml:1: pe1.data: 1 circuits; 3 like it, at pe2, pe3, pe4 -> add one [old]",
    ]


def test_warnings_about_a_file_stand_for_themselves() -> None:
    assert len(grouped_warnings(of_kind("certificate", 5, field=""))) == 5
