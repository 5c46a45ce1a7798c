"""Every task there is, is one that workers do: none works by threads only."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import get_origin

import pytest
from nornir.core.task import Result, Task

from egovnet import playbooks, tasks
from egovnet.playbooks.drift.collect import DRIFT_TASKS
from egovnet.tasks.task_result import TaskResult


def all_tasks() -> Iterator[Callable[..., Result]]:
    """Functions that Nornir runs on a host: of a Task, giving a Result."""
    for package in (tasks, playbooks):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".runners" in module.name:
                continue
            loaded = importlib.import_module(module.name)
            for name, function in inspect.getmembers(loaded, inspect.isfunction):
                hints = inspect.get_annotations(function)
                first = next(iter(inspect.signature(function).parameters), "")
                ours = function.__module__ == module.name and not name.startswith("_")
                gives = get_origin(hints.get("return"))
                if ours and hints.get(first) is Task and gives is TaskResult:
                    yield function


ALL = list(all_tasks())


@pytest.mark.parametrize("task", ALL, ids=lambda task: task.__name__)
def test_workers_do_it(task: Callable[..., Result]) -> None:
    assert DRIFT_TASKS.of(task) is not None, "add its form to tasks/runners/wire/own_tasks.py"


def test_workers_do_nothing_else() -> None:
    assert {form.task for form in DRIFT_TASKS} == set(ALL)
    assert len({form.name for form in DRIFT_TASKS}) == len(ALL)
