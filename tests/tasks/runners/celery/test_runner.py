"""Hosts by workers: real Redis, real worker processes, emulated routers over SSH."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import pytest

from egovnet.lab.emulated import faults
from egovnet.lab.emulated.faults import AnyFault
from egovnet.lab.emulated.spec import Durations
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.intended import SnapshotInventory
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.run_on_devices import DeviceResults, run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.collect import Collected, StateReading, collect
from egovnet.playbooks.drift.history import Before
from egovnet.playbooks.verify.control_plane import expected_routes
from egovnet.tasks.code_version import own_code
from egovnet.tasks.restore_lines import restore_lines
from egovnet.tasks.runners.celery.leases import LEASE_SECONDS
from tests.chaos.emulated_field import DURATIONS
from tests.chaos.runs import Scenario, push
from tests.playbooks.without_memory import forget_journals
from tests.tasks.runners.celery.provinces import TAKEN_UP_WITHIN, Provinces, set_environment, until
from tests.tasks.runners.celery.work import ALL, EVERYBODY, Change, command, read


@dataclass
class Told:
    """Progress that remembers."""

    devices: list[tuple[str, str, str]] = field(default_factory=list)

    def stage(self, name: str, total: int) -> None:
        """Not asked for here."""

    def device(self, stage: str, name: str, state: str, detail: str = "") -> None:
        self.devices.append((stage, name, state))

    def finish(self) -> None:
        """Not asked for here."""


def threaded(place: Provinces, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A controller that does it itself, with the workers' credentials."""
    monkeypatch.setenv("EGOVNET_CREDENTIALS", str(place.lab.directory / "credentials.yaml"))
    return Workspace(place.root / "new")


def test_reading_gives_what_threads_give(place: Provinces, monkeypatch: pytest.MonkeyPatch) -> None:
    broken: Mapping[str, list[AnyFault]] = {
        "sh-pe1": [faults.RefuseConnections(count=0)],
        "sc-pe1": [faults.RefuseLogin(count=0)],
    }
    place.lab.set_faults(broken)
    told = Told()
    with place.workers(ALL):
        by_workers = read(place.workspace(), told)
    by_threads = read(threaded(place, monkeypatch))
    assert by_workers == by_threads
    assert by_workers.results == place.lab.running(EVERYBODY - broken.keys())
    assert by_workers.failures.keys() == by_workers.unanswered == broken.keys()
    ends = Counter((name, "failed" if name in broken else "done") for name in EVERYBODY)
    begins = Counter((name, "begin") for name in EVERYBODY)
    assert Counter((name, state) for _, name, state in told.devices) == begins + ends
    for name in EVERYBODY:
        assert next(state for _, n, state in told.devices if n == name) == "begin"


def test_what_a_context_means_is_not_its_checkout(place: Provinces) -> None:
    """A rollback means another network, and reaches the devices by the same directory."""
    old, new = Workspace(place.root / "old"), Workspace(place.root / "new")
    meant = new.intending(SnapshotInventory(old.network, old.allocation, None))
    assert meant.checkout == new.checkout != old.checkout
    copied = shutil.copytree(place.root / "new", place.root / "copied")
    assert Workspace(copied).checkout == new.checkout, "numbers that no lock file has yet included"
    shutil.rmtree(copied)


