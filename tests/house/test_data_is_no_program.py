"""Nothing that is read can be a program: no pickle and its like, no eval, no shell, no archive."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from egovnet.inventory.source import yaml_source
from tests.house.test_platform_words import literals

ROOT = Path(__file__).parents[2]
_FLOORS = ("inventory", "templates", "isolation", "tasks", "playbooks", "lab", "napalm_frr")
MODULES = sorted(path for floor in _FLOORS for path in (ROOT / floor).rglob("*.py"))
#: Reading one of their formats runs what it says, or writes where it says.
_FORMATS = {
    *("pickle", "_pickle", "cPickle", "pickletools", "marshal", "shelve", "copyreg", "dill"),
    *("cloudpickle", "jsonpickle", "joblib", "ruamel", "xml", "tarfile", "zipfile", "code"),
}
_BUILTINS = {"eval", "exec", "compile", "__import__"}
#: Functions by their module: a shell, a YAML loader that makes objects, an archive.
_CALLS = {
    "os": {"system", "popen"},
    "subprocess": {"getoutput", "getstatusoutput"},
    "shutil": {"unpack_archive"},
    "yaml": {"load", "load_all", "unsafe_load", "unsafe_load_all", "full_load", "full_load_all"},
}
#: Module -> what it may do all the same, and why.
_EXCUSED = {
    # with the loader that the test below looks at
    "inventory/source/yaml_source.py": {"yaml.load"},
    # of the names of a class's fields, as dataclasses itself does it: nothing that was read
    "templates/model/quickly_made.py": {"exec"},
    # it writes an archive, and reads none
    "lab/container_image.py": {"tarfile"},
    # the same
    "playbooks/archive/evidence_bundle.py": {"tarfile", "zipfile"},
    # these write XML, and read none
    "playbooks/report/files/change_junit.py": {"xml.etree"},
    "playbooks/report/files/drift_junit.py": {"xml.etree"},
    "playbooks/report/files/made_properties.py": {"xml.etree"},
}


def found(path: Path) -> Iterator[tuple[int, str]]:
    """(line, what) of everything that a module should not do."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (
                (node.lineno, n.name) for n in node.names if n.name.split(".")[0] in _FORMATS
            )
        elif isinstance(node, ast.ImportFrom):
            if (node.module or "").split(".")[0] in _FORMATS:
                yield node.lineno, str(node.module)
            wanted = _CALLS.get(node.module or "", set())
            yield from ((node.lineno, n.name) for n in node.names if n.name in wanted)
        elif isinstance(node, ast.Call):
            yield from _called(node)


def _called(node: ast.Call) -> Iterator[tuple[int, str]]:
    match node.func:
        case ast.Name(id=name) if name in _BUILTINS:
            yield node.lineno, name
        case ast.Attribute(value=ast.Name(id=module), attr=name) if name in _CALLS.get(module, ()):
            yield node.lineno, f"{module}.{name}"
    for keyword in node.keywords:
        if keyword.arg == "shell" and not (
            isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        ):
            yield node.lineno, "shell"


def test_no_module_runs_what_it_reads() -> None:
    bad = []
    for path in MODULES:
        name = path.relative_to(ROOT).as_posix()
        excused = _EXCUSED.get(name, set())
        bad += [f"{name}:{line}: {what}" for line, what in found(path) if what not in excused]
    assert bad == []
    assert len(MODULES) > 300


def test_celery_is_told_json_and_nothing_else() -> None:
    broker = (ROOT / "tasks" / "runners").rglob("*.py")
    words = {text for path in broker for _, text in literals(path)}
    assert not {word for word in words if "pickle" in word.lower() or word == "msgpack"}


def test_our_yaml_makes_plain_values_only() -> None:
    assert issubclass(yaml_source._Loader, (yaml.SafeLoader, yaml.CSafeLoader))
    for text in ("!!python/object/apply:os.system [id]", "!!python/name:os.system", "!x y"):
        with pytest.raises(yaml.YAMLError):
            yaml_source.unquoted_data(text)


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import loads",
        "import tarfile as t",
        "eval('1')",
        "import os\nos.system('id')",
        "from os import system",
        "import yaml\nyaml.unsafe_load('')",
        "import subprocess\nsubprocess.run('id', shell=True)",
        "import subprocess\nsubprocess.run('id', shell=yes)",
        "import shutil\nshutil.unpack_archive('a')",
    ],
)
def test_this_test_sees(code: str, tmp_path: Path) -> None:
    module = tmp_path / "m.py"
    module.write_text(code)
    assert list(found(module))
