"""Names that a shell completes: of routers, regions, sites, VPNs, agencies; numbers of changes.

Completion is a help, and its output is a shell's: it reads as little as it can, writes nothing,
and knows nothing rather than fail. Names are the keys at the margin of the inventory's files, so
that they are completed in an inventory that is being edited and not valid at this moment.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from egovnet.playbooks.cli.enclosing_inventory import enclosing_inventory

#: What names are of, as fields of the inventory say it -> the files that have them.
_FILES = {
    "hosts": ("hosts.yaml",),
    "regions": ("regions.yaml",),
    "agencies": ("agencies.yaml",),
    "vpns": ("vpns.yaml",),
    "sites": ("sites/*.yaml",),
    "exchanges": ("exchanges.yaml",),
    "applications": ("applications.yaml",),
    "levels": ("levels.yaml",),
    "borders": ("borders.yaml",),
    "keys": ("keys.yaml",),
    "legacy-circuits": ("legacy-circuits.yaml",),
}
_NAME = r"""["']?([^\s"'#:-][^\s"':]*)["']?\s*:"""
_KEY = re.compile(f"^{_NAME}", re.MULTILINE)
#: Of a file whose entries stand below a word of their own.
_BELOW = {"legacy-circuits": re.compile(f"^  {_NAME}", re.MULTILINE)}
#: Roles of a router, as a list in brackets or a line each.
_ROLES = re.compile(r"^[ ]+roles:[ ]*(\[[^\]]*\]|(?:\n[ ]*-[^\n]*)+)", re.MULTILINE)
_WORD = re.compile(r"[a-z]+")
#: Of a history: the newest, since a shell shows all that it is given.
_CHANGES = 50

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def names_of(section: str, roles: Collection[str] = ()) -> Completer:
    """A completer for names of `section`, such as "hosts".

    Of routers, `roles` leaves out those whose own entry says that they have none of them.
    """

    def complete(
        context: click.Context, _parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        found = _items(_names(_directory(context), section), incomplete)
        if not roles:
            return list(found)
        others = _without(_directory(context), frozenset(roles))
        return [item for item in found if item.value not in others]

    return complete


def list_of(section: str) -> Completer:
    """A completer for names of `section` that are separated by commas: of the last one."""

    def complete(
        context: click.Context, _parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        before, comma, last = incomplete.rpartition(",")
        found = _items(_names(_directory(context), section), last)
        return [CompletionItem(f"{before}{comma}{item.value}") for item in found]

    return complete


def words_of(choices: Iterable[str]) -> Completer:
    """A completer for one of a few words."""
    known = tuple(choices)

    def complete(
        _context: click.Context, _parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(word) for word in known if word.startswith(incomplete)]

    return complete


def ports_of_routers(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Routers of the backbone, as the first half of ROUTER:PORT."""
    found = names_of("hosts", ("p", "rr", "pe", "platform"))(context, _parameter, incomplete)
    return [CompletionItem(f"{item.value}:") for item in found]


def changes(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The newest changes of the journal, each with what it was."""
    from egovnet.inventory.source.regular_file import read_regular_text
    from egovnet.playbooks.journal.database import JournalDatabase, is_begun
    from egovnet.playbooks.journal.reader import JournalReader
    from egovnet.tasks.credentials import state_directory

    with suppress(Exception):  # of any database that is asked: a shell waits
        text = read_regular_text(_directory(context) / "network.yaml")
        found = re.search(r"""^name:\s*["']?([^\s"'#]+)""", text, re.MULTILINE)
        if found is None or not is_begun(state := state_directory(found[1])):
            return []
        known = reversed(JournalReader(JournalDatabase(state), found[1]).changes())
        matching = (change for change in known if str(change.id).startswith(incomplete))
        return [
            CompletionItem(str(change.id), help=f"{change.kind} by {change.author}: {change.state}")
            for change in islice(matching, _CHANGES)
        ]
    return []


def _directory(context: click.Context) -> Path:
    given = context.params.get("inventory")
    if found := Path(given) if given else enclosing_inventory():
        return found
    from egovnet.inventory import reference

    return Path(reference.__path__[0])


def _names(directory: Path, section: str) -> Iterator[str]:
    from egovnet.inventory.source.regular_file import read_regular_text

    for pattern in _FILES.get(section, ()):
        for path in sorted(directory.glob(pattern)):
            with suppress(OSError):
                yield from _BELOW.get(section, _KEY).findall(read_regular_text(path))


def _without(directory: Path, roles: frozenset[str]) -> Collection[str]:
    """Routers whose own entry says roles, and none of `roles`."""
    from egovnet.inventory.source.regular_file import read_regular_text

    with suppress(OSError):
        # the name of an entry, what stands below it, the next name, ...
        _, *parts = _KEY.split(read_regular_text(directory / "hosts.yaml"))
        said = zip(parts[::2], map(_ROLES.search, parts[1::2]), strict=True)
        return {name for name, found in said if found and roles.isdisjoint(_WORD.findall(found[1]))}
    return ()


def _items(names: Iterable[str], incomplete: str) -> Iterator[CompletionItem]:
    for name in sorted(names):
        if name.startswith(incomplete):
            yield CompletionItem(name)
