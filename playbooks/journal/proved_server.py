"""Whether a journal's server proves who it is, before it is sent configurations with their keys."""

import functools
import logging
import os
from ipaddress import ip_address

from sqlalchemy import URL

#: libpq's modes that look at the server's certificate; `require` encrypts to anybody.
_PROVED = ("verify-ca", "verify-full")


def warn_of_unproved_server(url: URL) -> None:
    """A warning, once, where a PostgreSQL server elsewhere need not prove who it is."""
    mode = unproved_mode(url)
    if mode:
        _warn_once(
            f"journal {url.set(query={}).render_as_string(hide_password=True)}: its server need "
            f"not prove who it is (sslmode {mode}): who is on the way may read and write the "
            "journal; add ?sslmode=verify-full&sslrootcert=FILE"
        )


def unproved_mode(url: URL) -> str:
    """libpq's `sslmode` for a URL, as its documentation has it, where the server is elsewhere and
    that mode proves nothing; "" otherwise."""
    if url.get_backend_name() != "postgresql":
        return ""
    query = {name: value for name, value in url.query.items() if isinstance(value, str)}
    address = query.get("hostaddr") or os.environ.get("PGHOSTADDR", "")
    hosts = address or url.host or query.get("host") or os.environ.get("PGHOST", "")
    mode = query.get("sslmode") or os.environ.get("PGSSLMODE") or "prefer"
    elsewhere = any(not _is_this_machine(host) for host in hosts.split(",") if host)
    return mode if elsewhere and mode not in _PROVED else ""


def _is_this_machine(host: str) -> bool:
    if host.startswith(("/", "@")):  # a socket of this machine
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@functools.cache
def _warn_once(words: str) -> None:
    logging.getLogger("egovnet.journal").warning("warning: %s", words)
