"""`add`: an entry more in an inventory's files, validated before anything is written.

What the files said stays line by line; numbers that the entry is given are kept in the lock file.
"""

import os
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from egovnet.inventory.allocation.allocate import Allocation, Lock, allocate
from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.inventory.authoring.additions import (
    PART,
    EntryKind,
    OneOf,
    Option,
    entry_kinds,
    entry_of,
)
from egovnet.inventory.authoring.insert import CannotInsertError, with_entry
from egovnet.inventory.authoring.manual import values_of
from egovnet.inventory.authoring.schemas import first_line
from egovnet.inventory.errors import InventoryError, InventoryWarning, Problem, ProblemsError
from egovnet.inventory.examined import Examined
from egovnet.inventory.model import Router
from egovnet.inventory.model.annotations import PLATFORMS
from egovnet.inventory.model.partial import field_adapter
from egovnet.inventory.model.schema_problems import dangling, in_yaml
from egovnet.inventory.model.shown import listed
from egovnet.inventory.source.regular_file import read_regular_text
from egovnet.inventory.source.replace_file import replace_text
from egovnet.inventory.source.sections import section_of
from egovnet.inventory.source.yaml_source import judge_text
from egovnet.inventory.warnings import warnings_of
from egovnet.playbooks.core.intended import DirectoryInventory
from egovnet.playbooks.core.lost_lock import require_lock
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.added_entry import AddedEntry, AllocatedNumber
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verbs.own_inventory import require_own
from egovnet.templates.intend.read_inventory import examine_inventory
from egovnet.templates.registry import names as platforms


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be added, as it was said: texts, or several of one option."""

    kind: str
    #: None: not said.
    name: str | None
    #: The site that gets another access, or the border that another VPN crosses.
    owner: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    #: Name of a site's first access.
    access: str = "main"
    #: Within the inventory.
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a person on a terminal is asked for."""

    option: str
    words: str
    #: What is wrong with the answer before, or with an entry without this answer.
    wrong: str = ""
    #: It was not asked before.
    new: bool = True
    #: Nothing is an answer too: the option is left out.
    may_be_empty: bool = False


#: Asks a person; None: there is nobody to ask.
Ask = Callable[[Question], str]


def add(workspace: Workspace, request: Request, ask: Ask | None = None) -> Outcome[AddedEntry]:
    """Add an entry, and keep the numbers that it is given.

    Raises:
        ProblemsError: something is not said, and there is nobody to ask; or the inventory would be
            wrong with it. Nothing was written.
    """
    require_own(workspace)
    require_lock(workspace)
    before = workspace.on_disk.examined
    kind = entry_kinds()[request.kind]
    place = _Place(before, _entries(workspace.directory, before, kind))
    asker = _Asker(request, kind, place, ask)
    while True:
        request = asker.completed()
        attempt = _attempt(workspace.directory, before, request, kind)
        if not attempt.problems:
            break
        asker.refused(attempt.problems)
    assert request.name is not None  # noqa: S101 -- completed
    placed, after, lock = attempt.placed, attempt.after, attempt.lock
    old = None if before.problems else allocate(before.network, lock)
    new = allocate(after.network, lock if old is None else old.lock)
    _write(workspace.directory, placed)
    known = () if old is None else warnings_of(before.network, old, before.report)
    had = {(warning.code, warning.field) for warning in known}
    warnings = tuple(
        warning
        for warning in warnings_of(after.network, new, after.report)
        if (warning.code, warning.field) not in had
    )
    warnings += _warned(workspace.directory, kind, after, request.name)
    result = AddedEntry(
        kind=request.kind,
        name=request.name,
        inventory=str(workspace.directory),
        file=str(workspace.directory / placed.file),
        line=placed.line,
        text=placed.added,
        allocated=_allocated(lock if old is None else old.lock, new),
        warnings=warnings,
    )
    return Outcome("add", result, warnings=tuple(map(str, warnings)))


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What the inventory would be with an entry, and what is wrong with it then."""

    placed: "_Placed"
    after: Examined
    lock: Lock
    problems: tuple["_Refusal", ...]


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Something wrong with an entry, and the options that say it; none: it stands elsewhere."""

    problem: Problem
    options: tuple[str, ...]


