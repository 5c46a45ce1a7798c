"""A lost lock file: nothing is renumbered, and the journal gives it back."""

import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from egovnet.inventory.allocation.lock_file import LOCK_FILE
from egovnet.inventory.errors import InventoryError
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.cli.main import main
from egovnet.playbooks.core.lost_lock import (
    renumbered,
    require_lock,
    require_pools,
    restore_lock,
)
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.drift.job import drift
from egovnet.playbooks.journal.inventory_snapshots import Intents
from egovnet.playbooks.journal.records import DONE
from egovnet.playbooks.verbs.verify import verify


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    return Path(shutil.copytree(REFERENCE, tmp_path / "network"))


def apply_once(directory: Path) -> None:
    """The journal after the inventory was applied."""
    workspace = Workspace(directory)
    journal, intent = workspace.journal, workspace.intent
    assert intent is not None
    change = journal.begin("apply", "plan", "no devices", {})
    intents = Intents(journal.engine)
    intents.attach(change, None, intents.keep(intent))
    journal.close(change, DONE)


@pytest.mark.parametrize("left", [None, "", "# empty\n", "pools: {}\n", "pools: {vlan/x/y: {}}\n"])
def test_nothing_is_renumbered_in_silence(left: str | None, directory: Path) -> None:
    apply_once(directory)
    written = (directory / LOCK_FILE).read_text()
    (directory / LOCK_FILE).unlink()
    if left is not None:
        (directory / LOCK_FILE).write_text(left)
    for act in (
        lambda: require_lock(Workspace(directory)),
        lambda: make_plan(Workspace(directory), Silent()),
        lambda: drift(Workspace(directory), Silent()),
        lambda: verify(Workspace(directory), Silent()),
    ):
        with pytest.raises(InventoryError, match="recover --lock") as caught:
            act()
        assert caught.value.problems[0].file == str(directory / LOCK_FILE)
    ran = CliRunner().invoke(main, ["plan", "--inventory", str(directory)])
    assert ran.exit_code == 2
    ran = CliRunner().invoke(main, ["recover", "--lock", "--inventory", str(directory)])
    assert ran.exit_code == 0, ran.output
    assert (directory / LOCK_FILE).read_text() == written
    require_lock(Workspace(directory))


ADD = "add agency lakes --name Lakes --kind department"
#: Whatever shows, compares or hands on a number. {} is a place to write to.
NUMBERED = (
    "validate",
    "render -o {}",
    "prove",
    "prove --running",
    "plan",
    "apply",
    "apply {}.plan",
    "approve {}.plan",
    "adopt",
    "verify",
    "drift",
    "export nornir -o {}",
    "export ansible -o {}",
    "sheet party-beijing",
    "domains",
    "domains -o {}",
    "report addresses",
    "report extranet",
    ADD,
    "allocate loopback new --region beijing",
    "lab topology",
    "lab up --backend emulated",
)


