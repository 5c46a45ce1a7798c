"""Policies of IPsec that somebody deleted or added by hand, on emulated routers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from egovnet.inventory.allocation.lock_file import write_lock
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.job import drift
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.results.verification import CheckCounts, NotPossible
from egovnet.playbooks.verify.verify import Verifier
from egovnet.playbooks.verify.verifying import Verifying
from tests.loopback import loopback_network
from tests.playbooks.emulated_workspace import applied_before, emulated_workspace
from tests.small_encryption import small_encryption

NETWORK = loopback_network()
PE = "bj-pe1"
BLOCKS = {
    "out": "src 10.255.0.2/32 dst 0.0.0.0/0 proto gre dir out",
    "in": "src 0.0.0.0/0 dst 10.255.0.2/32 proto gre dir in",
}
BEFORE = "src 10.255.0.2/32 dst 10.255.0.3/32 proto gre dir out"
ESP = "tmpl proto esp reqid 1 mode transport"
POOL = "src 0.0.0.0/0 dst 10.255.0.0/20 proto gre dir out"


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = small_encryption(tmp_path_factory.mktemp("encryption") / "inventory")
    write_lock(root, Workspace(root).allocation.lock)
    return root


@pytest.fixture(scope="module")
def routers(inventory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    root = tmp_path_factory.mktemp("drift")
    texts = Workspace(inventory).intended()
    with EmulatedRouters(texts, root / "lab", network=NETWORK) as routers:
        yield routers


@pytest.fixture
def workspace(
    routers: EmulatedRouters, inventory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    made = emulated_workspace(routers, tmp_path, monkeypatch, inventory)
    applied_before(made)
    routers.reset(made.intended())
    return made


def found(workspace: Workspace, **options: object) -> tuple[Exit, list[dict[str, Any]]]:
    report = drift(workspace, Silent(), **{"timeout": 20, **options})  # type: ignore[arg-type]
    return report.exit, report.to_dict()["differences"]


def policy(routers: EmulatedRouters, words: str) -> None:
    routers.by_hand(PE, f"ip xfrm policy {words}")


def test_it_is_as_it_was_once_and_still_is(workspace: Workspace, routers: EmulatedRouters) -> None:
    assert found(workspace) == found(workspace) == (Exit.DONE, [])
    policy(routers, f"update {POOL} priority 371328 {ESP}")  # as IKE's
    assert found(workspace) == (Exit.DONE, [])


@pytest.mark.parametrize("way", BLOCKS)
def test_a_deleted_policy_is_a_leak_and_is_put_back(
    workspace: Workspace, routers: EmulatedRouters, way: str
) -> None:
    assert found(workspace) == (Exit.DONE, [])  # so that a digest is known
    policy(routers, f"delete {BLOCKS[way]}")
    code, (leak,) = found(workspace)
    assert (code, leak["class"], leak["subject"]) == (
        Exit.LEAK_OR_FAILED_VERIFICATION,
        "leak",
        "Linux interface lo",
    )
    assert f"lacks the IPsec policy {BLOCKS[way]} action block" in leak["message"]
    assert leak["vpn"] == "party"
    _, (leak,) = found(workspace, remediate=["leak"], share=100)
    assert leak["remediated"]
    assert found(workspace) == (Exit.DONE, [])


def test_a_policy_before_the_blocks_is_a_leak_for_a_person(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    assert found(workspace) == (Exit.DONE, [])  # so that digests are known, of which one stays
    policy(routers, f"update {BEFORE} priority 7")
    code, (leak,) = found(workspace, remediate=["leak"], share=100)
    assert (code, leak["class"], leak["vrf"], leak["vpn"]) == (
        *(Exit.LEAK_OR_FAILED_VERIFICATION, "leak", "i-party", "party"),
    )
    assert "P9 runs-in-clear" in leak["message"]
    assert "priority 7 ptype main" in leak["lines"][0]
    assert not leak["remediated"]
    policy(routers, f"delete {BEFORE}")
    assert found(workspace) == (Exit.DONE, [])


def test_both_at_once_are_two_leaks(workspace: Workspace, routers: EmulatedRouters) -> None:
    policy(routers, f"delete {BLOCKS['out']}")
    policy(routers, f"update {BEFORE} priority 7")
    _, leaks = found(workspace)
    assert {leak["class"] for leak in leaks} == {"leak"}
    assert len(leaks) == 2


def test_verify_sees_policies_and_says_where_keys_cannot_be_shown(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    """Nobody sends packets here, so that there are no keys; the policies are there."""
    policy(routers, f"delete {BLOCKS['in']}")
    how = Verifying(converge=0, packetless=dict.fromkeys(workspace.chosen, "emulated"))
    found = Verifier(workspace, Silent(), how).verify()
    assert found.checks["IPsec policies"] == CheckCounts(passed=1, failed=1)
    (wrong,) = [one for one in found.findings if one.klass == "IPsec policies"]
    assert (wrong.device, wrong.severity) == (PE, "leak")
    assert "GRE to it: no policy blocks it" in wrong.message
    assert NotPossible("ESP keys", "emulated", (PE, "sh-pe1")) in found.not_possible
