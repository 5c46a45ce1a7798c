import pytest

from egovnet.lab.device_text import split_device_text
from egovnet.lab.errors import DeviceTextError

TEXT = "r1\n# file\nauto lo\niface lo inet loopback\n# ports.conf --\nfrr version 8.4.4\n!\n"


def test_a_text_is_split_at_its_marks() -> None:
    parts = split_device_text(TEXT)
    assert parts.hostname == "r1"
    assert parts.interfaces == "# file\nauto lo\niface lo inet loopback\n"
    assert parts.frr == "frr version 8.4.4\n!\n"


def test_a_packet_filter_stands_before_frrs_part() -> None:
    rules = "table inet egovnet {\n}\n"
    parts = split_device_text(
        TEXT.replace("frr version", f"# nftables.conf --\n{rules}frr version")
    )
    assert parts.filter == rules
    assert parts._replace(filter="") == split_device_text(TEXT)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1 is '', not a host name"),
        ("auto lo\n" + TEXT, "line 1 is 'auto lo', not a host name"),
        ("r1\nauto lo\nfrr version 8\n", "r1: there is no line '# ports.conf --'"),
        ("r1\n# ports.conf --\nhostname r1\n", "r1: no line starts with 'frr version'"),
    ],
)
def test_a_missing_mark_is_named(text: str, message: str) -> None:
    with pytest.raises(DeviceTextError) as caught:
        split_device_text(text)
    assert message in str(caught.value)
