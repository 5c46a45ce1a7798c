"""The agent as root installs it on a router, once, and the account that may run it.

`python -m napalm_frr KEY.pub | ssh root@ROUTER sh` does so. With a certificate authority the
account is logged in to by the certificates of operators whose scope the router is in, and the
router has a certificate of its own to show.

The account has a shell, the group by which FRR's vtysh answers, and one line of sudo's policy. What
it logs in with and its home are root's: it can change neither.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources

#: The agent's files; on the router they are one.
PARTS = (
    "router_agent.sh",
    "router_agent_input.sh",
    "router_agent_storage.sh",
    "router_agent_change.sh",
    "router_agent_requests.sh",
    "router_agent_verbs.sh",
)
#: Where root installs it; all directories above are root's alone.
INSTALLED = "/usr/libexec/egovnet-agent"
ACCOUNT = "egovnet"
HOME = "/home/egovnet"
#: Whoever is in it may ask FRR's daemons, and configure them: FRR has no group that only reads.
GROUP = "frrvty"
SUDOERS = "/etc/sudoers.d/egovnet"
#: What sshd goes by besides; root's alone, like all of it.
TRUST = "/etc/ssh/egovnet"
#: The one of the router's host keys that is certified.
HOST_KEY = "/etc/ssh/ssh_host_ed25519_key"
SSHD_PART = "/etc/ssh/sshd_config.d/egovnet.conf"
_PRINCIPAL = re.compile(r"[A-Za-z0-9*._=@/-]{1,200}")
_PUBLIC_KEY = re.compile(r"[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [^\n]*)?")
#: Debian's sudo looks its own name up in the DNS at each call unless it is told not to.
_POLICY = f"""\
# egovnet's account runs the agent as root, whatever its arguments are: the agent checks them.
Defaults:{ACCOUNT} env_reset, use_pty, !fqdn, !pam_session, !pam_setcred
{ACCOUNT} ALL=(root) NOPASSWD: {INSTALLED}
"""
_BEGIN = """\
#!/bin/sh
# Installs egovnet's agent, and the account that runs it, on a router with FRR.
set -eu
umask 022
no() {{ echo "$1" >&2; exit 1; }}
test "$(id -u)" = 0 || no "run this as root"
command -v sudo >/dev/null || no "there is no sudo: apt-get install sudo"
getent group {group} >/dev/null || no "there is no group {group}: apt-get install frr"
getent passwd {account} >/dev/null ||
    useradd --system --user-group --no-create-home --home-dir {home} --shell /bin/bash {account}
usermod --append --groups {group} {account}
mkdir -p {home}/.ssh
chown root:root {home} {home}/.ssh
chmod 755 {home} {home}/.ssh
"""


@functools.cache
def program() -> bytes:
    """The agent's text."""
    here = resources.files("napalm_frr.change")
    return b"".join(here.joinpath(part).read_bytes() for part in PARTS)


@functools.cache
def digest() -> str:
    """The agent's SHA-256, hexadecimal: what tells it from another version's."""
    return hashlib.sha256(program()).hexdigest()


def sudoers() -> str:
    """The text of `SUDOERS`."""
    return _POLICY


@dataclass(frozen=True, slots=True)
class SshTrust:
    """Whom a router's SSH server lets in as the account, and how it shows who it is itself."""

    #: Public keys that sign operators' certificates, a line each.
    authorities: tuple[str, ...]
    #: Principals of which a certificate must have one: the scopes that the router is in.
    principals: tuple[str, ...]
    #: The list of what is revoked, as `ssh-keygen -k` wrote it.
    revoked: bytes
    #: The router's own certificate, the line of a `-cert.pub` file; "": it has none yet.
    host_certificate: str = ""


#: Of sshd_config; `sshd -t` has looked at it before it counts. Global parts come before `Match`.
_SSHD = """\
# egovnet's: who logs in as {account} by a certificate, what is revoked, and who this router is.
{certificate}Match User {account}
    RevokedKeys {trust}/revoked_keys
    TrustedUserCAKeys {trust}/authorities
    AuthorizedPrincipalsFile {trust}/principals
Match all
"""
_BEGIN_TRUST = """\
mkdir -p {trust} {parts}
chown root:root {trust}
chmod 755 {trust}
"""
#: The server that runs is asked, whatever file it was started with; a router in a rack has systemd.
_END_TRUST = """\
sshd=$(command -v sshd || echo /usr/sbin/sshd)
config=${{SSHD_CONFIG:-/etc/ssh/sshd_config}}
as="user={account},host=localhost,addr=127.0.0.1"
if ! "$sshd" -t -f "$config" || ! "$sshd" -T -f "$config" -C "$as" | grep -q "{trust}/authorities"
then
    rm -f {part}
    no "$config does not take {part}: it needs the line Include /etc/ssh/sshd_config.d/*.conf"
fi
if [ -d /run/systemd/system ]; then systemctl reload ssh; else
    kill -HUP "$(cat "$("$sshd" -T -f "$config" -C "$as" | sed -n 's/^pidfile //p')")"
fi
"""


