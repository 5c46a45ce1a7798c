"""An inventory as it is read for devices: with what their platforms say about names, and with what
its access classes, its planned sites, its borders, and its exchanges today, come to.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from egovnet.inventory.errors import InventoryError
from egovnet.inventory.examined import Examined
from egovnet.inventory.load import examine, load_source
from egovnet.inventory.model import Network
from egovnet.inventory.registers import all_registers
from egovnet.inventory.source.sections import DAY_FILE, LOCK_FILE
from egovnet.inventory.source.sources import Sources
from egovnet.inventory.source.yaml_directory import YamlDirectory, YamlTexts
from egovnet.inventory.today import today
from egovnet.inventory.with_access_classes import with_access_classes
from egovnet.inventory.with_borders import with_borders
from egovnet.inventory.with_planned_apart import with_planned_apart
from egovnet.inventory.with_platform import with_platform
from egovnet.templates.intend.platform_names import platform_names
from egovnet.templates.registry import names


def read_inventory(directory: Path) -> tuple[Network, Sources]:
    """The network in `directory`, and where each object stands, for errors of later stages.

    Raises:
        InventoryError: with every problem of it; each says file, line, field, what was found and
            what to do.
    """
    examined = examine_inventory(directory)
    if examined.problems:
        raise InventoryError(examined.problems)
    return examined.network, examined.sources


def examine_inventory(directory: Path, instead: Mapping[Path, str] | None = None) -> Examined:
    """As `read_inventory`, with the problems and what can be used in spite of them.

    `instead` are texts that files are to have, by their paths.

    Raises:
        InventoryError: there is no inventory.
    """
    besides = (LOCK_FILE, *(f for one in all_registers() for f in (one.file, *one.beside)))
    source = YamlDirectory(directory, besides, instead or {})
    examined = examine(source, [platform_names], names())
    if examined.problems:
        return examined
    return replace(examined, network=_effective(examined.network, today()))


def read_inventory_texts(files: Mapping[str, str]) -> Network:
    """As `read_inventory`, from texts by path within an inventory.

    Those of an intent that was kept say for which day its registers were read.
    """
    network = load_source(YamlTexts(files), [platform_names], names())[0]
    day = files.get(DAY_FILE)
    return _effective(network, today() if day is None else date.fromisoformat(day.strip()))


def _effective(network: Network, day: date) -> Network:
    """The network with the sites that nobody wrote, and those that are only planned apart."""
    written = with_planned_apart(with_access_classes(network))
    return with_platform(with_borders(written), day)
