"""An SSH authority of a test, by OpenSSH's own ssh-keygen."""

import os
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


def keygen(*arguments: str | Path, data: str = "") -> subprocess.CompletedProcess[str]:
    """Run ssh-keygen, times in UTC."""
    return subprocess.run(
        ["ssh-keygen", "-q", *map(str, arguments)],
        input=data,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TZ": "UTC"},
        timeout=30,
    )


def new_key(path: Path, kind: str = "ed25519") -> Path:
    """A key pair: `path` and `path.pub`."""
    done = keygen("-t", kind, "-N", "", "-C", path.name, "-f", path)
    assert done.returncode == 0, done.stderr
    return path


def public(path: Path) -> str:
    """The line of a key's public half."""
    return Path(f"{path}.pub").read_text(encoding="ascii").strip()


@dataclass
class Authority:
    """One that signs for hosts and for users."""

    key: Path

    @classmethod
    def made(cls, path: Path, kind: str = "ed25519") -> "Authority":
        return cls(new_key(path, kind))

    @property
    def known(self) -> str:
        """The line of known_hosts that trusts it."""
        return f"@cert-authority * {public(self.key)}\n"

    def sign(
        self,
        key: str,
        *principals: str,
        host: bool = True,
        serial: int = 7,
        begins: float = -60,
        ends: float = 3600,
        more: tuple[str, ...] = (),
    ) -> str:
        """The line of a certificate for a public key's line; times are seconds from now."""
        file = self.key.with_name("to-sign.pub")
        file.write_text(f"{key}\n", encoding="ascii")
        named = ("-n", ",".join(principals)) if principals else ()
        valid = f"{_time(begins)}:{_time(ends)}"
        kind = ("-h",) if host else ()
        done = keygen(
            *("-s", self.key, "-I", "of a test", "-z", str(serial), "-V", valid),
            *(*kind, *named, *more, file),
        )
        assert done.returncode == 0, done.stderr
        return self.key.with_name("to-sign-cert.pub").read_text(encoding="ascii").strip()

    def revoking(self, path: Path, lines: str) -> Path:
        """A list of what is revoked, of lines such as `serial: 7` and `key: ssh-ed25519 ...`."""
        path.unlink(missing_ok=True)
        done = keygen("-k", "-f", path, "-s", f"{self.key}.pub", "-", data=lines)
        assert done.returncode == 0, done.stderr
        return path


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(time.time() + seconds, UTC):%Y%m%d%H%M%S}"
