"""Whether the kernel has the policies of IPsec that the interfaces text adds; pure.

Of policies that no text has nothing is said: a commit adds what is missing, and puts it in place of
what has the same selector and direction (xfrm(8), `update`); it takes nothing away.
"""

from __future__ import annotations

from napalm_frr.text.frr_tree import Contexts
from napalm_frr.text.interfaces_text import AUTO, name_of
from napalm_frr.text.linux_fault import FaultKind, LinuxFault

_ADDS = tuple(f"post-up ip xfrm policy {verb} " for verb in ("update", "add"))
_LISTED = "policy "
#: What xfrm(8) takes where nothing is said, and always prints.
_USUAL = {"action": "allow", "priority": "0", "ptype": "main"}


def faults(interfaces: Contexts, ipsec: str) -> tuple[LinuxFault, ...]:
    """Each policy of the text that is not there as the text has it. `ipsec` is the agent's."""
    there = None
    found = []
    for path, lines in interfaces.items():
        if not path or AUTO not in lines:
            continue
        for line in lines:
            if not line.startswith(_ADDS):
                continue
            if there is None:
                there = [_words(one) for one in ipsec.splitlines() if one.startswith(_LISTED)]
            text = line.split(maxsplit=5)[5]
            if _meaning(text.split()) not in there:
                found.append(LinuxFault(FaultKind.POLICY_MISSING, name_of(path), expected=text))
    return tuple(found)


def _words(listed: str) -> dict[str, str]:
    return _meaning(listed.removeprefix(_LISTED).replace("\\", " ").split())


def _meaning(words: list[str]) -> dict[str, str]:
    """Word by word; with templates, which have words of a policy once more, it is like no other."""
    if "tmpl" in words or len(words) % 2:
        return {"": " ".join(words)}
    return _USUAL | dict(zip(words[::2], words[1::2], strict=True))
