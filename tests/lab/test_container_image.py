"""The image for containers: whole by its own digests, and its programs run in it."""

import hashlib
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from egovnet.lab.appliance import ensure_appliance
from egovnet.lab.container_image import ContainerImage, container_image, image_tag
from egovnet.lab.errors import ApplianceError
from tests.playbooks.console import egovnet

pytestmark = pytest.mark.lab("container-image")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> ContainerImage:
    appliance = ensure_appliance(progress=lambda _line: None)
    return container_image(appliance, tmp_path_factory.mktemp("image") / "image.tar")


@pytest.fixture(scope="module")
def root(image: ContainerImage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What a container of it begins with."""
    place = tmp_path_factory.mktemp("root")
    with tarfile.open(image.file) as archive:
        (layer,) = json.load(archive.extractfile("manifest.json"))[0]["Layers"]  # type: ignore[arg-type]
        with tarfile.open(fileobj=archive.extractfile(layer)) as tree:
            tree.extractall(place, numeric_owner=True, filter="fully_trusted")  # noqa: S202 -- our own
    yield place


def test_an_engine_finds_what_its_manifest_names(image: ContainerImage) -> None:
    appliance = ensure_appliance(progress=lambda _line: None)
    with tarfile.open(image.file) as archive:
        (manifest,) = json.load(archive.extractfile("manifest.json"))  # type: ignore[arg-type]
        config = archive.extractfile(manifest["Config"]).read()  # type: ignore[union-attr]
        (layer,) = manifest["Layers"]
        digest = hashlib.file_digest(archive.extractfile(layer), "sha256").hexdigest()  # type: ignore[arg-type]
    assert manifest["RepoTags"] == [image_tag(appliance)] == [image.tag]
    assert image.tag == f"egovnet-frr:{appliance.frr_version}-{appliance.digest}"
    assert manifest["Config"] == f"{hashlib.sha256(config).hexdigest()}.json"
    assert json.loads(config)["rootfs"]["diff_ids"] == [f"sha256:{digest}"]


def test_the_verb_writes_the_same(image: ContainerImage, tmp_path: Path) -> None:
    ran = egovnet("lab", "image", "-o", tmp_path / "image.tar", "--json", state=tmp_path)
    assert (ran.code, ran.json["image"]) == (0, image.tag), ran.stderr
    assert (ran.json["sha256"], ran.json["size"]) == (image.digest, image.size)


def test_it_is_made_once_and_is_the_same_again(image: ContainerImage, tmp_path: Path) -> None:
    appliance = ensure_appliance(progress=lambda _line: None)
    again = container_image(appliance, tmp_path / "again.tar")
    assert (again.digest, again.size) == (image.digest, image.size)
    with pytest.raises(ApplianceError, match="the image cannot be written: No such file"):
        container_image(appliance, tmp_path / "nowhere" / "image.tar")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/usr/lib/frr/bgpd --version", "version 8.4.4"),
        ("vtysh -C -f /etc/frr/vtysh.conf", ""),
        ("ifreload --help", "usage: ifreload"),
        ("nft --version", "nftables v1"),
        ("sshd -t -h /key", ""),
        ("getent passwd frr", "frr:x:110"),
        ("sudo -V", "Sudo version"),
        ("sleep 0", ""),
    ],
)
def test_its_programs_run_in_it(command: str, said: str, root: Path) -> None:
    """In its own root and no other, as in a container."""
    if not (root / "key").exists():
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root / "key"], check=True
        )
    env = {"PATH": "/usr/sbin:/usr/bin", "HOME": "/root"}
    own_users = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
    done = subprocess.run(
        [*own_users, "chroot", root, "sh", "-c", command],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert said in done.stdout + done.stderr


def test_owners_and_modes_are_those_of_the_packages(image: ContainerImage) -> None:
    with tarfile.open(image.file) as archive:
        (layer,) = [name for name in archive.getnames() if name.endswith("/layer.tar")]
        with tarfile.open(fileobj=archive.extractfile(layer)) as tree:
            assert (tree.getmember("etc/frr").uid, tree.getmember("etc").uid) == (110, 0)
            assert tree.getmember("usr/bin/sudo").mode == 0o4755
            assert not [name for name in tree.getnames() if name.startswith("usr/lib/modules")]
