"""What a controller signs: how a record of the journal ended, and the heads of its chains then.

A head is a hash over everything before it, so that one signature vouches for all of it. Both kinds
of records, changes and drift runs, name both heads: who cuts off the end of one is seen by the
other.
"""

import json
from dataclasses import asdict, dataclass, fields

#: First key of every statement: no signature of something else can be passed off as one.
FORMAT = "egovnet journal statement 1"
CHANGE, DRIFT = "change", "drift"


@dataclass(frozen=True, slots=True)
class RecordStatement:
    """What is signed of a record."""

    network: str
    #: The journal's own name.
    journal: str
    #: CHANGE or DRIFT, and its number.
    kind: str
    number: int
    #: The state that a change ended with; "" of a drift run.
    state: str
    #: Head of the chain of steps; a change's own end is its last link.
    head: str
    #: Head of the chain of drift runs; a drift run is its own last link.
    drift: str
    #: Fingerprint of the controller's key.
    controller: str
    #: ISO 8601.
    at: str
    #: Signed afterwards, by who found that it was not.
    late: bool = False

    @property
    def record(self) -> str:
        """Such as `change 12`."""
        return f"{'drift run' if self.kind == DRIFT else self.kind} {self.number}"

    @property
    def own_head(self) -> str:
        """The record's own link, in the chain of its kind."""
        return self.drift if self.kind == DRIFT else self.head

    def text(self) -> str:
        """The very bytes that are signed, in UTF-8."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1) + "\n"


def parse_record_statement(text: str) -> RecordStatement:
    """The statement of a text that `RecordStatement.text` wrote.

    Raises:
        ValueError: it is none.
    """
    data = json.loads(text)
    if not isinstance(data, dict) or data.pop("format", "") != FORMAT:
        raise ValueError("not a statement")
    if set(data) != {field.name for field in fields(RecordStatement)}:
        raise ValueError("not a statement")
    statement = RecordStatement(**data)
    if statement.text() != text:
        raise ValueError("not a statement as it was written")
    return statement
