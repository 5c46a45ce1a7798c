"""The commands that turn one FRR configuration into another; pure.

`frr-reload.py` does this on the router at a cost of seconds of Python start-up; here it is done by
the controller. A wrong guess is not a danger: the commit reads the router back and compares.

The commands come in two parts, because the Linux part changes between them (a VRF must exist before
FRR fills it and must be empty before it goes):

- `withdraw`: what is to go. First VPN imports, then exports, then the rest, so that no intermediate
  state joins what neither end state joins. Instances of a VRF that Linux makes anew go whole.
- `provide`: what is to come. First policy (route-maps, prefix-lists), which peers refer to, last in
  each VRF's family its exports, then its imports. Policy that nobody refers to any more goes at the
  very end.

A line of which a context holds one (`frr_grammar.SLOTS`) is replaced by giving the new value; only
route targets are narrowed first to what both old and new have.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from napalm_frr.text.frr_grammar import (
    LINE_BY_LINE,
    PACES_LSP,
    POLICY,
    PROVIDE_CONTEXTS,
    RANK_OF_REST,
    WITHDRAW_CONTEXTS,
    context_rank,
    negation_of,
    provide_rank,
    slot_of,
    withdraw_rank,
)
from napalm_frr.text.frr_tree import Contexts, Path, children_of, drop_empty

_INSTANCE = re.compile(r"router .+ vrf (\S+)$")
_PEER = re.compile(r"neighbor (\S+) (.+)")
_PEER_IDENTITY = re.compile(r"(interface\b.*|peer-group( \S+)?$|remote-as )")
_ROUTE_TARGETS = re.compile(r"(rt vpn (?:import|export)) (.+)")
Entry: TypeAlias = tuple[str, str]
_PREFIX_ENTRY = re.compile(r"((?:ip|ipv6) prefix-list \S+) seq \d+ ")
_LIST_ENTRY = re.compile(r"no (\S+ .*\bseq \d+) ")
_NUMBERED = re.compile(r"\bseq \d+ ")
_ENTRY = re.compile(r"(route-map \S+) (?:permit|deny) (\d+)$")


@dataclass(frozen=True)
class Command:
    """One line for vtysh in its context; `line` None means to enter the context, so to create
    it.
    """

    path: Path
    line: str | None


@dataclass(frozen=True)
class Delta:
    """What to send before and after the Linux part, in order."""

    withdraw: tuple[Command, ...]
    provide: tuple[Command, ...]

    def __bool__(self) -> bool:
        return bool(self.withdraw or self.provide)


def compute_delta(running: Contexts, candidate: Contexts, remade: Collection[str] = ()) -> Delta:
    """The commands that lead from `running` to `candidate`, both from `frr_tree.parse`.

    `remade` names interfaces that Linux makes anew: the instances of these VRFs
    (`router bgp 65000 vrf X`) are taken away before it and made anew after it.
    """
    running = {path: list(lines) for path, lines in running.items()}
    withdraw: list[Command] = _instances(running, remade)
    withdraw += _vanishing_peers(running, candidate)
    withdraw += _vanishing_contexts(running, candidate)
    cleanup, replaced = _vanishing_policy(running, candidate)
    early, late = _vanishing_lines(running, candidate)
    withdraw = _in_withdraw_order([*early, *withdraw])
    top = candidate.get((), ())
    numbers = {line[: match.end()] for line in top for match in _NUMBERED.finditer(line)}
    again = [command for command in late if _comes_again(command, numbers)]
    renumbered = dict.fromkeys([*again, *_moved_entries(running, candidate)])
    late = [command for command in late if command not in renumbered]
    provide = _in_provide_order([*renumbered, *_appearing(running, candidate, replaced)])
    return Delta(tuple(withdraw), (*provide, *late, *cleanup))


def _instances(running: Contexts, vrfs: Collection[str]) -> list[Command]:
    """`no HEADER` for the instances of VRFs, staying or not; removes them from running."""
    commands = []
    for path in [path for path in running if len(path) == 1]:
        match = _INSTANCE.match(path[0])
        if match and match.group(1) in vrfs:
            commands.append(Command((), f"no {path[0]}"))
            for inner in [path, *children_of(running, path)]:
                del running[inner]
    return commands


def _vanishing_peers(running: Contexts, candidate: Contexts) -> list[Command]:
    """`no neighbor X` for peers that go or change their kind; removes their lines from running."""
    commands = []
    for path in [path for path in running if len(path) == 1 and path[0].startswith("router bgp ")]:
        if path not in candidate:
            continue
        old, new = _peers(running[path]), _peers(candidate[path])
        gone = {peer for peer in old if old[peer] != new.get(peer)}
        groups = {peer for peer in gone if "peer-group" in old[peer]}
        # a group takes its members along
        memberships = {f"peer-group {group}" for group in groups}
        gone |= {peer for peer in old if not memberships.isdisjoint(old[peer])}
        for peer in sorted((peer for peer in old if peer in gone), key=groups.__contains__):
            kind = " peer-group" if peer in groups else ""
            if any(word.startswith("interface") for word in old[peer]):
                kind = " interface"
            commands.append(Command(path, f"no neighbor {peer}{kind}"))
        for context in [path, *children_of(running, path)]:
            running[context] = [
                line
                for line in running[context]
                if not ((match := _PEER.match(line)) and match.group(1) in gone)
                and not (line.startswith("bgp listen ") and line.rsplit(" ", 1)[-1] in gone)
            ]
    return commands


def _peers(lines: Iterable[str]) -> dict[str, frozenset[str]]:
    """Peer or group name to what makes it what it is; an AS number may change in place."""
    peers: dict[str, set[str]] = {}
    for line in lines:
        match = _PEER.match(line)
        if match and (identity := _PEER_IDENTITY.match(match.group(2))):
            peers.setdefault(match.group(1), set()).add(identity.group(1).strip())
    return {peer: frozenset(identity) for peer, identity in peers.items()}


def _vanishing_contexts(running: Contexts, candidate: Contexts) -> list[Command]:
    """`no HEADER` for contexts that go as a whole, outermost only; removes them from running."""
    commands = []
    for path in list(running):
        if not path or path in candidate or path not in running:
            continue
        if LINE_BY_LINE.match(" > ".join(path)) or POLICY.match(path[0]):
            continue
        commands.append(Command(path[:-1], f"no {path[-1]}"))
        for inner in [path, *children_of(running, path)]:
            del running[inner]
    return commands


def _vanishing_policy(
    running: Contexts, candidate: Contexts
) -> tuple[list[Command], dict[Entry, str]]:
    """Route-map entries that go, for the end; and those whose action changes, to be made anew."""
    commands = []
    replaced = {}
    staying = {_entry_of(path) for path in candidate}
    for path in list(running):
        if path and path not in candidate and POLICY.match(path[0]):
            del running[path]
            entry = _entry_of(path)
            if entry is not None and entry in staying:
                replaced[entry] = path[0]
            else:
                commands.append(Command((), f"no {path[0]}"))
    return commands, replaced


def _entry_of(path: Path) -> Entry | None:
    """A route-map's name and sequence number: FRR knows an entry by these, not by its action."""
    match = _ENTRY.match(path[0]) if path else None
    return (match.group(1), match.group(2)) if match else None


