"""Whether a server of ours is on this machine, and a word, once, where the way to it is open."""

import functools
import logging
from ipaddress import ip_address


def is_this_machine(host: str) -> bool:
    """Whether a host's name or address leads to this machine only (RFC 6761 section 6.3)."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@functools.cache
def warn_once(logger: str, words: str) -> None:
    """A warning, on stderr or in a worker's log; a verb opens its servers several times."""
    logging.getLogger(logger).warning("warning: %s", words)
