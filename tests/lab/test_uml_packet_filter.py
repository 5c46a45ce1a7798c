"""The module nf_tables of User Mode Linux is changed in known places, or refused."""

import pytest

from egovnet.lab.errors import ApplianceError
from egovnet.lab.uml_packet_filter import with_inet


@pytest.mark.parametrize("module", [b"", b"\x7fELF", b"\x7fELF" + bytes(4096)])
def test_what_is_no_module_is_refused(module: bytes) -> None:
    with pytest.raises(ApplianceError, match=r"nf_tables.*built otherwise.*backend microvm"):
        with_inet(module)
