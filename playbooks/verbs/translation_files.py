"""Files of recorded translations: one for each day on which they were collected, oldest removed.

A line is a JSON object. What a gateway still holds and has said before is written again only when
another packet came. Files are for their owner alone: they say who spoke when.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from egovnet.inventory.source.regular_file import read_regular_text
from egovnet.playbooks.core.output_file import Holds, check_output, write_output
from egovnet.playbooks.core.selection import UsageError
from egovnet.templates.model.recorded_translation import RecordedTranslation

#: Longer than any gateway holds a record: what was there at a time was collected within these.
_LONGEST = timedelta(days=32)


@dataclass(frozen=True, slots=True)
class KeptTranslation:
    """A line of a file: times are seconds since the epoch."""

    gateway: str
    address: str
    port: int
    protocol: str
    source: str
    first: int
    last: int
    #: When its gateway had been read before; `first` where it never was.
    since: int


class TranslationFiles:
    """The files of a network, in a directory that need not be there."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def collected(self) -> dict[str, int]:
        """Gateway -> when it was last read, seconds since the epoch.

        Raises:
            UsageError: the file that says so is not as it was written.
        """
        path = self.directory / "collected.json"
        try:
            found = json.loads(read_regular_text(path))
            return {str(name): int(moment) for name, moment in found.items()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise UsageError(
                f"{path}: is not what egovnet writes; restore it, or move it away: what gateways "
                "recorded is then kept once more"
            ) from error

    def keep(self, now: int, read: dict[str, list[RecordedTranslation]]) -> dict[str, int]:
        """Write what gateways recorded since they were read last; gateway -> how many that were.

        Lines are on the disk before it is noted that a gateway was read: who is killed in between
        finds some twice, and none missing. Raises UsageError where nothing can be written.
        """
        before = self.collected()
        new: dict[str, int] = {}
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.directory / f"{datetime.fromtimestamp(now, UTC).date()}.jsonl"
            check_output(path, Holds.OWN)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
            number = os.open(path, flags, 0o600)
            with os.fdopen(number, "a", encoding="utf-8") as file:
                for gateway, records in read.items():
                    # a packet of the second in which it was read may have come after
                    fresh = [one for one in records if one.last >= before.get(gateway, 0) - 1]
                    new[gateway] = len(fresh)
                    file.writelines(_line(gateway, one, before.get(gateway)) for one in fresh)
                file.flush()
                os.fsync(file.fileno())
            collected = json.dumps({**before, **dict.fromkeys(read, now)})
            write_output(self.directory / "collected.json", collected, Holds.OWN)
        except OSError as error:
            raise UsageError(f"{error.filename}: cannot be written: {error.strerror}") from error
        return new

    def remove_before(self, day: date) -> tuple[str, ...]:
        """Remove files of earlier days; their names."""
        old = [(own, path) for own, path in self._files() if own < day]
        for _, path in old:
            path.unlink(missing_ok=True)
        return tuple(path.name for _, path in old)

    def of(self, address: str, port: int, at: datetime) -> Iterator[KeptTranslation]:
        """What was recorded of an address and port around a time; linear in a month's files."""
        begin = f'{{"address": {json.dumps(address)}, "port": {port}, '
        for day, path in self._files():
            if at.date() - timedelta(days=1) <= day <= at.date() + _LONGEST:
                with path.open(encoding="utf-8") as file:
                    # a line that a full disk cut off is none
                    for number, line in enumerate(file, 1):
                        if line.startswith(begin) and line.endswith("}\n"):
                            yield _kept(line, f"{path}:{number}")

    def _files(self) -> Iterable[tuple[date, Path]]:
        for path in sorted(self.directory.glob("*.jsonl")):
            with suppress(ValueError):
                yield date.fromisoformat(path.stem), path


def _kept(line: str, where: str) -> KeptTranslation:
    """One line; raises UsageError where it is not as it was written."""
    try:
        return KeptTranslation(**json.loads(line))
    except (ValueError, TypeError, RecursionError) as error:
        raise UsageError(f"{where}: is not what egovnet writes; restore the file") from error


def _line(gateway: str, one: RecordedTranslation, since: int | None) -> str:
    """The address and the port first, by which lines are found."""
    kept = KeptTranslation(
        *(gateway, str(one.address), one.port, one.protocol, str(one.source), one.first, one.last),
        since=one.first if since is None else since,
    )
    words = asdict(kept)
    first = {"address": kept.address, "port": kept.port}
    return json.dumps({**first, **words}) + "\n"
