"""Two halves that may run beside each other, each in one process: with the lab, and without."""

import pytest


# before xdist looks at the marks
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `-n 2 --dist loadgroup` each half keeps its order and has its virtual networks alone."""
    for item in items:
        half = "lab" if item.get_closest_marker("lab") else "no lab"
        item.add_marker(pytest.mark.xdist_group(half))