def _vanishing_lines(running: Contexts, candidate: Contexts) -> tuple[list[Command], list[Command]]:
    """Lines that go and are not overwritten by a new value: (now, after the policy's users)."""
    early: list[Command] = []
    late: list[Command] = []
    for path, lines in running.items():
        wanted = candidate.get(path, [])
        staying = set(wanted)
        gone = [line for line in lines if line not in staying]
        if not gone:
            continue
        slots = {own for line in wanted if (own := slot_of(path, line))}
        for line in reversed(gone):
            targets = _ROUTE_TARGETS.match(line)
            if targets:
                early += _narrow(path, targets, wanted)
            elif (slot := slot_of(path, line)) is None or slot not in slots:
                command = Command(path, negation_of(line))
                is_policy = POLICY.match(path[0] if path else line)
                (late if is_policy else early).append(command)
    return early, late


def _comes_again(command: Command, numbers: Collection[str]) -> bool:
    """Whether a list entry goes whose number the candidate uses anew: it must go before that."""
    match = _LIST_ENTRY.match(command.line or "") if not command.path else None
    return match is not None and f"{match.group(1)} " in numbers


def _moved_entries(running: Contexts, candidate: Contexts) -> list[Command]:
    """Prefix-list entries whose content gets another number: FRR ignores a second of the same
    content.
    """
    old, new = dict.fromkeys(running.get((), ())), dict.fromkeys(candidate.get((), ()))
    coming = {_PREFIX_ENTRY.sub(r"\1 ", line) for line in new if line not in old}
    return [
        Command((), f"no {line}")
        for line in old
        if line not in new
        and _PREFIX_ENTRY.match(line)
        and _PREFIX_ENTRY.sub(r"\1 ", line) in coming
    ]


