"""Each mistake is reported once: where it is, what it is, what may stand there instead."""

import random
import re
from pathlib import Path

import pytest

from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.model.shapes import fields_of
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.validate import validate
from tests.inventory.mistakes import Mistake, base, mistakes, models, written

FILES = base()
#: Words of a pattern, and of the library that finds mistakes.
NOT_FOR_PEOPLE = re.compile(
    r"\^\[|\^\(|\]\$|\)\$|\\[dwsbAZ.]|\{\d+,\d*\}|\(\?|\[key\]"
    r"|Input should|should match|should be|pydantic|validation error|type="
)


def write(root: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("mistakes") / "network"
    write(directory, {file: written(data) for file, data in FILES.items()})
    return directory


def problems(root: Path) -> list[Problem]:
    try:
        validate(Workspace(root))
    except InventoryError as error:
        assert error.exit_code == 2
        return list(error.problems)
    return []


def wrong_about(mistake: Mistake, root: Path) -> list[str]:
    """What is wrong about the report of a mistake."""
    found = problems(root)
    told = "\n  ".join(str(problem).replace(f"{root}/", "") for problem in found)
    if len(found) != 1:
        return [f"{mistake}: {len(found)} problems\n  {told}"]
    (problem,) = found
    wrong = []
    if problem.file != str(root / mistake.file) and mistake.at:
        wrong.append(f"in {problem.file}")
    if mistake.at and problem.field != ".".join(map(str, mistake.at)):
        wrong.append(f"of {problem.field}")
    if mistake.word:
        lines = mistake.texts[mistake.file].splitlines()
        wanted = [number for number, line in enumerate(lines, 1) if mistake.word in line]
        if mistake.kind == "wrong type":  # a mapping begins in the line after its key
            wanted += [number - 1 for number in wanted]
        if problem.line not in wanted:
            wrong.append(f"in line {problem.line}, not {wanted}")
    words = f"{problem.found} -> {problem.remedy}"
    if not problem.found or not problem.remedy:
        wrong.append("it says nothing")
    wrong += [f"it does not say {part!r}" for part in mistake.said if part not in words]
    if NOT_FOR_PEOPLE.search(words):
        wrong.append("it has words that are for programs")
    return [f"{mistake}: {each}\n  {told}" for each in wrong]


def test_without_a_mistake_nothing_is_reported(root: Path) -> None:
    assert validate(Workspace(root)).data["problems"] == []


def test_every_field_of_every_file_has_a_value_here() -> None:
    """A new field is tried by its example; one that has to fit others needs an entry in FITTING."""
    had: dict[type, set[str]] = {}
    for file in FILES:
        for _, _, model, data in models(FILES, file):
            had.setdefault(model, set()).update(data)
    inherited = {"tier", "platform"}  # groups give these
    lacks = {m.__name__: sorted(fields_of(m).keys() - keys - inherited) for m, keys in had.items()}
    absent = {name: keys for name, keys in lacks.items() if keys}
    assert absent == {}, "give these fields an example that fits, or a value in FITTING"


def test_each_mistake_is_reported_once_and_teaches(root: Path) -> None:
    wrong: list[str] = []
    made = list(mistakes(FILES))
    for mistake in made:
        write(root, mistake.texts)
        wrong += wrong_about(mistake, root)
        write(root, {file: written(FILES[file]) for file in mistake.texts})
    assert len(made) > 300
    assert not wrong, f"{len(wrong)} of {len(made)}:\n" + "\n".join(wrong)


#: A mistake of each layer: file -> (old, new) of the text, and the file and field of its report.
LAYERS: dict[str, tuple[str, str, str, str]] = {
    "a file that is not YAML": ("agencies.yaml", "party:", "party: [", ""),
    "a key given twice": ("regions.yaml", "shanghai:\n", "shanghai:\n  name: a\n", "shanghai.name"),
    "an unknown key": ("network.yaml", "circuit-mtu:", "circuit-mtuu:", "circuit-mtuu"),
    "a value out of range": ("circuits.yaml", "metric: 5", "metric: 0", "bj-p1--bj-p2.metric"),
    "a group that nobody knows": ("hosts.yaml", "- centre", "- center", "bj-p1.groups.1"),
    "a name of nothing": ("sites/beijing.yaml", "vpn: party", "vpn: partyy", "party-beijing.vpn"),
    "a policy": (
        "sites/shanghai.yaml",
        "port: eth3",
        "port: eth1",
        "gov-shanghai.site-network-accesses.main.port",
    ),
    "a platform's name": (
        "sites/sichuan.yaml",
        "port: eth3",
        "port: ethernet-3",
        "party-sichuan.site-network-accesses.main.port",
    ),
    "a register": ("drift.yaml", "share: 5", "share: 500", "share"),
}


def test_mistakes_of_all_layers_are_reported_together(root: Path) -> None:
    texts = {file: written(data) for file, data in FILES.items()}
    wanted = set()
    for file, old, new, field in LAYERS.values():
        assert old in texts[file], file
        texts[file] = texts[file].replace(old, new, 1)
        wanted.add((file, field))
    lock = {"plan.lock.yaml": "pools: {}\nsomething: 1\n"}
    write(root, texts | lock)
    found = {(Path(p.file).relative_to(root).as_posix(), p.field) for p in problems(root)}
    write(root, {file: written(data) for file, data in FILES.items()})
    (root / "plan.lock.yaml").unlink()
    assert found == wanted | {("plan.lock.yaml", "something")}


def test_no_mistake_hides_another_and_none_adds_one(root: Path) -> None:
    """Drawn pairs in different files: each is reported where it is reported alone."""
    made, draw = list(mistakes(FILES)), random.Random(15)  # noqa: S311 -- a sample, and no secret
    pairs = [draw.sample(made, 2) for _ in range(60)]
    for one, other in [(a, b) for a, b in pairs if not a.texts.keys() & b.texts.keys()]:
        alone = reported(root, one.texts) | reported(root, other.texts)
        both = reported(root, one.texts | other.texts)
        assert both == alone, f"{one} and {other}"


def reported(root: Path, texts: dict[str, str]) -> set[tuple[str, str]]:
    write(root, texts)
    found = {(problem.file, problem.field) for problem in problems(root)}
    write(root, {file: written(FILES[file]) for file in texts})
    return found


def test_mistakes_in_one_entry_are_reported_together(root: Path) -> None:
    text = written(FILES["sites/sichuan.yaml"]) + (
        "tax-west:\n"
        "  regoin: sichuan\n"
        "  vpn: taxes\n"
        "  site-role: hub\n"
        "  prefixes: [10.1.10.0/25]\n"
        "  site-network-accesses:\n"
        "    main: {pe: sc-pe1, port: eth1, routing-protocol: rip}\n"
    )
    found = {field for _, field in reported(root, {"sites/sichuan.yaml": text})}
    access = "tax-west.site-network-accesses.main"
    assert found == {
        "tax-west.regoin",
        "tax-west.vpn",
        "tax-west.site-role",
        "tax-west.prefixes.0",
        f"{access}.port",
        f"{access}.routing-protocol",
    }


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ("data: {tier: cente}", "data.tier", "did you mean 'centre'?"),
        ("data: {region: bejing}", "data.region", "no region 'bejing' -> did you mean 'beijing'?"),
        ("platform: fr", "platform", "no platform 'fr' -> use 'frr'"),
        ("data: {roles: pe}", "data.roles", "where a list belongs"),
        ("port: ssh", "port", "not a whole number"),
        ("data: {teir: centre}", "data.teir", "did you mean 'tier'?"),
    ],
)
def test_a_group_that_nobody_is_in_is_checked(
    said: str, field: str, words: str, root: Path
) -> None:
    text = f"{written(FILES['groups.yaml'])}later:\n  {said}\n"
    write(root, {"groups.yaml": text})
    found = problems(root)
    write(root, {"groups.yaml": written(FILES["groups.yaml"])})
    assert [problem.field for problem in found] == [f"later.{field}"]
    assert words in f"{found[0].found} -> {found[0].remedy}"


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("vpns.yaml", "vpn.yaml"),
        ("vpns.yaml", "vpns.yml"),
        ("circuits.yaml", "links.yaml"),
        ("sites/beijing.yaml", "sites/beijing.yml"),
    ],
)
def test_a_file_under_another_name_is_one_mistake(root: Path, name: str, instead: str) -> None:
    (root / name).rename(root / instead)
    found = problems(root)
    (root / instead).rename(root / name)
    assert [problem.file for problem in found] == [str(root / instead)]
    assert "rename it to" in found[0].remedy
