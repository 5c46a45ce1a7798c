"""Vendor-neutral devices, facts and states: what every platform is held to."""
