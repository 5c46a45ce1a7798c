"""Every task that workers do: its arguments and results are what they were, and nothing else."""

import inspect
import time
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nornir.core.task import Result, Task

from egovnet.playbooks.drift.collect import DRIFT_TASKS
from egovnet.tasks.device import Deadline
from egovnet.tasks.extend import extend
from egovnet.tasks.read_running import read_running
from egovnet.tasks.runners.wire import strict_json
from egovnet.tasks.runners.wire.form import FormError
from egovnet.tasks.runners.wire.own_tasks import OWN_TASKS
from egovnet.tasks.runners.wire.remote_error import RemoteError
from egovnet.tasks.runners.wire.task_form import Done, TaskForm
from egovnet.tasks.task_result import TaskResult
from tests.hypothesis_profiles import examples
from tests.tasks.runners.wire.values import values

ALL = pytest.mark.parametrize("form", list(DRIFT_TASKS), ids=lambda form: form.name)
# one draw makes a whole device
FEW = examples(14, [HealthCheck.data_too_large])


def hints(form: TaskForm) -> dict[str, Any]:
    """The types of a task's arguments."""
    found = get_type_hints(form.task)
    names = list(inspect.signature(form.task).parameters)[1:]
    return {name: form.arguments.get(name, found[name]) for name in names}


def by_way_of_text(sent: Any) -> Any:  # noqa: ANN401 -- JSON is any
    return strict_json.read(strict_json.written(sent))


@ALL
@FEW
@given(data=st.data())
def test_arguments_arrive_as_they_were(form: TaskForm, data: st.DataObject) -> None:
    timeless = {n: h for n, h in hints(form).items() if h is not Deadline}
    given_ = data.draw(st.fixed_dictionaries({n: values(h) for n, h in timeless.items()}))
    now = time.monotonic()
    deadlines = {n: Deadline(now + 60) for n in hints(form).keys() - timeless.keys()}
    sent = by_way_of_text(form.write_arguments({**given_, **deadlines}))
    read = form.read_arguments(sent, now)
    assert {name: read[name] for name in timeless} == given_
    again = by_way_of_text(form.write_arguments(read))
    # what takes no part in a comparison, such as a line's number, arrived as well
    assert {n: again[n] for n in timeless} == {n: sent[n] for n in timeless}
    for name in deadlines:
        assert type(read[name]) is Deadline
        assert now + 55 < read[name] <= now + 60, "never later than the sender's"


@ALL
@FEW
@given(data=st.data())
def test_results_arrive_as_they_were(form: TaskForm, data: st.DataObject) -> None:
    result = data.draw(values(form.result))
    changed, diff = data.draw(st.booleans()), data.draw(st.text(max_size=5))
    sent = by_way_of_text(
        form.write_result(Result(None, result=result, changed=changed, diff=diff))
    )
    read = form.read_result(sent)
    assert read == Done(result, changed, diff)
    assert (
        by_way_of_text(
            form.write_result(Result(None, result=read.result, changed=changed, diff=diff))
        )
        == sent
    )


@ALL
def test_no_argument_may_be_missing_or_too_many(form: TaskForm) -> None:
    example = {n: values(h if h is not Deadline else float) for n, h in hints(form).items()}
    sent = by_way_of_text(form.write_arguments(_one(example)))
    for name in sent:
        with pytest.raises(FormError, match=f"^has no {name}$"):
            form.read_arguments({n: v for n, v in sent.items() if n != name}, 0.0)
        with pytest.raises(FormError, match=f"^{name}"):
            form.read_arguments({**sent, name: {"no": {"such": "thing"}}}, 0.0)
    with pytest.raises(FormError, match="has a field that is not known, 'task'"):
        form.read_arguments({**sent, "task": "os.system"}, 0.0)
    with pytest.raises(FormError, match=rf"^task {form.name}: got an unexpected keyword"):
        form.write_arguments({**_one(example), "shell": "id"})


def _one(example: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    @settings(max_examples=1, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.fixed_dictionaries(example))
    def draw(value: dict[str, Any]) -> None:
        found.append(value)

    draw()
    return found[-1]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {},
        "done",
        {"done": {}},
        {"done": None},
        {"failed": None},
        {"done": {"result": None, "changed": False, "diff": ""}, "failed": {}},
        {"done": {"result": "text", "changed": False, "diff": ""}},
        {"done": {"result": None, "changed": 0, "diff": ""}},
        {"done": {"result": None, "changed": False, "diff": "", "host": "bj-p1"}},
        {"failed": {"error": "E", "kinds": [], "words": "", "args": []}},
        {"failed": {"error": "os.system", "kinds": [], "words": ""}},
        {"failed": {"error": "E", "kinds": ["SystemExit"], "words": ""}},
        {"failed": {"error": "E", "kinds": ["builtins.OSError"], "words": ""}},
    ],
    ids=str,
)
def test_what_is_no_result_of_the_task(sent: object) -> None:
    form = OWN_TASKS.of(extend)
    assert form is not None
    with pytest.raises(FormError):
        form.read_result(sent)


def test_a_result_of_another_type_is_not_sent() -> None:
    form = OWN_TASKS.of(read_running)
    assert form is not None
    with pytest.raises(FormError, match=r"^result: is text, not a Running$"):
        form.write_result(Result(None, result="text"))


def test_a_task_that_failed_without_an_error() -> None:
    form = OWN_TASKS.of(extend)
    assert form is not None
    read = form.read_result(form.write_result(Result(None, failed=True)))
    assert isinstance(read, RemoteError)
    assert str(read) == "failed without an error"


def test_only_tasks_of_the_list_are_done() -> None:
    def extend(task: Task) -> Result:
        raise AssertionError

    assert OWN_TASKS.of(extend) is None, "another of the same name"
    assert OWN_TASKS.named("os.system") is None
    assert OWN_TASKS.named("read_device") is None, "drift's own"
    assert DRIFT_TASKS.named("read_device") is not None


@ALL
def test_a_task_says_what_it_gives_as_its_form_does(form: TaskForm) -> None:
    said = get_type_hints(form.task)["return"]
    assert get_origin(said) is TaskResult
    (gives,) = get_args(said)
    # what a task makes of its caller's own evaluation is said where that is known
    assert gives == (form.result or type(None)) or get_origin(gives) is get_origin(form.result)
