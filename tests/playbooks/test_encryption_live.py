"""An encrypted VPN on real routers: a P router sees ESP, and without keys nothing passes.

Two PEs with a P router between them; one VPN is encrypted, another one is not.
"""

import base64
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.playbooks.ike import install_ike, start_ike, stop_ike
from tests.playbooks.lab_place import LabPlace, provisioned_lab
from tests.small_encryption import small_encryption

pytestmark = pytest.mark.lab("encryption")
PES = ("bj-pe1", "sh-pe1")
P = "bj-p1"
#: Of sh-pe1.
LOOPBACK = "10.255.0.3"
#: What the hosts of a VPN say in each echo request, in hexadecimal, and how it reads.
PARTY, PUBLIC = "7061727479736563", "7075626c69636f70"
PARTY_READ, PUBLIC_READ = b"partysec", b"publicop"
#: Of the other site of each VPN, in both families.
PARTY_THERE, PUBLIC_THERE = ("10.1.10.10", "fde9:1:10::a"), ("10.2.10.10", "fde9:2:10::a")
COUNT = 5
_PATIENCE = 100.0
_CAPTURE = "/tmp/captured.pcap"  # noqa: S108 -- on the P router
_PROCESS = "/run/captured.pid"


def _answers(place: LabPlace, host: str, there: tuple[str, ...], pattern: str) -> list[int]:
    """Echo answers from each address, of COUNT requests."""
    found = []
    for address in there:
        ping = f"ping -n -q -c {COUNT} -i 0.1 -W 1 -s 64 -p {pattern} {address}"
        said = place.lab.exec(host, ping, 60).stdout
        found.append(int(said.partition(" packets transmitted, ")[2].split()[0]))
    return found


def party(place: LabPlace) -> list[int]:
    return _answers(place, "party-shanghai-host", PARTY_THERE, PARTY)


def public(place: LabPlace) -> list[int]:
    return _answers(place, "public-shanghai-host", PUBLIC_THERE, PUBLIC)


def until_all_answer(place: LabPlace, vpn: Callable[[LabPlace], list[int]] = party) -> None:
    """The first packets of the encrypted VPN ask for keys and are lost; a lab that was just booted
    has not all its routes."""
    deadline = time.monotonic() + _PATIENCE
    while vpn(place) != [COUNT, COUNT]:
        assert time.monotonic() < deadline, {
            name: place.lab.exec(name, "swanctl --list-sas; tail -n 30 /var/log/charon.log").stdout
            for name in PES
        }


class Capture:
    """Everything that the P router's ports see."""

    def __init__(self, place: LabPlace) -> None:
        self._place = place

    def __enter__(self) -> "Capture":
        start = f"rm -f {_CAPTURE}; timeout 300 tcpdump -U -i any -w {_CAPTURE} >/dev/null 2>&1 "
        start += f"</dev/null & echo $! > {_PROCESS}; "
        start += f"for n in $(seq 100); do [ -s {_CAPTURE} ] && exit 0; sleep 0.1; done; exit 1"
        assert self._place.lab.exec(P, start, 60).exit_code == 0
        return self

    def __exit__(self, *_: object) -> None:
        time.sleep(0.5)  # what is on its way to the file
        ended = f"kill $(cat {_PROCESS}); sleep 0.5; base64 {_CAPTURE}"
        self.bytes = base64.b64decode(self._place.lab.exec(P, ended, 60).stdout)
        assert self.bytes
        count = f"tcpdump -n -r {_CAPTURE} 2>/dev/null | grep -c"
        self.esp = int(self._place.lab.exec(P, f"{count} ESP").stdout)
        self.gre = int(self._place.lab.exec(P, f"{count} GRE").stdout)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPlace]:
    root = tmp_path_factory.mktemp("encryption")
    with provisioned_lab(small_encryption(root / "inventory"), root, "uml") as made:
        install_ike(made, (*PES, P))
        until_all_answer(made, public)
        yield made


def test_without_keys_nothing_of_the_vpn_passes(place: LabPlace) -> None:
    with Capture(place) as seen:
        assert party(place) == [0, 0]
        assert public(place) == [COUNT, COUNT]
    assert PARTY_READ not in seen.bytes and not seen.gre and not seen.esp
    assert seen.bytes.count(PUBLIC_READ) > 2 * COUNT
    dropped = place.lab.exec("sh-pe1", "grep XfrmOutPolBlock /proc/net/xfrm_stat").stdout
    assert int(dropped.split()[1]) > 0


def test_a_p_router_reads_nothing_of_the_vpn(place: LabPlace) -> None:
    for name in PES:
        start_ike(place.lab, name)
    with Capture(place) as seen:
        until_all_answer(place)
        assert public(place) == [COUNT, COUNT]
    assert PARTY_READ not in seen.bytes and not seen.gre
    assert seen.esp >= 4 * COUNT
    assert seen.bytes.count(PUBLIC_READ) > 2 * COUNT


def test_a_full_packet_passes_whole(place: LabPlace) -> None:
    """1500 octets that nobody may take apart; one that is too large never passes."""
    for address, size in zip(PARTY_THERE, (1472, 1452), strict=True):
        ping = f"ping -n -q -c 4 -i 0.2 -W 2 -M do -s {size} {address}"
        said = place.lab.exec("party-shanghai-host", ping, 60).stdout
        assert int(said.partition(" packets transmitted, ")[2].split()[0]) > 0, said


