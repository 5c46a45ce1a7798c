"""What pytest loads in every environment that has egovnet: an option, and no more.

It imports nothing of egovnet until the option is given, since most of the projects that it is
loaded in have nothing to do with it.
"""

import pytest

from egovnet.playbooks.lab_tests.options import BACKEND, INVENTORY, KEEP


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, in a group of their own."""
    group = parser.getgroup("egovnet", "tests on the virtual network of an inventory")
    group.addoption(
        INVENTORY,
        metavar="DIR",
        help="Inventory whose virtual network is booted; gives the fixtures lab, routers, hosts "
        "and matrix.",
    )
    group.addoption(
        BACKEND,
        metavar="NAME",
        default="auto",
        help="How the network is made virtual, as of egovnet lab up (default: auto).",
    )
    group.addoption(KEEP, action="store_true", help="Leave the virtual network up at the end.")


def pytest_configure(config: pytest.Config) -> None:
    """With the option: fixtures."""
    if config.getoption(INVENTORY):
        from egovnet.playbooks.lab_tests import fixtures  # noqa: PLC0415 -- see above

        config.pluginmanager.register(fixtures, "egovnet-fixtures")
