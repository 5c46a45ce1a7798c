"""Turn unpacked Debian packages into a root file system that boots, without being root.

Packages are only unpacked: their maintainer scripts never run. What those scripts would have left
behind, as far as routers need it, is made here: users and groups, PAM's policy for vtysh, an awk,
the modules' index and Python's bytecode. The guest's own binaries do the last two, started through
the guest's own dynamic loader, so that nothing depends on the versions the host has.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from egovnet.lab.errors import ApplianceError

KERNEL_MODULES = (
    "virtio_pci",
    "virtio_net",
    "virtio_rng",
    "overlay",
    "vrf",
    "mpls_router",
    "mpls_iptunnel",
    "mpls_gso",
    "veth",
    "dummy",
    "bridge",
    "8021q",
    "macsec",
    "esp4",
    "esp6",
    "xfrm_user",
    "xfrm_interface",
    "af_packet",
    "tcp_diag",
    "inet_diag",
    "udp_diag",
    "unix_diag",
    "ipv6",
    "gcm",
    "seqiv",
    "authenc",
    "cbc",
    "sha256_generic",
    "aes_generic",
    "sch_netem",
    "crc32c_generic",
    "nf_tables",
    "nft_ct",
    "nft_log",
    "nft_limit",
    "nft_chain_nat",
    "nft_masq",
    "nft_nat",
    "nft_reject_inet",
    "nft_fib_inet",
)
"""Modules put into the appliance, with all that they depend on."""

_USERS = (
    "frr:x:110:110:Frr routing suite:/nonexistent:/usr/sbin/nologin",
    "sshd:x:111:65534::/run/sshd:/usr/sbin/nologin",
    "tcpdump:x:112:112::/nonexistent:/usr/sbin/nologin",
)
_GROUPS = ("frr:x:110:", "frrvty:x:113:frr", "tcpdump:x:112:")
# as Debian's packages have it: who may use vtysh is a matter of its sockets' group
_VTYSH_PAM = "auth sufficient pam_permit.so\naccount sufficient pam_permit.so\n"
_SUDO_PAM = "account required pam_permit.so\nsession required pam_permit.so\n"
# fping's would be a capability, which a cpio archive cannot carry
_MODES = {
    "usr/bin/sudo": 0o4755,
    "usr/bin/fping": 0o4755,
    "etc/sudoers": 0o440,
    "etc/shadow": 0o600,
}
_NOBODY_ELSE_PAM = "auth required pam_deny.so\naccount required pam_deny.so\n"
_ALTERNATIVES = {
    "usr/bin/awk": "mawk",
    "usr/bin/which": "which.debianutils",
    "usr/bin/traceroute": "traceroute.db",
    "usr/bin/pager": "less",
}
_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_NOT_NEEDED = (
    "boot",
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "usr/share/info",
    "usr/share/lintian",
    "usr/share/bug",
    "usr/share/i18n",
    "usr/share/mime",
    "usr/share/perl5",
    "usr/share/yang/modules/ietf",
    "usr/share/common-licenses",
    "usr/lib/python3.11/lib2to3",
    "usr/lib/python3.11/pydoc_data",
    "usr/lib/python3.11/ensurepip",
    "usr/lib/python3.11/test",
    "usr/lib/x86_64-linux-gnu/gconv",
    "usr/lib/x86_64-linux-gnu/perl-base",
    "usr/lib/udev",
    "usr/lib/systemd",
)
_EXTRA_DAEMONS = (
    "babeld", "eigrpd", "fabricd", "nhrpd", "ospf6d", "ospfd", "pathd", "pbrd", "pim6d", "pimd",
    "ripd", "ripngd", "vrrpd", "sharpd",
)  # fmt: skip
# ifupdown2 reserves tables 1001 to 5000 for VRFs; a national PE may need more, and a text may say
# 1000 for the management VRF
_IFUPDOWN2_POLICY = (
    '{"vrf": {"module_globals": {"vrf-table-id-start": 1000, "vrf-table-id-end": 65000}}}\n'
)
_LOADER = "usr/lib64/ld-linux-x86-64.so.2"
_LIBRARIES = "usr/lib/x86_64-linux-gnu"


def unpack(packages: Iterable[Path], root: Path) -> None:
    """Unpack ``packages`` over each other into ``root``, with /bin, /lib, ... inside /usr."""
    for name in _MERGED:
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    unpack_over(packages, root)


def unpack_over(packages: Iterable[Path], root: Path) -> None:
    """Unpack ``packages`` into the ``root`` that ``unpack`` has made."""
    for package in packages:
        with subprocess.Popen(
            ["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE
        ) as reader:
            done = subprocess.run(
                ["tar", "-x", "--keep-directory-symlink", "--no-same-owner", "-C", str(root)],
                stdin=reader.stdout,
                capture_output=True,
                text=True,
                check=False,
            )
        if reader.returncode or done.returncode:
            raise ApplianceError(
                f"cannot be unpacked: {done.stderr.strip()}",
                where=package.name,
                next_step="remove the file so that it is fetched again, and check the free space",
            )


def take_kernel(root: Path, destination: Path) -> str:
    """Move the kernel image out of ``root`` and return its release, e.g. ``6.1.0-37-amd64``."""
    images = sorted((root / "boot").glob("vmlinuz-*"))
    if not images:
        raise ApplianceError(
            "no package brought a kernel",
            where="lab appliance",
            next_step="check that the kernel package of this distribution is still named so",
        )
    shutil.move(images[-1], destination)
    destination.chmod(0o644)
    return images[-1].name.removeprefix("vmlinuz-")


def keep_modules(root: Path, release: str, wanted: Sequence[str]) -> None:
    """Drop every kernel module but ``wanted`` and their dependencies, then index what is left."""
    modules = root / "usr/lib/modules" / release
    run_guest_program(root, "usr/bin/kmod", "depmod", ["-b", str(root), release])
    needs: dict[str, list[str]] = {}
    for line in (modules / "modules.dep").read_text().splitlines():
        path, _, dependencies = line.partition(":")
        needs[path] = dependencies.split()
    by_name = {Path(path).name.split(".")[0].replace("-", "_"): path for path in needs}
    builtin = (modules / "modules.builtin").read_text()
    kept: set[str] = set()
    for name in wanted:
        if name in by_name:
            kept |= {by_name[name], *needs[by_name[name]]}
        elif f"/{name}.ko" not in builtin.replace("-", "_"):
            raise ApplianceError(
                f"the kernel {release} has no module {name}",
                where="lab appliance",
                next_step="install a kernel package with VRF and MPLS, or report the module",
            )
    for path in needs.keys() - kept:
        (modules / path).unlink()
    run_guest_program(root, "usr/bin/kmod", "depmod", ["-b", str(root), release])


def finish(root: Path) -> None:
    """Do what the packages' maintainer scripts would have done, and drop what no router reads."""
    etc = root / "etc"
    master = root / "usr/share/base-passwd"
    users = (master / "passwd.master").read_text().replace("root:*:", "root:x:")
    (etc / "passwd").write_text(users + "".join(f"{line}\n" for line in _USERS))
    (etc / "group").write_text(
        (master / "group.master").read_text() + "".join(f"{line}\n" for line in _GROUPS)
    )
    (etc / "shadow").write_text("root:*:19000:0:99999:7:::\n")
    (etc / "pam.d").mkdir(exist_ok=True)
    (etc / "pam.d/frr").write_text(_VTYSH_PAM)
    (etc / "pam.d/sudo").write_text(_SUDO_PAM)
    (etc / "pam.d/other").write_text(_NOBODY_ELSE_PAM)
    for path, mode in _MODES.items():
        (root / path).chmod(mode)
    (etc / "frr").mkdir(exist_ok=True)
    for name in ("frr.conf", "vtysh.conf", "daemons", "support_bundle_commands.conf"):
        (etc / "frr" / name).unlink(missing_ok=True)
    for link, target in _ALTERNATIVES.items():
        if not (root / link).exists() and (root / link).with_name(target).exists():
            (root / link).symlink_to(target)
    (root / "usr/share/ifupdown2/__main__.py").chmod(0o755)
    (etc / "network/ifupdown2/policy.d/egovnet.json").write_text(_IFUPDOWN2_POLICY)
    for directory in ("proc", "sys", "dev", "run", "tmp", "root", "lab", "var/log/frr", "run/sshd"):
        (root / directory).mkdir(parents=True, exist_ok=True)
    for name, target in {"var/run": "/run", "var/lock": "/run/lock"}.items():
        if not (root / name).is_symlink():
            shutil.rmtree(root / name, ignore_errors=True)
            (root / name).symlink_to(target)
    for name in _NOT_NEEDED:
        shutil.rmtree(root / name, ignore_errors=True)
    for name in _EXTRA_DAEMONS:
        (root / "usr/lib/frr" / name).unlink(missing_ok=True)


