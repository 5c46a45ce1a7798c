"""What the agent answers about a commit, its state, and the lock."""

from __future__ import annotations

import time

from egovnet.lab.emulated.agent.commits import Commit, Lock, State
from egovnet.lab.emulated.agent.protocol import answer
from egovnet.lab.emulated.linux import nft

_TEXTS = (
    "reason", "mended", "trouble", "steps", "owner", "withdraw.out", "withdraw.err", "provide.out",
    "provide.err", "linux.out", "undo-linux.out", "check.out", "reload.out",
)  # fmt: skip


def of_commit(commit: Commit) -> str:
    """All that is known of a commit, with the texts that ran after it."""
    texts = {name: commit.texts[name] for name in _TEXTS if name in commit.texts}
    texts |= {"steps": "".join(commit.steps), "owner": f"{commit.owner}\n"}
    if commit.after is not None:
        texts |= commit.after.texts()
    fields = {"status": commit.state, "change": commit.id, "left": str(commit.left())}
    return answer(fields, texts)


def of_state(commit: Commit, now: State, **more: str) -> str:
    """The state alone; `more` are further fields."""
    left = commit.left() if now is State.PENDING else 0
    texts = {"owner": f"{commit.owner}\n"} | _reasons(commit)
    return answer({"status": now, "change": commit.id, "left": str(left), **more}, texts)


def of_none(change: str) -> str:
    """There is no commit of this id."""
    return answer({"status": State.NONE, "change": change, "left": "0"})


def of_not_pending(commit: Commit, now: State) -> str:
    """There is nothing to confirm, and what became of the commit."""
    return answer({"status": "not-pending", "change": commit.id, "state": now}, _reasons(commit))


def of_lock(lock: Lock | None) -> str:
    """Somebody else writes to the router."""
    age = int(time.monotonic() - lock.since) if lock else 0
    owner = lock.owner if lock else ""
    return answer({"status": "locked", "age": str(age)}, {"owner": f"{owner}\n"})


def of_refused_filter(ruleset: str) -> str:
    """What nft does not take of a packet filter; "" when it takes it."""
    line, reason = nft.refusal(ruleset)
    if not line:
        return ""
    fields = {"status": "refused", "file": "new.filter", "line": str(line)}
    return answer(fields, {"reason": f"{reason}\n"})


def _reasons(commit: Commit) -> dict[str, str]:
    return {
        name: commit.texts[name] for name in ("reason", "mended", "trouble") if name in commit.texts
    }
