"""`python -m napalm_frr [KEY.pub...] | ssh root@ROUTER sh`: install the agent and its account.

Prints shell text that root runs on a router; the keys are those that the account logs in with. With
`--user-authority CA.pub --principal SCOPE... --revoked-keys KRL` whoever has a certificate of that
authority for one of those scopes logs in as well, and `--host-certificate HOST-cert.pub` is what
the router shows.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from napalm_frr.change.installation import SshTrust, install_script


def main(arguments: Sequence[str]) -> int:
    """Print the script; 2 where a file of `arguments` is not what it is to be."""
    parser = argparse.ArgumentParser(prog="python -m napalm_frr", description=__doc__)
    parser.add_argument("keys", nargs="*", metavar="KEY.pub", type=Path)
    parser.add_argument("--user-authority", action="append", default=[], type=Path)
    parser.add_argument("--principal", action="append", default=[])
    parser.add_argument("--revoked-keys", type=Path)
    parser.add_argument("--host-certificate", type=Path)
    given = parser.parse_args(arguments)
    try:
        sys.stdout.write(install_script(_lines(given.keys), _trust(given)))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _trust(given: argparse.Namespace) -> SshTrust | None:
    if not given.user_authority:
        if given.principal or given.revoked_keys or given.host_certificate:
            raise ValueError("name the authority as well: --user-authority CA.pub")
        return None
    if given.revoked_keys is None:
        raise ValueError("name the list of what is revoked as well, an empty one: --revoked-keys")
    return SshTrust(
        authorities=tuple(_lines(given.user_authority)),
        principals=tuple(given.principal),
        revoked=given.revoked_keys.read_bytes(),
        host_certificate="".join(_lines(filter(None, [given.host_certificate]))),
    )


def _lines(files: Iterable[Path]) -> list[str]:
    return [line for file in files for line in file.read_text().splitlines() if line]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
