"""Classes of differences between a network and its inventory."""

from enum import StrEnum


class DriftClass(StrEnum):
    """How severe a difference is; the most severe first."""

    #: A path that must not be, or that nothing rules out (the proof, and tables as they are).
    LEAK = "leak"
    #: A customer or the backbone is served otherwise than intended.
    SERVICE = "service"
    #: Keys, passwords, filters, limits.
    POLICY = "policy"
    #: Lines that egovnet does not own and never takes away.
    UNMANAGED = "unmanaged"
    #: Another way to say the same: it is reported and is no drift.
    COSMETIC = "cosmetic"
