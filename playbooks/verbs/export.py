"""`export`: the routers of an inventory as other tools' files, and what its policy comes to."""

import json
from pathlib import Path

import yaml

from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.output_file import (
    PUBLIC,
    PUBLIC_DIRECTORY,
    make_directory,
    write_outputs,
)
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.written_files import ExportedInventory
from egovnet.playbooks.verbs.export_signed import approvals_files, codeowners_files
from egovnet.tasks.plain_inventories import ansible_inventory, nornir_files

#: Of the policy, without a number in them.
SIGNED_FORMATS = ("codeowners", "approvals")
FORMATS = ("nornir", "ansible", *SIGNED_FORMATS)


def export(workspace: Workspace, form: str, output: Path) -> Outcome[ExportedInventory]:
    """Write `form` (one of `FORMATS`) into the directory `output`.

    Raises:
        UsageError: a file cannot be written.
        InventoryError: the inventory cannot be used, or its numbers were lost.
    """
    if form not in SIGNED_FORMATS:
        require_numbers(workspace)
    network = workspace.network
    notes: tuple[str, ...] = ()
    if form == "codeowners":
        texts, notes = codeowners_files(workspace)
    elif form == "approvals":
        texts = approvals_files(workspace)
    elif form == "ansible":
        document = ansible_inventory(network, workspace.allocation)
        texts = {"inventory.json": json.dumps(document, indent=2) + "\n"}
    else:
        files = nornir_files(network, workspace.allocation)
        # by way of JSON, so that what routers have in common is written out and no YAML anchor
        plain = json.loads(json.dumps(files))
        texts = {name: yaml.safe_dump(data, sort_keys=False) for name, data in plain.items()}
    for folder in sorted({(output / name).parent for name in texts}):
        make_directory(folder, mode=PUBLIC_DIRECTORY)
    write_outputs({output / name: text for name, text in texts.items()}, mode=PUBLIC)
    result = ExportedInventory(form, str(output), tuple(texts), len(network.routers))
    return Outcome("export", result, notes=notes)
