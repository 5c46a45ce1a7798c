"""A model of FRR as far as the delta needs one: contexts, commands that replace, what ``no`` takes
along.

Written from FRR's behaviour, not from ``napalm_frr.delta``: it refuses what FRR refuses (a ``no``
of what is
not there, a command outside its context, a reference order FRR does not allow).
"""

from __future__ import annotations

import re

from napalm_frr.frr_grammar import CONTEXTS, negation_of, slot_of
from napalm_frr.frr_tree import Contexts, Path, drop_empty, split_route_targets


class Refused(Exception):  # noqa: N818  # it is what FRR says
    """FRR would not take the command."""


class Router:
    """Takes vtysh files; ``contexts`` is what ``show running-config`` would print."""

    def __init__(self, contexts: Contexts) -> None:
        self.contexts: Contexts = {path: list(lines) for path, lines in contexts.items()}
        self.history: list[tuple[Path, str]] = []

    def feed(self, script: str) -> None:
        path: Path = ()
        for raw in script.splitlines():
            line = raw.strip()
            if line.startswith("exit"):
                path = path[:-1]
            elif self._opens(path, line):
                path = (*path, line)
                self._enter(path)
            else:
                self.history.append((path, line))
                self._command(path, line)

    def _opens(self, path: Path, line: str) -> bool:
        keywords = CONTEXTS
        for header in path:
            keywords = next(inner for key, inner in keywords.items() if header.startswith(key))
        return any(line.startswith(key) and (key.endswith(" ") or line == key) for key in keywords)

    def _enter(self, path: Path) -> None:
        match = re.match(r"router bgp (\S+) vrf ", path[0])
        if match and (f"router bgp {match.group(1)}",) not in self.contexts:
            raise Refused(f"{path[0]}: there is no default instance")
        entry = re.match(r"(route-map \S+) (permit|deny) (\d+)", path[0])
        if entry:  # the action of an entry that is there changes in place
            other = f"{entry[1]} {'deny' if entry[2] == 'permit' else 'permit'} {entry[3]}"
            if (other,) in self.contexts:
                self.contexts[path] = self.contexts.pop((other,))
        self.contexts.setdefault(path, [])

    def _command(self, path: Path, line: str) -> None:
        if path and path[0].startswith("router bgp ") and line.startswith("neighbor "):
            self._must_be_peer(path, line)
        lines = self.contexts.setdefault(path, [])
        if line.startswith("no ") and self._take_away(path, line[3:]):
            return
        if f"no {line}" in lines:  # what the "no" departs from is the default, which is not printed
            lines.remove(f"no {line}")
            return
        for each in split_route_targets(line):
            slot = slot_of(path, each)
            lines[:] = [
                old
                for old in lines
                if (slot is None or slot_of(path, old) != slot) and old != negation_of(each)
            ]
            lines.append(each)

    def _must_be_peer(self, path: Path, line: str) -> None:
        name, what = line.split()[1], line.split(maxsplit=2)[2]
        known = {old.split()[1] for old in self.contexts[path[:1]] if old.startswith("neighbor ")}
        if name not in known and not what.startswith(("remote-as", "peer-group", "interface")):
            raise Refused(f"{line}: no such peer")
        group = re.match(r"peer-group (\S+)", what)
        if group and group.group(1) not in known:
            raise Refused(f"{line}: no such group")

    def _take_away(self, path: Path, line: str) -> bool:
        inner = (*path, line)
        if inner in self.contexts:
            vrfs = [p for p in self.contexts if len(p) == 1 and p[0].startswith(f"{line} vrf ")]
            if line.startswith("router bgp ") and vrfs:
                raise Refused(f"no {line}: there are VRF instances")
            for gone in [p for p in self.contexts if p[: len(inner)] == inner]:
                del self.contexts[gone]
            return True
        lines = self.contexts[path]
        peer = re.fullmatch(r"neighbor (\S+)( peer-group| interface)?", line)
        if peer:
            self._take_peer(path, peer.group(1))
            return True
        found = [old for old in lines if old == line or negation_of(old) == f"no {line}"]
        targets = re.fullmatch(r"(rt vpn (?:import|export) ).+", line)
        if targets:
            found = [old for old in lines if old.startswith(targets.group(1))]
        lines[:] = [old for old in lines if old not in found]
        if not found and not line.startswith(("bgp ", "neighbor ", "ip forwarding", "shutdown")):
            raise Refused(f"no {line}: nothing of the kind")
        return bool(found)

    def _take_peer(self, path: Path, name: str) -> None:
        lines = self.contexts[path]
        if not any(old.startswith(f"neighbor {name} ") for old in lines):
            raise Refused(f"no neighbor {name}: no such peer")
        members = {old.split()[1] for old in lines if old.endswith(f" peer-group {name}")}
        for context in [p for p in self.contexts if p[:1] == path]:
            self.contexts[context] = [
                old
                for old in self.contexts[context]
                if not (old.startswith("neighbor ") and old.split()[1] in {name, *members})
                and not (old.startswith("bgp listen ") and old.endswith(f" {name}"))
            ]

    @property
    def running(self) -> Contexts:
        return drop_empty(self.contexts)
