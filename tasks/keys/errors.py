"""What goes wrong with keys; no message ever holds a value."""

from egovnet.inventory.errors import EgovnetError


class KeyStoreError(EgovnetError):
    """The sealed store cannot be used, or has no value of a key that is needed (exit code 2)."""
