"""Addresses that texts give neighbours; an unnumbered one has an interface's name instead."""

from functools import lru_cache
from ipaddress import ip_address

from egovnet.templates.model.device import IPAddress


@lru_cache(maxsize=100_000)
def address_of(text: str) -> IPAddress | None:
    """The address that `text` is, or None. Kept, because each is asked for several times."""
    try:
        return ip_address(text)
    except ValueError:
        return None
