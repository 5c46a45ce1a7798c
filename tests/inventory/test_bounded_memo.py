"""What is kept of texts that were read: no more than was said, and nobody gets another's."""

from pathlib import Path

from egovnet.inventory import reference
from egovnet.inventory.bounded_memo import BoundedMemo
from egovnet.inventory.load import load_source
from egovnet.inventory.source.yaml_directory import YamlDirectory
from egovnet.inventory.source.yaml_source import parse_document

REFERENCE = Path(reference.__path__[0])


def test_what_was_not_asked_for_longest_goes_first() -> None:
    memo: BoundedMemo[str, int] = BoundedMemo(12)
    for number, key in enumerate("abcd"):
        memo.keep(key, number, 3)
    assert memo.get("a") == 0
    memo.keep("e", 4, 3)
    assert [memo.get(key) for key in "abcde"] == [0, None, 2, 3, 4]


def test_what_is_too_heavy_is_not_kept() -> None:
    memo: BoundedMemo[str, int] = BoundedMemo(12)
    memo.keep("light", 1, 3)
    memo.keep("heavy", 2, 4)
    assert (memo.get("light"), memo.get("heavy")) == (1, None)


def test_who_changes_what_a_file_says_changes_it_for_nobody() -> None:
    text = "a: {b: [1, 2]}\n"
    parse_document(text, "one.yaml").data["a"]["b"].append(3)
    again = parse_document(text, "other.yaml")
    assert again.data == {"a": {"b": [1, 2]}}
    assert again.path == "other.yaml"


def test_the_same_texts_elsewhere_have_their_own_places(tmp_path: Path) -> None:
    for file in REFERENCE.rglob("*.yaml"):
        copy = tmp_path / file.relative_to(REFERENCE)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(file.read_text())
    network, here = load_source(YamlDirectory(REFERENCE, _BESIDES))
    again, there = load_source(YamlDirectory(tmp_path, _BESIDES))
    assert again == network
    name = next(iter(network.vpns))
    assert here.place("vpns", (name,))[0] == str(REFERENCE / "vpns.yaml")
    assert there.place("vpns", (name,))[0] == str(tmp_path / "vpns.yaml")


#: Registers, which are read elsewhere.
_BESIDES = tuple(path.name for path in REFERENCE.glob("*.yaml"))
