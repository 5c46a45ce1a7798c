"""The agent as root installs it on a router, once, and the account that may run it.

`python -m napalm_frr KEY.pub | ssh root@ROUTER sh` does so.

The account has a shell, the group by which FRR's vtysh answers, and one line of sudo's policy. What
it logs in with and its home are root's: it can change neither.
"""

from __future__ import annotations

import functools
import hashlib
import re
import shlex
from collections.abc import Sequence
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


def install_script(public_keys: Sequence[str] = ()) -> str:
    """Shell text that root runs on a router, the first time and for each new version.

    `public_keys`, lines of OpenSSH's form, are those that the account logs in with from then on;
    without any, the ones that it has stay. The agent is replaced whole: a process of it that runs
    goes on with the text it began with.

    Raises:
        ValueError: one is not such a line.
    """
    for key in public_keys:
        if not _PUBLIC_KEY.fullmatch(key.strip()):
            raise ValueError(f"{key.strip()[:40]!r} is no public key of OpenSSH's: 'TYPE KEY NAME'")
    keys = "".join(f"restrict,pty {key.strip()}\n" for key in public_keys)
    return "".join(
        [
            _BEGIN.format(account=ACCOUNT, group=GROUP, home=HOME),
            _written(f"{HOME}/.ssh/authorized_keys", keys, "644") if keys else "",
            _written(INSTALLED, program().decode(), "755"),
            _written(SUDOERS, sudoers(), "440", f"visudo -qcf {SUDOERS}.new"),
        ]
    )


def _written(path: str, text: str, mode: str, check: str = "") -> str:
    end = f"END-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    new = shlex.quote(f"{path}.new")
    tested = f"{check} >/dev/null\n" if check else ""
    return (
        f"cat >{new} <<'{end}'\n{text}{end}\n"
        f"chown root:root {new}\nchmod {mode} {new}\n{tested}mv -f {new} {shlex.quote(path)}\n"
    )
