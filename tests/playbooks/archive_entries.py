"""Changes to archive."""

from collections.abc import Mapping
from typing import Any

from egovnet.playbooks.archive.archived_change import ArchivedChange

TEXT = "frr version 8.4.4\nhostname {host}\nrouter bgp 65000\n bgp router-id 10.0.0.{value}\n"


def text(host: str, value: int) -> str:
    return TEXT.format(host=host, value=value)


def change(
    number: int,
    texts: Mapping[str, tuple[str, str]] | None = None,
    **other: Any,  # noqa: ANN401 -- fields of any type
) -> ArchivedChange:
    """A change that ended; `texts` are (before, after) by host."""
    if texts is None:
        texts = {"pe1": (text("pe1", number - 1), text("pe1", number))}
    fields: dict[str, Any] = {
        "number": number,
        "kind": "apply",
        "state": "done",
        "author": "li wei",
        "ticket": f"NET-{number}",
        "created": f"2025-03-01T{number // 60:02}:{number % 60:02}:07+08:00",
        "summary": f"{len(texts)} devices, party",
        "plan_hash": f"{number:064x}",
        "journal_head": f"{number + 1:064x}",
        "undoes": None,
        "before": {host: before for host, (before, _) in texts.items()},
        "after": {host: after for host, (_, after) in texts.items()},
    }
    return ArchivedChange(**{**fields, **other})


def many(count: int, hosts: int) -> list[ArchivedChange]:
    return [
        change(
            number,
            {
                f"pe{host}": (text(f"pe{host}", number - 1), text(f"pe{host}", number))
                for host in range(hosts)
            },
        )
        for number in range(1, count + 1)
    ]
