"""Keys whose values a change replaces, comes with or takes away, and who of it must go together."""

from collections.abc import Mapping, Sequence

from egovnet.inventory.model.keys import KeyPurpose, references_in
from egovnet.playbooks.change.device_parts import Texts
from egovnet.playbooks.change.waves import Wave, WaveError

#: Of these all that have the key are given another within one hold time (30 s), or ways are lost.
_TOGETHER = (KeyPurpose.HELLO, KeyPurpose.DOMAIN)
#: Seconds in which both ends of an adjacency must have its new key, or have the former one again:
#: what is left of its hold time (30 s) is for a router to go back in.
ADJACENCY_SECONDS = 20


def changed_keys(devices: Mapping[str, Texts]) -> dict[str, set[str]]:
    """Key -> the devices on which it changes. Linear in the texts."""
    found: dict[str, set[str]] = {}
    for name, texts in devices.items():
        before, after = (set(references_in(text)) for text in (texts.before, texts.intended))
        for reference in before ^ after:
            found.setdefault(reference.name, set()).add(name)
    return found


def check_key_waves(devices: Mapping[str, Texts], waves: Sequence[Wave]) -> None:
    """See that a key of IS-IS changes on all of its routers in one wave.

    Raises:
        WaveError: some would have the new one while others wait with the old, and lose each other.
    """
    wave_of = {device: wave.name for wave in waves for device in wave.devices}
    for key, changing in sorted(changed_keys(devices).items()):
        names = sorted({wave_of[device] for device in changing})
        if key.startswith(tuple(f"{purpose}/" for purpose in _TOGETHER)) and len(names) > 1:
            raise WaveError(
                f"key {key} changes on {', '.join(sorted(changing))}, which are in waves "
                f"{', '.join(names)}: routers with different keys lose each other when the hold "
                "time ends; plan it without --waves and --canary"
            )


def parts_adjacencies(devices: Mapping[str, Texts]) -> bool:
    """Whether hellos of IS-IS change their keys: routers that have their new texts and routers that
    have not lose each other when the hold time ends. Keys that come or go with a policy are not
    meant: that interrupts in any case, and `plan` says so."""
    prefix = f"{KeyPurpose.HELLO}/"
    for texts in devices.values():
        before, after = (_of(text, prefix) for text in (texts.before, texts.intended))
        if any(before.get(name, serial) != serial for name, serial in after.items()):
            return True
    return False


def _of(text: str, prefix: str) -> dict[str, int]:
    """Key -> which of its values a text has, of those whose names begin so."""
    found = references_in(text)
    return {one.name: one.serial for one in found if one.name.startswith(prefix)}