def trust_script(trust: SshTrust) -> str:
    """Shell text by which root has the router's SSH server go by `trust`; see `install_script`.

    Raises:
        ValueError: one of its parts would not be what it is to be on the router.
    """
    for line in (*trust.authorities, *filter(None, [trust.host_certificate])):
        if not _PUBLIC_KEY.fullmatch(line.strip()):
            raise ValueError(
                f"{line.strip()[:40]!r} is not a public key of OpenSSH's: 'TYPE KEY NAME'"
            )
    for principal in trust.principals:
        if not _PRINCIPAL.fullmatch(principal):
            raise ValueError(f"{principal[:40]!r} is no principal")
    if not trust.authorities or not trust.principals:
        raise ValueError("an authority without principals, or the reverse, lets nobody in")
    # no HostKey: with one, those that sshd has by itself, and somebody may have pinned, were gone
    shows = f"HostCertificate {TRUST}/host-cert.pub\n" if trust.host_certificate else ""
    texts = {
        f"{TRUST}/authorities": _lines(trust.authorities),
        # as the keys of the account are: nothing but a command
        f"{TRUST}/principals": _lines(f"restrict,pty {one}" for one in trust.principals),
        f"{TRUST}/host-cert.pub": _lines([trust.host_certificate]) if shows else "",
        SSHD_PART: _SSHD.format(account=ACCOUNT, trust=TRUST, certificate=shows),
    }
    words = {"account": ACCOUNT, "trust": TRUST, "part": SSHD_PART}
    coded = base64.encodebytes(trust.revoked).decode()
    return "".join(
        [
            _BEGIN_TRUST.format(trust=TRUST, parts=SSHD_PART.rpartition("/")[0]),
            written_file(f"{TRUST}/revoked_keys", coded, "644", through="base64 -d"),
            *(written_file(path, text, "644") for path, text in texts.items() if text),
            _END_TRUST.format(**words),
        ]
    )


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line.strip()}\n" for line in lines)


def install_script(public_keys: Sequence[str] = (), trust: SshTrust | None = None) -> str:
    """Shell text that root runs on a router, the first time and for each new version.

    `public_keys`, lines of OpenSSH's form, are those that the account logs in with from then on;
    without any, the ones that it has stay. With `trust` operators' certificates log in as well,
    from then on as it says. The agent is replaced whole: a process of it that runs goes on with the
    text it began with.

    Raises:
        ValueError: one is not such a line, or `trust` is none (`trust_script`).
    """
    for key in public_keys:
        if not _PUBLIC_KEY.fullmatch(key.strip()):
            raise ValueError(
                f"{key.strip()[:40]!r} is not a public key of OpenSSH's: 'TYPE KEY NAME'"
            )
    keys = "".join(f"restrict,pty {key.strip()}\n" for key in public_keys)
    return "".join(
        [
            _BEGIN.format(account=ACCOUNT, group=GROUP, home=HOME),
            written_file(f"{HOME}/.ssh/authorized_keys", keys, "644") if keys else "",
            written_file(INSTALLED, program().decode(), "755"),
            written_file(SUDOERS, sudoers(), "440", f"visudo -qcf {SUDOERS}.new"),
            trust_script(trust) if trust is not None else "",
        ]
    )


def written_file(path: str, text: str, mode: str, check: str = "", through: str = "cat") -> str:
    """Shell text that puts a file of root's in its place, old or new, where `check` takes it."""
    end = f"END-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    new = shlex.quote(f"{path}.new")
    tested = f"{check} >/dev/null\n" if check else ""
    return (
        f"{through} >{new} <<'{end}'\n{text}{end}\n"
        f"chown root:root {new}\nchmod {mode} {new}\n{tested}mv -f {new} {shlex.quote(path)}\n"
    )
