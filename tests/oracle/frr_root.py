"""Debian's FRR and ifupdown2 as a directory to run them in: fetched once, kept in the cache.

Of this machine's release, or of another one by its name, such as "trixie" with FRR 10.3: through
the mirror that the machine has, with sources and package lists of its own.
"""

import contextlib
import hashlib
import tempfile
from functools import cache
from pathlib import Path

from egovnet.lab import appliance, appliance_root
from egovnet.lab.debian_packages import AptWorkspace
from egovnet.lab.errors import ApplianceError

_PACKAGES = appliance._PACKAGES
#: What only a lab's router needs, which another release may call otherwise.
_OF_A_LAB = ("openssh-server", "tcpdump", "traceroute", "nftables")
#: perl of other releases, which is provided as this one's is.
_PERL = ("libperl5.40", "perl-modules-5.40")
_KEY_RING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
#: Where FRR's daemons write while they run; a fresh file system is laid over each.
WRITABLE = ("run", "tmp", "var/tmp", "var/log", "var/lib/frr", "etc/frr", "etc/network")


@cache
def frr_root(release: str = "") -> Path:
    """The directory, built when there is none (some 10 s); raises ApplianceError. `release` is
    Debian's, "" this machine's own."""
    cache = appliance.default_cache()
    cache.mkdir(parents=True, exist_ok=True)
    apt = _workspace(cache, appliance._NOT_IN_GUEST)
    packages = _PACKAGES
    if release:
        provided = (*appliance._NOT_IN_GUEST, *_PERL)
        apt = _workspace(cache, provided, release, _sources(apt, release))
        packages = tuple(name for name in packages if name not in _OF_A_LAB)
    resolved = apt.resolve(packages)
    names = "\n".join(package.file_name for package in resolved)
    digest = hashlib.sha256((names + Path(__file__).read_text()).encode()).hexdigest()[:16]
    root = cache / f"oracle-{digest}"
    if root.is_dir():
        return root
    files = apt.download(packages, resolved)
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
        (made / "var/lib/frr").mkdir(parents=True, exist_ok=True)
        # another process may have built it meanwhile
        with contextlib.suppress(OSError):
            made.rename(root)
    assert root.is_dir(), root
    return root


def _workspace(
    cache: Path, provided: tuple[str, ...], release: str = "", sources: str = ""
) -> AptWorkspace:
    name = f"apt-{release}" if release else "apt"
    return AptWorkspace(
        cache / name, already_provided=provided, progress=lambda line: None, sources=sources
    )


def _sources(host: AptWorkspace, release: str) -> str:
    """A sources.list of another release, on the mirror that this machine uses."""
    for repository in host.repositories():
        # not one of -security, -updates, -backports: those archives have other releases' names
        if "-" not in repository.release and repository.component == "main":
            signed = f"[signed-by={_KEY_RING}] " if _KEY_RING.is_file() else ""
            return f"deb {signed}{repository.uri} {release} main\n"
    raise ApplianceError(
        "this machine has no Debian mirror among its apt sources",
        where="oracle",
        next_step="add one, or try the texts on this machine's own release",
    )


def chroot_command(script: str, release: str = "") -> list[str]:
    """The command that runs a bash script inside the directory, in namespaces of its own."""
    root = frr_root(release)
    mounts = [f"mount -t proc proc {root}/proc", f"mount --rbind /dev {root}/dev"]
    mounts += [f"mount -t tmpfs none {root}/{name}" for name in WRITABLE]
    mounts += [f"touch {root}/etc/frr/vtysh.conf", "ip link set lo up"]
    quoted = script.replace("'", "'\\''")
    inside = " && ".join([*mounts, f"exec chroot {root} /bin/bash -c '{quoted}'"])
    spaces = ["--map-root-user", "--mount", "--net", "--pid", "--fork"]
    return ["unshare", *spaces, "bash", "-c", inside]
