"""Whether a journal's server proves who it is, before it is sent configurations with their keys."""

import os

from sqlalchemy import URL

from egovnet.tasks.way_there import is_this_machine, warn_once

#: libpq's modes that look at the server's certificate; `require` encrypts to anybody.
_PROVED = ("verify-ca", "verify-full")


def warn_of_unproved_server(url: URL) -> None:
    """A warning, once, where a PostgreSQL server elsewhere need not prove who it is."""
    mode = unproved_mode(url)
    if mode:
        warn_once(
            "egovnet.journal",
            f"journal {url.set(query={}).render_as_string(hide_password=True)}: its server need "
            f"not prove who it is (sslmode {mode}): who is on the way may read and write the "
            "journal; add ?sslmode=verify-full&sslrootcert=FILE",
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
    # libpq takes what begins so for a socket of this machine
    named = [host for host in hosts.split(",") if host and not host.startswith(("/", "@"))]
    elsewhere = not all(is_this_machine(host) for host in named)
    return mode if elsewhere and mode not in _PROVED else ""