def compile_python(root: Path) -> None:
    """Compile all Python of the guest: a first ``ifreload`` takes 1.4 s instead of 6.6 s."""
    # unchecked hashes: the archive carries no time stamps that Python could compare
    run_guest_program(
        root,
        "usr/bin/python3.11" if (root / "usr/bin/python3.11").exists() else "usr/bin/python3",
        "python3",
        ["-I", "-S", "-m", "compileall", "-qq", "-j0", "--invalidation-mode", "unchecked-hash"]
        + ["-s", str(root), "-p", "/"]
        + [str(root / part) for part in ("usr/lib", "usr/share/ifupdown2", "usr/lib/frr")],
        allow_failure=True,
    )


def run_guest_program(
    root: Path, program: str, name: str, arguments: Sequence[str], *, allow_failure: bool = False
) -> None:
    """Run ``program`` of ``root`` as ``name`` on this host with the guest's own libraries."""
    loader = root / _LOADER
    if not loader.exists():
        loader = root / _LIBRARIES / "ld-linux-x86-64.so.2"
    argv = [str(loader), "--library-path", str(root / _LIBRARIES), "--argv0", name]
    done = subprocess.run(
        [*argv, str((root / program).resolve()), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONHOME": str(root / "usr"), "LC_ALL": "C.UTF-8"},
    )
    if done.returncode and not allow_failure:
        raise ApplianceError(
            f"{name} {' '.join(arguments)} failed:\n{done.stderr.strip() or done.stdout.strip()}",
            where="lab appliance",
            next_step="report this together with the host's architecture (amd64 is supported)",
        )
