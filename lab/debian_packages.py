"""Fetch Debian packages and all they need, as any user, with the host's own apt sources.

apt runs with a state directory of its own, so nothing on the host is installed, locked or changed.
Packages that the guest must not contain (perl, udev, an initramfs builder, ...) are declared to apt
as already installed, so their dependents resolve and they are never downloaded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from egovnet.lab.errors import ApplianceError, ToolMissingError

APT_SECONDS = 600


@dataclass(frozen=True)
class Package:
    """One resolved package: its file name carries name, version and architecture."""

    file_name: str
    """As apt stores it, e.g. ``frr_8.4.4-1.1~deb12u2_amd64.deb``."""

    @property
    def name(self) -> str:
        """The package's name, e.g. ``frr``."""
        return self.file_name.split("_", 1)[0]

    @property
    def version(self) -> str:
        """The package's version, with the epoch's colon restored."""
        return self.file_name.split("_")[1].replace("%3a", ":")


@dataclass(frozen=True)
class Repository:
    """One component of an archive that apt reads packages from."""

    uri: str
    release: str
    """Its directory under ``dists``, e.g. ``bookworm`` or ``bookworm-updates``."""
    component: str


class AptWorkspace:
    """A private apt: resolves and downloads into ``directory`` without touching the host's state.

    The host's package lists are used when it has them; when they are missing or too old to
    download from, lists of our own are fetched once into ``directory`` and used from then on.
    With ``sources``, the text of a sources.list, apt knows no others.
    """

    def __init__(
        self,
        directory: Path,
        *,
        already_provided: Sequence[str],
        progress: Callable[[str], None],
        sources: str = "",
    ) -> None:
        for tool in ("apt-get", "dpkg-deb"):
            if shutil.which(tool) is None:
                raise ToolMissingError(
                    f"{tool} is not installed",
                    where="lab appliance",
                    next_step="the appliance is built on Debian or Ubuntu, whose apt it uses",
                )
        self.directory = directory.absolute()
        self.archives = self.directory / "archives"
        self._progress = progress
        (self.archives / "partial").mkdir(parents=True, exist_ok=True)
        (self.directory / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        self._status = self.directory / "status"
        self._status.write_text("".join(_installed_stanza(name) for name in already_provided))
        self._private_lists = any((self.directory / "lists").glob("*_Packages*"))
        self._sources = self.directory / "sources.list" if sources else None
        if self._sources is not None:
            self._sources.write_text(sources)
            self._private_lists = True

    def resolve(self, packages: Sequence[str]) -> tuple[Package, ...]:
        """All packages that ``packages`` need, sorted by file name."""
        try:
            listing = self._apt("--print-uris", "install", *packages)
        except ApplianceError:
            if self._private_lists and self._sources is None:
                raise
            self._update()
            listing = self._apt("--print-uris", "install", *packages)
        names = (line.split()[1] for line in listing.splitlines() if line.startswith("'"))
        # apt prints only what it would still download, hence an empty archive for resolving
        return tuple(sorted((Package(name) for name in names), key=lambda p: p.file_name))

    def download(self, packages: Sequence[str], resolved: Sequence[Package]) -> list[Path]:
        """Fetch what is missing and return the package files in the order of ``resolved``."""
        try:
            self._apt("--download-only", "install", *packages, archives=self.archives)
        except ApplianceError:
            if self._private_lists:
                raise
            self._update()
            self._apt("--download-only", "install", *packages, archives=self.archives)
        files = [self.archives / package.file_name for package in resolved]
        missing = [file.name for file in files if not file.is_file()]
        if missing:
            raise ApplianceError(
                f"apt did not deliver {', '.join(missing)}",
                where=str(self.archives),
                next_step="the package lists changed while building: try again",
            )
        return files

    def forget_all_but(self, resolved: Sequence[Package]) -> None:
        """Drop package files of older versions; the rest saves fetching when our files change."""
        wanted = {package.file_name for package in resolved}
        for file in self.archives.glob("*.deb"):
            if file.name not in wanted:
                file.unlink()

    def repositories(self) -> tuple[Repository, ...]:
        """The archives of packages that apt knows here, however its sources are written."""
        wanted = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)"
        listing = self._apt("indextargets", "--format", wanted, "Created-By: Packages")
        if not listing:
            self._update()
            listing = self._apt("indextargets", "--format", wanted, "Created-By: Packages")
        return tuple(Repository(*line.split("|")) for line in listing.splitlines())

    def _update(self) -> None:
        self._progress("fetching Debian's package lists")
        self._private_lists = True
        self._apt("update")

    def _apt(self, *arguments: str, archives: Path | None = None) -> str:
        options: dict[str, object] = {
            "Dir::State::status": self._status,
            "Dir::Cache": self.directory,
            "Dir::Cache::archives": archives or self.directory / "no-archives",
            "APT::Install-Recommends": "false",
            "Acquire::http::Timeout": "20",
            "Acquire::https::Timeout": "20",
            "Acquire::Retries": "2",
            "Debug::NoLocking": "true",
        }
        if os.geteuid() == 0:
            # as root apt would fetch as _apt, who may not write to a cache in root's home
            options["APT::Sandbox::User"] = "root"
        if self._private_lists:
            options["Dir::State::lists"] = self.directory / "lists"
        if self._sources is not None:
            options["Dir::Etc::sourcelist"] = self._sources
            options["Dir::Etc::sourceparts"] = "-"
        argv = ["apt-get", "-qq", "--yes"]
        for name, value in options.items():
            argv += ["-o", f"{name}={value}"]
        try:
            done = subprocess.run(
                [*argv, *arguments],
                capture_output=True,
                text=True,
                timeout=APT_SECONDS,
                check=False,
                env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
            )
        except subprocess.TimeoutExpired as error:
            raise ApplianceError(
                f"apt-get {arguments[0]} took more than {APT_SECONDS} s",
                where="lab appliance",
                next_step="check this machine's way to its Debian mirror",
            ) from error
        if done.returncode != 0:
            raise ApplianceError(
                f"apt-get {' '.join(arguments[:2])} failed:\n{done.stderr.strip()}",
                where="lab appliance",
                next_step="check the apt sources of this machine (apt-get update)",
            )
        return done.stdout


def _installed_stanza(name: str) -> str:
    return (
        f"Package: {name}\nStatus: install ok installed\nVersion: 9999\nArchitecture: amd64\n"
        "Maintainer: egovnet\nMulti-Arch: foreign\nDescription: provided by the appliance\n\n"
    )