def test_routers_are_as_intended_and_proved(place: LabPlace) -> None:
    verified = place.run("verify", "--json").json
    assert verified["passed"]
    well = {"passed": 2, "failed": 0, "known": 0}
    assert verified["checks"]["IPsec policies"] == verified["checks"]["ESP keys"] == well
    assert place.run("prove", "--running", "--json").json["findings"] == []
    assert place.run("drift", "--json").json["differences"] == []


#: The policies of the text of one PE, without what they do.
BLOCKS = {
    "out": "src 10.255.0.2/32 dst 0.0.0.0/0 proto gre dir out",
    "in": "src 0.0.0.0/0 dst 10.255.0.2/32 proto gre dir in",
}
LEAKS = 4


def by_hand(place: LabPlace, words: str) -> None:
    done = place.lab.exec("bj-pe1", f"ip xfrm policy {words}")
    assert done.exit_code == 0, done.stderr


def findings(place: LabPlace, code: int = LEAKS) -> list[tuple[str, str, str, str]]:
    found = place.run("prove", "--running", "--json", code=code).json["findings"]
    return [(one["class"], one["severity"], one["device"], one["vrf"]) for one in found]


def leaks(place: LabPlace, *words: str, code: int = LEAKS) -> list[dict[str, Any]]:
    found = place.run("drift", "--json", *words, code=code).json["differences"]
    assert {(one["device"], one["class"]) for one in found} <= {("bj-pe1", "leak")}
    return found


@pytest.mark.parametrize("way", BLOCKS)
def test_a_policy_that_was_deleted_by_hand_is_found(place: LabPlace, way: str) -> None:
    """IKE goes on and all is in ESP: what was lost is what holds once it ends."""
    by_hand(place, f"delete {BLOCKS[way]}")
    assert findings(place) == [("P9 runs-in-clear", "risk", "bj-pe1", "i-party")]
    (leak,) = leaks(place)
    assert leak["subject"] == "Linux interface lo"
    assert f"lacks the IPsec policy {BLOCKS[way]} action block" in leak["message"]
    by_hand(place, f"update {BLOCKS[way]} action block priority 4000000000")
    assert findings(place, 0) == leaks(place, code=0) == []


def test_a_policy_that_lets_pass_is_found_and_the_vpn_read(place: LabPlace) -> None:
    """It takes the place of IKE's own policy: and what it lets pass is in clear."""
    words = f"src 10.255.0.2/32 dst {LOOPBACK}/32 proto gre dir out"
    by_hand(place, f"update {words} priority 1")
    assert findings(place) == [("P9 runs-in-clear", "leak", "bj-pe1", "i-party")]
    (leak,) = leaks(place)
    assert (leak["vrf"], "priority 1 " in leak["lines"][0]) == ("i-party", True)
    with Capture(place) as seen:
        party(place)
    assert seen.gre and PARTY_READ in seen.bytes
    by_hand(place, f"delete {words}")
    stop_ike(place.lab, "bj-pe1")
    start_ike(place.lab, "bj-pe1")
    until_all_answer(place)
    assert findings(place, 0) == leaks(place, code=0) == []


def test_the_end_of_ike_ends_the_vpn_alone(place: LabPlace) -> None:
    stop_ike(place.lab, "bj-pe1")
    with Capture(place) as seen:
        assert party(place) == [0, 0]
        assert public(place) == [COUNT, COUNT]
    assert PARTY_READ not in seen.bytes and not seen.gre
    start_ike(place.lab, "bj-pe1")
    until_all_answer(place)


def test_a_tunnel_that_is_down_ends_the_vpn_alone(place: LabPlace) -> None:
    (tunnel,) = place.workspace.devices["sh-pe1"].encrypted.tunnels  # type: ignore[union-attr]
    place.lab.exec("sh-pe1", f"ip link set {tunnel.name} down")
    with Capture(place) as seen:
        assert party(place) == [0, 0]
        assert public(place) == [COUNT, COUNT]
    assert PARTY_READ not in seen.bytes and not seen.gre
    place.lab.exec("sh-pe1", f"ip link set {tunnel.name} up")
    until_all_answer(place)


def test_a_vpn_that_was_in_clear_is_encrypted_by_a_change(place: LabPlace) -> None:
    """FRR leaves routes that are exported already with the next hop that they have: here they are
    seen with the new one, and packets no more."""
    path = place.inventory / "vpns.yaml"
    path.write_text(
        path.read_text().replace("part: public}", "part: public, encryption: pe-to-pe}")
    )
    assert place.run("apply", "--yes", "--json").json["verification"]["passed"]
    with Capture(place) as seen:
        assert public(place) == [COUNT, COUNT]
        assert party(place) == [COUNT, COUNT]
    assert PUBLIC_READ not in seen.bytes and PARTY_READ not in seen.bytes and not seen.gre


def test_drift_puts_a_deleted_policy_back(place: LabPlace) -> None:
    for way, words in BLOCKS.items():
        by_hand(place, f"delete {words}")
        found = leaks(place, "--remediate", "leak", "--share", "100", code=0)
        assert [one["remediated"] for one in found] == [True], way
    # one in its place that lets pass is of the same selector
    by_hand(place, f"update {BLOCKS['out']} priority 7")
    leaks(place, "--remediate", "leak", "--share", "100", code=0)
    assert findings(place, 0) == leaks(place, code=0) == []
