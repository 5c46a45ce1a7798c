"""IPsec of an emulated router: its kernel's policies, and no packets that they would hold.

`ip xfrm policy update|add|delete ...`, as a text's `post-up` and a person have them; without marks
and limits. There are no keys, as there is no IKE.
"""

from __future__ import annotations

import re

_POLICY = re.compile(r"ip xfrm policy (?P<verb>update|add|delete) (?P<words>.+)$")
_OF_SELECTOR = ("src", "dst", "proto", "dev")


class Policies:
    """The policies, the newest first, as the kernel lists them."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], str] = {}
        """By selector and direction, of which the kernel has each once."""

    def run(self, command: str) -> bool:
        """Do what a command says; False where it is none of these, or there is no such policy."""
        match = _POLICY.match(command)
        if match is None:
            return False
        words, _, templates = match["words"].partition(" tmpl ")
        said = dict(zip(words.split()[::2], words.split()[1::2], strict=True))
        selector = " ".join(f"{word} {said[word]}" for word in _OF_SELECTOR if word in said)
        key = selector, said["dir"]
        if match["verb"] == "delete":
            return self._lines.pop(key, None) is not None
        if match["verb"] == "add" and key in self._lines:
            return False
        action = " action block" if said.get("action") == "block" else ""
        own = f"dir {said['dir']}{action} priority {said.get('priority', 0)} ptype main "
        asked = f"\\\ttmpl src 0.0.0.0 dst 0.0.0.0\\\t\t{templates}" if templates else ""
        self._lines.pop(key, None)
        self._lines[key] = f"policy {selector} \\\t{own}{asked}\\"
        return True

    def listed(self) -> str:
        """What the agent prints of them; "" for none."""
        return "".join(f"{line}\n" for line in reversed(self._lines.values()))
