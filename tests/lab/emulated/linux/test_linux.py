"""Linux as a text makes it, in the driver's eyes too."""

import json
from pathlib import Path

from egovnet.lab.emulated.linux.linux import Linux
from napalm_frr.text import device_text, interfaces_text, linux_check

NETWORK = Path(__file__).parents[3] / "napalm_frr" / "network"


def test_linux_is_as_its_text_says_in_the_drivers_eyes() -> None:
    texts = [device_text.split((NETWORK / f"{name}.conf").read_text()) for name in ("r1", "r2")]
    linux = Linux("r1", ("eth0", "eth1"))
    before = ""
    for text in (texts[0], texts[1], texts[0]):
        said, well = linux.ifreload(text.interfaces, before)
        before = text.interfaces
        assert (said, well) == ("", True)
        stanzas = interfaces_text.parse(text.interfaces)
        assert linux_check.faults(stanzas, json.loads(linux.addresses_json())) == ()
        assert linux.check(text.interfaces)[1]
    assert linux.delete("eth1.101")
    faults = linux_check.faults(stanzas, json.loads(linux.addresses_json()))
    assert [str(fault) for fault in faults] == ["eth1.101: is missing"]
    assert not linux.check(before)[1]


def test_labels_are_taken_in_as_text_and_zebra_say() -> None:
    linux = Linux("r1", ("eth1",))
    linux.ifreload("auto eth1\niface eth1\n    mpls-enable yes\n", "")
    assert {"family": "mpls", "interface": "eth1", "input": True} in json.loads(linux.labels_json())
    linux.take_labels("eth1", False)
    assert '"eth1","input":true' not in linux.labels_json()
    linux.take_labels("eth1", True)
    linux.ifreload("auto eth1\niface eth1\n", "")
    assert '"eth1","input":true' not in linux.labels_json(), "every ifreload switches it off again"


def test_what_ifreload_cannot_make() -> None:
    linux = Linux("r1", ("eth1",))
    said, well = linux.ifreload("auto eth9.5\niface eth9.5\n", "")
    assert not well
    assert "eth9.5: raw device eth9 does not exist" in said
    said, well = linux.ifreload("auto eth1\niface eth1\n    vrf nope\n", "")
    assert not well
    assert "vrf nope" in said


def test_a_tunnel_is_between_the_ends_of_its_text() -> None:
    linux = Linux("r1", ("eth1",))
    head = (
        "auto gre2\niface gre2\n    tunnel-mode gre\n    tunnel-local 10.0.0.1\n    tunnel-ttl 64\n"
    )
    text = f"{head}    tunnel-endpoint 10.0.0.2\n    mpls-enable yes\n"
    assert linux.ifreload(text, "") == ("", True)
    assert linux.check(text)[1]
    assert not linux.check(text.replace("10.0.0.2", "10.0.0.3"))[1]
    (link,) = (each for each in linux.described() if each["ifname"] == "gre2")
    assert link["linkinfo"]["info_data"] == {"remote": "10.0.0.2", "local": "10.0.0.1", "ttl": 64}
    linux.ifreload("auto eth1\niface eth1\n", text)
    assert "gre2" not in linux.links
