"""`python -m napalm_frr [KEY.pub...] | ssh root@ROUTER sh`: install the agent and its account.

Prints shell text that root runs on a router; the keys are those that the account logs in with.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from napalm_frr.change.installation import install_script


def main(files: Sequence[str]) -> int:
    """Print the script for the public keys in `files`; 2 where one of them is none."""
    try:
        keys = [line for file in files for line in Path(file).read_text().splitlines() if line]
        sys.stdout.write(install_script(keys))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
