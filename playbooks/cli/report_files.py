"""Write the files of `--report DIR`: each is old or new, never half."""

from collections.abc import Mapping
from pathlib import Path

from egovnet.playbooks.core.output_file import (
    PUBLIC,
    PUBLIC_DIRECTORY,
    make_directory,
    write_outputs,
)


def write_files(directory: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write `texts` (name -> text) into `directory`, which is made, and return their paths.

    All are written beside their places first, and then each takes its place at once: a reader, or
    a collector of metrics, never sees a part of one. Reports hold no secret, and others read them.

    Raises:
        UsageError: a file cannot be written; names the file and the reason.
    """
    make_directory(directory, mode=PUBLIC_DIRECTORY, what="; the report cannot be written")
    paths = {directory / name: text for name, text in texts.items()}
    write_outputs(paths, mode=PUBLIC, what="the report ")
    return list(paths)
