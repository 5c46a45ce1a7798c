"""The process of emulated routers: `python -m egovnet.lab.emulated.serve SPEC.json [MARKER]`.

Prints `ready` and a line end when all listen, then serves until SIGTERM.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import resource
import signal
import sys
from pathlib import Path

from egovnet.lab.emulated import control_server
from egovnet.lab.emulated.fleet import Fleet
from egovnet.lab.emulated.spec import FleetSpec
from egovnet.lab.errors import LabError


async def _serve(spec: FleetSpec) -> None:
    fleet = Fleet(spec)
    await fleet.open()
    server = await control_server.serve(fleet, spec.control)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # what was made until now stays: the collector need not visit it again and again
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    await stop.wait()
    server.close()
    fleet.close()
    spec.control.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    """Serve a spec; 2 when it cannot be served, with the reason on standard error."""
    spec = FleetSpec.model_validate_json(Path(arguments[0]).read_bytes())
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    logging.getLogger("asyncssh").setLevel(logging.CRITICAL)
    try:
        asyncio.run(_serve(spec))
    except (OSError, LabError) as error:
        print(f"emulated routers: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
