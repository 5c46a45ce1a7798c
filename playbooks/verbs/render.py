"""`render`: the intended configuration of each device, one file a device."""

from pathlib import Path

from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.output_file import make_directory, write_outputs
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.written_files import RenderedFile, RenderedFiles


def render_files(workspace: Workspace, output: Path) -> Outcome[RenderedFiles]:
    """Write `output`/<host>.cfg for every chosen device, for its owner only.

    Raises:
        UsageError: a file cannot be written.
        InventoryError: the lock file was lost, so that all would be numbered anew.
    """
    require_numbers(workspace)
    texts = {output / f"{name}.cfg": text for name, text in workspace.intended().items()}
    make_directory(output)
    write_outputs(texts)
    files = (RenderedFile(p.stem, str(p), text.count("\n")) for p, text in texts.items())
    return Outcome("render", RenderedFiles(str(output), tuple(files)))
