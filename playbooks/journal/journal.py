"""The journal: what was intended, before it is done, and what came of it.

Steps are only ever added, and chained by hash (`hash_chain`), so that tampering shows. The head of
the chain at each change's end is signed by the controller, where it has a key. Every method returns
when what it wrote is on disk.
"""

import getpass
import json
import os
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from egovnet.playbooks.journal import audit as journal_audit
from egovnet.playbooks.journal import device_locks, hash_chain, signed_records
from egovnet.playbooks.journal.database import JournalDatabase
from egovnet.playbooks.journal.device_locks import Holder
from egovnet.playbooks.journal.errors import (
    AuthorError,
    ChangeEndedError,
    JournalError,
    LockLostError,
)
from egovnet.playbooks.journal.group_commit import GroupCommit
from egovnet.playbooks.journal.reader import JournalReader
from egovnet.playbooks.journal.record_statement import CHANGE, DRIFT
from egovnet.playbooks.journal.records import DONE, FAILED, OPEN, UNDONE, Configuration
from egovnet.playbooks.journal.signed_records import End, Heads, Unsigned
from egovnet.playbooks.journal.tables import (
    CHAINS,
    CHANGES,
    CONFIGURATIONS,
    DRIFT_RUNS,
    STATEMENTS,
    STEPS,
)
from egovnet.playbooks.signatures.controller_key import ControllerKey
from egovnet.playbooks.signatures.errors import SignatureError

#: Characters of a name that the journal has room for.
_AUTHOR = 100


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def author() -> str:
    """Who is at the keyboard: EGOVNET_AUTHOR, else the login name.

    Raises:
        AuthorError: the one is no text that can be kept, or the system knows no name.
    """
    try:
        # the login name is the environment's too: LOGNAME, USER
        name = os.environ.get("EGOVNET_AUTHOR") or getpass.getuser()
    except (KeyError, OSError):  # as in a container that was given any user id
        raise AuthorError(
            f"user {os.getuid()} has no name on this machine; set EGOVNET_AUTHOR"
        ) from None
    if len(name) > _AUTHOR or not name.isprintable():
        raise AuthorError(
            "who is at the keyboard (EGOVNET_AUTHOR, else the login name): is not text of one line "
            f"and at most {_AUTHOR} characters; set EGOVNET_AUTHOR"
        )
    return name


