"""The kernel that runs as a process: Debian's user-mode-linux, fetched and made to start here.

The newer way of running user code (``seccomp=on``) is in the kernel of Debian's unstable suite.
It is fetched as any user from the mirror this machine is configured with, beside the C library it
needs; nothing of the host is changed. The program's ELF header is told a loader relative to the
working directory, so that neither a chroot nor root is needed to start it with that library.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from egovnet.lab import appliance_root, uml_packet_filter
from egovnet.lab.cpio_archive import CpioWriter
from egovnet.lab.debian_packages import AptWorkspace
from egovnet.lab.errors import ApplianceError, LabError
from egovnet.lab.populate_library import populate_library

SUITE = "unstable"
MODULES = (
    *("overlay", "vrf", "mpls_router", "mpls_iptunnel", "mpls_gso", "veth", "dummy", "bridge"),
    *("8021q", "macsec", "esp4", "esp6", "xfrm_user", "udp_diag", "unix_diag", "gcm", "seqiv"),
    *("authenc", "cbc", "sch_netem", "nf_tables", "nft_ct", "nft_log", "nft_limit"),
)
"""What routers need and is not built in; there are no XFRM interfaces and no WireGuard."""

_KEY_RINGS = tuple(
    Path("/usr/share/keyrings") / f"debian-archive-keyring.{ending}" for ending in ("gpg", "pgp")
)
"""Debian's own keys; where neither file is there, apt checks with those that it trusts anyway."""

_PACKAGES = ("user-mode-linux", "libc6", "libgcc-s1")
_LIBRARIES = ("ld-linux-x86-64.so.2", "libc.so.6", "libgcc_s.so.1")
_INTERPRETER = b"/lib64/ld-linux-x86-64.so.2\0"
_REFUSED_SECONDS = 24 * 3600.0
"""How long it is remembered that the kernel could not be had, before it is tried again."""


@dataclass(frozen=True)
class UmlKernel:
    """A kernel in the cache."""

    directory: Path
    """The working directory it must be started in: its loader lies under it."""

    @property
    def program(self) -> Path:
        """The kernel, an ordinary program of this machine."""
        return self.directory / "linux.uml"

    @property
    def modules(self) -> Path:
        """A cpio archive with its modules and what speeds up its programs, over the appliance's."""
        return self.directory / "modules.cpio"

    @property
    def version(self) -> str:
        """The package's version, e.g. ``7.2um1``."""
        return self.directory.name.removeprefix("uml-").rpartition("-")[0]


def ensure_uml_kernel(cache: Path, *, progress: Callable[[str], None]) -> UmlKernel:
    """Return the cached kernel, or fetch it once (40 MB) through this machine's Debian mirror.

    Raises ApplianceError where it cannot be had; that is remembered for a day.
    """
    cache.mkdir(parents=True, exist_ok=True)
    recipe = _recipe()
    current = cache / f"uml-{recipe}.current"
    if current.is_file() and (found := UmlKernel(cache / current.read_text())).modules.is_file():
        return found
    refused = cache / f"uml-{recipe}.refused"
    if refused.is_file() and time.time() - refused.stat().st_mtime < _REFUSED_SECONDS:
        raise _unavailable(refused.read_text(), f"to try again now, remove {refused}")
    try:
        kernel = _fetch(cache, recipe, progress)
    except LabError as error:
        refused.write_text(error.what)
        raise _unavailable(
            error.what, "the backend microvm runs the same lab, more slowly"
        ) from error
    refused.unlink(missing_ok=True)
    current.write_text(kernel.directory.name)
    return kernel


def _unavailable(what: str, next_step: str) -> ApplianceError:
    return ApplianceError(what, where="kernel of User Mode Linux", next_step=next_step)


def _recipe() -> str:
    own = Path(__file__).read_bytes() + Path(uml_packet_filter.__file__).read_bytes()
    return hashlib.sha256(own + populate_library()).hexdigest()[:12]


