"""The filters of `tests/isolation/siblings`, spelled in whatever way: one that is understood as a
whole is what nft lists of it, and one that nft refuses is not understood."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from egovnet.templates.frr.config.nftables_reader import read_nftables
from tests.isolation.mutants.platform import NFT
from tests.isolation.mutants.reference import platform
from tests.isolation.siblings import test_siblings as siblings
from tests.oracle.nft import Nft, RefusedTextError, running_nft

pytestmark = pytest.mark.lab
_FILES = sorted(Path(siblings.__file__).parent.glob("platform-nft-*.yaml"))


@pytest.fixture(scope="module")
def nft() -> Iterator[Nft]:
    with running_nft() as process:
        yield process


def _filters(file: Path) -> Iterator[tuple[str, str]]:
    """(title, the filter) of each case that changes one firewall."""
    for title, case in yaml.safe_load(file.read_text(encoding="utf-8")).items():
        if {change["router"] for change in case["changes"]} == {"bj-fw1"}:
            text = platform().texts["bj-fw1"]
            for change in case["changes"]:
                text = siblings.changed(text, change)
            yield title, text[text.index(NFT) : text.index("frr version")]


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.stem)
def test_what_is_understood_is_what_nft_lists(nft: Nft, file: Path) -> None:
    wrong = {}
    for title, text in _filters(file):
        read = read_nftables(text.splitlines(), 1)
        if read.not_understood:
            continue
        try:
            listed = read_nftables(nft.listed(text).splitlines(), 1)
        except RefusedTextError as error:
            wrong[title] = f"nft refuses it: {error}"
            continue
        if listed.not_understood or listed.packet_filter != read.packet_filter:
            wrong[title] = "nft lists something else"
    assert wrong == {}
