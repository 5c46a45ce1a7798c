"""Keep in the journal what a change is made from, before anything is done."""

from collections.abc import Collection, Mapping

from egovnet.playbooks.core.approved_lines import approved_ports
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.inventory_snapshots import Intents, network_runs
from egovnet.playbooks.journal.records import ADOPT, REMEDIATE
from egovnet.templates.registry import keep_lines


def is_of_inventory(workspace: Workspace, texts: Mapping[str, tuple[str, str]]) -> bool:
    """Whether each device's intended text (after the one before) is what the inventory at hand
    means, but for keys that somebody set by hand and ports of legacy circuits."""
    meant = workspace.intended(name for name in texts if name in workspace.devices)
    ports = approved_ports(workspace)
    return all(
        name in meant
        and keep_lines(
            before, meant[name], workspace.devices[name].platform, ports.get(name, ())
        ).text
        == intended
        for name, (before, intended) in texts.items()
    )


def record_intent(workspace: Workspace, change: int, compared: Collection[str]) -> None:
    """Attach to `change`, which was just begun, what it is made from, before anything is done.

    `compared` are routers that run it already. Those that are neither among these nor of the
    change have no part in it: what they run is what earlier changes left (`core.applied`).

    A plan file may be of another inventory than the one at hand: then nobody knows its intent.

    Raises:
        JournalError: the journal cannot be written.
    """
    journal = workspace.journal
    intents = Intents(journal.engine)
    intent = workspace.intent
    kind = journal.change(change).kind
    if intent is not None and kind not in ("rollback", REMEDIATE, ADOPT):
        entries = journal.configurations(change)
        texts = {name: (c.before, c.intended) for name, c in entries.items()}
        if not is_of_inventory(workspace, texts):
            intent = None
    before = network_runs(intents, (c for c in journal.changes() if c.id < change))
    after = None if intent is None else intents.keep(intent)
    if kind == REMEDIATE:
        after = before
    intents.attach(change, before, after)
    apart = workspace.network.routers.keys() - {*compared, *journal.devices(change)}
    # Digests of what a rollback builds on: in the chain, so that tampering shows.
    detail = {"before": before, "after": after, "apart": sorted(apart)}
    journal.step(change, "intent", "*", "done", detail)
