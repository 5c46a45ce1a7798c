"""The rules: whether what is known of a plan covers one of its lines. Pure.

Of each matter of a line, the one scope that it is in says who may plan, approve and apply it:

- owner: there is such a scope.
- plan: an author of the plan may plan it.
- approve: as many of its approvers approved as it asks for.
- author: one of these did not make the plan.
- apply: who applies the plan may.
- two persons: platform, gateway, exchange, a change of zone, and what is not proved: two of all who
  approved for the line.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from egovnet.inventory.model.matters import Matter
from egovnet.inventory.registers.policy import Scope, Scopes


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line of a router that a plan adds ("+"), removes ("-") or has restored ("!")."""

    device: str
    sign: str
    text: str
    matters: frozenset[Matter]
    #: From 1, in the text that runs or is intended; None: it has no one place there.
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Backing:
    """Persons who stand behind a plan."""

    authors: frozenset[str] = frozenset()
    approvers: frozenset[str] = frozenset()
    #: None: nobody applies it yet, and that rule is not asked.
    applier: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Lack:
    """What a line lacks: by which rule of which scope ("" where it is in none), in words."""

    rule: str
    scope: str
    why: str


def lacks_of(
    matters: Collection[Matter], scopes: Scopes, backing: Backing, two: str = ""
) -> tuple[Lack, ...]:
    """What a line of these matters lacks; `two`: why two persons must approve, besides its kind."""
    found: set[Lack] = set()
    approvers: set[str] = set()
    for matter in matters:
        names = scopes.of(matter)
        if not names:
            found.add(Lack("owner", "", f"{matter} is in no scope of the policy"))
        for name in names:
            scope = scopes.policy.scopes[name]
            approvers |= backing.approvers.intersection(scope.approve)
            found.update(_of_scope(name, scope, backing))
    kinds = sorted({matter.kind.value for matter in matters if matter.kind.needs_two})
    why = two or (f"a change of kind {', '.join(kinds)}" if kinds else "")
    if why and len(approvers) < 2:
        known = f"{', '.join(sorted(approvers))} alone did" if approvers else "nobody did"
        found.add(Lack("two persons", "", f"{why}: two persons must approve, and {known}"))
    return tuple(sorted(found))


def _of_scope(name: str, scope: Scope, backing: Backing) -> Iterable[Lack]:
    if not backing.authors.intersection(scope.plan):
        made = f"{_named(backing.authors)} may not" if backing.authors else "nobody signed it"
        yield Lack("plan", name, f"made by who may plan it, {_named(scope.plan)}: {made}")
    approved = backing.approvers.intersection(scope.approve)
    left = sorted(set(scope.approve) - approved)
    if len(approved) < scope.persons:
        missing = scope.persons - len(approved)
        more = "" if missing == 1 else f"{missing} of "
        have = f", beside {_named(approved)}" if approved else ""
        yield Lack("approve", name, f"approval by {more}{_named(left, 'or')}{have}")
    elif approved <= backing.authors:
        others = sorted(set(left) - backing.authors)
        yield Lack(
            "author",
            name,
            f"approval by {_named(others, 'or') or 'another'}: {_named(approved)} made the plan",
        )
    if backing.applier is not None and backing.applier not in scope.apply:
        who = f"{backing.applier} may not" if backing.applier else "nobody signed"
        yield Lack("apply", name, f"applied by {_named(scope.apply, 'or')}: {who}")


def _named(people: Iterable[str], word: str = "and") -> str:
    names = sorted(people)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