class Journal(JournalReader):
    """The journal of one network, to be written; where it is kept, `JournalDatabase` says.

    Without a `key` nothing in it is signed.
    """

    def __init__(
        self, state_directory: Path, network: str, key: ControllerKey | None = None
    ) -> None:
        super().__init__(JournalDatabase(state_directory), network)
        self.key = key
        self.state_directory = state_directory
        self._tokens: dict[int, str] = {}
        self._group = GroupCommit(self._append)
        self.name = self._name()

    def _name(self) -> str:
        """What tells this journal's changes from another's on a device."""
        with self.database.writing() as connection:
            row = connection.execute(
                select(CHAINS.c.journal).where(CHAINS.c.network == self.network)
            ).first()
            if row is not None:
                return str(row[0])
            name = secrets.token_hex(4)
            connection.execute(
                insert(CHAINS).values(network=self.network, journal=name, head=hash_chain.START)
            )
            return name

    def begin(
        self,
        kind: str,
        plan_hash: str,
        summary: str,
        devices: Mapping[str, Configuration],
        undoes: int | None = None,
        *,
        ticket: str | None = None,
        stop_after: str | None = None,
    ) -> int:
        """Open a change with its devices' texts and locks, before anything is done; its id.

        Raises:
            DevicesLockedError: another change holds a device; nothing was written.
            SigningError: the key that was named for the controller cannot sign.
        """
        if self.key is not None:
            self.key.try_given()
        header: dict[str, Any] = {
            "kind": kind,
            "author": author(),
            "created": _now(),
            "network": self.network,
            "plan_hash": plan_hash,
            "summary": summary,
            "undoes": undoes,
            "ticket": ticket,
            "stop_after": stop_after,
        }
        texts = [
            {
                "device": entry.device,
                "before": entry.before,
                "intended": entry.intended,
                "diff": entry.diff,
                "after": entry.after,
            }
            for entry in devices.values()
        ]
        token = secrets.token_hex(16)
        with self.database.writing() as connection:
            result = connection.execute(insert(CHANGES).values(**header, state=OPEN))
            change = int((result.inserted_primary_key or (0,))[0])
            holder = Holder(change, header["author"], token)
            device_locks.take(connection, self.network, devices, holder)
            if texts:
                connection.execute(
                    insert(CONFIGURATIONS), [{**row, "change_id": change} for row in texts]
                )
            detail = {**header, "devices": journal_audit.fingerprints(texts)}
            self._chain(connection, [_row(change, "change", "*", "begin", detail)])
        self._tokens[change] = token
        return change

    def step(self, change: int, stage: str, device: str, phase: str, detail: Any = "") -> None:
        """Write one step. Committed to disk when this returns."""
        self._group.add([_row(change, stage, device, phase, detail)])

    def keep_statement(self, plan_hash: str, text: str, signature: str) -> None:
        """Keep what somebody signed about a plan, until it is applied; said again, it is once."""
        row = {"network": self.network, "plan_hash": plan_hash, "statement": text}
        digest = hash_chain.fingerprint(text)
        with self.database.writing() as connection:
            known = select(STATEMENTS.c.digest).where(
                STATEMENTS.c.network == self.network,
                STATEMENTS.c.plan_hash == plan_hash,
                STATEMENTS.c.digest == digest,
            )
            if connection.execute(known).first() is None:
                connection.execute(
                    insert(STATEMENTS).values(
                        **row, digest=digest, signature=signature, kept=_now()
                    )
                )

    def steps_begin(self, change: int, stage: str, devices: Collection[str]) -> None:
        """Write the intention of one stage on many devices, and hold on to their locks.

        Raises:
            LockLostError: another controller took the change over; nothing was written.
        """
        if not devices:
            return
        with self.database.writing() as connection:
            self._hold(connection, change)
            rows = [_row(change, stage, device, "begin", "") for device in devices]
            self._chain(connection, rows)

    def decide(self, change: int, direction: str, why: str, devices: Collection[str]) -> None:
        """Write which way all `devices` of the change go, for whoever has to finish it.

        Raises:
            LockLostError: another controller took the change over; nothing was written.
        """
        detail = {"why": why, "devices": sorted(devices)}
        with self.database.writing() as connection:
            self._hold(connection, change)
            self._chain(connection, [_row(change, "decision", "*", direction, detail)])

    def renew(self, change: int) -> None:
        """Hold on to the change's locks for another lease.

        Raises:
            LockLostError: another controller took the change over.
        """
        with self.database.writing() as connection:
            self._hold(connection, change)

    def take_over(self, change: int) -> None:
        """Become the controller of a change whose own is gone.

        Raises:
            DevicesLockedError: its controller is alive, or may be.
            ChangeEndedError: it is at its end, by somebody else meanwhile.
        """
        token = secrets.token_hex(16)
        with self.database.writing() as connection:
            if (state := _state(connection, change)) not in (OPEN, FAILED):
                raise ChangeEndedError(f"change {change} is {state}: there is nothing to recover")
            holder = Holder(change, author(), token)
            device_locks.take_over(connection, holder, self._tokens.get(change, ""))
            self._chain(connection, [_row(change, "recover", "*", "begin", f"by {author()}")])
        self._tokens[change] = token

    def let_go(self, change: int) -> None:
        """Leave a change as it is for whoever recovers it, at once.

        Raises:
            LockLostError: somebody has taken it over already.
        """
        with self.database.writing() as connection:
            self._hold(connection, change)
            device_locks.abandon(connection, change)

    def after(self, change: int, texts: Mapping[str, str]) -> None:
        """Keep what each device runs after the change.

        Raises:
            LockLostError: another controller took the change over; nothing was written.
        """
        with self.database.writing() as connection:
            self._hold_if_mine(connection, change)
            for device, text in texts.items():
                connection.execute(
                    update(CONFIGURATIONS)
                    .where(CONFIGURATIONS.c.change_id == change)
                    .where(CONFIGURATIONS.c.device == device)
                    .values(after=text)
                )
            detail = {name: hash_chain.fingerprint(text) for name, text in texts.items()}
            self._chain(connection, [_row(change, "after", "*", "done", detail)])

    def close(self, change: int, state: str, *, left: Collection[str] = ()) -> None:
        """The change's end: DONE, UNDONE or FAILED. It is signed when it is written.

        A signature that could not be made keeps no change from its end: `sign_late` makes it. A
        failed change names the devices `left` that were not seen at its end; all its devices
        stay locked, so that `recover` finds them as it left them.

        Raises:
            LockLostError: another controller took the change over; nothing was written.
        """
        with self.database.writing() as connection:
            self._hold_if_mine(connection, change)
            connection.execute(update(CHANGES).where(CHANGES.c.id == change).values(state=state))
            detail = {"left": sorted(left)} | self._signer()
            at = self._chain(connection, [_row(change, "change", "*", state, detail)])
            end = device_locks.abandon if state == FAILED else device_locks.release
            end(connection, change)
        if state != FAILED:
            self._tokens.pop(change, None)
        self._sign((CHANGE, change, state), at)

    def _signer(self) -> dict[str, str]:
        """By which key an end will be signed: in the chain, so that none can be taken away."""
        try:
            return {} if self.key is None else {"signer": self.key.fingerprint()}
        except SignatureError:
            return {}

    def _sign(self, record: tuple[str, int, str], at: Heads, *, late: bool = False) -> str:
        """Sign a record with the heads that this process wrote; why it could not, or ""."""
        if self.key is None:
            return ""
        try:
            signed = signed_records.signed(self.key, self.network, record, at, late=late)
            with self.database.writing() as connection:
                since = signed_records.next_change(connection, self.network)
                signed_records.write(connection, self.network, signed)
            self.key.remember(at.journal, record[1] if record[0] == CHANGE else since)
        except (SignatureError, JournalError) as error:
            return str(error)
        return ""

    def keep_drift_run(self, connection: Connection, run: Mapping[str, Any]) -> tuple[int, Heads]:
        """Add a drift run to its chain; its number, and what `sign_drift_run` signs afterwards."""
        mine = CHAINS.c.network == self.network
        at = signed_records.heads(connection, self.network)
        link = hash_chain.drift_link(at.drift, run)
        key = connection.execute(insert(DRIFT_RUNS), {**run, "hash": link}).inserted_primary_key
        connection.execute(update(CHAINS).where(mine).values(drift=link))
        return int((key or (0,))[0]), Heads(at.journal, at.head, link)

    def sign_drift_run(self, run: int, at: Heads) -> None:
        """Sign a run whose transaction is on disk."""
        self._sign((DRIFT, run, ""), at)

    def sign_late(self, record: Unsigned) -> str:
        """Sign a record that was not signed when it was written; why not, or "".

        Its caller has seen that the journal is as it was written.
        """
        with self.database.writing() as connection:
            at = signed_records.heads(connection, self.network)
        if isinstance(record, End):
            heads = Heads(at.journal, record.head, at.drift)
            return self._sign((CHANGE, record.change, record.state), heads, late=True)
        heads = Heads(at.journal, at.head, record.link)
        return self._sign((DRIFT, record.number, ""), heads, late=True)

    def _hold(self, connection: Connection, change: int) -> None:
        """Refuse who was taken over: also when whoever did has ended the change since."""
        if (state := _state(connection, change)) in (DONE, UNDONE):
            raise LockLostError(
                f"change {change} was brought to its end by another controller (recover): it is "
                f"{state}; this one stops here"
            )
        device_locks.renew(connection, change, self._tokens.get(change, ""))

    def _hold_if_mine(self, connection: Connection, change: int) -> None:
        """The same for a change that this journal held; who never did closes what others left."""
        if change in self._tokens:
            self._hold(connection, change)

    def _append(self, rows: list[Mapping[str, Any]]) -> None:
        with self.database.writing() as connection:
            self._chain(connection, rows)

    def _chain(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> Heads:
        """Add steps to the chain, and say its new head; other writers of this network wait."""
        mine = CHAINS.c.network == self.network
        at = signed_records.heads(connection, self.network)
        head, chained = at.head, []
        for row in rows:
            head = hash_chain.link(head, row)
            chained.append({**row, "hash": head})
        connection.execute(insert(STEPS), chained)
        connection.execute(update(CHAINS).where(mine).values(head=head))
        return Heads(at.journal, head, at.drift)


def _state(connection: Connection, change: int) -> str:
    found = connection.execute(select(CHANGES.c.state).where(CHANGES.c.id == change))
    return str(found.scalar_one())


def _row(change: int, stage: str, device: str, phase: str, detail: Any) -> dict[str, Any]:
    text = detail if isinstance(detail, str) else json.dumps(detail, sort_keys=True)
    return {
        "change_id": change,
        "at": _now(),
        "stage": stage,
        "device": device,
        "phase": phase,
        "detail": text,
    }
