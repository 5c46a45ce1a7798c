"""The parts of an emulated router: grammar, FRR's tree, Linux; in the driver's eyes, too."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.lab.emulated.frr import vtysh
from egovnet.lab.emulated.frr.command_syntax import Syntax
from egovnet.lab.emulated.frr.config import FrrConfig
from egovnet.lab.emulated.linux.linux import Linux
from egovnet.lab.emulated.router.router import Router
from egovnet.lab.emulated.ssh.shell import split_commands
from napalm_frr.delta.delta import compute_delta
from napalm_frr.delta.vtysh_script import rejections, write_scripts
from napalm_frr.text import device_text, frr_tree, interfaces_text, linux_check
from tests.hypothesis_profiles import examples
from tests.lab.emulated.conftest import STATIC, TEXTS
from tests.napalm_frr.strategies import frr_texts

NETWORK = Path(__file__).parent.parent.parent / "napalm_frr" / "network"


@examples(60)
@given(st.lists(frr_texts(), min_size=2, max_size=4))
def test_random_texts_pushed_by_the_driver_read_back_equal(texts: list[str]) -> None:
    config = FrrConfig()
    running = frr_tree.parse(config.text("r1"))
    for text in texts:
        candidate = frr_tree.parse(text)
        assert vtysh.check(text).code == 0
        _, script = write_scripts(compute_delta(running, candidate), linux_between=False)
        ran = vtysh.run(config, script.text)
        running = frr_tree.parse(config.text("r1"))
        assert frr_tree.same(running, candidate)
        late = [r for r in rejections(ran.output, ran.errors) if (r.line or 0) > script.tolerant]
        assert late == []


@given(frr_texts())
def test_what_is_printed_is_taken_and_printed_again(text: str) -> None:
    first, second = FrrConfig(), FrrConfig()
    vtysh.run(first, text)
    printed = first.text("r1")
    ran = vtysh.run(second, printed)
    assert (ran.errors, ran.code) == ("", 0)
    assert second.text("r1") == printed


@pytest.mark.parametrize(
    ("template", "line", "canonical", "key"),
    [
        ("a <b|c D> =[WORD]", "a c x", "a c x", "a c x"),
        ("a =(1-9)", "a 10", "", ""),
        ("a =(1-9)", "a 9", "a 9", "a"),
        ("i X:X::X:X/M =LINE...", "i 2001:DB8::1/32 a", "i 2001:db8::/32 a", "i 2001:db8::/32"),
        ("x PEER in", "x 2001:DB8::0:1 in", "x 2001:db8::1 in", "x 2001:db8::1 in"),
        ("p A.B.C.D/M", "p 10.1.2.3/8", "p 10.0.0.0/8", "p 10.0.0.0/8"),
        ("p A.B.C.D/M", "p 10.1.2.3/33", "", ""),
        ("s {a (1-5)|b}", "s b a 3", "s b a 3", "s b a 3"),
    ],
)  # fmt: skip
def test_command_notation(template: str, line: str, canonical: str, key: str) -> None:
    assert Syntax.of(template).match(line) == ((canonical, key) if canonical else None)


@pytest.mark.parametrize("template", ["a <b", "a b>", "[{a]}"])
def test_a_template_that_is_none(template: str) -> None:
    with pytest.raises(ValueError, match=r"closed|closes"):
        Syntax.of(template)


def test_linux_is_as_its_text_says_in_the_drivers_eyes() -> None:
    texts = [device_text.split((NETWORK / f"{name}.conf").read_text()) for name in ("r1", "r2")]
    linux = Linux("r1", ("eth0", "eth1"))
    before = ""
    for text in (texts[0], texts[1], texts[0]):
        said, well = linux.ifreload(text.interfaces, before)
        before = text.interfaces
        assert (said, well) == ("", True)
        stanzas = interfaces_text.parse(text.interfaces)
        assert linux_check.faults(stanzas, json.loads(linux.addresses_json())) == ()
        assert linux.check(text.interfaces)[1]
    assert linux.delete("eth1.101")
    faults = linux_check.faults(stanzas, json.loads(linux.addresses_json()))
    assert [str(fault) for fault in faults] == ["eth1.101: is missing"]
    assert not linux.check(before)[1]


def test_labels_are_taken_in_as_text_and_zebra_say() -> None:
    linux = Linux("r1", ("eth1",))
    linux.ifreload("auto eth1\niface eth1\n    mpls-enable yes\n", "")
    assert {"family": "mpls", "interface": "eth1", "input": True} in json.loads(linux.labels_json())
    linux.take_labels("eth1", False)
    assert '"eth1","input":true' not in linux.labels_json()
    linux.take_labels("eth1", True)
    linux.ifreload("auto eth1\niface eth1\n", "")
    assert '"eth1","input":true' not in linux.labels_json(), "every ifreload switches it off again"


def test_what_ifreload_cannot_make() -> None:
    linux = Linux("r1", ("eth1",))
    said, well = linux.ifreload("auto eth9.5\niface eth9.5\n", "")
    assert not well
    assert "eth9.5: raw device eth9 does not exist" in said
    said, well = linux.ifreload("auto eth1\niface eth1\n    vrf nope\n", "")
    assert not well
    assert "vrf nope" in said


def test_a_restart_loses_what_was_not_written() -> None:
    router = Router("r1", TEXTS["r1"])
    before = router.boot_id
    router.run_script(STATIC)
    router.hostname = "renamed"
    router.note()
    assert router.running_text() != TEXTS["r1"] == router.startup_text()
    router.restart()
    assert router.running_text() == TEXTS["r1"]
    assert router.boot_id != before
    digests = [digest for _, digest in router.timeline.entries]
    assert digests[0] == digests[-1] != digests[1]


def test_a_shell_line_is_taken_apart() -> None:
    line = "{ a 'x;y'; b; } 2>/dev/null; echo; c && d || e\nfor i in 1; do f; done"
    assert split_commands(line) == [
        (";", "{ a 'x;y'; b; } 2>/dev/null"),
        (";", "echo"),
        (";", "c"),
        ("&&", "d"),
        ("||", "e"),
        (";", "for i in 1; do f; done"),
    ]  # fmt: skip