def _attempt(directory: Path, before: Examined, request: Request, kind: EntryKind) -> _Attempt:
    """The entry of a complete request, in its place; nothing is written."""
    entry = entry_of(request.given, kind, _first_part(request))
    placed = _placed(directory, before, request, kind, entry)
    shown = directory / placed.file
    after = before
    if kind.register is None:
        after = examine_inventory(directory, {shown: placed.new})
    problems = [*after.problems, *_of_register(directory, kind, after, placed.new)]
    try:
        lock = read_lock(directory)
    except InventoryError as error:
        raise InventoryError([*problems, *error.problems]) from error
    refusals = tuple(_as_said(problem, shown, request, kind) for problem in problems)
    return _Attempt(placed, after, lock, refusals)


def _first_part(request: Request) -> str:
    """Name of the first part of an entry: of a border it is the VPN's."""
    return str(request.given["vpn"]) if request.kind == "border" else request.access


def _of_register(
    directory: Path, kind: EntryKind, examined: Examined, text: str
) -> tuple[Problem, ...]:
    """What is wrong with a register whose file is to have `text`."""
    if kind.register is None:
        return ()
    try:
        kind.register.read(directory, examined.network, text)
    except InventoryError as error:
        return error.problems
    return ()


def _warned(
    directory: Path, kind: EntryKind, examined: Examined, name: str
) -> tuple[InventoryWarning, ...]:
    """What is probably not meant of an entry of a register that was written."""
    if kind.register is None:
        return ()
    of_all = kind.register.warnings(directory, examined.network)
    entry = [*kind.within, name]
    return tuple(each for each in of_all if each.field.split(".")[: len(entry)] == entry)


def _entries(directory: Path, examined: Examined, kind: EntryKind) -> Mapping[str, Any]:
    """The entries of the kind's file that are there.

    Raises:
        InventoryError: nobody can read them.
    """
    if kind.register is None:
        return examined.sources.data(kind.section)
    path = directory / kind.register.file
    judged = judge_text(_text(path) or "", str(path))
    if judged.problems or judged.document is None:
        raise InventoryError(judged.problems)
    entries = judged.document.data or {}
    for key in kind.within:
        entries = (entries.get(key) if isinstance(entries, dict) else None) or {}
    return entries if isinstance(entries, dict) else {}


@dataclass(frozen=True, slots=True)
class _Place:
    """What is there already."""

    examined: Examined
    entries: Mapping[str, Any]


