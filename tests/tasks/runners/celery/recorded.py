"""What goes through a broker, as one sees it who reads all of it."""

import base64
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.tasks.runners.celery.redis_server import RedisServer

_TOKEN = re.compile(rb"[0-9a-f]{16}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}=*")


def tokens(stored: bytes) -> set[bytes]:
    """Every signed message, also within a Celery message's base64 body."""
    return {token for text in (stored, *_bodies(stored)) for token in _TOKEN.findall(text)}


def payloads(stored: bytes) -> Iterator[bytes]:
    """What every signed message says to anybody."""
    for token in tokens(stored):
        payload = token.split(b".")[1]
        yield base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))


def decoded(stored: bytes) -> Iterator[bytes]:
    """What is readable in base64: Celery's bodies, and messages' payloads."""
    yield from payloads(stored)
    yield from _bodies(stored)


def _bodies(stored: bytes) -> Iterator[bytes]:
    for word in _BASE64.findall(stored):
        if not len(word) % 4:
            yield base64.b64decode(word)


@contextmanager
def recording(server: RedisServer) -> Iterator[list[bytes]]:
    """Every command that the server gets meanwhile, with its arguments."""
    seen: list[bytes] = []
    ended = threading.Event()
    client = server.client(None)  # nothing may come for long
    monitor = client.monitor()
    monitor.__enter__()

    def listen() -> None:
        try:
            for command in monitor.listen():
                seen.append(command["command"].encode())
        except Exception:
            if not ended.is_set():
                raise

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield seen
    finally:
        ended.set()
        # its reading ends with its connection
        monitor.connection.disconnect()
        client.close()
        listener.join(10)
