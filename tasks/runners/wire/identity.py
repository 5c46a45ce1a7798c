"""Who we are to the others, and whom we trust: two files that the environment names.

| variable | names the file of | without it, in the network's configuration directory |
|---|---|---|
| EGOVNET_PRIVATE_KEY | our own private key | `private-key` |
| EGOVNET_PUBLIC_KEYS | the public keys of all | `public-keys.yaml` |
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from egovnet.tasks.runners.wire.key_pair import KeyFileError, KeyPair, read_key_pair
from egovnet.tasks.runners.wire.trusted_keys import FreshKeys, Regions, TrustedKeysError

PRIVATE_VARIABLE = "EGOVNET_PRIVATE_KEY"
PUBLIC_VARIABLE = "EGOVNET_PUBLIC_KEYS"
#: One key that all sides shared, so that each could speak for each.
_OLD_VARIABLE = "EGOVNET_BROKER_KEY"


@dataclass(frozen=True, slots=True)
class Identity:
    """Our own keys, and those of the others."""

    own: KeyPair = field(repr=False)
    trusted: FreshKeys

    @classmethod
    def from_environment(cls, network: str, regions: Regions) -> "Identity":
        """By the variables above.

        Raises:
            KeyFileError: the private key is missing, or cannot be used.
            TrustedKeysError, InventoryError: so are the public keys.
        """
        if os.environ.get(_OLD_VARIABLE):
            raise KeyFileError(
                f"{_OLD_VARIABLE}: is no longer used: who had that one key could speak for "
                "everybody. Each controller and worker has a key of its own now: make it with "
                f"egovnet worker --new-key FILE, name it in {PRIVATE_VARIABLE}, name the file of "
                f"everybody's public keys in {PUBLIC_VARIABLE} (docs/workers.md), and unset "
                f"{_OLD_VARIABLE}"
            )
        directory = Path(platformdirs.user_config_dir("egovnet")) / network
        private = os.environ.get(PRIVATE_VARIABLE, "")
        own = Path(private or directory / "private-key")
        if not private and not own.exists():
            raise KeyFileError(
                f"{PRIVATE_VARIABLE}: is not set, and there is no {own}; make a key with: "
                "egovnet worker --new-key FILE"
            )
        public = os.environ.get(PUBLIC_VARIABLE, "")
        others = Path(public or directory / "public-keys.yaml")
        if not public and not others.exists():
            raise TrustedKeysError(
                f"{PUBLIC_VARIABLE}: is not set, and there is no {others}; name the file of the "
                "public keys of controllers and workers (docs/workers.md)"
            )
        found = cls(read_key_pair(own), FreshKeys(others, regions))
        found.trusted.now()
        return found
