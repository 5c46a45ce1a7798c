"""Whether a journal is as it was written: its chain of steps, and what they say of the rest."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from egovnet.playbooks.journal import hash_chain
from egovnet.playbooks.journal.records import OPEN
from egovnet.playbooks.journal.tables import CHAINS, CHANGES, CONFIGURATIONS, STEPS


def faults(connection: Connection, network: str) -> list[str]:
    """Where the journal of `network` was altered; empty when it was not. Linear in its size."""
    mine = CHANGES.c.network == network
    steps = (
        connection.execute(select(STEPS).join(CHANGES).where(mine).order_by(STEPS.c.id))
        .mappings()
        .all()
    )
    head = connection.execute(select(CHAINS.c.head).where(CHAINS.c.network == network)).scalar_one()
    found = list(hash_chain.breaks(map(dict, steps), head))
    if found:
        # What a broken chain says of changes and texts proves nothing.
        return found
    texts: dict[int, list[Mapping[str, Any]]] = {}
    for row in connection.execute(select(CONFIGURATIONS).join(CHANGES).where(mine)).mappings():
        texts.setdefault(row["change_id"], []).append(dict(row))
    said = _what_steps_say(map(dict, steps))
    for row in connection.execute(select(CHANGES).where(mine)).mappings():
        if row["id"] in said:
            found += _altered(dict(row), texts.get(row["id"], []), *said[row["id"]])
    return found


def fingerprints(texts: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Device -> hashes of its texts before and as intended, and of the diff."""
    return {
        row["device"]: [hash_chain.fingerprint(row[k]) for k in ("before", "intended", "diff")]
        for row in texts
    }


def _what_steps_say(
    steps: Iterable[Mapping[str, Any]],
) -> dict[int, tuple[dict[str, Any], str, dict[str, str]]]:
    """Change -> its header as it was opened, the state it was closed with, hashes of `after`."""
    said: dict[int, tuple[dict[str, Any], str, dict[str, str]]] = {}
    for step in steps:
        number = step["change_id"]
        if (step["stage"], step["phase"]) == ("change", "begin"):
            said[number] = (json.loads(step["detail"]), OPEN, {})
        elif number in said and step["stage"] == "change":
            said[number] = (said[number][0], step["phase"], said[number][2])
        elif number in said and step["stage"] == "after":
            said[number][2].update(json.loads(step["detail"]))
    return said


def _altered(
    row: Mapping[str, Any],
    texts: Sequence[Mapping[str, Any]],
    header: dict[str, Any],
    state: str,
    after: dict[str, str],
) -> Iterator[str]:
    """What of a change and its texts is not as its steps say."""
    what = f"change {row['id']}"
    for key, value in header.items():
        if key != "devices" and row[key] != value:
            yield f"{what}: its {key} is not what was written"
    if row["state"] != state:
        yield f"{what}: its state is {row['state']}, and its steps say {state}"
    if fingerprints(texts) != header["devices"]:
        yield f"{what}: a device's texts are not what was written"
    for text in texts:
        seen = text["after"]
        if (None if seen is None else hash_chain.fingerprint(seen)) != after.get(text["device"]):
            yield f"{what}: what {text['device']} ran afterwards is not what was written"
