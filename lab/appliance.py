"""The lab's virtual machine image: Debian's kernel and FRR, built once as any user and cached.

An appliance is generic, a kernel and a first root file system. What makes it a certain lab is laid
over it at boot. It is cached under a hash of its packages' versions and of our own files in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from egovnet.lab import appliance_root, kernel_image
from egovnet.lab.cpio_archive import CpioWriter
from egovnet.lab.debian_packages import AptWorkspace, Package
from egovnet.lab.errors import ApplianceError

GUEST_FILES = Path(__file__).with_name("appliance")
"""Our own programs in the guest: ``init`` and what it starts."""

KEPT_APPLIANCES = 3
_KERNEL_PACKAGES = {"ubuntu": "linux-image-generic"}
_PACKAGES = (
    "frr", "frr-pythontools", "ifupdown2", "openssh-server", "iproute2", "tcpdump", "iputils-ping",
    "kmod", "bash", "dash", "coreutils", "util-linux", "mount", "sed", "grep", "mawk", "procps",
    "base-files", "base-passwd", "libc-bin", "passwd", "findutils", "python3", "debianutils",
    "traceroute", "less", "diffutils", "hostname", "ethtool", "libpam-modules", "nftables",
    "fping", "sudo", "nsd",
)  # fmt: skip
_NOT_IN_GUEST = (
    "perl", "perl-base", "perl-modules-5.36", "libperl5.36", "usrmerge", "usr-is-merged", "adduser",
    "debconf", "cdebconf", "cron", "cron-daemon-common", "logrotate", "initramfs-tools", "udev",
    "initramfs-tools-core", "klibc-utils", "libklibc", "linux-base", "dpkg", "ucf", "lsb-base",
    "init-system-helpers", "runit-helper", "libpam-runtime", "sensible-utils", "logsave", "cpio",
    "dracut", "sysvinit-utils", "media-types", "openssl",
)  # fmt: skip


@dataclass(frozen=True)
class Appliance:
    """A bootable image in the cache."""

    digest: str
    """Hash of the packages' versions and of our files."""
    kernel: Path
    """A Linux kernel that QEMU starts: a plain ELF image, or a bzImage."""
    initrd: Path
    """An uncompressed cpio archive; further archives may be appended to a copy."""
    versions: dict[str, str]
    """Debian package name to version, e.g. ``{"frr": "8.4.4-1.1~deb12u2"}``."""

    @property
    def frr_version(self) -> str:
        """What the routers' ``frr version`` line says, e.g. ``8.4.4``."""
        return self.versions["frr"].split("-")[0]


def default_cache() -> Path:
    """``$XDG_CACHE_HOME/egovnet/appliance``, or the same under ``~/.cache``."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "egovnet" / "appliance"


def ensure_appliance(
    *, progress: Callable[[str], None], cache: Path | None = None, refresh: bool = False
) -> Appliance:
    """Return the cached appliance, building it when there is none (about a minute, 60 MB fetched).

    The versions of the first build are kept, so that a cached appliance needs no network;
    ``refresh`` asks apt again and rebuilds when a version moved. Raises ApplianceError and
    ToolMissingError.
    """
    cache = cache or default_cache()
    cache.mkdir(parents=True, exist_ok=True)
    if platform.machine() != "x86_64":
        raise ApplianceError(
            f"the appliance is built for x86_64, this machine is {platform.machine()}",
            where="lab appliance",
            next_step="use the containerlab backend",
        )
    recipe = _recipe_digest()
    current = cache / f"{recipe}.current"
    if current.is_file() and not refresh:
        directory = cache / current.read_text().strip()
        if (directory / "versions.json").is_file():
            return _load(directory)
    packages = (_kernel_package(), *_PACKAGES)
    apt = AptWorkspace(cache / "apt", already_provided=_NOT_IN_GUEST, progress=progress)
    progress("resolving Debian packages")
    resolved = apt.resolve(packages)
    digest = hashlib.sha256(
        "\n".join([recipe, *(package.file_name for package in resolved)]).encode()
    ).hexdigest()[:16]
    directory = cache / digest
    if not (directory / "versions.json").is_file():
        progress(f"fetching {len(resolved)} Debian packages")
        files = apt.download(packages, resolved)
        progress("building the lab appliance")
        _build(directory, files, resolved)
        apt.forget_all_but(resolved)
        _forget_old(cache)
    _write_atomically(current, digest)
    return _load(directory)


def _forget_old(cache: Path) -> None:
    """Keep the newest appliances only: each is 200 MB, and a running lab has read its own."""
    built = sorted(cache.glob("*/versions.json"), key=lambda path: path.stat().st_mtime)
    for versions in built[:-KEPT_APPLIANCES]:
        shutil.rmtree(versions.parent, ignore_errors=True)


def _recipe_digest() -> str:
    """Hash of everything of ours that decides what the appliance contains."""
    digest = hashlib.sha256()
    own = [Path(__file__), Path(appliance_root.__file__), Path(kernel_image.__file__)]
    for path in sorted(own + [p for p in GUEST_FILES.iterdir() if p.is_file()]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _kernel_package() -> str:
    release = Path("/etc/os-release").read_text() if Path("/etc/os-release").exists() else ""
    for line in release.splitlines():
        if line.startswith("ID="):
            return _KERNEL_PACKAGES.get(line[3:].strip('"'), "linux-image-amd64")
    return "linux-image-amd64"


def _build(directory: Path, packages: Sequence[Path], resolved: Sequence[Package]) -> None:
    """Build into a scratch directory and rename, so that a killed build leaves nothing usable."""
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix="building-") as scratch:
        root = Path(scratch) / "root"
        result = Path(scratch) / "result"
        root.mkdir()
        result.mkdir()
        appliance_root.unpack(packages, root)
        release = appliance_root.take_kernel(root, result / "kernel")
        plain = kernel_image.plain_kernel((result / "kernel").read_bytes())
        if plain is not None:
            (result / "kernel").write_bytes(plain)
        appliance_root.keep_modules(root, release, appliance_root.KERNEL_MODULES)
        appliance_root.finish(root)
        _install_guest_files(root)
        appliance_root.compile_python(root)
        with (result / "initrd").open("wb") as stream:
            archive = CpioWriter(stream)
            archive.tree(root)
            archive.close()
        versions = {package.name: package.version for package in resolved}
        (result / "versions.json").write_text(json.dumps(versions, indent=1))
        if directory.exists():
            shutil.rmtree(directory)
        result.rename(directory)


def _install_guest_files(root: Path) -> None:
    target = root / "usr/lib/egovnet"
    target.mkdir()
    for path in sorted(GUEST_FILES.iterdir()):
        if path.is_file():
            shutil.copyfile(path, target / path.name)
            (target / path.name).chmod(0o755)
    (root / "init").symlink_to("usr/lib/egovnet/init")


def _load(directory: Path) -> Appliance:
    return Appliance(
        digest=directory.name,
        kernel=directory / "kernel",
        initrd=directory / "initrd",
        versions=json.loads((directory / "versions.json").read_text()),
    )


def _write_atomically(path: Path, text: str) -> None:
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    scratch.write_text(text)
    scratch.replace(path)
