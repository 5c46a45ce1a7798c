"""An encrypted VPN on real routers: a P router sees ESP, and without keys nothing passes.

Two PEs with a P router between them; one VPN is encrypted, another one is not.
"""

import base64
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.playbooks.ike import (
    CERTIFICATE,
    CONNECTIONS,
    KEY,
    REVOKED,
    enrol,
    install_ike,
    put,
    run,
    run_script,
    start_ike,
    stop_ike,
)
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


def test_keys_made_anew_lose_nothing(place: LabPlace) -> None:
    """Of packets, and of whole connections, by either end; none of the keys before is left."""
    until_all_answer(place)
    before = set(spis(place))
    ping = f"ping -n -q -c 300 -i 0.03 -W 2 {PARTY_THERE[0]} >/run/anew 2>&1 </dev/null"
    run(place.lab, "party-shanghai-host", f"rm -f /run/anew; (setsid {ping} &)")
    for name, tunnel in (("bj-pe1", "gre2"), ("sh-pe1", "gre1")):
        for what in ("child", "ike"):
            run(place.lab, name, f"swanctl --rekey --{what} {tunnel}")
            time.sleep(0.5)
    done = "for n in $(seq 300); do grep transmitted /run/anew && exit 0; sleep 0.2; done; exit 1"
    said = place.lab.exec("party-shanghai-host", done, 90).stdout
    assert said.startswith("300 packets transmitted, 300 received"), said
    assert before and not before & set(spis(place))


def spis(place: LabPlace) -> list[str]:
    """Of ESP on bj-pe1, once those before have gone."""
    shown = "swanctl --list-sas --raw | grep -o 'spi-\\(in\\|out\\)=[0-9a-f]*' | sort -u"
    return run(place.lab, "bj-pe1", shown).split()


#: A packet of another PE to this one, as a P router may make it: GRE, a label, no ESP.
_IN_CLEAR = """
import socket, struct, sys
inner = bytes.fromhex("45000014000000004001000000000000") + bytes(4)
gre = struct.pack("!HHI", 0, 0x8847, 16 << 12 | 1 << 8 | 64) + inner
ends = socket.inet_aton("10.255.0.3") + socket.inet_aton("10.255.0.2")
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
for number in range(20):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(gre), number, 0, 64, 47, 0)
    s.sendto(head + ends + gre, ("10.255.0.2", 0))
"""


def drops_what_is_in_clear(place: LabPlace) -> bool:
    """Whether bj-pe1 drops all that a P router sends it in a peer's name."""
    count = "awk '/XfrmIn(PolBlock|TmplMismatch|NoPols)/ {n += $2} END {print n}'"
    before = int(run(place.lab, "bj-pe1", f"{count} /proc/net/xfrm_stat"))
    run(place.lab, P, f"python3 -S - <<'%%END'\n{_IN_CLEAR}\n%%END\n")
    time.sleep(1)
    return int(run(place.lab, "bj-pe1", f"{count} /proc/net/xfrm_stat")) >= before + 20


def test_what_a_p_router_sends_in_clear_is_dropped(place: LabPlace) -> None:
    assert drops_what_is_in_clear(place)


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


def no_keys(place: LabPlace, asks: str, connection: str = "gre") -> str:
    """A router asks bj-pe1 for keys, and gets none; returns what charon says of it there."""
    assert "ESTABLISHED" not in place.lab.exec("bj-pe1", "swanctl --list-sas").stdout
    name = place.lab.exec(asks, "swanctl --list-conns | sed -n 's/^\\([^ :]*\\): .*/\\1/p'").stdout
    assert name.startswith(connection), name
    child = f"swanctl --initiate --child {name.split()[0]} --timeout 20"
    done = place.lab.exec(asks, child, 60)
    assert done.exit_code != 0, done.stdout
    assert "ESTABLISHED" not in place.lab.exec("bj-pe1", "swanctl --list-sas").stdout
    return done.stdout + done.stderr


def file_of(place: LabPlace, node: str, path: str) -> str:
    return run(place.lab, node, f"cat {path}")


@pytest.fixture
def asking(place: LabPlace) -> Iterator[LabPlace]:
    """sh-pe1 does not run IKE, and has its own files again afterwards."""
    stop_ike(place.lab, "sh-pe1")
    run(place.lab, "bj-pe1", "swanctl --terminate --ike gre2 --force >/dev/null 2>&1 || :")
    mine = {path: file_of(place, "sh-pe1", path) for path in (KEY, CERTIFICATE, CONNECTIONS)}
    yield place
    stop_ike(place.lab, "sh-pe1")
    for path, text in mine.items():
        put(place.lab, "sh-pe1", path, text)
    start_ike(place.lab, "sh-pe1")
    until_all_answer(place)


