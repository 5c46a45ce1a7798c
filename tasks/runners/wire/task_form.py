"""The tasks that workers do, by name: no other runs, whoever asks, and none with other arguments.

A task's form comes from its signature; what it gives as a result is said beside it. A task whose
arguments or result leave anything open has no form (`forms`), which is found when a `TaskList` is
first used.
"""

import functools
import inspect
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_type_hints

from nornir.core.task import Result

from egovnet.tasks.device import Deadline
from egovnet.tasks.runners.wire.compound_forms import read_fields
from egovnet.tasks.runners.wire.device_records import device_forms
from egovnet.tasks.runners.wire.form import Form, FormError, at
from egovnet.tasks.runners.wire.remote_error import Failed, failed, remote_error


@dataclass(frozen=True, slots=True)
class Done:
    """What a task gave, read back."""

    result: Any
    changed: bool
    diff: str


@dataclass(frozen=True)
class TaskForm:
    """A task, the type of its result, and types of arguments that its signature leaves open."""

    task: Callable[..., Result]
    result: Any
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self.task.__name__

    def write_arguments(self, given: Mapping[str, Any]) -> Any:
        """JSON of the arguments, those by default included; a deadline is the seconds left.

        Raises:
            FormError: they are not the task's.
        """
        try:
            bound = inspect.signature(self.task).bind(None, **given)
        except TypeError as error:
            raise FormError(f"task {self.name}: {error}") from None
        bound.apply_defaults()
        now = time.monotonic()
        written = {}
        for name, form in self._forms.items():
            value = bound.arguments[name]
            if name in self._deadlines:
                value -= now
            written[name] = at(name, form.write, value)
        return written

    def read_arguments(self, sent: Any, since: float) -> dict[str, Any]:
        """The arguments of such JSON.

        Deadlines are counted from `since`, by this machine's time.monotonic(): a moment before
        the seconds left were written, so that none is later here than at the sender's.

        Raises:
            FormError: they are not the task's.
        """
        read = read_fields(sent, self._forms)
        return {
            name: Deadline(since + value) if name in self._deadlines else value
            for name, value in read.items()
        }

    def write_result(self, given: Result) -> Any:
        """JSON of what the task gave, or of why it did not.

        Raises:
            FormError: its result is of another type than this form says.
        """
        if given.exception is not None:
            return self._outcome("failed", failed(given.exception))
        if given.failed:
            return self._outcome("failed", Failed("RemoteError", (), "failed without an error"))
        result = at("result", self._result.write, given.result)
        done = Done(result, bool(given.changed), str(given.diff or ""))
        return {"done": {"result": done.result, "changed": done.changed, "diff": done.diff}}

    def write_error(self, error: Exception) -> Any:
        """JSON of why there is no result that can be sent."""
        return self._outcome("failed", failed(error))

    def write_refusal(self, error: Exception) -> Any:
        """JSON of why the task was not begun: the device is like one that was not reached."""
        why = failed(error)
        return self._outcome("failed", replace(why, kinds=("ConnectionException",)))

    def read_result(self, sent: Any) -> Done | Exception:
        """What the task gave, or its error.

        Raises:
            FormError: it is not this task's.
        """
        if type(sent) is not dict or len(sent) != 1 or not sent.keys() <= {"done", "failed"}:
            raise FormError("is neither done nor failed")
        if "failed" in sent:
            why: Failed = at("failed", _FAILED.read, sent["failed"])
            try:
                return remote_error(why)
            except ValueError as error:
                raise FormError(str(error), "failed") from None
        return Done(**at("done", lambda value: read_fields(value, self._done), sent["done"]))

    def _outcome(self, word: str, why: Failed) -> Any:
        return {word: _FAILED.write(why)}

    @functools.cached_property
    def _hints(self) -> dict[str, Any]:
        hints = get_type_hints(self.task)
        # the first is Nornir's own task, which stays where it is
        names = list(inspect.signature(self.task).parameters)[1:]
        return {name: self.arguments.get(name, hints[name]) for name in names}

    @functools.cached_property
    def _deadlines(self) -> frozenset[str]:
        return frozenset(name for name, hint in self._hints.items() if hint is Deadline)

    @functools.cached_property
    def _forms(self) -> dict[str, Form]:
        return {
            name: _ALL.of(float if hint is Deadline else hint) for name, hint in self._hints.items()
        }

    @functools.cached_property
    def _result(self) -> Form:
        return _ALL.of(self.result)

    @functools.cached_property
    def _done(self) -> dict[str, Form]:
        return {"result": self._result, "changed": _ALL.of(bool), "diff": _ALL.of(str)}


class TaskList:
    """The tasks that workers do."""

    def __init__(self, forms: Iterable[TaskForm]) -> None:
        self._by_name = {form.name: form for form in forms}

    def and_also(self, forms: Iterable[TaskForm]) -> "TaskList":
        """These and others."""
        return TaskList([*self._by_name.values(), *forms])

    def __iter__(self) -> Any:
        return iter(self._by_name.values())

    def named(self, name: str) -> TaskForm | None:
        """The task of that name, as a message says it; None: no worker does that."""
        return self._by_name.get(name)

    def of(self, task: Callable[..., Result]) -> TaskForm | None:
        """The form of a task; None: no worker does it."""
        form = self._by_name.get(getattr(task, "__name__", ""))
        return form if form is not None and form.task is task else None


_ALL = device_forms()
_FAILED = _ALL.of(Failed)
