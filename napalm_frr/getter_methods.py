"""NAPALM's getters."""


class GetterMethods:
    """x."""
