"""Between egovnet and a device: values go in, references come out, whatever is asked."""

import copy
import pickle
import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from napalm.base.exceptions import CommitError

from egovnet.tasks.driver import ComparesAtLoad, TransactionalDriver
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.keyed_driver import KeyedDriver, with_keys
from egovnet.tasks.keys.keyring import NO_KEYS, Keyring
from tests.hypothesis_profiles import examples
from tests.tasks.keys.stores import ONE, TWO, VALUES
from tests.tasks.memory_driver import MemoryDevice, MemoryDriver
from tests.tasks.test_driver import METHODS, members

KEYS = Keyring(VALUES, "the store")
TEXT = f"router isis\n password {ONE}\n metric 5\nldp\n password {TWO}\n"
OPEN = KEYS.reveal(TEXT)


def device(running: str) -> tuple[MemoryDevice, TransactionalDriver]:
    memory = MemoryDevice(running)
    return memory, with_keys(MemoryDriver(memory, "r1"), KEYS)


def said(value: object) -> bool:
    return any(secret in repr(value) for secret in VALUES.values())


def test_the_device_gets_values_and_everybody_else_references() -> None:
    memory, driver = device("router isis\n metric 5\n")
    driver.load_replace_candidate(config=TEXT)
    assert f"+ password {ONE}" in driver.compare_config().replace("+  ", "+ ")
    driver.commit_as("one")
    driver.commit_config(revert_in=60)
    driver.confirm_change("one")
    assert memory.running == OPEN
    assert said(memory.running)
    assert driver.running_text() == TEXT
    assert driver.diff_to(TEXT) == ""
    assert driver.runs_text(TEXT)


def test_another_value_is_a_difference_that_is_put_back() -> None:
    """A key that somebody changed by hand: its line differs, and the reference is what restores."""
    memory, driver = device(OPEN.replace(VALUES[ONE], "hunter2"))
    found = driver.read_against(lambda: TEXT)
    assert [(each.sign, each.line) for each in found.changes if "password" in each.line] == [
        ("-", "password hunter2"),
        ("+", f"password {ONE}"),
    ]
    assert not said(found)
    assert driver.text_with(TEXT, found.changes) == TEXT
    assert memory.running != OPEN


def test_no_error_says_a_value() -> None:
    memory, driver = device(OPEN)

    def fail(*_: object, **__: object) -> None:
        try:
            raise ValueError(f"line 2: {VALUES[ONE]}")
        except ValueError as error:
            refused = CommitError(f"refused: {VALUES[TWO]}", ("at", [VALUES[ONE]]))
            vars(refused)["lines"] = {"2": (VALUES[ONE], 3)}
            raise refused from error

    inner: Any = driver
    inner._driver.commit_config = fail
    driver.load_replace_candidate(config=TEXT)
    with pytest.raises(CommitError, match="refused: <egovnet:ldp") as refused:
        driver.commit_config()
    assert not said(refused.value)
    assert vars(refused.value) == {"lines": {"2": (str(ONE), 3)}}
    assert not said(refused.value.__cause__)
    assert memory.running == OPEN


def test_no_error_of_errors_says_a_value() -> None:
    """Octets, a group, what was being handled meanwhile besides the cause, and notes."""
    _, driver = device(OPEN)
    one = VALUES[ONE]

    def fail(*_: object, **__: object) -> None:
        inner = ValueError(one.encode(), {"a": {one}}, frozenset({one}))
        group = ExceptionGroup("several", [inner, ValueError([ValueError(one)])])
        group.add_note(f"at {one}")
        try:
            raise OSError(5, f"read {one}", f"/run/{one}")
        except OSError:
            raise CommitError("refused", group) from KeyError(one)

    inner: Any = driver
    inner._driver.commit_config = fail
    driver.load_replace_candidate(config=TEXT)
    with pytest.raises(CommitError) as refused:
        driver.commit_config()
    shown = "".join(traceback.format_exception(refused.value))
    group = refused.value.args[1]
    told = [shown, repr(group.exceptions), "".join(traceback.format_exception(group))]
    told += [str(refused.value.__context__), repr(refused.value.__context__)]
    assert not any(one in each for each in told)
    assert str(ONE) in told[2]


def test_a_key_without_a_value_is_refused_before_the_device_is_asked() -> None:
    memory = MemoryDevice("a\n")
    for keys in (NO_KEYS, Keyring({ONE: VALUES[ONE]})):
        driver = with_keys(MemoryDriver(memory, "r1"), keys)
        with pytest.raises(KeyStoreError, match=r"ldp/a\+b.1|isis/a--b.1"):
            driver.load_replace_candidate(config=TEXT)
        assert not driver.holds_candidate
    with pytest.raises(ValueError, match="not a file"):
        driver.load_replace_candidate(filename="text.cfg")


def test_a_router_is_sent_no_key_of_others_whatever_it_prints() -> None:
    """A router that prints what stands for another's key would have it back with a rollback."""
    memory = MemoryDevice(f"motd {TWO}\nx {VALUES[TWO]}\n")
    driver = with_keys(MemoryDriver(memory, "r1"), KEYS.only({ONE.name}))
    printed = driver.running_text()
    assert printed == f"motd {TWO}\nx {TWO}\n"
    with pytest.raises(KeyStoreError, match="not a key of this router's"):
        driver.load_replace_candidate(config=printed)
    driver.load_replace_candidate(config=TEXT.replace(str(TWO), "none"))
    assert KEYS.reveal(str(TWO)) == VALUES[TWO]


def test_it_is_a_driver_and_compares_at_load_where_its_driver_does() -> None:
    _, driver = device("a\n")
    for name in members(TransactionalDriver):
        assert callable(getattr(driver, name)) == (name in METHODS)
    assert not isinstance(KeyedDriver(MemoryDriver(MemoryDevice()), KEYS), ComparesAtLoad)


def test_a_keyring_never_leaves_its_process() -> None:
    assert not said(KEYS)
    with pytest.raises(TypeError):
        pickle.dumps(KEYS)
    with pytest.raises(TypeError):
        copy.deepcopy(KEYS)


@given(st.lists(st.sampled_from([*map(str, VALUES), *VALUES.values(), "x", " ", "\n", "<", "1"])))
@examples(60)
def test_what_is_concealed_holds_no_value_alone(words: list[str]) -> None:
    text = " ".join(words)
    assert not said(KEYS.conceal(text))
    assert KEYS.reveal(KEYS.conceal(text)) == KEYS.reveal(text)