def test_a_plan_and_a_whole_change_are_those_of_threads(
    place: Provinces, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("plan", "--json", "--inventory", place.root / "new")
    with place.workers("beijing", "guangdong", "shanghai", "sichuan"):
        by_workers = command(place, *words, "--runner", "celery")
        assert by_workers.code == 3, by_workers.stderr
        change = Change(make_plan(place.workspace(), Silent()))
        done = push(change, place.workspace(), Scenario("push")).data  # type: ignore[arg-type]  # no chaos here
        assert {name: n["begun"] for name, n in place.lab.counts(change.plan.devices).items()} == (
            dict.fromkeys(change.plan.devices, 1)
        )
        after = place.lab.running()
        apply = ("apply", "--yes", "--json", "--inventory", place.root / "new")
        nothing_left = command(place, *apply, "--runner", "celery")
        assert nothing_left.code == 0, nothing_left.stderr
        assert place.lab.running() == after
        wrong = Change(make_plan(place.workspace("old"), Silent()))
    assert wrong.plan.unreachable.keys() == EVERYBODY, "the workers have another inventory"
    place.lab.reset(place.at_first)
    for file in place.root.glob("journal.db*"):  # what SQLite has beside it, too
        file.unlink()
    forget_journals(Workspace(place.root / "new").state)
    workspace = threaded(place, monkeypatch)
    by_threads = command(place, *words, env={n: os.environ[n] for n in ("EGOVNET_CREDENTIALS",)})
    apart = ("created", "next")  # the next command names the runner, too
    assert ["--runner celery" in line for line in by_workers.json["next"]] == [True]
    assert {k: v for k, v in by_workers.json.items() if k not in apart} == {
        k: v for k, v in by_threads.json.items() if k not in apart
    }
    assert make_plan(workspace, Silent()).hash == change.plan.hash
    again = push(Change(change.plan), workspace, Scenario("push")).data  # type: ignore[arg-type]  # as above
    assert done == again
    assert (done["result"], set(done["devices"])) == ("done", set(change.plan.devices))
    assert after == place.lab.running()


def test_drift_finds_what_it_finds_by_threads(
    place: Provinces, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What drivers' own objects say of lines and faults crosses, and comes back to them."""
    # what is intended and not there yet, and a fault of Linux
    place.lab.by_hand("gz-pe1", "ip link set eth1 down")
    found: dict[str, Collected] = {}
    texts: dict[str, DeviceResults] = {}
    with place.workers(ALL):
        for name, workspace in (
            ("workers", place.workspace()),
            ("threads", threaded(place, monkeypatch)),
        ):
            before = Before("", {}, frozenset())
            routes = expected_routes(workspace.network, workspace.allocation)
            found[name] = collect(workspace, Silent(), sorted(EVERYBODY), 60, before, routes=routes)
            changes = {
                host: {"intended": workspace.intended([host])[host], "changes": reading.changes}
                for host, reading in found[name].readings.items()
                if reading.changes
            }
            with connected(workspace, changes) as nornir:
                texts[name] = run(nornir, "restore", restore_lines, changes, Silent())
    readings = {name: collected.readings for name, collected in found.items()}
    assert readings["workers"].keys() == EVERYBODY == readings["threads"].keys()
    for host in EVERYBODY:
        assert said(readings["workers"][host]) == said(readings["threads"][host]), host
    assert any(reading.changes for reading in readings["workers"].values())
    assert any("eth1" in str(f) for f in readings["workers"]["gz-pe1"].faults)
    assert texts["workers"] == texts["threads"]
    assert texts["workers"].results.keys() == {
        h for h, r in readings["workers"].items() if r.changes
    }


def said(reading: StateReading) -> object:
    """All of a reading but how long it took, and of which class its parts are."""
    return (
        replace(reading, changes=(), faults=(), seconds=0.0),
        [(c.part, c.path, c.line, c.sign, c.shared) for c in reading.changes],
        [(str(f), f.subject, f.joins_tables, f.unowned) for f in reading.faults],
    )


def test_a_worker_killed_while_it_reads(place: Provinces) -> None:
    place.lab.set_faults({"gz-pe1": [faults.Slow(verb="read", seconds=60)]})
    with place.workers(ALL, ALL) as workers, ThreadPoolExecutor() as pool:
        reading = pool.submit(read, place.workspace())
        at = place.at_work("gz-pe1", workers)
        until(lambda: place.lab.counts(["gz-pe1"])["gz-pe1"].get("read"))
        killed = at.kill()
        result = reading.result(300)
        took = time.monotonic() - killed
    assert result.failures == {}
    assert result.results == place.lab.running(EVERYBODY)
    assert took < TAKEN_UP_WITHIN


#: Where a commit is when its worker dies: its state on the router, what keeps it there.
MIDDLES: dict[str, tuple[list[AnyFault], Durations]] = {
    "none": ([faults.Slow(verb="commit", seconds=60)], DURATIONS),
    "applying": ([], Durations(linux=0.03, provide=5.0)),
    "applied": ([faults.Slow(verb="accept", seconds=60)], DURATIONS),
}


@pytest.mark.parametrize("middle", MIDDLES)
def test_a_worker_killed_in_the_middle_of_a_commit(place: Provinces, middle: str) -> None:
    script, durations = MIDDLES[middle]
    victim = "gz-pe1"
    with place.workers(ALL, ALL) as workers, ThreadPoolExecutor() as pool:
        change = Change(make_plan(place.workspace(), Silent()))
        place.lab.set_faults({victim: script})
        place.lab.set_durations(durations, [victim])
        pushing = pool.submit(push, change, place.workspace(), Scenario("push"))  # type: ignore[arg-type]  # no chaos here

        def is_there() -> bool:
            """The router has what the worker did last, and the worker waits for more."""
            arrived = place.lab.counts([victim])[victim]
            if middle == "none":
                return arrived.get("commit", 0) == 1
            if middle == "applied":
                return arrived.get("accept", 0) == 1
            return middle in place.lab.snapshots([victim])[victim].commits.values()

        until(is_there)
        killed = place.at_work(victim, workers).kill()
        assert place.lab.snapshots([victim])[victim].commits == (
            {} if middle == "none" else {place.commit: middle}
        )
        data = pushing.result(300).data
        took = time.monotonic() - killed
    assert data["result"] == "done", data
    begun = {name: n.get("begun", 0) for name, n in place.lab.counts(change.plan.devices).items()}
    assert begun == dict.fromkeys(change.plan.devices, 1), "pushed once, each"
    for name, seen in place.lab.snapshots(change.plan.devices).items():
        assert seen.commits == {place.commit: "confirmed"}, name
        assert seen.running == seen.startup, name
    assert took < TAKEN_UP_WITHIN + 10, "taken up, and the rest of the change"


def test_a_slow_worker_is_not_doubled(place: Provinces) -> None:
    place.lab.set_faults({"bj-p1": [faults.Slow(verb="read", seconds=1.5 * LEASE_SECONDS)]})
    with place.workers(ALL, ALL):
        result = read(place.workspace())
    assert result.failures == {}
    assert place.lab.counts()["bj-p1"]["read"] == 1
    with place.redis.client() as client:
        fences = [int(client.get(key)) for key in client.scan_iter("*:fence")]
    assert fences == [1] * len(EVERYBODY)


def test_a_region_without_a_worker(place: Provinces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGOVNET_WORKER_WAIT", "2")
    with place.workers("guangdong"):
        begin = time.monotonic()
        result = read(place.workspace())
    assert time.monotonic() - begin < 10
    assert result.results.keys() == {"gd-pe1", "gz-pe1"}, "the region and those below it"
    assert result.failures["sh-pe1"] == (
        "NoWorkerError: sh-pe1: no worker of region shanghai took it in 2 s"
    )
    assert result.unanswered == EVERYBODY - {"gd-pe1", "gz-pe1"}
    with place.workers(ALL):
        time.sleep(2)
    assert "read" not in place.lab.counts()["sh-pe1"], "given up is not begun later"


def test_a_worker_whose_key_the_controller_does_not_know(
    place: Provinces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_WORKER_WAIT", "2")
    with place.workers(ALL) as (worker,):
        key = place.keys.add(f"{ALL}-0", ALL).public.name
        assert read(place.workspace()).failures == {}
        place.keys.remove(f"{ALL}-0")
        result = read(place.workspace())
        until(lambda: f"does not name our key {key} for it any more" in worker.said())
    assert result.results == {}
    assert result.unanswered == EVERYBODY
    why = result.failures["gd-pe1"]
    assert "no worker of region guangdong took it in 2 s; " in why
    assert f"has key {key}, which {place.keys.public} does not name for guangdong" in why


def test_public_keys_that_are_spoilt_in_the_middle_of_a_run(
    place: Provinces, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody is trusted any more, and every router is accounted for."""
    place.lab.set_faults({"gd-pe1": [faults.Slow(verb="read", seconds=3)]})
    with place.workers(ALL) as workers, ThreadPoolExecutor() as pool:
        reading = pool.submit(read, place.workspace().only(["gd-pe1"]))
        place.at_work("gd-pe1", workers)
        until(lambda: place.lab.counts(["gd-pe1"])["gd-pe1"].get("read"))
        whole = place.keys.public.read_text()
        place.keys.public.write_text("controllers: [")
        try:
            result = reading.result(300)
        finally:
            place.keys.public.write_text(whole)
    assert result.unanswered == {"gd-pe1"}
    assert "which may not say that" in result.failures["gd-pe1"]
    assert "no worker is trusted any more" in caplog.text


def test_a_worker_that_does_not_know_the_controller(
    place: Provinces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_WORKER_WAIT", "2")
    with place.workers(ALL):
        own = place.keys.add("other-centre").public.name
        set_environment(monkeypatch, place.controller | place.keys.of("other-centre"))
        monkeypatch.setenv("EGOVNET_WORKER_WAIT", "2")
        result = read(place.workspace())
    assert result.results == {}
    assert f"does not trust this controller's key {own}" in result.failures["bj-p1"]


def test_another_inventory_is_refused_until_it_is_there(place: Provinces) -> None:
    own = place.root / "own"
    shutil.copytree(place.root / "old", own)
    try:
        with place.workers(ALL, inventory="own"):
            refused = read(place.workspace())
            assert refused.results == {}
            for digest in (place.workspace("own").checkout, place.workspace().checkout):
                assert digest[:16] in refused.failures["bj-p1"]
            assert "OtherInventoryError: worker " in refused.failures["bj-p1"]
            shutil.copytree(place.root / "new", own, dirs_exist_ok=True)
            until(lambda: read(place.workspace()).failures == {})
    finally:
        shutil.rmtree(own)


def test_another_egovnet_is_refused_and_said_so(
    place: Provinces, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place.workers(ALL):
        with monkeypatch.context() as patch:
            for module in ("wire.conversation", "celery.handing_out"):
                patch.setattr(f"egovnet.tasks.runners.{module}.own_code", lambda: "9" * 64)
            refused = read(place.workspace())
        assert refused.results == {}
        assert refused.failures.keys() == EVERYBODY
        said = refused.failures["bj-p1"]
        assert f"has an egovnet whose code is {own_code()[:16]}, and here it is 9999" in said
        assert read(place.workspace()).failures == {}
