"""Debian's FRR and ifupdown2 as a directory to run them in: fetched once, kept in the cache."""

import hashlib
import tempfile
from pathlib import Path

from egovnet.lab import appliance, appliance_root
from egovnet.lab.debian_packages import AptWorkspace

_PACKAGES = appliance._PACKAGES
#: Where FRR's daemons write while they run; a fresh file system is laid over each.
WRITABLE = ("run", "tmp", "var/tmp", "var/log", "etc/frr", "etc/network")


def frr_root() -> Path:
    """The directory, built when there is none (some 10 s); raises ApplianceError."""
    cache = appliance.default_cache()
    cache.mkdir(parents=True, exist_ok=True)
    apt = AptWorkspace(
        cache / "apt", already_provided=appliance._NOT_IN_GUEST, progress=lambda line: None
    )
    resolved = apt.resolve(_PACKAGES)
    names = "\n".join(package.file_name for package in resolved)
    digest = hashlib.sha256((names + Path(__file__).read_text()).encode()).hexdigest()[:16]
    root = cache / f"oracle-{digest}"
    if root.is_dir():
        return root
    files = apt.download(_PACKAGES, resolved)
    with tempfile.TemporaryDirectory(dir=cache, prefix="building-") as scratch:
        made = Path(scratch) / "root"
        made.mkdir()
        appliance_root.unpack(files, made)
        appliance_root.finish(made)
        # the appliance leaves out daemons of which the oracle asks what commands they have
        appliance_root.unpack_over([file for file in files if file.name.startswith("frr_")], made)
        # in a user namespace there is nobody but root, who must then be of vtysh's group
        group = made / "etc/group"
        group.write_text(group.read_text().replace("frrvty:x:113:frr", "frrvty:x:113:frr,root"))
        made.rename(root)
    return root


def chroot_command(script: str) -> list[str]:
    """The command that runs a bash script inside the directory, in namespaces of its own."""
    root = frr_root()
    mounts = [f"mount -t proc proc {root}/proc", f"mount --rbind /dev {root}/dev"]
    mounts += [f"mount -t tmpfs none {root}/{name}" for name in WRITABLE]
    mounts += [f"touch {root}/etc/frr/vtysh.conf", "ip link set lo up"]
    quoted = script.replace("'", "'\\''")
    inside = " && ".join([*mounts, f"exec chroot {root} /bin/bash -c '{quoted}'"])
    spaces = ["--map-root-user", "--mount", "--net", "--pid", "--fork"]
    return ["unshare", *spaces, "bash", "-c", inside]
