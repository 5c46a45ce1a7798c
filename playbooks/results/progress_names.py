"""How progress names what is no device."""

NETWORK = "network"
"""The only part of a stage that judges all devices together, as a proof does."""
