"""A router's interfaces at its start, by Debian's ifupdown2, which is imported once for all."""

import contextlib
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from machine import POPULATE, check, libc

Main = Callable[[], int | None]
MCL_FUTURE = 2


def preload_ifupdown2() -> Main:
    """Import all of ifupdown2 once, for the routers' forks: imports are 60 % of an `ifreload`.

    Returns its main function, which reads ``sys.argv`` as the command's own executable does.
    """
    home = Path("/usr/share/ifupdown2")
    sys.path[:0] = [str(home), str(home / "addons")]
    spec = importlib.util.spec_from_file_location("ifupdown2_main", home / "__main__.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("ifupdown2 is not where Debian puts it")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    importlib.import_module("ifupdown.main")
    importlib.import_module("lib.nlcache")
    for line in Path("/etc/network/ifupdown2/addons.conf").read_text().split():
        with contextlib.suppress(ImportError):  # an addon of a program that is not installed
            importlib.import_module(line.partition(",")[2])
    ifupdown2_main: Main = module.main
    return ifupdown2_main


def start_ifreload(ifupdown2_main: Main) -> int:
    """Apply /etc/network/interfaces as `ifreload -a` does; returns the forked child's number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        if POPULATE.exists():
            check(libc.mlockall(MCL_FUTURE))  # what it still maps it gets at once, see there
        log = os.open("/var/log/ifreload-at-boot", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        sys.argv = ["/usr/sbin/ifreload", "-a"]
        code = int(ifupdown2_main() or 0)
        sys.stdout.flush()
        sys.stderr.flush()
    except Exception:  # nothing may leave the fork but its exit code
        traceback.print_exc()
    finally:
        os._exit(code)
