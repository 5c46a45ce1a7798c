"""Numbers that the command line shows as defaults; light to import."""

BOOT_SECONDS = 180.0
"""How long a boot may take unless one says otherwise."""
