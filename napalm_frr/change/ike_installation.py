"""strongSwan's files as root installs them on a PE: whom it trusts, and with whom it has keys.

The private key is not among them: it was made on the router (`napalm_frr.enrolment`).
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from napalm_frr.change.installation import written_file

SWANCTL = "/etc/swanctl"
PRIVATE_KEY = f"{SWANCTL}/private/router.pem"
DAEMON = "/etc/strongswan.conf"


@dataclass(frozen=True, slots=True)
class IkeFiles:
    """What a PE's key exchange goes by; certificates and lists in PEM."""

    certificate: str
    authority: str
    revoked: str
    connections: str
    daemon: str
    #: Of its connections.
    names: tuple[str, ...]
    #: Of these, those of PEs that had another certificate, which was revoked.
    doubted: tuple[str, ...] = ()


_BEGIN = """\
command -v swanctl >/dev/null || no "there is no swanctl: apt-get install strongswan-swanctl"
command -v pki >/dev/null || no "there is no pki: apt-get install strongswan-pki"
test -s {key} || no "{key} is not there: enrol this router anew"
mkdir -p {at}/private {at}/x509 {at}/x509ca {at}/x509crl
chown -R root:root {at}
chmod 700 {at}/private
chmod 600 {key}
umask 077
"""
#: pki says of plugins that are not there on its second output.
_IS_OF_KEY = """\
own=$(pki --pub --type priv --in {key} --outform pem 2>/dev/null || :)
test -n "$own" || no "pki cannot read {key}"
test "$own" = "$(pki --pub --type x509 --in {new} --outform pem 2>/dev/null || :)" || {{
    rm -f {new}
    no "the certificate is not of {key}: enrol this router anew"
}}
mv -f {new} {certificate}
"""
#: How the daemon runs is read at its start alone; all the rest without an interruption. What was
#: agreed on with whoever is no peer any more is ended; and where the list has changed also with a
#: peer that had a certificate which was revoked, since it may be that machine still.
_END = """\
if [ -d /run/systemd/system ]; then
    systemctl cat strongswan >/dev/null 2>&1 ||
        no "there is no strongswan.service: apt-get install charon-systemd"
    systemctl enable --quiet strongswan
    if [ "$daemon" != "$(cat {daemon})" ] || ! systemctl is-active --quiet strongswan; then
        systemctl restart strongswan
    fi
fi
if swanctl --stats >/dev/null 2>&1; then
    swanctl --load-all --clear --noprompt >/dev/null 2>&1 || no "charon does not take its files"
    stay=" {names} "
    [ "$list" = "$(cat {revoked})" ] || stay=" {trusted} "
    for one in $(swanctl --list-sas 2>/dev/null | sed -n 's/^\\([^ :]*\\): #.*/\\1/p' | sort -u); do
        case "$stay" in
        *" $one "*) ;;
        *) swanctl --terminate --ike "$one" --force >/dev/null 2>&1 || : ;;
        esac
    done
fi
"""


def ike_script(files: IkeFiles) -> str:
    """Shell text, after `install_script`'s, by which root has strongSwan go by these files.

    charon starts with the router where that has systemd; whoever starts it otherwise has it load
    them. Nothing is put in its place where the certificate is not of the router's own key.
    """
    certificate, new = f"{SWANCTL}/x509/router.pem", f"{SWANCTL}/router.pem.candidate"
    revoked = f"{SWANCTL}/x509crl/backbone.pem"
    trusted = [name for name in files.names if name not in files.doubted]
    return "".join(
        [
            _BEGIN.format(key=PRIVATE_KEY, at=SWANCTL),
            written_file(new, files.certificate, "644"),
            _IS_OF_KEY.format(key=PRIVATE_KEY, new=new, certificate=certificate),
            written_file(f"{SWANCTL}/x509ca/backbone.pem", files.authority, "644"),
            f"list=$(cat {revoked} 2>/dev/null || :)\n",
            written_file(revoked, files.revoked, "644"),
            f"daemon=$(cat {DAEMON} 2>/dev/null || :)\n",
            written_file(DAEMON, files.daemon, "644"),
            written_file(f"{SWANCTL}/swanctl.conf", files.connections, "600"),
            _END.format(
                names=shlex.join(files.names),
                trusted=shlex.join(trusted),
                revoked=revoked,
                daemon=DAEMON,
            ),
        ]
    )
