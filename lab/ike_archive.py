"""What routers with encrypted VPNs need besides the appliance: strongSwan, and the kernel's GRE.

An archive of its own, which is laid over the appliance where a text of the lab asks for it: other
labs boot as before. Packages are unpacked as those of the appliance are.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from egovnet.lab import appliance_root
from egovnet.lab.appliance import Appliance
from egovnet.lab.cpio_archive import CpioWriter
from egovnet.lab.debian_packages import AptWorkspace
from egovnet.lab.errors import ApplianceError
from egovnet.lab.topology import Topology
from egovnet.lab.uml_kernel import UmlKernel

_PACKAGES = (
    *("strongswan-swanctl", "strongswan-charon", "strongswan-libcharon", "strongswan-pki"),
    *("libstrongswan", "libstrongswan-standard-plugins"),
)
#: What they ask for and do not need: ipsec.conf's own starter, and questions at installation.
_NOT_NEEDED = ("strongswan-starter", "debconf")
_KERNEL = "user-mode-linux"
_MODULES = ("ip_gre", "esp4", "xfrm_user", "gcm", "ctr", "ecb", "seqiv", "echainiv")
#: A line of a text that only a router with encrypted VPNs has.
_ASKS = "ip xfrm policy "
_LEFT_OUT = ("usr/share", "etc/apparmor.d")


def is_needed(topology: Topology) -> bool:
    """Whether a router of the lab has encrypted VPNs."""
    return any(_ASKS in node.config for node in topology.nodes)


def ensure_ike_archive(
    appliance: Appliance, kernel: UmlKernel, cache: Path, *, progress: Callable[[str], None]
) -> Path:
    """The cached archive for an appliance and a kernel, or one made once (25 MB fetched).

    Raises ApplianceError where it cannot be had.
    """
    of = "\n".join((Path(__file__).read_text(), appliance.digest, kernel.directory.name))
    archive = cache / f"ike-{hashlib.sha256(of.encode()).hexdigest()[:12]}.cpio"
    if not archive.is_file():
        progress("fetching strongSwan, for encrypted VPNs (once)")
        _build(archive, appliance, kernel, progress)
    return archive


def _build(
    archive: Path, appliance: Appliance, kernel: UmlKernel, progress: Callable[[str], None]
) -> None:
    cache = archive.parent
    provided = (*appliance.versions, *_NOT_NEEDED)
    apt = AptWorkspace(cache / "apt-ike", already_provided=provided, progress=progress)
    packages = apt.download(_PACKAGES, apt.resolve(_PACKAGES))
    with tempfile.TemporaryDirectory(dir=cache, prefix="building-") as scratch:
        root, own, result = (Path(scratch) / name for name in ("root", "kernel", archive.name))
        root.mkdir()
        own.mkdir()
        appliance_root.unpack(packages, root)
        appliance_root.unpack(_kernel_packages(kernel, progress), own)
        for name in _LEFT_OUT:
            shutil.rmtree(root / name, ignore_errors=True)
        for link in [path for path in root.iterdir() if path.is_symlink()]:
            link.unlink()  # the appliance has them
        modules = next((own / "usr/lib/uml/modules").iterdir())
        with result.open("wb") as stream:
            writer = CpioWriter(stream)
            writer.tree(root)
            for path in _wanted(modules, _MODULES):
                at = Path("usr/lib/modules") / modules.name / path
                for up in reversed(at.parents[:-1]):
                    writer.directory(up.as_posix())
                writer.file(at.as_posix(), (modules / path).read_bytes())
            writer.close()
        result.rename(archive)


def _kernel_packages(kernel: UmlKernel, progress: Callable[[str], None]) -> Sequence[Path]:
    """The kernel's package, whose archive was dropped when what labs need of it was taken out."""
    directory = kernel.directory.parent / "apt-uml"
    sources = (directory / "sources.list").read_text()
    apt = AptWorkspace(directory, already_provided=(), progress=progress, sources=sources)
    found = [each for each in apt.resolve((_KERNEL,)) if each.name == _KERNEL]
    if [each.version for each in found] != [kernel.version]:
        raise ApplianceError(
            f"version {kernel.version} cannot be had any more",
            where=_KERNEL,
            next_step=f"remove {kernel.directory} so that the newer one is fetched",
        )
    return apt.download((f"{_KERNEL}={kernel.version}",), found)


def _wanted(modules: Path, names: Sequence[str]) -> Iterator[str]:
    """The files of modules and of all that they depend on, those of the kernel's own left out."""
    needs: dict[str, list[str]] = {}
    for line in (modules / "modules.dep").read_text().splitlines():
        path, _, dependencies = line.partition(":")
        needs[path] = dependencies.split()
    by_name = {Path(path).name.split(".")[0].replace("-", "_"): path for path in needs}
    missing = [name for name in names if name not in by_name]
    if missing:
        raise ApplianceError(
            f"it has no module {missing[0]}",
            where=f"kernel {modules.name}",
            next_step="report the module",
        )
    own = [by_name[name] for name in names]
    yield from sorted({each for path in own for each in (path, *needs[path])})