class _Asker:
    """Completes a request: by what stands for an option, or by asking."""

    def __init__(self, request: Request, kind: EntryKind, place: "_Place", ask: Ask | None) -> None:
        self._request = request
        self._kind = kind
        self._examined = place.examined
        self._entries = place.entries
        self._ask = ask
        self._name = request.name
        self._owner = request.owner
        self._given: dict[str, Any] = {}
        for option in kind.options:
            if option.name in request.given:
                self._given |= self._both(option, _read(option, request.given[option.name]))
        #: What is wrong with the last attempt, by the option that is asked for once more.
        self._again: dict[str, str] = {}
        #: What a person was asked for.
        self._asked: set[str] = set()

    def refused(self, refusals: Sequence["_Refusal"]) -> None:
        """Ask once more for what is wrong, when the request is completed the next time.

        Raises:
            InventoryError: there is nobody to ask, or no answer would help.
        """
        if self._ask is None or not all(refusal.options for refusal in refusals):
            raise InventoryError(refusal.problem for refusal in refusals)
        for refusal in refusals:
            problem = refusal.problem
            for number, name in enumerate(refusal.options):
                words = f"{problem.found} -> {problem.remedy}" if number == 0 else ""
                others = self._again.get(name)
                self._again[name] = f"{others}; {words}" if others and words else others or words

    def completed(self) -> Request:
        """The request with everything that an entry has to have.

        Raises:
            ProblemsError: every option that is missing.
        """
        lacks: list[Problem] = []
        parts = self._kind.parts
        if parts is not None and self._owner is None:
            self._owner = self._named(parts.owner.upper(), parts.asks[0], lacks)
        if self._name is None and self._request.kind != "circuit":
            asked = f"Name of the {self._kind.words}." if parts is None else parts.asks[1]
            self._name = self._named("NAME", asked, lacks)
        for option in self._kind.options:
            missing = option.required and option.name not in self._given
            if missing or option.name in self._again:
                self._complete(option, lacks)
        for one in self._kind.one_of:
            if not any(name in self._given for names in one.options.values() for name in names):
                self._choose(one, lacks)
        if lacks:
            raise ProblemsError(lacks)
        name = self._name
        if name is None:
            name = self._free(f"{self._given['a-router']}--{self._given['b-router']}")
        given = dict(self._given)
        if self._request.kind == "router":
            given |= self._implied()
        return Request(
            kind=self._request.kind,
            name=name,
            owner=self._owner,
            given=given,
            access=self._request.access,
            file=self._request.file,
        )

    def _named(self, what: str, words: str, lacks: list[Problem]) -> str:
        if self._ask is None:
            lacks.append(_missing(self._request.kind, what, words))
            return ""
        wrong = ""
        while True:
            name = self._ask(Question(what.lower(), words, wrong))
            wrong = self._wrong_name(what, name)
            if not wrong:
                return name

    def _free(self, name: str) -> str:
        """The name, or with the first number from 2 that makes it one that nothing has."""
        taken = self._entries
        names = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
        return next(each for each in names if each not in taken)

    def _wrong_name(self, what: str, name: str) -> str:
        """What is wrong with the name of an entry; "": nothing that can be seen here."""
        form = self._kind.form
        known, parts = self._entries, self._kind.parts
        if parts is not None and what != "NAME" and name not in known:
            return " -> ".join(dangling(name, parts.section, known))
        if form is not None and not form.fits(name):
            return f"{name!r} does not fit -> {form.remedy}"
        taken = what == "NAME" and parts is None and name in known
        return f"{name!r} is taken -> take another name" if taken else ""

    def _complete(self, option: Option, lacks: list[Problem]) -> None:
        known = self._known(option)
        words = _words(option, known)
        port = self._kind.port_beside(option)
        if port is not None and port.name not in self._given:
            router = next(iter(known or option.field.examples))
            words += f"; with its port at once: {router}:{port.field.examples[0]}"
        if self._ask is None:
            lacks.append(_missing(self._request.kind, f"--{option.name}", words))
            return
        may_be_empty = option.name in self._again and not option.required
        wrong = self._again.pop(option.name, "")
        while True:
            new = not wrong or option.name not in self._asked
            answer = self._ask(Question(option.name, words, wrong, new, may_be_empty))
            self._asked.add(option.name)
            if may_be_empty and not answer:
                self._given.pop(option.name, None)
                return
            texts = [text.strip() for text in answer.split(",")] if option.repeated else answer
            values = self._both(option, _read(option, texts))
            wrong = self._wrong(option, values[option.name], known)
            port = self._kind.port_beside(option)
            if not wrong and port is not None and port.name in values:
                wrong = self._wrong(port, values[port.name], None)
            if not wrong:
                self._given |= values
                for name in values:
                    self._again.pop(name, None)
                return

    def _both(self, option: Option, value: Any) -> dict[str, Any]:
        """What `value` says: of a router's option `ROUTER:PORT` says its port too.

        No name of a router has a colon.
        """
        port = self._kind.port_beside(option)
        if port is None or ":" not in value:
            return {option.name: value}
        router, _, of_it = value.partition(":")
        return {option.name: router, port.name: of_it}

    def _choose(self, one: OneOf, lacks: list[Problem]) -> None:
        """Ask for one of several options, and for what belongs to it."""
        words = f"{one.words} {listed(one.options)}"
        if self._ask is None:
            several = [" with ".join(f"--{name}" for name in each) for each in one.options.values()]
            said = " or ".join(several)
            lacks.append(_missing(self._request.kind, said, words, "add one"))
            return
        wrong = ""
        while (word := self._ask(Question(one.words, words, wrong))) not in one.options:
            wrong = f"{word!r} is none of {listed(one.options)}"
        for option in self._kind.options:
            if option.name in one.options[word]:
                self._complete(option, lacks)

    def _known(self, option: Option) -> Collection[str] | None:
        if option.shape.names == PLATFORMS:
            return platforms()
        names = self._examined.sources.names(option.shape.names) if option.shape.names else None
        return [name for name in names if self._fits(name, option)] if names is not None else None

    def _fits(self, name: str, option: Option) -> bool:
        """Whether an entry may be named here, as far as is known: a router by its roles."""
        router = self._examined.network.routers.get(name)
        roles = option.shape.roles
        return not roles or router is None or not router.roles.isdisjoint(roles)

    def _wrong(self, option: Option, value: object, known: Collection[str] | None) -> str:
        """What is wrong with an answer; "": nothing that can be seen here."""
        values = value if isinstance(value, list) else [value]
        for each in values:
            if known is not None and each not in known:
                section = option.shape.names or ""
                router = self._examined.network.routers.get(str(each))
                if section == "hosts" and router is not None:
                    return _has_no_such_role(str(each), router, option, known)
                return " -> ".join(dangling(each, section, known))
        try:
            field_adapter(option.model, option.field.key).validate_python(value)
        except ValidationError as error:
            entry = error.errors(include_url=False)[0]
            context = entry.get("ctx", {})
            if entry["type"] == "egovnet":
                return f"{context['found']} -> {context['remedy']}"
            form = option.shape.form
            remedy = form.remedy if form is not None else f"write {values_of(option.field)}"
            return f"{value!r} does not fit -> {remedy}".replace("`", "")
        return ""

    def _implied(self) -> dict[str, Any]:
        """What stands for a router's groups, tier and platform where nobody says them."""
        implied: dict[str, Any] = {}
        groups = self._given.get("groups") or self._usual_groups()
        if groups:
            implied["groups"] = groups
        inherited = set(_inherited(self._examined, groups))
        region = self._examined.network.regions.get(str(self._given.get("region")))
        if "tier" not in self._given and "tier" not in inherited and region is not None:
            implied["tier"] = str(region.tier)
        if "platform" not in self._given and "platform" not in inherited and len(platforms()) == 1:
            implied["platform"] = platforms()[0]
        return implied

    def _usual_groups(self) -> list[str]:
        """The groups that all routers of its region's tier have, or all routers."""
        network, hosts = self._examined.network, self._examined.sources.data("hosts")
        region = network.regions.get(str(self._given.get("region")))
        near = [
            name
            for name, router in network.routers.items()
            if region is not None and router.tier is region.tier
        ]
        lists = [_groups_of(hosts.get(name)) for name in near or network.routers]
        first = lists[0] if lists else []
        return [group for group in first if all(group in each for each in lists)]


