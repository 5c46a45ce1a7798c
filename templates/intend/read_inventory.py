"""An inventory as it is read for devices: with what their platforms say about names."""

from collections.abc import Mapping
from pathlib import Path

from egovnet.inventory.load import load_source
from egovnet.inventory.model import Network
from egovnet.inventory.registers import all_registers
from egovnet.inventory.source.sections import LOCK_FILE
from egovnet.inventory.source.sources import Sources
from egovnet.inventory.source.yaml_directory import YamlDirectory, YamlTexts
from egovnet.templates.intend.platform_names import platform_names


def read_inventory(directory: Path) -> tuple[Network, Sources]:
    """The network in `directory`, and where each object stands, for errors of later stages.

    Raises:
        InventoryError: with every problem of the first stage that has any; each says file, line,
            field, what was found and what to do.
    """
    besides = (LOCK_FILE, *(register.file for register in all_registers()))
    return load_source(YamlDirectory(directory, besides), [platform_names])


def read_inventory_texts(files: Mapping[str, str]) -> Network:
    """As `read_inventory`, from texts by path within an inventory."""
    return load_source(YamlTexts(files), [platform_names])[0]
