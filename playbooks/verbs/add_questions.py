"""Completes what is to be added: by what stands for an option, or by asking a person."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from egovnet.inventory.authoring.additions import (
    EntryKind,
    OneOf,
    Option,
)
from egovnet.inventory.authoring.manual import values_of
from egovnet.inventory.errors import InventoryError, Problem, ProblemsError
from egovnet.inventory.examined import Examined
from egovnet.inventory.model import Router
from egovnet.inventory.model.annotations import PLATFORMS
from egovnet.inventory.model.partial import field_adapter
from egovnet.inventory.model.schema_problems import dangling, in_yaml
from egovnet.inventory.model.shown import listed
from egovnet.playbooks.verbs.add_request import Ask, Question, Refusal, Request
from egovnet.templates.registry import names as platforms


@dataclass(frozen=True, slots=True)
class Place:
    """What is there already."""

    examined: Examined
    entries: Mapping[str, Any]


class Asker:
    """Completes a request: by what stands for an option, or by asking."""

    def __init__(self, request: Request, kind: EntryKind, place: Place, ask: Ask | None) -> None:
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

    def refused(self, refusals: Sequence[Refusal]) -> None:
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
            ProblemsError: every option that is missing, and each that is given and wrong by
                itself.
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
            raise ProblemsError([*lacks, *self._wrong_given()])
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

    def _wrong_given(self) -> Iterator[Problem]:
        """What can be seen to be wrong while the entry is not whole."""
        if self._name:
            yield from _problem(self._request.kind, "NAME", self._wrong_name("NAME", self._name))
        for option in self._kind.options:
            if option.name in self._given:
                wrong = self._wrong(option, self._given[option.name], self._known(option))
                yield from _problem(self._request.kind, f"--{option.name}", wrong)

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


def _problem(kind: str, option: str, wrong: str) -> Iterator[Problem]:
    if wrong:
        found, _, remedy = wrong.partition(" -> ")
        yield Problem(f"add {kind}", 0, option, found, remedy)


def _missing(kind: str, option: str, words: str, remedy: str = "add it") -> Problem:
    return Problem(f"add {kind}", 0, option, "is missing", f"{remedy}: {words.rstrip('.')}")


def _has_no_such_role(name: str, router: Router, option: Option, known: Collection[str]) -> str:
    """A router that is there, and none of those that may be named by an option."""
    a = "PE" if option.shape.roles == ("pe",) else "router of the backbone"
    remedy = f"use {listed(known)}" if known else f"add a {a} first (egovnet add router)"
    return f"{name} is not a {a} (roles: {', '.join(sorted(router.roles))}) -> {remedy}"


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
