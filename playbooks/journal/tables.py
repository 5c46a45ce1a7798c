"""The journal's tables, and how older journals come to have the newer columns."""

from sqlalchemy import Column, Connection, ForeignKey, Integer, MetaData, Table, inspect
from sqlalchemy.schema import CreateColumn

from egovnet.playbooks.journal.column_types import LongText, Number, Octets, Seconds, Words

METADATA = MetaData()

CHANGES = Table(
    "changes",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", Words(20), nullable=False),
    Column("author", Words(100), nullable=False),
    Column("created", Words(40), nullable=False),
    Column("network", Words(100), nullable=False),
    Column("plan_hash", Words(64), nullable=False),
    Column("summary", LongText, nullable=False),
    Column("undoes", Number, nullable=True),
    Column("state", Words(20), nullable=False),
    Column("ticket", Words(100), nullable=True),
    #: The wave after which the change was to stop; null: none.
    Column("stop_after", Words(100), nullable=True),
)

STEPS = Table(
    "steps",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("change_id", ForeignKey("changes.id"), nullable=False, index=True),
    Column("at", Words(40), nullable=False),
    Column("stage", Words(20), nullable=False),
    Column("device", Words(100), nullable=False),
    Column("phase", Words(10), nullable=False),
    Column("detail", LongText, nullable=False),
    #: Null in steps that are older than the chain.
    Column("hash", Words(64), nullable=True),
)

CONFIGURATIONS = Table(
    "configurations",
    METADATA,
    Column("change_id", ForeignKey("changes.id"), primary_key=True),
    Column("device", Words(100), primary_key=True),
    Column("before", LongText, nullable=False),
    Column("intended", LongText, nullable=False),
    Column("diff", LongText, nullable=False),
    Column("after", LongText, nullable=True),
)

#: The last hash of each network's chain, and a name of the journal that no other has.
CHAINS = Table(
    "chains",
    METADATA,
    Column("network", Words(100), primary_key=True),
    Column("journal", Words(16), nullable=False),
    Column("head", Words(64), nullable=False),
    #: The last hash of its drift runs' chain; null: none since there is one.
    Column("drift", Words(64), nullable=True),
)

#: What controllers signed of a network's records: see `egovnet.playbooks.journal.record_statement`.
SIGNATURES = Table(
    "signatures",
    METADATA,
    Column("network", Words(100), primary_key=True),
    #: "change" or "drift", its number, and its own link.
    Column("kind", Words(10), primary_key=True),
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("head", Words(64), primary_key=True),
    #: The bytes that were signed, and the signature as ssh-keygen wrote it.
    Column("statement", LongText, nullable=False),
    Column("signature", LongText, nullable=False),
)

#: What people signed about plans that are to be applied. Each vouches for itself by its signature;
#: those that a change stands on are steps of it.
STATEMENTS = Table(
    "statements",
    METADATA,
    Column("network", Words(100), primary_key=True),
    Column("plan_hash", Words(64), primary_key=True),
    #: SHA-256 of the text.
    Column("digest", Words(64), primary_key=True),
    Column("statement", LongText, nullable=False),
    Column("signature", LongText, nullable=False),
    Column("kept", Words(40), nullable=False),
)

#: Who may touch a device now. A row goes with its change's end, or with `recover`.
LOCKS = Table(
    "device_locks",
    METADATA,
    Column("network", Words(100), primary_key=True),
    Column("device", Words(100), primary_key=True),
    Column("change_id", ForeignKey("changes.id"), nullable=False, index=True),
    #: Made anew by everyone who takes the change over.
    Column("token", Words(32), nullable=False),
    Column("author", Words(100), nullable=False),
    Column("host", Words(200), nullable=False),
    #: Process and the tick that it started at: together they name it until the host restarts.
    Column("process", Words(60), nullable=False),
    #: Seconds since 1970.
    Column("expires", Seconds, nullable=False),
)

#: Runs of the drift job, for the trend.
DRIFT_RUNS = Table(
    "drift_runs",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("network", Words(100), nullable=False, index=True),
    Column("started", Words(40), nullable=False),
    Column("seconds", Seconds, nullable=False),
    Column("devices", Number, nullable=False),
    Column("unreachable", Number, nullable=False),
    Column("proved", Number, nullable=False),
    #: Open differences by class, as JSON.
    Column("classes", LongText, nullable=False),
    #: Null in runs that are older than their chain.
    Column("hash", Words(64), nullable=True),
)

#: Differences that are not gone, and since when.
DRIFT_DIFFERENCES = Table(
    "drift_differences",
    METADATA,
    Column("network", Words(100), primary_key=True),
    Column("device", Words(100), primary_key=True),
    Column("kind", Words(20), primary_key=True),
    Column("subject", Words(300), primary_key=True),
    Column("first_seen", Words(40), nullable=False),
    Column("runs", Number, nullable=False),
)

#: Each device as it was when it last answered.
DRIFT_READINGS = Table(
    "drift_readings",
    METADATA,
    Column("network", Words(100), primary_key=True),
    Column("device", Words(100), primary_key=True),
    Column("read_at", Words(40), nullable=False),
    #: Differences by class, and numbers of the state, as JSON.
    Column("classes", LongText, nullable=False),
    Column("state", LongText, nullable=False),
    #: What it ran, without secrets; null: what was intended.
    Column("text", LongText, nullable=True),
    #: Digests of a compliant answer (`egovnet.tasks.read_device.Seen`: intended, running, state);
    #: null: it was not.
    Column("meant", Words(64), nullable=True),
    Column("runs", Words(64), nullable=True),
    Column("stands", Words(64), nullable=True),
    #: What the whole inventory intended then (`egovnet.playbooks.drift.unchanged.question`).
    Column("asked", Words(64), nullable=True),
    #: Of the controller that wrote the row (`egovnet.playbooks.drift.seal`).
    Column("seal", Words(64), nullable=True),
)

#: The last proof of a compliant network: the same inventory need not be proved again.
DRIFT_PROOFS = Table(
    "drift_proofs",
    METADATA,
    Column("network", Words(100), primary_key=True),
    #: As in `drift_readings`.
    Column("asked", Words(64), nullable=False),
    Column("proved_at", Words(40), nullable=False),
    #: As `prove --json` prints it.
    Column("proof", LongText, nullable=False),
    #: As in `drift_readings`.
    Column("seal", Words(64), nullable=True),
)

#: The inventories' files, and lists of them, compressed, under their SHA-256.
INTENT_CONTENTS = Table(
    "intent_contents",
    METADATA,
    Column("digest", Words(64), primary_key=True),
    #: Long enough for any file; some databases' plain binary type ends at 64 KB.
    Column("content", Octets(2**24), nullable=False),
)

#: Digests of the intents before a change and that it was made from; null: nobody knows.
CHANGE_INTENTS = Table(
    "change_intents",
    METADATA,
    Column("change_id", Number, primary_key=True, autoincrement=False),
    Column("before", Words(64), nullable=True),
    Column("after", Words(64), nullable=True),
)


def make_tables(connection: Connection) -> None:
    """Create what is missing, columns of an older journal's tables too."""
    METADATA.create_all(connection)
    inspector = inspect(connection)
    for table in (CHANGES, STEPS, CHAINS, DRIFT_RUNS, DRIFT_READINGS, DRIFT_PROOFS):
        have = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in have:
                what = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {what}")
