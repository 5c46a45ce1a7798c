"""How Nornir's hosts have their keys: in a slot of its own, beside their connections' options."""

from nornir.core.inventory import ConnectionOptions, Host

from egovnet.tasks.keys.keyring import NO_KEYS, Keyring

_SLOT = "egovnet-keys"
_KEYS = "keys"


def keys_option(keys: Keyring) -> dict[str, ConnectionOptions]:
    """What a host's options say of its keys; nothing where there are none."""
    return {_SLOT: ConnectionOptions(extras={_KEYS: keys})} if keys else {}


def keys_of(host: Host) -> Keyring:
    """The keys that a host was given."""
    options = host.connection_options.get(_SLOT)
    found = options.extras.get(_KEYS) if options is not None and options.extras else None
    return found if isinstance(found, Keyring) else NO_KEYS
