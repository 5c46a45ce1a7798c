"""What `verify` says of a PE's policies and keys, by what its kernel has."""

import pytest

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verify.control_plane import Check
from egovnet.playbooks.verify.encryption import KEYS, POLICIES, encrypting, encryption_checks
from egovnet.playbooks.verify.probe_plan import Flow
from egovnet.templates.frr.state.ipsec_reader import read_ipsec
from tests.isolation.running.encrypted_pe import (
    AGREED,
    BLOCK_IN,
    BLOCK_OUT,
    OTHER,
    OWN,
    PE,
    TRAPS,
    WELL,
)
from tests.isolation.running.encrypted_pe import KEYS as BOTH_KEYS
from tests.small_encryption import small_encryption

FAR = "sh-pe1"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(small_encryption(tmp_path_factory.mktemp("encryption") / "inventory"))


def flow(target: str, vrf: str | None = "i-party", sender: str = PE) -> Flow:
    return Flow(sender, frozenset({"party-beijing"}), vrf, "10.1.11.1", target, must_reach=True)


PASSED = flow("party-shanghai")


def checks(workspace: Workspace, lines: tuple[str, ...], *flows: Flow) -> dict[str, Check]:
    read = {PE: read_ipsec("".join(f"{line}\n" for line in lines))}
    return {one.kind: one for one in encryption_checks(workspace, read, flows)}


def test_who_encrypts_is_asked(workspace: Workspace) -> None:
    assert encrypting(workspace) == [PE, FAR]


def test_policies_and_keys_are_as_they_should_be(workspace: Workspace) -> None:
    found = checks(workspace, WELL, PASSED)
    assert set(found) == {POLICIES, KEYS}
    assert all(one.passed and not one.message for one in found.values())
    assert (found[KEYS].subject, found[KEYS].vrf) == (FAR, "i-party")


@pytest.mark.parametrize(
    ("lines", "severity", "said"),
    [
        ((BLOCK_IN,), "leak", "GRE from it: no policy blocks it"),
        ((*AGREED, *TRAPS, BLOCK_OUT), "fault", "GRE to it: no policy blocks it"),
        ((*WELL, "unread Cannot send dump request"), "fault", "not read: Cannot send"),
    ],
)
def test_a_policy_that_is_missing_fails(
    workspace: Workspace, lines: tuple[str, ...], severity: str, said: str
) -> None:
    found = checks(workspace, lines)
    assert set(found) == {POLICIES}
    assert (found[POLICIES].passed, found[POLICIES].severity) == (False, severity)
    assert said in found[POLICIES].message


@pytest.mark.parametrize(
    ("keys", "lacks"),
    [
        ((), "no keys to and from it"),
        (BOTH_KEYS[:1], "no keys from it"),
        (BOTH_KEYS[1:], "no keys to it"),
        # what is still being agreed on carries no packet
        ((BOTH_KEYS[0].partition(" cipher")[0], BOTH_KEYS[1]), "no keys to it"),
        ((BOTH_KEYS[0].replace(OTHER, "10.255.0.9"), BOTH_KEYS[1]), "no keys to it"),
    ],
)
def test_answers_without_keys_are_a_leak(
    workspace: Workspace, keys: tuple[str, ...], lacks: str
) -> None:
    assert OWN in BOTH_KEYS[0]
    found = checks(workspace, (*keys, BLOCK_OUT, BLOCK_IN), PASSED)[KEYS]
    assert (found.passed, found.severity) == (False, "leak")
    assert lacks in found.message


@pytest.mark.parametrize(
    "passed",
    [
        flow("party-beijing"),  # at the PE itself
        flow("public-shanghai", "e-public"),  # in clear
        flow("party-shanghai", None, "party-beijing-host"),
        flow("backbone"),
    ],
)
def test_of_other_packets_no_keys_are_asked(workspace: Workspace, passed: Flow) -> None:
    assert KEYS not in checks(workspace, (BLOCK_OUT, BLOCK_IN), passed)