def _fetch(cache: Path, recipe: str, progress: Callable[[str], None]) -> UmlKernel:
    progress("fetching the kernel of User Mode Linux (once)")
    apt = AptWorkspace(
        cache / "apt-uml",
        already_provided=(),
        progress=progress,
        sources=_sources(AptWorkspace(cache / "apt", already_provided=(), progress=progress)),
    )
    resolved = apt.resolve(_PACKAGES)
    files = apt.download(_PACKAGES, resolved)
    version = next(package.version for package in resolved if package.name == _PACKAGES[0])
    directory = cache / f"uml-{version}-{recipe}"
    _build(directory, files)
    apt.forget_all_but(())
    for old in cache.glob("uml-*-*"):
        if old.is_dir() and old != directory:
            shutil.rmtree(old, ignore_errors=True)  # a running lab has read its own
    return UmlKernel(directory)


def _sources(host: AptWorkspace) -> str:
    """A sources.list with Debian's unstable suite, on the mirror that this machine uses."""
    for repository in host.repositories():
        # not one of -security, -updates, -backports: those archives have no unstable suite
        if "-" not in repository.release and repository.component == "main":
            ring = next((path for path in _KEY_RINGS if path.is_file()), None)
            signed = f"[signed-by={ring}] " if ring else ""
            return f"deb {signed}{repository.uri} {SUITE} main\n"
    raise ApplianceError(
        "this machine has no Debian mirror among its apt sources",
        where="lab",
        next_step="add one, or use the backend microvm",
    )


def _build(directory: Path, packages: Sequence[Path]) -> None:
    """Build beside ``directory`` and rename, so that a killed build leaves nothing usable."""
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix="building-") as scratch:
        root, result = Path(scratch) / "root", Path(scratch) / "result"
        root.mkdir()
        (result / "lib").mkdir(parents=True)
        appliance_root.unpack(packages, root)
        program = (root / "usr/bin/linux.uml").read_bytes()
        if program.count(_INTERPRETER) != 1:
            raise ApplianceError(
                "its loader is not named where it always was",
                where="linux.uml",
                next_step="report the version of the package user-mode-linux",
            )
        relative = f"lib/{_LIBRARIES[0]}".encode().ljust(len(_INTERPRETER), b"\0")
        (result / "linux.uml").write_bytes(program.replace(_INTERPRETER, relative))
        (result / "linux.uml").chmod(0o755)
        for name in _LIBRARIES:
            shutil.copy2(root / "usr/lib/x86_64-linux-gnu" / name, result / "lib" / name)
        with (result / "modules.cpio").open("wb") as stream:
            archive = CpioWriter(stream)
            _add_modules(archive, next((root / "usr/lib/uml/modules").iterdir()))
            archive.file("usr/lib/egovnet/populate.so", populate_library(), 0o755)
            archive.close()
        shutil.rmtree(directory, ignore_errors=True)
        result.rename(directory)


def _add_modules(archive: CpioWriter, modules: Path) -> None:
    """The wanted modules with all they depend on, and the indexes that came with the package."""
    needs: dict[str, list[str]] = {}
    for line in (modules / "modules.dep").read_text().splitlines():
        path, _, dependencies = line.partition(":")
        needs[path] = dependencies.split()
    by_name = {Path(path).name.split(".")[0].replace("-", "_"): path for path in needs}
    kept: set[str] = set()
    for name in MODULES:
        if name not in by_name:
            raise ApplianceError(
                f"it has no module {name}",
                where=f"kernel {modules.name}",
                next_step="use the backend microvm, and report the module",
            )
        kept |= {by_name[name], *needs[by_name[name]]}
    target = Path("usr/lib/modules") / modules.name
    directories = {target} | {
        up for path in kept for up in (target / path).parents if target in up.parents
    }
    for directory in sorted(directories):
        archive.directory(directory.as_posix())
    for path in sorted(kept):
        content = (modules / path).read_bytes()
        if Path(path).name == "nf_tables.ko":
            content = uml_packet_filter.with_inet(content)
        archive.file((target / path).as_posix(), content)
    for index in sorted(modules.glob("modules.*")):
        archive.file((target / index.name).as_posix(), index.read_bytes())
