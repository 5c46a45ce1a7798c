"""The NAPALM driver for FRRouting on Linux."""
