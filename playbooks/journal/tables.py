"""The journal's tables, and how older journals come to have the newer columns."""

from sqlalchemy import (
    Column,
    Connection,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    inspect,
)
from sqlalchemy.schema import CreateColumn

METADATA = MetaData()

CHANGES = Table(
    "changes",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("author", String(100), nullable=False),
    Column("created", String(40), nullable=False),
    Column("network", String(100), nullable=False),
    Column("plan_hash", String(64), nullable=False),
    Column("summary", Text, nullable=False),
    Column("undoes", Integer, nullable=True),
    Column("state", String(20), nullable=False),
    Column("ticket", String(100), nullable=True),
    #: The wave after which the change was to stop; null: none.
    Column("stop_after", String(100), nullable=True),
)

STEPS = Table(
    "steps",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("change_id", ForeignKey("changes.id"), nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("device", String(100), nullable=False),
    Column("phase", String(10), nullable=False),
    Column("detail", Text, nullable=False),
    #: Null in steps that are older than the chain.
    Column("hash", String(64), nullable=True),
)

CONFIGURATIONS = Table(
    "configurations",
    METADATA,
    Column("change_id", ForeignKey("changes.id"), primary_key=True),
    Column("device", String(100), primary_key=True),
    Column("before", Text, nullable=False),
    Column("intended", Text, nullable=False),
    Column("diff", Text, nullable=False),
    Column("after", Text, nullable=True),
)

#: The last hash of each network's chain, and a name of the journal that no other has.
CHAINS = Table(
    "chains",
    METADATA,
    Column("network", String(100), primary_key=True),
    Column("journal", String(16), nullable=False),
    Column("head", String(64), nullable=False),
    #: The last hash of its drift runs' chain; null: none since there is one.
    Column("drift", String(64), nullable=True),
)

#: What controllers signed of a network's records: see `egovnet.playbooks.journal.record_statement`.
SIGNATURES = Table(
    "signatures",
    METADATA,
    Column("network", String(100), primary_key=True),
    #: "change" or "drift", its number, and its own link.
    Column("kind", String(10), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("head", String(64), primary_key=True),
    #: The bytes that were signed, and the signature as ssh-keygen wrote it.
    Column("statement", Text, nullable=False),
    Column("signature", Text, nullable=False),
)

#: What people signed about plans that are to be applied. Each vouches for itself by its signature;
#: those that a change stands on are steps of it.
STATEMENTS = Table(
    "statements",
    METADATA,
    Column("network", String(100), primary_key=True),
    Column("plan_hash", String(64), primary_key=True),
    #: SHA-256 of the text.
    Column("digest", String(64), primary_key=True),
    Column("statement", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("kept", String(40), nullable=False),
)

#: Who may touch a device now. A row goes with its change's end, or with `recover`.
LOCKS = Table(
    "device_locks",
    METADATA,
    Column("network", String(100), primary_key=True),
    Column("device", String(100), primary_key=True),
    Column("change_id", ForeignKey("changes.id"), nullable=False, index=True),
    #: Made anew by everyone who takes the change over.
    Column("token", String(32), nullable=False),
    Column("author", String(100), nullable=False),
    Column("host", String(200), nullable=False),
    #: Process and the tick that it started at: together they name it until the host restarts.
    Column("process", String(60), nullable=False),
    #: Seconds since 1970.
    Column("expires", Float, nullable=False),
)

#: Runs of the drift job, for the trend.
DRIFT_RUNS = Table(
    "drift_runs",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("network", String(100), nullable=False, index=True),
    Column("started", String(40), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("devices", Integer, nullable=False),
    Column("unreachable", Integer, nullable=False),
    Column("proved", Integer, nullable=False),
    #: Open differences by class, as JSON.
    Column("classes", Text, nullable=False),
    #: Null in runs that are older than their chain.
    Column("hash", String(64), nullable=True),
)

#: Differences that are not gone, and since when.
DRIFT_DIFFERENCES = Table(
    "drift_differences",
    METADATA,
    Column("network", String(100), primary_key=True),
    Column("device", String(100), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("subject", String(300), primary_key=True),
    Column("first_seen", String(40), nullable=False),
    Column("runs", Integer, nullable=False),
)

#: Each device as it was when it last answered.
DRIFT_READINGS = Table(
    "drift_readings",
    METADATA,
    Column("network", String(100), primary_key=True),
    Column("device", String(100), primary_key=True),
    Column("read_at", String(40), nullable=False),
    #: Differences by class, and numbers of the state, as JSON.
    Column("classes", Text, nullable=False),
    Column("state", Text, nullable=False),
    #: What it ran, without secrets; null: what was intended.
    Column("text", Text, nullable=True),
    #: Digests of a compliant answer (`egovnet.tasks.read_device.Seen`: intended, running, state);
    #: null: it was not.
    Column("meant", String(64), nullable=True),
    Column("runs", String(64), nullable=True),
    Column("stands", String(64), nullable=True),
    #: What the whole inventory intended then (`egovnet.playbooks.drift.unchanged.question`).
    Column("asked", String(64), nullable=True),
)

#: The last proof of a compliant network: the same inventory need not be proved again.
DRIFT_PROOFS = Table(
    "drift_proofs",
    METADATA,
    Column("network", String(100), primary_key=True),
    #: As in `drift_readings`.
    Column("asked", String(64), nullable=False),
    Column("proved_at", String(40), nullable=False),
    #: As `prove --json` prints it.
    Column("proof", Text, nullable=False),
)

#: The inventories' files, and lists of them, compressed, under their SHA-256.
INTENT_CONTENTS = Table(
    "intent_contents",
    METADATA,
    Column("digest", String(64), primary_key=True),
    #: Long enough for any file; some databases' plain binary type ends at 64 KB.
    Column("content", LargeBinary(2**24), nullable=False),
)

#: Digests of the intents before a change and that it was made from; null: nobody knows.
CHANGE_INTENTS = Table(
    "change_intents",
    METADATA,
    Column("change_id", Integer, primary_key=True, autoincrement=False),
    Column("before", String(64), nullable=True),
    Column("after", String(64), nullable=True),
)


def make_tables(connection: Connection) -> None:
    """Create what is missing, columns of an older journal's tables too."""
    METADATA.create_all(connection)
    inspector = inspect(connection)
    for table in (CHANGES, STEPS, CHAINS, DRIFT_RUNS, DRIFT_READINGS):
        have = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in have:
                what = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {what}")
