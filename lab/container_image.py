"""The appliance as an image for containers: an archive that `docker load` and `podman load` take.

It is made of the file system that the lab's own machine boots, without a container engine and
without a network, and has no kernel. Equal appliances give equal archives; the tag says of which
FRR and of which appliance it is.
"""

from __future__ import annotations

import hashlib
import io
import json
import stat
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from egovnet.lab.appliance import Appliance
from egovnet.lab.cpio_archive import read_entries
from egovnet.lab.errors import ApplianceError

REPOSITORY = "egovnet-frr"
#: What only a machine of its own needs: its first program, ours beside it, modules of its kernel.
_LEFT_OUT = ("init", "usr/lib/egovnet", "usr/lib/modules")
_FRR = 110
#: Path -> owner: of Debian's users, which the packages' own scripts would have given them to.
_OWNED = {"etc/frr": _FRR, "var/log/frr": _FRR}
#: What those scripts would have written.
_FILES = {
    "etc/frr/vtysh.conf": "service integrated-vtysh-config\n",
    "etc/ssh/sshd_config": "PermitRootLogin prohibit-password\nUsePAM no\n"
    "HostKey /etc/ssh/ssh_host_ed25519_key\n",
}
_DIRECTORIES = {"root/.ssh": 0o700, "run/frr": 0o755, "run/network": 0o755}
_COMMAND = ["sleep", "infinity"]


@dataclass(frozen=True)
class ContainerImage:
    """An archive with one image."""

    file: Path
    #: As a topology's `image` names it.
    tag: str
    #: SHA-256 of the archive, hexadecimal.
    digest: str
    size: int


def image_tag(appliance: Appliance) -> str:
    """The name of the image of an appliance."""
    return f"{REPOSITORY}:{appliance.frr_version}-{appliance.digest}"


def container_image(appliance: Appliance, file: Path | None = None) -> ContainerImage:
    """The image as the archive `file`; without one it is kept beside the appliance, and made once.

    Raises:
        ApplianceError: it cannot be written.
    """
    target = file or appliance.initrd.with_name("container.tar")
    try:
        if file is not None or not target.is_file():
            with tempfile.TemporaryDirectory(dir=target.parent, prefix="image-") as scratch:
                made = Path(scratch) / "image"
                _write(appliance, made, Path(scratch) / "layer")
                made.replace(target)
        with target.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return ContainerImage(target, image_tag(appliance), digest, target.stat().st_size)
    except OSError as error:
        raise ApplianceError(
            f"the image cannot be written: {error.strerror}",
            where=str(target),
            next_step="check path, rights and the free space",
        ) from error


def _write(appliance: Appliance, archive: Path, layer: Path) -> None:
    with layer.open("wb") as stream, appliance.initrd.open("rb") as initrd:
        _write_layer(stream, initrd)
    with layer.open("rb") as stream:
        layer_digest = hashlib.file_digest(stream, "sha256").hexdigest()
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": _COMMAND, "Labels": {"egovnet.appliance": appliance.digest}},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer_digest}"]},
            "history": [{"created_by": "egovnet lab image"}],
        }
    ).encode()
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    layer_name = f"{layer_digest}/layer.tar"
    manifest = [{"Config": name, "RepoTags": [image_tag(appliance)], "Layers": [layer_name]}]
    with tarfile.open(archive, "w", format=tarfile.USTAR_FORMAT) as tar:
        _add(tar, name, config)
        _add(tar, "manifest.json", json.dumps(manifest).encode())
        with layer.open("rb") as stream:
            member = tarfile.TarInfo(layer_name)
            member.size = layer.stat().st_size
            tar.addfile(member, stream)


def _write_layer(stream: BinaryIO, initrd: BinaryIO) -> None:
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, mode, content in read_entries(initrd):
            if path in _LEFT_OUT or path.startswith(tuple(f"{each}/" for each in _LEFT_OUT)):
                continue
            member = tarfile.TarInfo(path)
            member.mode = stat.S_IMODE(mode)
            member.uid = member.gid = _OWNED.get(path, 0)
            if stat.S_ISDIR(mode):
                member.type = tarfile.DIRTYPE
                tar.addfile(member)
            elif stat.S_ISLNK(mode):
                member.type, member.linkname = tarfile.SYMTYPE, content.decode()
                tar.addfile(member)
            else:
                _add(tar, path, content, member)
        for path, bits in _DIRECTORIES.items():
            member = tarfile.TarInfo(path)
            member.type, member.mode = tarfile.DIRTYPE, bits
            tar.addfile(member)
        for path, text in _FILES.items():
            _add(tar, path, text.encode())


def _add(
    tar: tarfile.TarFile, path: str, content: bytes, member: tarfile.TarInfo | None = None
) -> None:
    member = member or tarfile.TarInfo(path)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))
