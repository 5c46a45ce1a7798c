"""Loopback networks for emulated routers, so that test processes beside each other never meet."""

import inspect
import socket

#: Free of what the labs of real routers use (127.20).
_NUMBERS = range(64, 255)
_reserved: list[socket.socket] = []


def loopback_network() -> str:
    """A network such as "127.64.0.0/16" that is this process's own until it ends.

    It is reserved by a name that the kernel forgets with the process (an abstract Unix socket).
    What a module reserves as it is imported is shared by the processes of tests.side_by_side, which
    are forked afterwards: so only a file of tests may, which one of them takes whole.
    Raises RuntimeError when all are taken, and where a conftest.py asks as it is imported.
    """
    caller = inspect.currentframe()
    code = caller.f_back.f_code if caller and caller.f_back else None
    if code and code.co_name == "<module>" and code.co_filename.endswith("conftest.py"):
        raise RuntimeError("a conftest.py is many files': ask in a fixture")
    for number in _NUMBERS:
        reservation = socket.socket(socket.AF_UNIX)
        try:
            reservation.bind(f"\0egovnet tests 127.{number}")
        except OSError:
            reservation.close()
            continue
        if _is_left_over(number):
            reservation.close()
            continue
        _reserved.append(reservation)
        return f"127.{number}.0.0/16"
    raise RuntimeError("every loopback network is reserved by a test process")


def _is_left_over(number: int) -> bool:
    """Whether routers of a test process that was killed still answer there."""
    with socket.socket() as trial:
        try:
            trial.bind((f"127.{number}.0.11", 2222))
        except OSError:
            return True
    return False
