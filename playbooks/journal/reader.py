"""What the journal knows: changes, their steps, decisions, texts and locks; nothing is written."""

import json
from collections.abc import Collection

from sqlalchemy import Engine, select

from egovnet.playbooks.journal import audit as journal_audit
from egovnet.playbooks.journal import device_locks, hash_chain, signed_records
from egovnet.playbooks.journal.audit import Audit
from egovnet.playbooks.journal.database import JournalDatabase
from egovnet.playbooks.journal.errors import NoSuchChangeError
from egovnet.playbooks.journal.locks import Lock
from egovnet.playbooks.journal.record_statement import CHANGE
from egovnet.playbooks.journal.records import (
    DONE,
    FAILED,
    OPEN,
    Change,
    Configuration,
    Decision,
    Step,
)
from egovnet.playbooks.journal.signed_records import SignedRecord, Unsigned, signed_at
from egovnet.playbooks.journal.tables import (
    CHAINS,
    CHANGES,
    CONFIGURATIONS,
    STATEMENTS,
    STEPS,
)

#: No database counts changes further, and none takes a greater number in a question.
_MOST = 2**31 - 1


class JournalReader:
    """The journal of one network, to be read."""

    def __init__(self, database: JournalDatabase, network: str) -> None:
        self.database = database
        self.network = network

    @property
    def engine(self) -> Engine:
        """The database, for those who report on it."""
        return self.database.engine

    def changes(self) -> list[Change]:
        """The network's history, oldest first."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(CHANGES).where(CHANGES.c.network == self.network).order_by(CHANGES.c.id)
            )
            return [Change(**row) for row in rows.mappings()]

    def last_done(self) -> list[Change]:
        """The last change that was done, alone; empty where none was."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(CHANGES)
                .where(CHANGES.c.network == self.network)
                .where(CHANGES.c.state == DONE)
                .order_by(CHANGES.c.id.desc())
                .limit(1)
            )
            return [Change(**row) for row in rows.mappings()]

    def unfinished(self) -> list[Change]:
        """Changes that are not at their end, newest first."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(CHANGES)
                .where(CHANGES.c.network == self.network)
                .where(CHANGES.c.state.in_((OPEN, FAILED)))
                .order_by(CHANGES.c.id.desc())
            )
            return [Change(**row) for row in rows.mappings()]

    def change(self, number: int) -> Change:
        """One change.

        Raises:
            JournalError: the network's history has no such change.
        """
        row = None
        if number <= _MOST:
            wanted = (CHANGES.c.id == number) & (CHANGES.c.network == self.network)
            with self.database.reading() as connection:
                row = connection.execute(select(CHANGES).where(wanted)).mappings().first()
        if row is None:
            raise NoSuchChangeError(f"no change {number} in the journal; see: egovnet history")
        return Change(**row)

    def steps(self, change: int, stage: str | None = None) -> list[Step]:
        """What was done in a change (in one stage of it), in order."""
        wanted = STEPS.c.change_id == change
        if stage is not None:
            wanted &= STEPS.c.stage == stage
        with self.database.reading() as connection:
            rows = connection.execute(select(STEPS).where(wanted).order_by(STEPS.c.id)).mappings()
            return [Step(r["at"], r["stage"], r["device"], r["phase"], r["detail"]) for r in rows]

    def last_detail(self, stage: str) -> str | None:
        """The detail of the last step of a stage in any change; None: there is none."""
        with self.database.reading() as connection:
            found = connection.execute(
                select(STEPS.c.detail)
                .join(CHANGES)
                .where(CHANGES.c.network == self.network)
                .where(STEPS.c.stage == stage)
                .order_by(STEPS.c.id.desc())
            ).first()
        return None if found is None else str(found[0])

    def steps_of(self, stages: Collection[str]) -> list[tuple[int, Step]]:
        """(change, step) of all steps of some stages, in order."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(STEPS)
                .join(CHANGES)
                .where(CHANGES.c.network == self.network)
                .where(STEPS.c.stage.in_(tuple(stages)))
                .order_by(STEPS.c.id)
            ).mappings()
            return [
                (
                    int(r["change_id"]),
                    Step(r["at"], r["stage"], r["device"], r["phase"], r["detail"]),
                )
                for r in rows
            ]

    def statements(self, plan_hash: str) -> list[tuple[str, str]]:
        """(text, signature) of what people signed about a plan before it was applied."""
        table = STATEMENTS.c
        with self.database.reading() as connection:
            rows = connection.execute(
                select(table.statement, table.signature)
                .where(table.network == self.network)
                .where(table.plan_hash == plan_hash)
                .order_by(table.kept)
            )
            return [(str(text), str(signature)) for text, signature in rows]

    def configurations(self, change: int) -> dict[str, Configuration]:
        """The devices' texts in a change, by name."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(CONFIGURATIONS)
                .where(CONFIGURATIONS.c.change_id == change)
                .order_by(CONFIGURATIONS.c.device)
            ).mappings()
            return {
                r["device"]: Configuration(
                    r["device"], r["before"], r["intended"], r["diff"], r["after"]
                )
                for r in rows
            }

    def devices(self, change: int) -> dict[str, bool]:
        """The devices of a change, and whether it is known what each ran after it."""
        table = CONFIGURATIONS.c
        with self.database.reading() as connection:
            rows = connection.execute(
                select(table.device, table.after.is_not(None)).where(table.change_id == change)
            )
            return {str(device): bool(known) for device, known in rows}

    def locks(self) -> list[Lock]:
        """Who holds which device now."""
        with self.database.reading() as connection:
            return device_locks.held_locks(connection, self.network)

    def head(self) -> str:
        """The last hash of the network's chain."""
        with self.database.reading() as connection:
            return str(
                connection.execute(
                    select(CHAINS.c.head).where(CHAINS.c.network == self.network)
                ).scalar_one()
            )

    def seal(self, change: int) -> str:
        """The chain's hash at a change's end, over all up to there; zeros when there is none."""
        with self.database.reading() as connection:
            found = connection.execute(
                select(STEPS.c.hash)
                .where(STEPS.c.change_id == change)
                .where(STEPS.c.stage == "change")
                .order_by(STEPS.c.id.desc())
            ).first()
        return str(found[0]) if found else hash_chain.START

    def seals(self) -> dict[int, set[str]]:
        """The chain's hashes at a change's begin and at each of its ends, by its number."""
        found: dict[int, set[str]] = {}
        with self.database.reading() as connection:
            rows = connection.execute(
                select(STEPS.c.change_id, STEPS.c.hash)
                .join(CHANGES)
                .where(CHANGES.c.network == self.network)
                .where(STEPS.c.stage == "change")
            )
            for number, link in rows:
                found.setdefault(number, set()).add(str(link or hash_chain.START))
        return found

    def faults(self) -> list[str]:
        """Where the journal is not as it was written; empty when it is. Linear in its size."""
        with self.database.reading() as connection:
            return [f.words for f in journal_audit.audit(connection, self.network).faults]

    def audit(self, *, since: int | None = None, contents: bool = False) -> Audit:
        """What is not as it was written, and what was signed; with `contents` files of
        inventories too. `since` is the first change that is known to have been signed."""
        with self.database.reading() as connection:
            found = journal_audit.audit(connection, self.network, since=since)
            if contents:
                found.faults += journal_audit.content_faults(connection, self.network)
                found.faults.sort()
            return found

    def unsigned(self, since: int | None) -> list[Unsigned]:
        """What should be signed and is not; `since` as in `audit`. Linear in changes and runs."""
        with self.database.reading() as connection:
            return signed_records.missing(connection, self.network, since)

    def signed_ends(self) -> dict[str, SignedRecord]:
        """The signatures of ends of changes, by their links."""
        with self.database.reading() as connection:
            found = signed_records.read(connection, self.network)
            return {record.head: record for record in found if record.kind == CHANGE}

    def signatures(self, kind: str = CHANGE) -> dict[int, SignedRecord]:
        """The last signature of each record of a kind, by its number."""
        with self.database.reading() as connection:
            rows = list(signed_records.read(connection, self.network))
        ordered = sorted((r for r in rows if r.kind == kind), key=signed_at)
        return {record.number: record for record in ordered}

    def decision(self, change: int) -> Decision | None:
        """The last decision on a change; None when there is none."""
        decided = [step for step in self.steps(change) if step.stage == "decision"]
        if not decided:
            return None
        detail = json.loads(decided[-1].detail)
        return Decision(decided[-1].phase, detail["why"], tuple(detail["devices"]))
