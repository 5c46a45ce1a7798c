"""Any value in any place of any file: it is taken, or refused where it stands, in words."""

import copy
import random
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.errors import InventoryError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.validate import validate
from tests.hypothesis_profiles import examples
from tests.inventory.mistakes import base, written
from tests.inventory.test_mistakes import NOT_FOR_PEOPLE, write

FILES = base()
Place = tuple[str, tuple[Any, ...]]

#: Text that something would read as more than text: a pattern, a format, a path, a number.
TEXTS = (
    *("", " ", "x" * 300, "\u202e", "a\nb", "\ufeff", "null", "~", "0x10", "1e5", "65_000"),
    *(
        "\uff11\uff12",
        "\u0663",
        "{a}",
        "{",
        "{region",
        "{a.b}",
        "{number:99999999999}",
        "{0}",
        "%s",
    ),
    *("*", "[", "[!", "**", "[a-", "(", "\\", "\u00e9", "\ufb00", "$(id)", "../../x", "-", "."),
    *("all", "default", "lo", "eth3", "bj-p1", "party", "beijing", "centre", "isis/a--b"),
    *(
        "0.0.0.0/0",
        "::/0",
        "10.0.0.0/33",
        "10.1.10.1/25",
        "10.0.0.0/8",
        "fe80::1%eth0",
        "224.0.0.1",
    ),
    *("::ffff:10.0.0.1", "127.0.0.1/8", "10.1.10.0/25", "fde9::1", "1-99999999999", "9-1", "443-1"),
    *("2027-1-31", "2027-W05", "20270131", "9999-12-31", "0001-01-01"),
)
NUMBERS = (0, -1, 1, 2**16, 2**31, 2**32, 2**63, 10**40, 10**400, 1.5, float("inf"), float("nan"))
DAYS = (date(2027, 1, 31), date.min, date.max, datetime(2027, 1, 31, 1, 2))
SCALARS = st.sampled_from([None, True, False, *NUMBERS, *DAYS, *TEXTS])
KEYS = st.sampled_from(
    [None, True, 1, 1.5, date.min, "a", "", "x" * 300, "name", "vpn", "a.b", "<<"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=4,
)


def places(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 -- YAML is any
    yield at
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from places(value, (*at, key))


PLACES = [(file, at) for file, data in FILES.items() for at in places(data)]
#: One after the other by no order of the files, so that few examples see all kinds of them.
random.Random(14).shuffle(PLACES)  # noqa: S311 -- an order, and no secret


def with_value(file: str, at: tuple[Any, ...], value: object, *, as_key: bool) -> str:
    """The file's text with another value there, or with another key before what is there."""
    data = copy.deepcopy(FILES[file])
    mapping = data
    for key in at[:-1]:
        mapping = mapping[key]
    if not at:
        data = value
    elif not as_key or isinstance(mapping, list):
        mapping[at[-1]] = value
    else:
        items = [(value if key == at[-1] else key, each) for key, each in mapping.items()]
        mapping.clear()
        mapping.update(items)
    return written(data)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("odd-values") / "network"
    write(directory, {file: written(data) for file, data in FILES.items()})
    return directory


@given(st.sampled_from(PLACES), VALUES, SCALARS, st.integers(0, 5))
@examples(160)
def test_any_value_anywhere_is_taken_or_refused_in_words(
    root: Path, place: Place, value: object, key: object, die: int
) -> None:
    file, at = place
    text = with_value(file, at, key if not die else value, as_key=not die)
    write(root, {file: text})
    try:
        validate(Workspace(root))
    except InventoryError as error:
        for problem in error.problems:
            assert problem.found
            assert problem.remedy
            assert problem.line
            assert Path(problem.file).is_relative_to(root)
            assert not NOT_FOR_PEOPLE.search(f"{problem.found} -> {problem.remedy}")
    finally:
        write(root, {file: written(FILES[file])})


@pytest.mark.parametrize("zone", ["intranet", "extranet"])
@pytest.mark.parametrize("value", ["", [], None, {}, {"a": 1}, 1])
def test_an_entry_that_is_none_ends_what_asks_for_it(root: Path, zone: str, value: object) -> None:
    """Found by the property above: a check asked a mapping for an entry that was left out."""
    text = with_value("network.yaml", ("zones", zone), value, as_key=False)
    write(root, {"network.yaml": text})
    with pytest.raises(InventoryError) as caught:
        validate(Workspace(root))
    write(root, {"network.yaml": written(FILES["network.yaml"])})
    assert {problem.field.split(".")[:2][-1] for problem in caught.value.problems} == {zone}


#: Nornir's own are empty in many an inventory, and what is inherited from them is missed by itself.
EMPTIED = sorted(FILES.keys() - {"defaults.yaml", "groups.yaml"})


@pytest.mark.parametrize("file", EMPTIED)
def test_a_file_that_was_emptied_withdraws_nothing(root: Path, file: str) -> None:
    for text in ("", "# all taken out\n", "---\n"):
        write(root, {file: text})
        with pytest.raises(InventoryError) as caught:
            validate(Workspace(root))
        problems = caught.value.problems
        assert f"{file}:1: an empty file" in str(problems[0])
        assert len(problems) == 1
    write(root, {file: written(FILES[file])})


@pytest.mark.parametrize("key", ["password", "api-token", "enable_secret", "snmp-community"])
@pytest.mark.parametrize("file", sorted(FILES))
def test_what_a_key_calls_a_secret_is_not_quoted(root: Path, file: str, key: str) -> None:
    """Beside the file's entries, and in the first of them."""
    outer = {**(FILES[file] or {}), key: "hunter2"}
    inner = copy.deepcopy(FILES[file]) or {}
    first = next((each for each in inner.values() if isinstance(each, dict)), inner)
    first[key] = "hunter2"
    for data in (outer, {**outer, key: ["hunter2"]}, inner):
        write(root, {file: written(data)})
        with pytest.raises(InventoryError) as caught:
            validate(Workspace(root))
        assert "hunter2" not in "".join(map(str, caught.value.problems))
    write(root, {file: written(FILES[file])})
