"""What a command in a lab says on both of its streams, over a real SSH connection."""

import socket
import threading
import time

import paramiko
from paramiko.common import AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from egovnet.lab.control_channel import _read_both

#: Seconds that a stream may be silent, and pieces of output with less than that between them.
_SILENCE, _PIECES, _BETWEEN = 0.5, 10, 0.1


class _Server(paramiko.ServerInterface):
    def check_auth_none(self, username: str) -> int:
        return int(AUTH_SUCCESSFUL)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return int(OPEN_SUCCEEDED)

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=_works, args=(channel,), daemon=True).start()
        return True


def _works(channel: paramiko.Channel) -> None:
    """Says something all the while, and complains at the very end."""
    for _ in range(_PIECES):
        time.sleep(_BETWEEN)
        channel.sendall(b".")
    channel.sendall_stderr(b"late")
    channel.send_exit_status(0)
    channel.close()


def test_a_complaint_may_come_after_a_long_silence() -> None:
    here, there = socket.socketpair()
    server = paramiko.Transport(there)
    server.add_server_key(paramiko.ECDSAKey.generate())
    server.start_server(threading.Event(), _Server())  # negotiates beside us
    client = paramiko.Transport(here)
    try:
        client.start_client(timeout=30)
        client.auth_none("root")
        channel = client.open_session(timeout=30)
        channel.settimeout(_SILENCE)
        channel.exec_command("work")
        assert _read_both(channel, time.monotonic() + 30) == ("." * _PIECES, "late")
    finally:
        client.close()
        server.close()
