"""Files that are none: each file of an inventory, replaced by what must not be waited for."""

import os
import re
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.errors import InventoryError
from egovnet.inventory.source.regular_file import read_regular
from egovnet.inventory.source.yaml_source import parse_document, read_document, unquoted_data
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.validate import validate
from egovnet.templates.intend.read_inventory import read_inventory
from tests.hypothesis_profiles import examples
from tests.inventory.test_errors import copy_of_backbone, problems_of

FILES = ["network", "hosts", "groups", "defaults", "circuits", "sites/beijing", "plan.lock"]


def replace(path: Path, kind: str) -> None:
    path.unlink()
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "loop":
            path.symlink_to(path.name)
        case "nowhere":
            path.symlink_to("nowhere")
        case "huge":
            with path.open("wb") as file:
                file.truncate(200 << 20)
        case "directory":
            path.mkdir()


@pytest.mark.parametrize("kind", ["pipe", "device", "loop", "nowhere", "huge", "directory"])
@pytest.mark.parametrize("name", FILES)
def test_no_odd_file_is_read_as_one(name: str, kind: str, tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    replace(root / f"{name}.yaml", kind)
    assert any(p.startswith(f"{name}.yaml: cannot be read:") for p in problems_of(root))


def test_a_file_without_an_end_is_read_to_its_limit() -> None:
    with pytest.raises(OSError, match="larger than 1 MB"):
        read_regular(Path("/proc/self/pagemap"), 1 << 20)


def test_what_grows_while_it_is_read_is_still_bounded(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"x" * 10)
    assert read_regular(path, 10) == b"x" * 10
    with pytest.raises(OSError, match="larger"):
        read_regular(path, 9)


@pytest.mark.parametrize("piece", ["[", "{a: ", "- ", "? ", "[[", "!!seq [", "&a [", "[{a: "])
def test_depth_is_refused_before_it_is_composed(piece: str) -> None:
    with pytest.raises(InventoryError) as caught:
        parse_document(f"a: 1\nb:\n  {piece * 100_000}", "deep.yaml")
    assert str(caught.value) == "deep.yaml:3: nested too deeply -> write it flatter"


PIECES = st.sampled_from(
    [
        *("[", "]", "{", "}", "a: ", "- ", "? ", "*a ", "&a ", ", ", "\n", " ", "x", '"', "'"),
        *("<<: ", "!!set ", "!!int 0x1", "|\n", ">\n", "#", "---\n", "...", "\t", "\x85"),
        *("!!bool ", "!!float ", "!!null ", "!!timestamp ", "!!str ", "!!map ", "!!seq ", "!x "),
        *("%YAML 1.1\n", "%", "@", "\\", "\\q", "| x", "&", "*", "!", "?", "{{x}}", "1e999", "+"),
        *("2027-99-99", "9" * 5000, "<<: *a", "<<: [x]", "&a {<<: *a}", "=", ".", "_", "\ufeff"),
    ]
)
#: What libyaml and PyYAML say, which are words for who wrote them.
PARSERS_WORDS = re.compile(r"while |expected|could not|token|scalar|construct|block |flow ")


@given(st.lists(PIECES, max_size=60).map("".join) | st.lists(PIECES, max_size=5).map("".join))
@examples(800)
def test_any_text_is_read_or_refused_with_a_remedy(text: str) -> None:
    try:
        parse_document(text, "x.yaml")
    except InventoryError as error:
        for problem in error.problems:
            assert problem.found and problem.remedy
            assert problem.line
            assert not PARSERS_WORDS.search(problem.found)


@pytest.mark.parametrize("kind", ["bool", "int", "float", "null", "timestamp"])
@pytest.mark.parametrize("word", ["hunter2", "''", "-", "[a]", "{a: b}", ".", "9" * 5000])
def test_a_tag_before_what_it_is_not_has_its_line(kind: str, word: str) -> None:
    text = f"a: 1\nb: !!{kind} {word}\n"
    try:
        parse_document(text, "x.yaml")
    except InventoryError as error:
        (problem,) = error.problems
        assert problem.line == 2
        assert len(problem.found) < 100
    try:  # of credentials: its callers know these two
        unquoted_data(text)
    except (InventoryError, yaml.YAMLError):
        return


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        ("a: 1\nb: é\n".encode("latin-1"), "x.yaml:2: not UTF-8 text (byte 8, 0xe9)"),
        ("a: 1\n".encode("utf-16"), "x.yaml:1: UTF-16, not UTF-8 text"),
        ("a: 1\n".encode("utf-16-be"), "x.yaml:1: not YAML: character #x00"),
        (b"a: 1\nb: \xed\xa0\x80\n", "x.yaml:2: not UTF-8 text (byte 8, 0xed)"),
        (b"a: 1\r\nb: \x00\r\n", "x.yaml:2: not YAML: character #x00"),
    ],
)
def test_octets_that_are_no_text_have_their_line(octets: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(octets)
    with pytest.raises(InventoryError) as caught:
        read_document(path, "x.yaml")
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize(
    "name", ["README.md", "README", "LICENSE", ".gitignore", "CHANGELOG.txt", "a.plan"]
)
def test_what_is_for_people_is_passed_over(name: str, tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    for folder in (root, root / "sites"):
        (folder / name).write_text("for people")
    (root / ".git").mkdir()
    read_inventory(root)


NAMES = st.text("abcdefgh-._ ", min_size=1, max_size=12).filter(lambda n: n not in (".", ".."))


@given(NAMES, st.sampled_from(["", ".yaml", ".yml", ".YAML", ".json", ".yaml~", ".yaml.bak"]))
@examples(60)
def test_no_file_is_passed_over_in_silence(
    tmp_path_factory: pytest.TempPathFactory, stem: str, suffix: str
) -> None:
    root = copy_of_backbone(tmp_path_factory.mktemp("odd") / "network")
    for folder in (root, root / "sites", root / "sites" / "west"):
        folder.mkdir(exist_ok=True)
        path = folder / f"{stem}{suffix}"
        path.write_text("zz: {}\n")
        hidden = path.name.startswith(".")
        sites = folder.name == "sites" and path.name.casefold().endswith((".yaml", ".yml"))
        read = sites and path.suffix == ".yaml" and not hidden
        if hidden and folder.name != "west" and not sites:
            read_inventory(root)
        else:
            problems = problems_of(root)
            assert read or any("would not be read" in problem for problem in problems)
        path.unlink()


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_somebody_hid_is_named(name: str, tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    path = root / f"{name}.yaml"
    hidden = path.rename(path.with_name(f".{path.name}")).relative_to(root)
    assert problems_of(root) == [
        f"{hidden}: would not be read: its name begins with a dot -> "
        f"rename it to {path.name}, or move it out of the inventory"
    ]


#: Each would hold sites or registers that nobody reads, by a name that is passed over elsewhere.
PASSED_OVER = (
    *("sites/.new/x.yaml", "sites/.new/deep/x.yml", "sites/README/x.yaml", "sites/Makefile/x.yaml"),
    *("sites/__pycache__/x.yaml", "sites/x.plan/x.yaml", "README/x.yaml", "LICENSE/x.yaml"),
    *("sites/.yaml", "sites/.x.YAML", "sites/.x.Yml", "sites/.yml", ".vpns.yml", ".Vpns.YAML"),
    *(".exchanges.yml", ".plan.lock.yml", ".sites.yml"),
)


@pytest.mark.parametrize("name", PASSED_OVER)
def test_no_name_of_a_tool_hides_an_entry(name: str, tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("zz: {}\n")
    named = path.relative_to(root).parts[: 2 if name.startswith("sites/") else 1]
    place = "/".join(named)
    assert any(each.startswith(f"{place}: would not be read: ") for each in problems_of(root))


@pytest.mark.parametrize("name", ["sites/.git/HEAD", "sites/__pycache__/x.pyc", ".github/x.yaml"])
def test_what_tools_keep_is_passed_over(name: str, tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    (root / name).parent.mkdir()
    (root / name).write_text("")
    read_inventory(root)


def test_what_an_editor_hides_beside_a_file_is_passed_over(tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    (root / "sites" / ".#beijing.yaml").symlink_to("somebody@somewhere.1:2")
    (root / "sites" / ".beijing.yaml.swp").write_text("")
    (root / ".pre-commit-config.yaml").write_text("repos: []\n")
    read_inventory(root)


@pytest.mark.parametrize("at", ["value", "key"])
def test_a_value_of_any_length_is_quoted_in_part(at: str, tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    path = root / "sites" / "guangdong.yaml"
    sites = yaml.safe_load(path.read_text(encoding="utf-8"))
    long = "x" * 200_000
    if at == "value":
        sites["tax-guangdong"]["prefixes"][0] = long
    else:
        sites["tax-guangdong"][long] = 1
    path.write_text(yaml.safe_dump(sites), encoding="utf-8")
    problems = problems_of(root)
    assert all(len(problem) < 8_000 for problem in problems)
    assert any("characters left out" in problem for problem in problems)


@pytest.mark.parametrize("linked", ["agencies.yaml", "sites", "plan.lock.yaml", "drift.yaml"])
def test_a_link_to_what_is_private_is_not_read(linked: str, tmp_path: Path) -> None:
    """Whoever may change an inventory has nobody else's credentials told by its errors."""
    root = copy_of_backbone(tmp_path / "network")
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    secret = private / ("credentials.yaml" if linked == "sites" else linked)
    secret.write_text("username: noc\nanything: hunter2\n- x\n")
    secret.chmod(0o600)
    place = root / linked
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    place.symlink_to(private if linked == "sites" else secret)
    with pytest.raises(InventoryError) as caught:
        validate(Workspace(root))
    told = "".join(map(str, caught.value.problems))
    assert f"it is a link to {secret}, which is its owner's alone" in told
    assert "hunter2" not in told
    assert "noc" not in told
    secret.chmod(0o644)  # what everybody may read
    with pytest.raises(InventoryError) as caught:
        validate(Workspace(root))
    assert "it is a link" not in "".join(map(str, caught.value.problems))
