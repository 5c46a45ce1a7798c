"""Keys rotated on real routers under 100 packets a second on every VPN, and who is kept out."""

import json
import re
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
import pytest
import yaml

from egovnet.playbooks.verbs.lab_hosts import site_hosts
from egovnet.tasks.keys.age_file import AgeFile
from egovnet.templates.intend.access_ends import access_addresses
from tests.playbooks.console import BUILT_APPLIANCE, Ran, egovnet
from tests.playbooks.lab_place import LabPlace, provisioned_lab
from tests.playbooks.steady_echoes import EchoFlow, echoes
from tests.small_extranet import small_network

pytestmark = pytest.mark.lab("keys")
POLICY = {"isis": "hmac-md5", "ldp": "tcp-md5", "bgp": "tcp-md5"}
#: Two reflectors, which are P routers, and two PEs with a circuit to each.
ROUTERS = {"bj-p1", "bj-p2", "bj-pe1", "sh-pe1"}
VPNS = """\
party: {name: Party business network, zone: intranet, owner: party}
public: {name: Public services, zone: extranet, owner: informatization, part: public}
"""
SITES = """\
party-beijing:
  region: beijing
  vpn: party
  prefixes: [10.1.10.0/24, "fde9:1:10::/64"]
  site-network-accesses:
    main: {pe: bj-pe1, port: eth3, routing-protocol: bgp}
party-shanghai:
  region: shanghai
  vpn: party
  prefixes: [10.1.11.0/24, "fde9:1:11::/64"]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth3, routing-protocol: static}
public-beijing:
  region: beijing
  vpn: public
  prefixes: [10.2.10.0/24, "fde9:2:10::/64"]
  site-network-accesses:
    main: {pe: bj-pe1, port: eth4, routing-protocol: static}
public-shanghai:
  region: shanghai
  vpn: public
  prefixes: [10.2.21.0/24, "fde9:2:21::/64"]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth4, routing-protocol: bgp}
"""
#: The same, and nothing from afar is taken of the first site's session; with a key too, later: a
#: lab is booted without keys.
_NEAR = "eth3, routing-protocol: bgp, ttl-security: true"
_NEAR_SITES = SITES.replace("eth3, routing-protocol: bgp", _NEAR)
_PAIRS = (("party-beijing", "party-shanghai"), ("public-beijing", "public-shanghai"))
_EVERY = 0.01
#: A customer's router, whose session has a key and TTL security.
_CUSTOMER = "party-beijing-ce"
_BLOCKS = re.DOTALL | re.MULTILINE
_GUESSES = ("cisco", "party-beijing")


