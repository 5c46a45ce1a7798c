"""NAPALM's errors, without NAPALM's own drivers.

`import napalm` loads its drivers for EOS, IOS, Junos and NX-OS with their libraries: 1.3 s of
processor time that no device of ours needs. Where egovnet is the first to import NAPALM, each of
those drivers loads when somebody uses it (importlib.util.LazyLoader): nothing else changes. So does
Invoke, 60 modules that paramiko imports for a line of ssh_config that few have, `Match exec`.
"""

import functools
import importlib
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

_BASE = "napalm.base"
_OF_PARAMIKO = "invoke"


class _LaterFinder(MetaPathFinder):
    """Finds NAPALM's packages other than its base, and Invoke, to be loaded at their first use."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        is_driver = fullname.rpartition(".")[0] == "napalm" and fullname != _BASE
        if not is_driver and fullname != _OF_PARAMIKO:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        # a package is a driver or a part of one; modules say what NAPALM itself is
        if spec is None or spec.loader is None or spec.submodule_search_locations is None:
            return None
        spec.loader = LazyLoader(spec.loader)
        return spec


@functools.cache
def napalm_errors() -> ModuleType:
    """The module `napalm.base.exceptions`; NAPALM is loaded by the first call."""
    finder = _LaterFinder()
    sys.meta_path.insert(0, finder)
    try:
        return importlib.import_module(f"{_BASE}.exceptions")
    finally:
        sys.meta_path.remove(finder)
