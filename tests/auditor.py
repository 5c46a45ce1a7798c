"""An auditor: he unpacks a bundle of evidence and checks it where there is no egovnet."""

import hashlib
import os
import subprocess
import tarfile
from pathlib import Path

#: Where a system's own programs are; no virtual environment.
PATH = "/usr/local/bin:/usr/bin:/bin"


def unpacked(bundle: Path, to: Path) -> Path:
    """The bundle's folder."""
    with tarfile.open(bundle) as tar:
        tar.extractall(to, filter="data")
    return to / "egovnet-evidence"


def audited(bundle: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What check.sh says, with nothing of egovnet to be found."""
    environment = {"PATH": PATH, "HOME": "/nonexistent"}
    none = ["python3", "-I", "-c", "import egovnet"]
    assert subprocess.run(none, env=environment, capture_output=True, check=False).returncode
    return subprocess.run(
        ["sh", "check.sh", *options],
        cwd=bundle,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def signed_again(bundle: Path, beside: Path) -> None:
    """What a forger does who has no controller's key: the list of files anew, and his own key in
    the place of the controllers'."""
    key = beside / "forger"
    if not key.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    public = key.with_suffix(".pub").read_text()
    with (bundle / "controllers").open("a", encoding="utf-8") as listed:
        listed.write(f'forger@x namespaces="egovnet-evidence" {public}')
    names = sorted(
        path.relative_to(bundle).as_posix()
        for path in bundle.rglob("*")
        if path.is_file() and not path.name.startswith("SHA256SUMS")
    )
    sums = "".join(
        f"{hashlib.sha256((bundle / name).read_bytes()).hexdigest()}  {name}\n" for name in names
    )
    (bundle / "SHA256SUMS").write_text(sums)
    os.unlink(bundle / "SHA256SUMS.sig")  # noqa: PTH108
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", "egovnet-evidence", "-f", key, "SHA256SUMS"],
        cwd=bundle,
        check=True,
        capture_output=True,
    )
