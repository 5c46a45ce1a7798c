"""The process of a commit: apply, wait, make permanent or go back; and what a restart left half."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from egovnet.lab.emulated.agent.commits import Commit, Disk, State
from egovnet.lab.emulated.faults import BrokenUndo, Lie, Reboot, Stall
from egovnet.lab.emulated.frr import vtysh
from egovnet.lab.emulated.frr.daemons import KILLABLE
from egovnet.lab.emulated.linux import nft
from egovnet.lab.emulated.router.router import Files, Router, startup_frr

RESTARTED = "the router was restarted before the confirmation"
Step: TypeAlias = "Callable[[], Awaitable[bool]]"


class PowerLost(Exception):  # noqa: N818 -- it is no error of ours
    """The router was restarted while a step ran; the process is no more."""


class CommitProcess:
    """What runs on the router for one commit. `disk` is where the agent keeps its memory."""

    def __init__(self, router: Router, disk: Disk, commit: Commit) -> None:
        self._router = router
        self._disk = disk
        self._commit = commit
        self._boot = router.boot_id
        self._end = 0.0

    def start(self, work: Awaitable[None]) -> None:
        """Run in the background, holding the lock until it ends."""
        commit = self._commit
        commit.boot_id = self._boot
        commit.request, commit.stalled = "", ""

        async def run() -> None:
            try:
                await work
            except PowerLost:
                return
            finally:
                lock = self._disk.lock
                if lock is not None and lock.commit is commit and self._lives():
                    self._disk.lock = None
                commit.signal.fire()

        commit.process = asyncio.ensure_future(run())

    def set_state(self, state: State) -> None:
        """Written whole; a fault may take the power away now."""
        self._commit.state = state
        self._commit.signal.fire()
        self.moment(state.value)

    def moment(self, at: str) -> None:
        """A state is reached or a step is done: the moment for a restart that was asked for."""
        router = self._router
        for fault in router.script.firing(Reboot, at=at):
            if fault.after:
                asyncio.get_running_loop().call_later(
                    fault.after, self._restart_if_still, router.boot_id, fault.down
                )
            else:
                router.restart(fault.down)
                raise PowerLost

    def _restart_if_still(self, boot_id: str, down: float) -> None:
        if self._router.boot_id == boot_id:
            self._router.restart(down)

    def _lives(self) -> bool:
        return self._router.boot_id == self._boot

    async def run(self, accept_seconds: float) -> None:
        """Apply, then do what is asked; go back when not accepted in `accept_seconds`."""
        self.set_state(State.APPLYING)
        if not await self._apply():
            await self.undo("failed")
            return
        await self._provide("provide")
        self._lie("commit")
        self.set_state(State.APPLIED)
        self._end = time.monotonic() + accept_seconds
        while True:
            request = await self._next_request()
            word, _, rest = request.partition(" ")
            if word == "accept":
                self._taken()
                await self._accepted(float(rest))
                return
            if word in ("correct", "reload"):
                self.set_state(State.APPLYING)
                self._taken()
                await (self._correct() if word == "correct" else self._reload())
                self.set_state(State.APPLIED)
                self._end = time.monotonic() + accept_seconds
            elif word in ("abort", "timeout"):
                self._taken()
                late = "the controller did not answer in time"
                await self.undo(rest if word == "abort" else late)
                return
            else:
                self._taken()

    async def _accepted(self, seconds: float) -> None:
        if not seconds:
            await self._finish()
            self._lie("accept")
            return
        self._set_timer(seconds)
        self._lie("accept")
        self.set_state(State.PENDING)
        while True:
            request = await self._next_request()
            word, _, rest = request.partition(" ")
            self._taken()
            if word == "extend":
                self._set_timer(float(rest))
                self._commit.signal.fire()
            elif word == "confirm":
                await self._finish()
                self._lie("confirm")
                return
            elif word in ("abort", "timeout"):
                await self.undo(rest if word == "abort" else "nobody confirmed in time")
                return

    async def _apply(self) -> bool:
        await self._close_filter()
        await self._run_vtysh("withdraw")
        files = self._commit.files
        if "new.interfaces" in files and not await self._change_linux():
            return False
        if "new.hostname" in files:
            self._router.hostname = files["new.hostname"].strip()
            self._router.note()
            self._step("name", time.monotonic())
        return True

    async def _close_filter(self) -> None:
        """What passes from now on is what both filters let through; see the agent's own."""
        files = self._commit.files
        if "new.filter" not in files:
            return
        more = files.get("withdraw") or files.get("provide") or "new.interfaces" in files
        if more:
            self._router.load_filter(nft.both(self._commit.before.filter, files["new.filter"]))
            await self._stall("filter")
            self.moment("filter")

    def _open_filter(self) -> None:
        files = self._commit.files
        if "new.filter" in files:
            there = self._commit.state is not State.UNDOING
            self._router.load_filter(files["new.filter"] if there else self._commit.before.filter)

    async def _change_linux(self) -> bool:
        begin = time.monotonic()
        commit = self._commit
        self._disk.mark = ("before", commit.id, self._boot)
        await self._take(self._router.durations.linux)
        again = commit.files.get("remade", "").split()
        commit.texts["linux.out"], well = self._router.ifreload(
            commit.files["new.interfaces"], again
        )
        await self._stall("linux")
        self.moment("linux")
        self._step("linux", begin, result=0 if well else 1)
        if not well:
            commit.texts["reason"] = "ifreload failed\n"
            return False
        # until it is confirmed, a restart is to come back with the old text
        self._router.write_interfaces(commit.before.interfaces)
        self._disk.mark = None
        return True

    async def _correct(self) -> None:
        await self._run_vtysh("withdraw")
        if self._commit.files.pop("again", None) is not None:
            await self._change_linux()
        await self._provide("provide")

    async def _reload(self) -> None:
        begin = time.monotonic()
        await self._take(self._router.durations.withdraw + self._router.durations.provide)
        self._router.reload_frr(self._commit.files["new.frr"])
        self._commit.texts["reload.out"] = ""
        self._step("reload", begin)
        await self._provide("none")

    async def undo(self, reason: str) -> None:
        """Go back to what ran before the commit, and to the start-up files of then."""
        commit, router = self._commit, self._router
        self.set_state(State.UNDOING)
        commit.texts.setdefault("reason", f"{reason}\n")
        broken = router.script.firing(BrokenUndo)
        if broken:
            self._end_with(State.UNDONE, broken[0].trouble)
            return
        ended = [name for name in KILLABLE if name in router.stopped]
        alive_before = commit.before.daemons.split()
        if revived := [name for name in ended if name in alive_before]:
            router.stopped.difference_update(revived)
            words = f"{' '.join(revived)} had ended while the change was under way, and was"
            commit.texts["mended"] = f"{words} started again\n"
        await self._close_filter()
        await self._run_vtysh("undo.withdraw")
        trouble = ""
        if "new.interfaces" in commit.files:
            await self._take(router.durations.linux)
            again = commit.files.get("undo.remade", "").split()
            commit.texts["undo-linux.out"], well = router.ifreload(commit.before.interfaces, again)
            await self._stall("linux")
            trouble = "" if well else "ifreload failed"
            commit.texts["check.out"], well = router.linux.check(commit.before.interfaces)
            trouble = trouble or ("" if well else "ifquery --check failed")
            router.run_interfaces = None
        if "new.hostname" in commit.files:
            router.hostname = commit.before.hostname
        await self._provide("undo.provide")
        if not same_frr(commit.before.frr, router.show_running()):
            router.reload_frr(startup_frr(commit.before.frr))
            await self._provide("none")
            if not same_frr(commit.before.frr, router.show_running()):
                trouble = trouble or "FRR differs from the snapshot"
        router.files = dataclasses.replace(commit.startup, interfaces=commit.before.interfaces)
        router.run_interfaces = None
        router.note()
        self._end_with(State.UNDONE, trouble)

    def _end_with(self, state: State, trouble: str = "") -> None:
        if trouble:
            self._commit.texts["trouble"] = f"{trouble}\n"
            state = State.BROKEN
        else:
            self._commit.texts.pop("trouble", None)
        self._disk.mark = None
        self.set_state(state)

    async def _finish(self) -> None:
        """Confirmed: from the mark on there is no way back."""
        commit, router = self._commit, self._router
        begin = time.monotonic()
        self._disk.mark = ("after", self._commit.id, self._boot)
        await self._take(self._router.durations.permanent)
        if commit.after is not None and not commit.lied:
            ruleset = router.files.filter
            if "new.filter" in commit.files:
                ruleset = nft.both(commit.before.filter, commit.files["new.filter"])
            router.files = dataclasses.replace(
                router.files, interfaces=commit.after.interfaces, filter=ruleset
            )
            router.run_interfaces = None
            await self._stall("permanent")
            self.moment("permanent")
            self._install_startup()
        self._step("permanent", begin)
        self._commit.texts.pop("reason", None)
        self._disk.last = self._commit.id
        self._disk.mark = None
        self.set_state(State.CONFIRMED)

    def _install_startup(self) -> None:
        """Write what ran after the commit into the files that a start reads."""
        after = self._commit.after
        if after is not None:
            changed = "new.filter" in self._commit.files
            ruleset = after.filter if changed else self._router.files.filter
            frr = startup_frr(after.frr)
            self._router.files = Files(after.hostname, after.interfaces, frr, ruleset)
            self._router.run_interfaces = None

    def heal(self, kind: str, boot_id: str) -> None:
        """Make whole what a loss of power cut off: start-up files, and what was started of them."""
        commit, router = self._commit, self._router
        commit.boot_id = router.boot_id
        commit.state = State.APPLYING
        if kind == "after":
            self._install_startup()
            reason = "the writing of its start-up files was cut off: it was completed"
            self._disk.last = commit.id
        else:
            router.files = commit.startup
            reason = "the router was restarted in the middle of it: it was taken back"
            if self._disk.last == commit.id:
                self._disk.last = ""
        if boot_id != router.boot_id:
            boot = router.boot_id
            router.boot()
            router.boot_id = boot
        commit.texts["reason"] = f"{reason}\n"
        self._end_with(State.CONFIRMED if kind == "after" else State.UNDONE)

    async def _run_vtysh(self, name: str) -> None:
        script = self._commit.files.get(name, "")
        if script:
            begin = time.monotonic()
            await self._take(self._router.durations.withdraw)
            await self._stall(name)
            ran = self._router.run_script(script)
            self._keep(name, ran.output, ran.errors)
            self._step(name, begin, result=ran.code)
            self.moment(name)

    async def _provide(self, name: str) -> None:
        """Run a script when there is one, and read back."""
        begin = time.monotonic()
        script = self._commit.files.get(name, "")
        if script:
            await self._take(self._router.durations.provide)
            await self._stall(name)
            ran = self._router.run_script(script)
            self._keep(name, ran.output + vtysh.of_copy(ran.code, name), ran.errors)
        self._open_filter()
        if "new.interfaces" in self._commit.files:
            self._router.linux.tell_zebra()
            self._router.note()
        self._commit.after = self._router.snapshot()
        self._step(name, begin)
        if script:
            self.moment(name)

    def _keep(self, name: str, output: str, errors: str) -> None:
        self._commit.texts[f"{name}.out"] = output
        self._commit.texts[f"{name}.err"] = errors

    def _lie(self, verb: str) -> None:
        commit, router = self._commit, self._router
        if router.script.firing(Lie, verb=verb):
            commit.lied = True
            router.files = commit.startup
            router.restore(commit.before)

    def _step(self, name: str, begin: float, result: int = 0) -> None:
        start = self._router.booted_at
        self._commit.steps.append(
            f"{name} {begin - start:.2f} {time.monotonic() - start:.2f} {result}\n"
        )

    async def _stall(self, at: str) -> None:
        if self._router.script.firing(Stall, at=at):
            self._commit.stalled = at
            await asyncio.Event().wait()

    async def _take(self, seconds: float) -> None:
        if seconds:
            await asyncio.sleep(seconds)
        if not self._lives():
            raise PowerLost

    def _set_timer(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._commit.deadline = self._end

    async def _next_request(self) -> str:
        commit = self._commit
        while not commit.request:
            if time.monotonic() >= self._end:
                commit.request = "timeout"  # what is asked from now on is too late
                break
            await commit.signal.wait(self._end)
        if not self._lives():
            raise PowerLost
        return commit.request

    def _taken(self) -> None:
        self._commit.request = ""
        self._commit.signal.fire()


def same_frr(one: str, other: str) -> bool:
    """Whether two outputs of `show running-config` mean the same to FRR."""
    return canonical(one) == canonical(other)


def canonical(text: str) -> list[str]:
    """The text's lines with their contexts, sorted; interfaces and VRFs without a word left out."""
    out: list[str] = []
    headers: list[str] = []
    for line in text.splitlines():
        words = line.strip()
        if not words or words[0] in "!#" or words.startswith(("exit", "end", "Building", "Curr")):
            continue
        if words.startswith("hostname "):
            continue
        depth = len(line) - len(line.lstrip())
        headers[depth:] = [words]
        bare = words.startswith(("interface ", "vrf ")) and len(words.split()) == 2
        if depth or not bare:
            out.append("|".join(headers))
    return sorted(out)