class Place(LabPlace):
    """The lab, its keys, and what becomes of packets meanwhile."""

    def run(self, *words: str | Path, code: int = 0) -> Ran:
        env = {
            "EGOVNET_INVENTORY": str(self.inventory),
            "EGOVNET_KEY_IDENTITY": str(self.state / "identity"),
            **BUILT_APPLIANCE,
        }
        ran = egovnet(*words, state=self.state, env=env)
        assert ran.code == code, f"{words}\n{ran.stdout[-5000:]}\n{ran.stderr[-2000:]}"
        return ran

    def lost(self, during: Callable[[], object]) -> dict[str, tuple[int, int]]:
        """Flow -> (echo requests sent, lost) while `during` runs."""
        with echoes(self.lab, self._flows(), every=_EVERY) as found:
            during()
        print({name: flow["gaps"] for name, flow in found.flows.items()})
        return {
            name: (flow["sent"], flow["sent"] - flow["answered"])
            for name, flow in found.flows.items()
        }

    def _flows(self) -> list[EchoFlow]:
        hosts = site_hosts(self.workspace.network, [site for pair in _PAIRS for site in pair])
        return [
            (f"{one} {'ipv6' if ':' in source else 'ipv4'}", hosts[one].node, source, target)
            for one, other in _PAIRS
            for source in hosts[one].addresses
            for target in hosts[other].addresses
            if (":" in source) == (":" in target)
        ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("keys")
    inventory = small_network(root / "inventory", ROUTERS, VPNS, _NEAR_SITES)
    with provisioned_lab(inventory, root) as lab:
        made = Place(lab.inventory, lab.state)
        made.run("adopt", "--yes")
        path = inventory / "network.yaml"
        data = yaml.safe_load(path.read_text()) | {"authentication": POLICY}
        path.write_text(yaml.safe_dump(data, sort_keys=False))
        keyed = _NEAR_SITES.replace(_NEAR, f"{_NEAR}, authentication: tcp-md5")
        (inventory / "sites" / "all.yaml").write_text(keyed)
        made.run("keys", "init")
        made.run("keys", "generate", "--yes")
        _hand_over(made, root)
        made.run("apply", "--yes", "--disruptive")
        yield made


def _hand_over(place: Place, root: Path) -> None:
    """The customer's router has the key of its session, as its people would give it: without, the
    change of the PE would not pass its verification."""
    customer = AgeFile(root, root / "customer")
    sealed = root / "key.age"
    words = ("--recipient", customer.new_identity(), "-o", sealed)
    place.run("keys", "hand-over", "site/party-beijing+main", *words)
    identity = pyrage.x25519.Identity.from_str((root / "customer").read_text().split()[-1])
    value = pyrage.decrypt(sealed.read_bytes(), [identity]).decode().strip()
    bgp, peers = _customer_s_bgp(place)
    _vtysh(place, _CUSTOMER, *bgp, *(f"neighbor {peer} password {value}" for peer in peers))


def _customer_s_bgp(place: Place) -> tuple[tuple[str, str], list[str]]:
    """(where the customer's router says BGP, its PE's addresses)."""
    text = _vtysh(place, _CUSTOMER, "show running-config bgpd")
    asn = re.search(r"^router bgp (\d+)$", text, re.MULTILINE)
    assert asn
    peers = re.findall(r"^ neighbor (\S+) remote-as", text, re.MULTILINE)
    assert len(peers) == 2, text
    return ("configure terminal", f"router bgp {asn[1]}"), peers


def _session(place: Place, peer: str) -> str:
    """State of the customer's session with its PE."""
    shown = _vtysh(place, _CUSTOMER, f"show bgp neighbor {peer} json")
    return str(json.loads(shown)[peer]["bgpState"])


@pytest.mark.parametrize("scope", ["isis"])
def test_nothing_is_lost_by_other_keys(place: Place, scope: str) -> None:
    lost = place.lost(lambda: place.run("keys", "rotate", "--scope", scope, "--apply"))
    print(scope, lost)
    assert {name: lost for name, (sent, lost) in lost.items()} == dict.fromkeys(lost, 0)
    assert all(sent > 100 for sent, _ in lost.values())


def test_what_other_keys_of_ldp_lose(place: Place) -> None:
    lost = place.lost(lambda: place.run("keys", "rotate", "ldp/bj-p1+bj-pe1", "--apply"))
    print("ldp", lost)
    assert all(sent > 100 for sent, _ in lost.values())


def test_a_revocation_says_what_it_lost(place: Place) -> None:
    """The keys of all sessions of one PE with its reflectors at once: its sites are dark."""
    names = ("bgp/bj-p1+sh-pe1", "bgp/bj-p2+sh-pe1")
    said = {}

    def revoke() -> None:
        words = ("keys", "revoke", *names, "--reason", "a test", "--yes", "--json")
        said.update(place.run(*words).json)

    lost = place.lost(revoke)
    print("revoke", lost, said["loss"])
    assert said["result"] == "done"
    assert "reflector" in {one["class"] for one in said["interrupted"]}
    assert any(lost for _, lost in lost.values())
    assert 0 < said["loss"]["lost"] < said["loss"]["sent"]
    ends = {site for one in said["loss"]["sites"] for site in (one["source"], one["target"])}
    assert ends == {site for pair in _PAIRS for site in pair}


#: The circuit that is attacked: the router that is to refuse, its port, and the other end's.
_VICTIM, _VICTIM_PORT, _SPEAKER, _SPEAKER_PORT = "bj-p1", "eth2", "bj-pe1", "eth1"


def _vtysh(place: Place, router: str, *lines: str) -> str:
    words = " ".join(f"-c {shlex.quote(line)}" for line in lines)
    return place.lab.exec(router, f"vtysh {words}").stdout


def _adjacency(place: Place) -> str:
    """State of the victim's adjacency on the circuit; "" when there is none."""
    shown = _vtysh(place, _VICTIM, "show isis neighbor")
    found = re.search(rf"{_VICTIM_PORT}\s+\d\s+(\w+)", shown)
    return found[1] if found else ""


def _becomes(read: Callable[[], object], wanted: object, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while read() != wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def _stays_without(place: Place, seconds: float) -> bool:
    """Whether no adjacency comes up for so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if _adjacency(place) == "Up":
            return False
        time.sleep(0.5)
    return True


@pytest.mark.parametrize("line", ["isis password md5 SomeOtherKey", "no isis password"])
def test_a_speaker_without_the_key_gets_no_adjacency(place: Place, line: str) -> None:
    """Its hellos come each 3 s; the adjacency that was there is cleared, and none comes up."""
    interface = ("configure terminal", f"interface {_SPEAKER_PORT}")
    text = _vtysh(place, _SPEAKER, "show running-config isisd")
    own = re.search(rf"interface {_SPEAKER_PORT}$.*?^ (isis password md5 \S+)$", text, _BLOCKS)
    assert own
    assert _adjacency(place) == "Up"
    _vtysh(place, _SPEAKER, *interface, line)
    _vtysh(place, _VICTIM, "clear isis neighbor")
    try:
        assert _stays_without(place, 10)
    finally:
        _vtysh(place, _SPEAKER, *interface, own[1])
    assert _becomes(lambda: _adjacency(place), "Up", 30)


@pytest.mark.parametrize("line", ["neighbor {} password SomeOtherKey", "no neighbor {} password"])
def test_a_speaker_without_the_key_gets_no_bgp_session(place: Place, line: str) -> None:
    text = _vtysh(place, _SPEAKER, "show running-config bgpd")
    own = re.search(r"^router bgp (\d+)$.*?^ (neighbor (\d\S+) password \S+)$", text, _BLOCKS)
    assert own
    peer = own[3]

    def state() -> str:
        shown = _vtysh(place, _SPEAKER, f"show bgp neighbor {peer} json")
        return str(json.loads(shown)[peer]["bgpState"])

    assert _becomes(state, "Established", 60)
    bgp = ("configure terminal", f"router bgp {own[1]}")
    _vtysh(place, _SPEAKER, *bgp, line.format(peer))
    try:
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            assert state() != "Established"
            time.sleep(0.5)
    finally:
        _vtysh(place, _SPEAKER, *bgp, own[2])
    assert _becomes(state, "Established", 60)


@pytest.mark.parametrize("line", ["neighbor {} password SomeOtherKey", "no {}"])
def test_a_speaker_without_the_key_gets_no_ldp_session(place: Place, line: str) -> None:
    peer = str(place.workspace.allocation.loopback4[_VICTIM])
    text = _vtysh(place, _SPEAKER, "show running-config ldpd")
    own = re.search(rf"^ (neighbor {peer} password \S+)$", text, re.MULTILINE)
    assert own

    def is_up() -> bool:
        shown = _vtysh(place, _SPEAKER, "show mpls ldp neighbor")
        return re.search(rf"^ipv4 +{peer} +OPERATIONAL", shown, re.MULTILINE) is not None

    assert _becomes(is_up, wanted=True, seconds=60)
    ldp = ("configure terminal", "mpls ldp")
    _vtysh(place, _SPEAKER, *ldp, line.format(own[1] if line == "no {}" else peer))
    # a session that has begun may go on
    _vtysh(
        place, _VICTIM, f"clear mpls ldp neighbor {place.workspace.allocation.loopback4[_SPEAKER]}"
    )
    try:
        assert _becomes(is_up, wanted=False, seconds=20)
        # each end tries again after some seconds
        assert not _becomes(is_up, wanted=True, seconds=16)
    finally:
        _vtysh(place, _SPEAKER, *ldp, own[1])
    assert _becomes(is_up, wanted=True, seconds=90)


def test_a_customer_that_guesses_gets_no_session(place: Place) -> None:
    """Nor one without a key, nor one whose packets may come from afar (RFC 5082); a router that
    has the key and sends TTL 255 has its session. In both families at the same time: each session
    is tried for itself."""
    bgp, peers = _customer_s_bgp(place)
    ours = access_addresses(place.workspace.allocation, "party-beijing/main").ce
    text = _vtysh(place, _CUSTOMER, "show running-config bgpd")
    own, near = {}, {}
    for peer in peers:
        key = re.search(rf"^ (neighbor {peer} password \S+)$", text, re.MULTILINE)
        assert key
        own[peer], near[peer] = key[1], f"neighbor {peer} ttl-security hops 1"
        assert f" {near[peer]}\n" in text
    tries = [
        *(({p: f"neighbor {p} password {word}" for p in peers}, own) for word in _GUESSES),
        ({p: f"no neighbor {p} password" for p in peers}, own),
        ({p: f"no {near[p]}" for p in peers}, near),
    ]
    for wrong, right in tries:
        for peer in peers:
            assert _becomes(lambda peer=peer: _session(place, peer), "Established", 90)
        _vtysh(place, _CUSTOMER, *bgp, *wrong.values())
        deadline = time.monotonic() + 12
        while time.monotonic() < deadline:
            for peer in peers:
                assert _session(place, peer) != "Established", wrong[peer]
            time.sleep(1)
        _vtysh(place, _CUSTOMER, *bgp, *right.values())
        # else the PE waits for an OPEN that it dropped, and the start timer here has doubled
        _vtysh(place, "bj-pe1", *(f"clear bgp vrf i-party {end.ip}" for end in ours))
        _vtysh(place, _CUSTOMER, *(f"clear bgp {peer}" for peer in peers))
        begun = time.monotonic()
        for peer in peers:
            back = _becomes(lambda peer=peer: _session(place, peer), "Established", 240)
            assert back, wrong[peer]
        print(f"{wrong}: refused; back after {time.monotonic() - begun:.0f} s")


#: Keeps one hello that the speaker's own isisd sends, and sends it again each second.
_RECORDER = """
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind((sys.argv[1], 0))
while True:
    frame, (_, _, kind, *_) = s.recvfrom(65535)
    # sent by this router (PACKET_OUTGOING); ISO 10589 hello between two routers
    if kind == 4 and frame[14:18] == bytes.fromhex("fefe0383") and frame[21] & 31 == 17:
        open("/run/hello", "wb").write(frame)
        break
"""
_REPLAY = """
import socket, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.setsockopt(263, 20, 1)  # SOL_PACKET, PACKET_QDISC_BYPASS: past what drops all else
s.bind((sys.argv[1], 0))
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    s.send(open("/run/hello", "rb").read())
    time.sleep(1)
"""


def _python(place: Place, program: str, *arguments: str, background: bool = False) -> None:
    words = " ".join(arguments)
    run = f"python3 -S - {words} <<'%%END'\n{program}\n%%END\n"
    if background:
        run = f"cat >/run/replay.py <<'%%END'\n{program}\n%%END\n"
        run += f"setsid python3 -S /run/replay.py {words} >/dev/null 2>&1 </dev/null &"
    assert place.lab.exec(_SPEAKER, run, 60).exit_code == 0


@contextmanager
def _dead_and_replayed(place: Place, seconds: int) -> Iterator[None]:
    """The speaker's port sends nothing but one hello of before, again and again."""
    _python(place, _REPLAY, _SPEAKER_PORT, str(seconds), background=True)
    place.lab.exec(_SPEAKER, f"tc qdisc replace dev {_SPEAKER_PORT} root netem loss 100%")
    try:
        yield
    finally:
        place.lab.exec(_SPEAKER, f"tc qdisc del dev {_SPEAKER_PORT} root")


@contextmanager
def _short_hold_time(place: Place) -> Iterator[None]:
    """The victim gives the speaker's port up after 6 s without a hello, not after 30."""
    interface = ("configure terminal", f"interface {_SPEAKER_PORT}")
    _vtysh(place, _SPEAKER, *interface, "isis hello-multiplier 2")
    try:
        yield
    finally:
        _vtysh(place, _SPEAKER, *interface, "no isis hello-multiplier")


@contextmanager
def _without_bfd(place: Place) -> Iterator[None]:
    interface = ("configure terminal", f"interface {_VICTIM_PORT}")
    _vtysh(place, _VICTIM, *interface, "no isis bfd")
    try:
        yield
    finally:
        _vtysh(place, _VICTIM, *interface, "isis bfd", "isis bfd profile circuit")


def test_what_a_replayed_hello_does(place: Place) -> None:
    """HMAC-MD5 has no sequence number (RFC 7602): BFD ends what a hello alone keeps up, and
    another key ends what was recorded."""
    with _short_hold_time(place):
        time.sleep(4)  # a hello that says so was sent
        _python(place, _RECORDER, _SPEAKER_PORT)
        with _dead_and_replayed(place, 15):
            assert _becomes(lambda: _adjacency(place) == "Up", wanted=False, seconds=10), "BFD"
        assert _becomes(lambda: _adjacency(place), "Up", 40)
        with _without_bfd(place), _dead_and_replayed(place, 25):
            # past the hold time: the replay is believed, which the documentation says
            time.sleep(15)
            assert _adjacency(place) == "Up"
    assert _becomes(lambda: _adjacency(place), "Up", 40)
    place.run("keys", "rotate", f"isis/{_SPEAKER}--{_VICTIM}", "--apply")
    with _short_hold_time(place), _without_bfd(place):
        time.sleep(4)
        assert _becomes(lambda: _adjacency(place), "Up", 20)
        with _dead_and_replayed(place, 25):
            assert _becomes(lambda: _adjacency(place) == "Up", wanted=False, seconds=15), "old key"
    assert _becomes(lambda: _adjacency(place), "Up", 40)