@pytest.mark.parametrize(
    ("words", "lost"),
    [(each, "all") for each in NUMBERED] + [(each, "pools") for each in (*NUMBERED[::4], ADD)],
)
def test_no_verb_numbers_anew(words: str, lost: str, directory: Path, tmp_path: Path) -> None:
    apply_once(directory)
    lock = directory / LOCK_FILE
    if lost == "all":
        lock.unlink()
    else:
        lines = lock.read_text().splitlines(keepends=True)
        pools = [at for at, line in enumerate(lines) if line.startswith("  ") and line[2] != " "]
        lock.write_text("".join(lines[: pools[len(pools) // 2]]))
    place = tmp_path / "made"
    ran = CliRunner().invoke(
        main, [*words.format(place).split(), "--inventory", str(directory)], catch_exceptions=False
    )
    assert ran.exit_code == 2, ran.output
    assert f"{lock}:" in ran.output
    assert "recover --lock" in ran.output
    assert not list(tmp_path.glob("made*"))
    assert lost == "pools" or not lock.exists()


def test_who_reads_begins_no_journal(directory: Path, tmp_path: Path) -> None:
    (directory / LOCK_FILE).unlink()
    for words in ("validate", "prove", f"render -o {tmp_path / 'made'}"):
        ran = CliRunner().invoke(main, [*words.split(), "--inventory", str(directory)])
        assert ran.exit_code == 0, ran.output
    assert not list((tmp_path / "state").glob("*/journal.db"))


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.8])
def test_a_lock_that_was_cut_renumbers_nothing(kept: float, directory: Path) -> None:
    apply_once(directory)
    lines = (directory / LOCK_FILE).read_text().splitlines(keepends=True)
    pools = [
        number for number, line in enumerate(lines) if line.startswith("  ") and line[2] != " "
    ]
    cut = pools[int(len(pools) * kept)]
    (directory / LOCK_FILE).write_text("".join(lines[:cut]))
    with pytest.raises(InventoryError, match="by which the network runs"):
        make_plan(Workspace(directory), Silent())


def test_one_number_may_be_given_anew(directory: Path) -> None:
    apply_once(directory)
    lines = (directory / LOCK_FILE).read_text().splitlines(keepends=True)
    for number in [i for i, line in enumerate(lines) if line.startswith("    ")][::7]:
        (directory / LOCK_FILE).write_text("".join(lines[:number] + lines[number + 1 :]))
        require_pools(Workspace(directory))


def numbers_in(text: str, pool: str) -> dict[str, object]:
    return dict(yaml.safe_load(text)["pools"][pool])


@pytest.mark.parametrize("pool", ["loopback-ipv4", "vrf/bj-pe1", "vlan/bj-pe1/eth3", "access-ipv4"])
@pytest.mark.parametrize("how", ["half of its lines are gone", "two are swapped"])
def test_numbers_that_become_others_are_said(pool: str, how: str, directory: Path) -> None:
    """As a merge leaves a lock file: each value fits, and the plan shows consequences only."""
    apply_once(directory)
    assert not renumbered(Workspace(directory))
    lock = directory / LOCK_FILE
    data = yaml.safe_load(lock.read_text())
    numbers = data["pools"][pool]
    names = [*numbers]
    if how == "two are swapped":
        numbers[names[0]], numbers[names[1]] = numbers[names[1]], numbers[names[0]]
    else:
        for name in names[: len(names) // 2]:
            del numbers[name]
        # what is left wants the number that was the first, so that it is not given again
        numbers[names[-1]] = numbers_in(lock.read_text(), pool)[names[0]]
    lock.write_text(yaml.safe_dump(data, sort_keys=False))
    workspace = Workspace(directory)
    require_lock(workspace)
    require_pools(workspace)
    words = renumbered(workspace)
    assert words.startswith("numbers by which the network runs become others: ")
    assert f"{pool} {names[0]} (" in words
    assert f"restore {LOCK_FILE} from version control" in words


def test_what_is_new_becomes_no_other_number(directory: Path) -> None:
    apply_once(directory)
    access = {"main": {"pe": "sc-pe1", "port": "eth3", "routing-protocol": "static"}}
    site = {"description": "New", "region": "sichuan", "vpn": "party", "prefixes": ["10.1.99.0/24"]}
    with (directory / "sites" / "sichuan.yaml").open("a") as file:
        yaml.safe_dump({"new": {**site, "site-network-accesses": access}}, file)
    assert not renumbered(Workspace(directory))


def test_what_is_there_is_not_written_over(directory: Path) -> None:
    apply_once(directory)
    with pytest.raises(UsageError, match="is there and holds numbers"):
        restore_lock(Workspace(directory))


def test_a_new_network_has_no_numbers_to_lose(directory: Path) -> None:
    (directory / LOCK_FILE).unlink()
    require_lock(Workspace(directory))
    with pytest.raises(UsageError, match="nothing to restore"):
        restore_lock(Workspace(directory))
    assert not (directory / LOCK_FILE).exists()
