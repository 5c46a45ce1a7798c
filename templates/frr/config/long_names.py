"""Names that FRR takes no longer than so (its YANG models; tried on 8.4.4).

A line that is refused opens no block, so that the next `exit` leaves another one; a list that is
refused is not there, and whoever names it lets everything through.
"""

from egovnet.templates.frr.config.draft import Refused

#: Bytes: frr-interface.yang, frr-vrf.yang (Linux has 15 for both), frr-filter.yang.
PORT, VRF, LIST = 16, 36, 128


def check_length(name: str, most: int) -> None:
    """Raise Refused for a name of more than `most` bytes."""
    if len(name.encode()) > most:
        raise Refused(f"FRR refuses it: a name of more than {most} bytes")
