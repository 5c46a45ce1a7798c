"""`render`: the intended configuration of each device, one file a device."""

from pathlib import Path

from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.written_files import RenderedFile, RenderedFiles


def render_files(workspace: Workspace, output: Path) -> Outcome[RenderedFiles]:
    """Write `output`/<host>.cfg for every chosen device.

    Raises:
        UsageError: a file cannot be written.
    """
    files = []
    texts = workspace.intended()
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            path = output / f"{name}.cfg"
            path.write_text(text, encoding="utf-8")
            files.append(RenderedFile(name, str(path), text.count("\n")))
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error
    return Outcome("render", RenderedFiles(str(output), tuple(files)))