def _groups_of(entry: object) -> list[str]:
    groups = entry.get("groups") if isinstance(entry, dict) else None
    return groups if isinstance(groups, list) else []


def _missing(kind: str, option: str, words: str, remedy: str = "add it") -> Problem:
    return Problem(f"add {kind}", 0, option, "is missing", f"{remedy}: {words.rstrip('.')}")


def _as_said(problem: Problem, shown: Path, request: Request, kind: EntryKind) -> _Refusal:
    """A problem of the entry as one of the options that say it; any other as it is."""
    entry = [*_above(request, kind), str(request.name)]
    parts = problem.field.split(".")
    if problem.file != str(shown) or parts[: len(entry)] != entry:
        return _Refusal(problem, ())
    below = [part for part in parts[len(entry) :] if not part.isdecimal()]
    exact, within = [], []
    for option in kind.options:
        path = [_first_part(request) if part == PART else part for part in option.path]
        if path == below:
            exact = [option.name]
        if list(option.path[: len(below)]) == below:
            within.append(option.name)
    options = (exact or within) if below else []
    said = ", ".join(f"--{name}" for name in options) or ".".join(below) or "NAME"
    told = Problem(f"add {request.kind}", 0, said, problem.found, problem.remedy)
    return _Refusal(told, tuple(options))


def _has_no_such_role(name: str, router: Router, option: Option, known: Collection[str]) -> str:
    """A router that is there, and none of those that may be named by an option."""
    a = "PE" if option.shape.roles == ("pe",) else "router of the backbone"
    remedy = f"use {listed(known)}" if known else f"add a {a} first (egovnet add router)"
    return f"{name} is no {a} (roles: {', '.join(sorted(router.roles))}) -> {remedy}"


def _above(request: Request, kind: EntryKind) -> tuple[str, ...]:
    """Keys of the file that lead to the entry's name."""
    return kind.within if kind.parts is None else (str(request.owner), kind.parts.key)


def _inherited(examined: Examined, groups: Collection[str]) -> Collection[str]:
    """Keys that groups give, of a router."""
    entries = examined.sources.data("groups")
    seen: set[str] = set()
    waiting = list(groups)
    keys = list(_given_by(examined.sources.data("defaults")))
    while waiting:
        name = waiting.pop()
        entry = entries.get(name)
        if name in seen or not isinstance(entry, dict):
            continue
        seen.add(name)
        keys += _given_by(entry)
        inner = entry.get("groups")
        waiting += inner if isinstance(inner, list) else []
    return keys


def _given_by(entry: Mapping[str, Any]) -> list[str]:
    data = entry.get("data")
    return [*entry, *(data if isinstance(data, dict) else ())]


def _read(option: Option, given: Any) -> Any:
    if not option.repeated:
        return option.value(given)
    texts = [given] if isinstance(given, str) else given
    return [option.value(part.strip()) for text in texts for part in text.split(",")]


