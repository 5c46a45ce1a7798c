"""What encryption costs: octets a second from host to host, and the processor's time for them.

Run by `make bench` (this file's name keeps it out of the default run). Two PEs with a P router
between them; one VPN goes in ESP, the other one in clear, over the same circuits, in both families.
A host sends by TCP for some seconds to one of the other site. The ratio of the two VPNs is what is
to be read: the lab's kernels compute AES in C, and both of its machines share this machine's
processors, so that the octets a second are not a router's.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.playbooks.ike import install_ike, start_ike
from tests.playbooks.lab_place import LabPlace, provisioned_lab
from tests.small_encryption import small_encryption

pytestmark = pytest.mark.lab("encryption")
PES = ("bj-pe1", "sh-pe1")
#: VPN -> the host at the other site, by family.
_THERE = {
    "party": {"ipv4": "10.1.10.10", "ipv6": "fde9:1:10::a"},
    "public": {"ipv4": "10.2.10.10", "ipv6": "fde9:2:10::a"},
}
_SOCKETS = {"ipv4": "AF_INET", "ipv6": "AF_INET6"}
_SECONDS = 8
_PATIENCE = 60.0
_PORT = 5201
_TAKE = f"""
import json, socket, time
listening = socket.create_server(("{{address}}", {_PORT}), family=socket.{{family}})
listening.settimeout(30)
taken, _ = listening.accept()
taken.settimeout(30)
begun, octets = time.monotonic(), 0
while part := taken.recv(65536):
    octets += len(part)
print(json.dumps([octets, time.monotonic() - begun]))
"""
_GIVE = f"""
import socket, time
for _ in range(100):
    try:
        given = socket.create_connection(("{{address}}", {_PORT}), timeout=30)
        break
    except OSError:
        time.sleep(0.1)
end = time.monotonic() + {_SECONDS}
while time.monotonic() < end:
    given.sendall(bytes(65536))
given.close()
"""
#: Hundredths of a second in which a machine's processor was busy.
_BUSY = "awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 }' /proc/stat"


@dataclass(frozen=True)
class Carried:
    """What came through: octets a second, and processor seconds of the lab for 100 MB."""

    octets_per_second: float
    seconds_per_100_mb: float


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPlace]:
    root = tmp_path_factory.mktemp("encryption")
    with provisioned_lab(small_encryption(root / "inventory"), root, "uml") as made:
        install_ike(made, PES)
        for name in PES:
            start_ike(made.lab, name)
        deadline = time.monotonic() + _PATIENCE
        for vpn, addresses in _THERE.items():
            for address in addresses.values():
                # the first packet asks for keys, and is lost
                while made.lab.exec(f"{vpn}-shanghai-host", f"ping -c1 -W1 {address}").exit_code:
                    assert time.monotonic() < deadline, f"{vpn}: {address} does not answer"
        yield made


def _busy(place: LabPlace) -> int:
    """Of both machines, where there are two: each PE's own says what its machine did."""
    said = place.lab.exec_many(dict.fromkeys(PES, _BUSY))
    boots = place.lab.exec_many(dict.fromkeys(PES, "cat /proc/sys/kernel/random/boot_id"))
    machines = {boots[name].stdout: int(said[name].stdout) for name in PES}
    return sum(machines.values())


def _carry(place: LabPlace, vpn: str, family: str) -> Carried:
    words = {
        "address": _THERE[vpn][family],
        "family": "AF_INET6" if family == "ipv6" else "AF_INET",
    }
    before = _busy(place)
    done = place.lab.exec_many(
        {
            f"{vpn}-beijing-host": f"python3 - <<'END'{_TAKE.format(**words)}END",
            f"{vpn}-shanghai-host": f"python3 - <<'END'{_GIVE.format(**words)}END",
        },
        _SECONDS + 60,
    )
    busy = (_busy(place) - before) / 100
    octets, seconds = json.loads(done[f"{vpn}-beijing-host"].stdout)
    assert octets > 0, done
    return Carried(octets / seconds, busy / (octets / 1e8))


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_what_encryption_costs(family: str, place: LabPlace, benchmark: BenchmarkFixture) -> None:
    clear = _carry(place, "public", family)
    encrypted: Carried = benchmark.pedantic(
        _carry, args=(place, "party", family), rounds=1, iterations=1
    )
    benchmark.extra_info |= {
        "clear_mbit_s": clear.octets_per_second * 8e-6,
        "encrypted_mbit_s": encrypted.octets_per_second * 8e-6,
        "throughput_ratio": encrypted.octets_per_second / clear.octets_per_second,
        "processor_ratio": encrypted.seconds_per_100_mb / clear.seconds_per_100_mb,
    }
    print(
        f"{family}: {clear.octets_per_second * 8e-6:.0f} Mbit/s in clear, "
        f"{encrypted.octets_per_second * 8e-6:.0f} encrypted; for 100 MB "
        f"{clear.seconds_per_100_mb:.2f} and {encrypted.seconds_per_100_mb:.2f} processor seconds"
    )
