"""What a driver's own objects are on their way: the same members, as closed records."""

from dataclasses import dataclass
from typing import Any

from egovnet.tasks.driver import DeviceFault, LineChange
from egovnet.tasks.runners.wire.form import Form
from egovnet.tasks.runners.wire.forms import Forms


@dataclass(frozen=True, slots=True)
class LineChangeRecord:
    """A `LineChange`, whichever driver made it."""

    part: str
    path: tuple[str, ...]
    line: str
    sign: str
    shared: bool


@dataclass(frozen=True, slots=True)
class DeviceFaultRecord:
    """A `DeviceFault`, whichever driver made it; `sentence` is what it says."""

    sentence: str
    subject: str
    joins_tables: bool
    unowned: bool

    def __str__(self) -> str:
        return self.sentence


def _change(value: LineChange) -> LineChangeRecord:
    return LineChangeRecord(value.part, value.path, value.line, value.sign, value.shared)


def _fault(value: DeviceFault) -> DeviceFaultRecord:
    return DeviceFaultRecord(str(value), value.subject, value.joins_tables, value.unowned)


def device_forms() -> Forms:
    """Forms that know these too."""
    records = Forms()
    given: dict[object, Form] = {}
    for protocol, record, made in (
        (LineChange, LineChangeRecord, _change),
        (DeviceFault, DeviceFaultRecord, _fault),
    ):
        plain = records.of(record)
        given[protocol] = Form(
            plain.name, plain.shape, plain.holds, _as_record(plain, made), plain.read
        )
    return Forms(given)


def _as_record(plain: Form, made: Any) -> Any:
    return lambda value: plain.write(made(value))