def _words(option: Option, known: Collection[str] | None) -> str:
    said = option.field.description.rstrip(".")
    if known:
        return f"{said}; one of {listed(known)}"
    example = option.field.examples[:1]
    values = values_of(option.field).replace("`", "")
    if option.shape.choices:
        choices = values.removeprefix("list of ")
        values = f"{'some' if option.repeated else 'one'} of {choices}"
    such = f", such as {in_yaml(example[0])}" if example and not option.shape.choices else ""
    return f"{said}; {values}{such}"


@dataclass(frozen=True, slots=True)
class _Placed:
    """A file as it is and as it is to be."""

    file: str
    old: str | None
    new: str
    added: str
    line: int


def _placed(
    directory: Path, examined: Examined, request: Request, kind: EntryKind, entry: dict[str, Any]
) -> _Placed:
    path = _above(request, kind)
    if kind.parts is not None:
        file = _file_of(directory, examined, kind.parts.section, str(request.owner))
    elif request.kind == "site":
        file = _file_for_site(directory, examined, request, str(entry.get("region")))
    else:
        file = f"{kind.section}.yaml"
    old = _text(directory / file)
    try:
        new = with_entry(
            f"{first_line(file)}\n" if old is None else old, path, str(request.name), entry
        )
    except CannotInsertError as error:
        where = ".".join((*path, str(request.name)))
        found = f"the {kind.words} cannot be added: {error}"
        remedy = "write it into the file by hand"
        if error.there:
            remedy = "take another name, or change the entry in the file"
        raise InventoryError([Problem(str(directory / file), 0, where, found, remedy)]) from error
    added, line = _difference("" if old is None else old, new)
    return _Placed(file, old, new, added, line)


def _text(path: Path) -> str | None:
    """The text of a file; None: it is not there."""
    if not os.path.lexists(path):
        return None
    try:
        return read_regular_text(path)
    except OSError as error:
        found = f"cannot be read: {error.strerror}"
        problem = Problem(str(path), 0, "", found, "check path and rights")
        raise InventoryError([problem]) from error


def _difference(old: str, new: str) -> tuple[str, int]:
    """The lines of `new` that `old` does not have, and where the first stands, from 1."""
    before, after = old.splitlines(), new.splitlines()
    first = 0
    while first < len(before) and first < len(after) and before[first] == after[first]:
        first += 1
    same = 0
    while same < min(len(before), len(after)) - first and before[-1 - same] == after[-1 - same]:
        same += 1
    added = after[first : len(after) - same]
    blank = sum(1 for _ in _leading_blanks(added))
    return "\n".join(added[blank:]), first + blank + 1


def _leading_blanks(lines: list[str]) -> list[str]:
    blanks = []
    for line in lines:
        if line.strip():
            break
        blanks.append(line)
    return blanks


def _file_of(directory: Path, examined: Examined, section: str, name: str) -> str:
    known = examined.sources.data(section)
    if name not in known:
        found, remedy = dangling(name, section, known)
        raise UsageError(f"{found} -> {remedy}")
    path, _ = examined.sources.place(section, (name,))
    return Path(path).relative_to(directory).as_posix()


def _file_for_site(directory: Path, examined: Examined, request: Request, region: str) -> str:
    """The file that is named, or the one that most sites of the region are in."""
    if request.file is not None:
        file = Path(os.path.normpath(request.file)).as_posix()
        if section_of(file) != "sites":
            raise UsageError(f"--file: {request.file} is no file of sites; use sites/NAME.yaml")
        return file
    near = Counter(
        examined.sources.place("sites", (name,))[0]
        for name, site in examined.sources.data("sites").items()
        if isinstance(site, dict) and site.get("region") == region
    )
    if near:
        return Path(near.most_common(1)[0][0]).relative_to(directory).as_posix()
    return "sites.yaml" if (directory / "sites.yaml").exists() else f"sites/{region}.yaml"


def _allocated(before: Lock, after: Allocation) -> tuple[AllocatedNumber, ...]:
    """The numbers that were not there before."""
    return tuple(
        AllocatedNumber(pool, name, value)
        for pool, values in after.lock.pools.items()
        for name, value in values.items()
        if before.pools.get(pool, {}).get(name) != value
    )


def _write(directory: Path, placed: _Placed) -> None:
    """The entry, and the lock file with its numbers; neither without the other."""
    replace_text(directory, placed.file, placed.old, placed.new)
    try:
        DirectoryInventory(directory).keep_allocation()
    except BaseException:
        if placed.old is None:
            (directory / placed.file).unlink()
        else:
            replace_text(directory, placed.file, placed.new, placed.old)
        raise