@pytest.mark.parametrize("says", ["its-own-name", "the-peers-name"])
def test_a_certificate_of_another_name_gets_no_keys(asking: LabPlace, says: str) -> None:
    """At the peer's own address, with a key and a certificate of the same authority."""
    for path in (KEY, CERTIFICATE):
        put(asking.lab, "sh-pe1", path, file_of(asking, P, path))
    if says == "its-own-name":
        own = file_of(asking, "sh-pe1", CONNECTIONS).replace("id = fqdn:sh-pe1", f"id = fqdn:{P}")
        put(asking.lab, "sh-pe1", CONNECTIONS, own)
    start_ike(asking.lab, "sh-pe1")
    said = no_keys(asking, "sh-pe1")
    assert "AUTHENTICATION_FAILED" in said, said
    assert party(asking) == [0, 0]


def test_a_router_without_a_shared_vpn_gets_no_keys(place: LabPlace) -> None:
    """By its own certificate, at its own address, with a connection that it wrote itself."""
    loopback = "10.255.0.1"
    wrote = file_of(place, "sh-pe1", CONNECTIONS).replace("gre1", "gre9")
    wrote = wrote.replace("10.255.0.3", loopback).replace("sh-pe1", P)
    before = file_of(place, P, CONNECTIONS)
    assert "local_addrs" not in before, "nothing of its own VPNs is encrypted"
    run(place.lab, "bj-pe1", "swanctl --terminate --ike gre2 --force >/dev/null 2>&1 || :")
    put(place.lab, P, CONNECTIONS, wrote)
    start_ike(place.lab, P)
    said = no_keys(place, P)
    assert "NO_PROPOSAL_CHOSEN" in said, said
    stop_ike(place.lab, P)
    put(place.lab, P, CONNECTIONS, before)
    until_all_answer(place)


def test_who_was_revoked_gets_no_keys(place: LabPlace) -> None:
    until_all_answer(place)
    listed = place.run("identity", "list", "--json").json["certificates"]
    (serial,) = [
        one["serial"] for one in listed if (one["holder"], one["name"]) == ("ike", "sh-pe1")
    ]
    place.run("identity", "revoke", "--serial", str(serial), "--reason", "a test")
    made = place.state / "reference" / "identity" / "ike_revoked.pem"
    before = file_of(place, "bj-pe1", REVOKED)
    # the list alone, with the connection that is there
    for text in (made.read_text(), None):
        if text is None:
            run(place.lab, "bj-pe1", f"rm {REVOKED}")
        else:
            put(place.lab, "bj-pe1", REVOKED, text)
        run(place.lab, "bj-pe1", "swanctl --load-creds --clear --noprompt 2>&1")
        run(place.lab, "bj-pe1", "swanctl --terminate --ike gre2 --force >/dev/null 2>&1 || :")
        assert "AUTHENTICATION_FAILED" in no_keys(place, "sh-pe1")
    put(place.lab, "bj-pe1", REVOKED, before)
    run(place.lab, "bj-pe1", "swanctl --load-creds --clear --noprompt 2>&1")
    until_all_answer(place)
    # the script ends what was agreed on with it
    run_script(place, "bj-pe1")
    assert "ESTABLISHED" not in run(place.lab, "bj-pe1", "swanctl --list-sas")
    with Capture(place) as seen:
        assert party(place) == [0, 0]
        assert public(place) == [COUNT, COUNT]
    assert PARTY_READ not in seen.bytes and not seen.gre
    # the machine is trusted again when it is enrolled again
    run(place.lab, "sh-pe1", f"rm {KEY}")
    enrol(place, "sh-pe1")
    run_script(place, "bj-pe1")
    until_all_answer(place)


def associations(place: LabPlace) -> str:
    """What tells those of bj-pe1 from others before and after."""
    return run(place.lab, "bj-pe1", "swanctl --list-sas --raw | grep -o 'uniqueid=[0-9]*'")


def test_what_the_machine_before_agreed_on_ends(place: LabPlace) -> None:
    """It may be that one that answers still, whatever was enrolled in its place."""
    until_all_answer(place)
    run(place.lab, "sh-pe1", f"rm {KEY}")
    enrol(place, "sh-pe1")
    before = associations(place)
    run_script(place, "bj-pe1")
    until_all_answer(place)
    assert associations(place).split()[0] != before.split()[0]


def test_what_is_the_same_interrupts_nothing(place: LabPlace) -> None:
    until_all_answer(place)
    before = associations(place)
    for name in PES:
        run_script(place, name)
    assert associations(place) == before
    assert party(place) == [COUNT, COUNT]


def test_private_keys_stay_on_their_routers(place: LabPlace) -> None:
    keys = [file_of(place, name, KEY) for name in (*PES, P)]
    assert all(key.startswith("-----BEGIN EC PRIVATE KEY-----\n") for key in keys)
    parts = [line for key in keys for line in key.split("-----")[2].split()]
    for path in place.state.parent.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 10_000_000:
            text = path.read_bytes()
            assert b"EC PRIVATE KEY" not in text, path
            assert not [line for line in parts if line.encode() in text], path


def test_the_end_of_ike_ends_the_vpn_alone(place: LabPlace) -> None:
    stop_ike(place.lab, "bj-pe1")
    with Capture(place) as seen:
        assert party(place) == [0, 0]
        assert public(place) == [COUNT, COUNT]
    assert PARTY_READ not in seen.bytes and not seen.gre
    assert drops_what_is_in_clear(place)
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
