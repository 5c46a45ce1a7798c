"""The driver's agent as a router has it: its verbs, its answers, its lock.

The protocol is that of the driver's script on a router, written again: a commit is a process that
outlives its session, and needs no session; see `commits.State`.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections import Counter
from collections.abc import Mapping

from egovnet.lab.emulated.agent import reports
from egovnet.lab.emulated.agent.commit_process import RESTARTED, CommitProcess
from egovnet.lab.emulated.agent.commits import OPEN, Commit, Disk, Lock, State
from egovnet.lab.emulated.agent.protocol import UsageError, answer, check_id, unpack
from egovnet.lab.emulated.faults import VERBS, KeepLock, NoRoom
from egovnet.lab.emulated.frr import vtysh
from egovnet.lab.emulated.router.router import Router

KEEP = 8


class Agent:
    """The agent of one router; `disk` outlives the router's restarts."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self.disk = Disk()
        #: How often each verb arrived, and how many commits began to be applied ("begun").
        self.counts: Counter[str] = Counter()

    def forget(self) -> None:
        """Start with an empty directory; processes of commits end."""
        self.kill()
        self.disk = Disk(agents=self.disk.agents)
        self.counts.clear()

    def kill(self) -> None:
        """`kill -9` on every process of a commit."""
        for commit in self.disk.commits.values():
            if commit.process is not None and not commit.process.done():
                commit.process.cancel()
                commit.process = None
                commit.stalled = ""
                commit.signal.fire()

    def hold_lock(self, owner: str, *, alive: bool = True) -> None:
        """Another program takes the lock; not `alive`: it died and left it behind."""
        self.disk.lock = Lock(owner, time.monotonic(), alive=alive)

    async def call(self, verb: str, arguments: list[str], stdin: str) -> str:
        """Run a verb; its answer. Raises UsageError."""
        method = getattr(self, f"_{verb.replace('-', '_')}", None) if verb in VERBS else None
        if method is None:
            raise UsageError(verb)
        files: tuple[dict[str, str], ...] = ()
        if verb in _WITH_FILES:
            if not arguments:
                raise UsageError(verb)
            nonce, *arguments = arguments
            files = (unpack(nonce, stdin),)
            if refused := reports.of_refused_filter(files[0].get("new.filter", "")):
                return refused
        if full := self._router.script.firing(NoRoom, verb=verb):
            return answer({"status": "storage"}, {"reason": f"{full[0].reason}\n"})
        try:
            return str(await method(*files, *arguments))
        except TypeError as error:
            if "positional argument" not in str(error):
                raise
            raise UsageError(verb) from error

    async def _read(self, seen: str = "") -> str:
        await pause(self._router.durations.read)
        texts = self._router.snapshot().texts()
        well = "ok" if texts["frr"] else "failed"
        error = {} if texts["frr"] else {"error": "vtysh: no answer\n"}
        digest = hashlib.sha256("".join(texts.values()).encode()).hexdigest()
        fields = {"status": well, "server": self._router.management, "seen": digest}
        return answer(fields, error if digest == seen else texts | error)

    async def _startup(self) -> str:
        files = self._router.files
        texts = {"hostname": f"{files.hostname}\n", "interfaces": files.interfaces}
        if files.filter:
            texts["nftables.conf"] = f"flush ruleset\n{files.filter}"
        return answer({"status": "ok"}, texts | {"frr.conf": files.frr})

    async def _flows(self) -> str:
        """It filters no packet, and records none."""
        return answer({"status": "ok"}, {"flows": '{"nftables": []}\n'})

    async def _check(self, files: Mapping[str, str]) -> str:
        await pause(self._router.durations.check + self._router.durations.read)
        ran = vtysh.check(files.get("candidate", ""))
        texts = self._router.snapshot().texts()
        fields = {
            "status": "ok" if texts["frr"] else "failed",
            "result": str(ran.code),
            "server": self._router.management,
        }
        return answer(fields, {"check.out": ran.output, "check.err": ran.errors, **texts})

    async def _commit(
        self, files: Mapping[str, str], change: str, accept: str, fingerprint: str, owner: str
    ) -> str:
        check_id(change)
        self._make_whole()
        busy = self._current()
        if busy is not None:
            state = self._look(busy)
            return answer(
                {"status": "busy", "change": busy.id, "state": state}, {"owner": f"{busy.owner}\n"}
            )
        if not self._take_lock(owner):
            return reports.of_lock(self.disk.lock)
        known = self.disk.commits.get(change)
        if known is not None:
            self.disk.lock = None
            return answer({"status": "known", "change": change, "state": self._look(known)})
        router = self._router
        boot = router.boot_id
        begin = time.monotonic()
        await pause(router.durations.read)
        if router.boot_id != boot:
            return ""
        before = router.snapshot()
        commit = Commit(change, owner, dict(files), before, router.files, boot)
        process = CommitProcess(router, self.disk, commit)
        start = router.booted_at
        commit.steps.append(f"snapshot {begin - start:.2f} {time.monotonic() - start:.2f} 0\n")
        parts = before.interfaces + before.frr + before.filter
        seen = hashlib.sha256(parts.encode()).hexdigest()
        if seen != fingerprint:
            self.disk.lock = None
            return answer({"status": "moved", "server": router.management}, before.texts())
        self.disk.commits[change] = commit
        self.disk.current = change
        commit.state = State.APPLYING
        self.counts["begun"] += 1
        self._prune()
        self._start(commit, process, process.run(float(accept)))
        await self._wait_while(commit, State.APPLYING, State.UNDOING)
        return reports.of_commit(commit)

    async def _correct(self, files: Mapping[str, str], change: str) -> str:
        return await self._again(change, "correct", files)

    async def _reload(self, change: str) -> str:
        return await self._again(change, "reload", {})

    async def _again(self, change: str, request: str, files: Mapping[str, str]) -> str:
        commit = self._current()
        if commit is None or commit.id != change:
            return answer({"status": "gone"})
        commit.files.update(files)
        await self._ask_while(commit, State.APPLIED, request)
        await self._wait_while(commit, State.APPLYING, State.UNDOING)
        return reports.of_commit(commit)

    async def _accept(self, change: str, seconds: str) -> str:
        commit = self._known(change)
        if commit is None:
            return reports.of_none(change)
        if await self._ask_while(commit, State.APPLIED, f"accept {seconds}"):
            await self._wait_while(commit, State.APPLIED, State.UNDOING)
        else:
            await self._wait_while(commit, State.UNDOING)
        return reports.of_commit(commit)

    async def _abort(self, change: str, reason: str) -> str:
        commit = self._known(change)
        if commit is None:
            return reports.of_none(change)
        while (now := self._look(commit)) in (State.APPLIED, State.APPLYING):
            if await self._ask_while(commit, now, f"abort {reason}"):
                break
        await self._wait_while(commit, State.APPLIED, State.APPLYING, State.UNDOING)
        return reports.of_commit(commit)

    async def _state(self, change: str) -> str:
        check_id(change)
        self._make_whole()
        return self._report(change)

    async def _extend(self, change: str, seconds: str) -> str:
        check_id(change)
        if not re.fullmatch(r"\d{1,9}", seconds):
            raise UsageError("extend")
        self._make_whole()
        commit = self.disk.commits.get(change)
        if commit is None:
            return reports.of_none(change)
        asked = await self._ask_while(commit, State.PENDING, f"extend {seconds}")
        now = self._look(commit)
        if asked or now is State.UNDOING:
            await self._wait_while(commit, State.UNDOING)
            now = self._look(commit)
        return self._report(change, now)

    async def _confirm(self, change: str = "") -> str:
        self._make_whole()
        if change:
            check_id(change)
            commit = self.disk.commits.get(change)
            if commit is None:
                return answer({"status": "not-pending", "change": change, "state": "none"})
            if self._look(commit) is State.CONFIRMED:
                return self._report(change, already="yes")
        else:
            commit = self._current()
            if commit is None:
                last = self.disk.commits.get(self.disk.current)
                return (
                    answer({"status": "not-pending"}) if last is None else self._not_pending(last)
                )
        if await self._ask_while(commit, State.PENDING, "confirm"):
            await self._wait_while(commit, State.PENDING)
        await self._wait_while(commit, State.UNDOING)
        if self._look(commit) is State.CONFIRMED:
            return self._report(commit.id)
        return self._not_pending(commit)

    async def _rollback(self, owner: str, change: str = "") -> str:
        self._make_whole()
        if change:
            check_id(change)
            commit = self.disk.commits.get(change)
            if commit is None:
                return self._bar(owner, change)
            open_ = (State.APPLIED, State.PENDING, State.ORPHAN)
            again = self._look(commit) is State.BROKEN and self.disk.current == change
            if self._look(commit) not in open_ and not again:
                await self._wait_while(commit, State.UNDOING)
                return self._report(change)
        else:
            found = self._current() or self.disk.commits.get(self.disk.last)
            if found is None:
                return answer({"status": "nothing"})
            commit = found
        was_broken = self._look(commit) is State.BROKEN
        while (now := self._look(commit)) in (State.APPLYING, State.APPLIED, State.PENDING):
            if await self._ask_while(commit, now, "abort rolled back"):
                await self._wait_while(commit, State.APPLYING, State.APPLIED, State.PENDING)
        await self._wait_while(commit, State.UNDOING)
        now = self._look(commit)
        confirmed = now is State.CONFIRMED and self.disk.last == commit.id and not change
        broken = was_broken and now is State.BROKEN
        if now is not State.ORPHAN and not broken and not confirmed:
            return reports.of_commit(commit)
        if not self._take_lock(owner):
            return reports.of_lock(self.disk.lock)
        if now not in (State.ORPHAN, State.BROKEN):
            self.disk.mark = ("before", commit.id, self._router.boot_id)
            self.disk.last = ""
        self.disk.current = commit.id
        commit.texts.pop("reason", None)
        commit.steps.clear()
        commit.state = State.UNDOING
        process = CommitProcess(self._router, self.disk, commit)
        self._start(commit, process, process.undo("rolled back"))
        await self._wait_while(commit, State.UNDOING)
        return reports.of_commit(commit)

    def _bar(self, owner: str, change: str) -> str:
        """Refuse a commit of this id that is still on its way."""
        if not self._take_lock(owner):
            return reports.of_none(change)
        router = self._router
        commit = Commit(change, owner, {}, router.snapshot(), router.files, router.boot_id)
        commit.texts["reason"] = "it was taken back before it began\n"
        commit.state = State.UNDONE
        self.disk.commits[change] = commit
        self._prune()
        self.disk.lock = None
        return self._report(change)

    async def _status(self) -> str:
        self._make_whole()
        commit = self._current()
        if commit is not None:
            fields = {
                "status": self._look(commit),
                "change": commit.id,
                "left": str(commit.left()),
            }
            return answer(fields, {"owner": f"{commit.owner}\n"})
        last = self.disk.commits.get(self.disk.current)
        if last is None:
            return answer({"status": "idle", "change": "", "state": ""})
        reason = {"reason": last.texts["reason"]} if "reason" in last.texts else {}
        return answer({"status": "idle", "change": last.id, "state": last.state}, reason)

    def _look(self, commit: Commit) -> State:
        """What has become of a commit; one cut off by a restart is undone now."""
        if commit.state not in OPEN or commit.is_alive(self._router.boot_id):
            return commit.state
        if commit.boot_id == self._router.boot_id:
            return State.ORPHAN
        commit.texts["reason"] = f"{RESTARTED}\n"
        commit.state = State.UNDONE
        commit.signal.fire()
        return State.UNDONE

    def _current(self) -> Commit | None:
        """The commit that is at work, pending or orphaned."""
        commit = self.disk.commits.get(self.disk.current)
        if commit is None or self._look(commit) not in OPEN | {State.ORPHAN}:
            return None
        return commit

    def _known(self, change: str) -> Commit | None:
        check_id(change)
        return self.disk.commits.get(change)

    def _make_whole(self) -> None:
        """What a restart left half written; see CommitProcess.heal."""
        if self.disk.mark is None:
            return
        kind, change, boot = self.disk.mark
        commit = self.disk.commits.get(change)
        if commit is None or (kind == "before" and commit.state is State.CONFIRMED):
            self.disk.mark = None
            return
        if commit.is_alive(self._router.boot_id):
            return
        if kind == "before" and boot == self._router.boot_id:
            return
        CommitProcess(self._router, self.disk, commit).heal(kind, boot)
        self.disk.current = change
        self.disk.lock = None

    def _take_lock(self, owner: str) -> bool:
        others = self._router.script.firing(KeepLock)
        if others:
            self.disk.lock = Lock(others[0].owner, time.monotonic(), alive=True)
            return False
        lock = self.disk.lock
        if lock is not None:
            alive = (
                lock.alive if lock.commit is None else lock.commit.is_alive(self._router.boot_id)
            )
            if alive and not self._is_faked(lock):
                return False
        self.disk.lock = Lock(owner, time.monotonic())
        return True

    def _is_faked(self, lock: Lock) -> bool:
        """Whether a lock is only the trace of a KeepLock that is over."""
        return any(
            isinstance(fault, KeepLock) and fault.owner == lock.owner
            for fault in self._router.script.faults
        )

    def _start(self, commit: Commit, process: CommitProcess, work: object) -> None:
        if self.disk.lock is not None:
            self.disk.lock.commit = commit
        process.start(work)  # type: ignore[arg-type]  # a coroutine of the process

    def _prune(self) -> None:
        for old in list(self.disk.commits)[:-KEEP]:
            if old != self.disk.last:
                del self.disk.commits[old]

    async def _ask_while(self, commit: Commit, state: State, request: str) -> bool:
        """Ask the commit's process while it is in a state; False when it is not, any more."""
        while self._look(commit) is state:
            asked = not commit.request
            if asked:
                commit.request = request
                commit.signal.fire()
            while commit.request and commit.is_alive(self._router.boot_id):
                await commit.signal.wait()
            if asked:
                return True
        return False

    async def _wait_while(self, commit: Commit, *states: State) -> None:
        while commit.state in states and commit.is_alive(self._router.boot_id):
            await commit.signal.wait()

    def _report(self, change: str, now: State | None = None, **more: str) -> str:
        commit = self.disk.commits.get(change)
        if commit is None:
            return reports.of_none(change)
        return reports.of_state(commit, now or self._look(commit), **more)

    def _not_pending(self, commit: Commit) -> str:
        return reports.of_not_pending(commit, self._look(commit))


async def pause(seconds: float) -> None:
    """Take as long as a real router does."""
    if seconds:
        await asyncio.sleep(seconds)


_WITH_FILES = frozenset(("check", "commit", "correct"))
