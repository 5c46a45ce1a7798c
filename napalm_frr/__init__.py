"""NAPALM driver for FRRouting on Linux."""

from napalm_frr.driver import FRRDriver

__all__ = ["FRRDriver"]
