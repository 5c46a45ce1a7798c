"""A router that answers anything: what leaves the driver is an error of NAPALM's with its name."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from napalm.base.exceptions import NapalmException

from napalm_frr import FRRDriver
from napalm_frr.errors import DeviceTextError
from napalm_frr.ssh.session import Completed
from napalm_frr.text.device_text import split
from tests.hypothesis_profiles import examples
from tests.napalm_frr.change.agent_host import CHANGED, DAY0

_PARTS = split(DAY0)
_LINKS = [
    {"ifname": "lo", "flags": ["UP"], "addr_info": []},
    {
        "ifname": "eth0",
        "flags": ["UP"],
        "addr_info": [{"local": "172.20.20.101", "prefixlen": 24, "scope": "global"}],
    },
]
_TEXTS = {
    "hostname": "r1\n",
    "daemons": "zebra bgpd\n",
    "interfaces": _PARTS.interfaces,
    "linux": json.dumps(_LINKS),
    "labels": "[]",
    "filter": _PARTS.filter,
    "zebra": "lo\neth0\neth0 172.20.20.101\n.\n",
    "frr": f"Building configuration...\n\nCurrent configuration:\n!\n{_PARTS.frr}end\n",
    "steps": "snapshot 1 2 0\n",
    "reason": "why\n",
}
_FIELDS = {"status": "ok", "seen": "a" * 64, "result": "0", "change": "one", "left": "5"}
_WORDS = (
    *("ok", "applied", "pending", "confirmed", "undone", "broken", "none", "moved", "locked"),
    *("busy", "known", "failed", "storage", "refused", "idle", "not-pending", "usage", "orphan"),
)
_ODD = st.sampled_from(
    (
        *("", "-1", "\u00b2", "9" * 5000, "\udcff", "[" * 100_000, "null", "[null]", "[[]]", '"x"'),
        *('{"a": 1}', '[{"ifname": 1}]', '[{"ifname": ["a"]}]', '[{"ifname": "lo", "flags": 5}]'),
        *('[{"ifname": "eth0", "flags": ["UP"], "addr_info": 5}]', "iface\n", "auto\niface eth0\n"),
        *('[{"ifname": "eth0", "flags": ["UP"], "addr_info": [{"local": "x", "prefixlen": 1}]}]',),
        *("a b c\n", "end\n", "%%egovnet status=ok\n", "%%texts frr 5\n", "\x1b[2J\0"),
    )
)
_ANSWERS = st.builds(
    lambda status, fields, texts, cut, size: _answer(status, fields, texts, size)[:cut],
    st.sampled_from(_WORDS),
    st.dictionaries(st.sampled_from([*_FIELDS, "line", "state"]), _ODD, max_size=1),
    st.dictionaries(st.sampled_from(list(_TEXTS)), _ODD, max_size=2),
    st.sampled_from((None, None, None, 40, -1)),
    st.sampled_from(("", "", "", "9" * 5000)),
)


def _answer(status: str, fields: dict[str, str], texts: dict[str, str], size: str) -> str:
    said = {**_FIELDS, "status": status, **fields}
    record = " ".join(f"{name}={value}" for name, value in said.items())
    out = [f"%%egovnet {record}\n"]
    for name, text in {**_TEXTS, **texts}.items():
        octets = len(text.encode(errors="surrogateescape"))
        out.append(f"%%texts {name} {octets}{size}\n{text}")
    return "".join(out)


class _Liar:
    """In place of SSH: says one thing after the other, and the last for ever."""

    device = "r1"
    connection = "the only one"

    def __init__(self, answers: list[str]) -> None:
        self._answers = answers

    def run(self, command: str, **_: object) -> Completed:
        said = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return Completed(said, "", 0)


def _commit(driver: FRRDriver) -> None:
    driver.load_replace_candidate(config=CHANGED)
    driver.commit_as("one")
    driver.commit_config(revert_in=60)


_DOES: dict[str, Callable[[FRRDriver], Any]] = {
    "read": lambda driver: driver.running_text(),
    "compare": lambda driver: driver.read_against(lambda: DAY0),
    "commit": _commit,
    "state": lambda driver: driver.commit_state("one"),
    "confirm": lambda driver: driver.confirm_change("one"),
    "extend": lambda driver: driver.extend_commit("one", 5),
    "roll back": lambda driver: driver.roll_back_change("one"),
    "watch": lambda driver: driver.labels_seen(driver.watch_labels(["eth0"], 5)),
}


@pytest.mark.parametrize("what", _DOES)
@given(answers=st.lists(_ANSWERS, min_size=1, max_size=4))
@examples(30)
def test_any_answer_is_read_or_an_error_of_this_router(what: str, answers: list[str]) -> None:
    driver = FRRDriver("r1", "root", "", 60, {})
    driver._session = driver._agent._session = _Liar(answers)  # type: ignore[assignment]
    try:
        _DOES[what](driver)
    except (NapalmException, DeviceTextError) as error:
        assert "r1" in str(error) or isinstance(error, DeviceTextError)
        assert len(str(error)) < 10_000
