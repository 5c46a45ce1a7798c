"""Keep in the journal what a change is made from, before anything is done."""

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.inventory_snapshots import Intents, network_runs
from egovnet.playbooks.journal.records import REMEDIATE


def record_intent(workspace: Workspace, change: int) -> None:
    """Attach to `change`, which was just begun, what it is made from, before anything is done.

    A plan file may be of another inventory than the one at hand: then nobody knows its intent.

    Raises:
        JournalError: the journal cannot be written.
    """
    journal = workspace.journal
    intents = Intents(journal.engine)
    intent = workspace.intent
    kind = journal.change(change).kind
    if intent is not None and kind not in ("rollback", REMEDIATE):
        texts = {name: c.intended for name, c in journal.configurations(change).items()}
        if workspace.intended(texts) != texts:
            intent = None
    before = network_runs(intents, (c for c in journal.changes() if c.id < change))
    after = None if intent is None else intents.keep(intent)
    if kind == REMEDIATE:
        after = before
    intents.attach(change, before, after)
    # Digests of what a rollback builds on: in the chain, so that tampering shows.
    journal.step(change, "intent", "*", "done", {"before": before, "after": after})
