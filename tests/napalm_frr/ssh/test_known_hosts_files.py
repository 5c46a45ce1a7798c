"""Known hosts are read from a file, and nothing else is waited for."""

import os
from pathlib import Path

import pytest

from napalm_frr.ssh.known_hosts import known_hosts, private_key


@pytest.mark.parametrize("kind", ["pipe", "device", "huge", "directory", "nowhere"])
def test_nobody_is_known_by_what_is_no_file(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "huge":
            with path.open("wb") as file:
                file.truncate(200 << 20)
        case "directory":
            path.mkdir()
        case _:
            path.symlink_to("gone")
    assert known_hosts(str(path)).keys_of("10.0.0.1") == []
    assert private_key(str(path)) is None