def _narrow(path: Path, old: re.Match[str], wanted: list[str]) -> list[Command]:
    """Withdraw the route targets that go, before anything is provided."""
    way, targets = old.groups()
    new = next((line for line in wanted if line.startswith(f"{way} ")), None)
    if new is None:
        return [
            Command(path, f"no {old.group(0)}")
        ]  # without the list 8.4.4 answers an internal error
    staying = [target for target in targets.split() if target in new.split()]
    if len(staying) == len(targets.split()):
        return []
    return [Command(path, f"{way} {' '.join(staying)}" if staying else f"no {old.group(0)}")]


def _appearing(running: Contexts, candidate: Contexts, replaced: dict[Entry, str]) -> list[Command]:
    commands: list[Command] = []
    for path, lines in drop_empty(candidate).items():
        present = running.get(path)
        have = set(present or ())
        if present is None and path:
            entry = _entry_of(path)
            if entry in replaced:
                commands.append(Command((), f"no {replaced[entry]}"))
            commands.append(Command(path, None))
        missing = [line for line in lines if line not in have]
        commands += [Command(path, line) for line in missing]
        if any(line.startswith("bgp router-id ") for line in missing):
            commands += _vpn_identity_again(running, candidate, path)
    return commands


def _vpn_identity_again(running: Contexts, candidate: Contexts, path: Path) -> list[Command]:
    """RD and targets once more: FRR derives them anew from a new `bgp router-id`."""
    return [
        Command(family, line)
        for family in children_of(running, path)
        for line in candidate.get(family, [])
        if line.startswith(("rd vpn ", "rt vpn ")) and line in running[family]
    ]


def _in_withdraw_order(commands: list[Command]) -> list[Command]:
    """Imports of all VRFs, then exports of all VRFs, then context by context."""

    def place(command: Command) -> tuple[int, ...]:
        line = (command.line or "").removeprefix("no ")
        rank = withdraw_rank(line)
        whole = line.startswith("router bgp ")
        header = (line,) if whole else command.path
        return (
            min(rank, 2),
            int(whole),
            context_rank(WITHDRAW_CONTEXTS, header),
            -len(command.path),
            rank,
        )

    return sorted(commands, key=place)


def _in_provide_order(commands: list[Command]) -> list[Command]:
    """Policy, then contexts in the order of what refers to what; in each BGP family VPN exports,
    then imports, last.

    BGP goes instance by instance and family by family: what is to go has gone, so one that is
    complete joins nothing that it is not to join, and to leave a context and enter it again is what
    vtysh takes most time for (each daemon is asked three times).
    """
    met: dict[Path, int] = {}

    def place(command: Command) -> tuple[int, ...]:
        top = command.path[0] if command.path else (command.line or "")
        if POLICY.match(top.removeprefix("no ")):
            return (0, int(top.startswith(("route-map ", "no route-map "))), 0, 0, 0)
        in_bgp = top.startswith("router bgp ")
        rank = provide_rank(command.line) if in_bgp and command.line else 0
        inner = len(command.path) > 1
        context = context_rank(PROVIDE_CONTEXTS, command.path)
        if in_bgp:
            instance = met.setdefault(command.path[:1], len(met))
            family = met.setdefault(command.path, len(met)) if inner else 0
            last = max(rank - RANK_OF_REST, 0) if inner else rank
            return (1, context, instance, family, last)
        # LDP is to know both families before it greets a neighbour: greetings that change
        # are ignored for 15 s (ldpd waits for the adjacency to time out).
        # IS-IS is to know how soon it may say more before it says anything (`net`): what it has to
        # say a moment later else waits for the default of 30 s.
        says = int(command.line is not None and not PACES_LSP.match(command.line))
        return (1, context, len(command.path), 0, says)

    return sorted(commands, key=place)
