"""Departments with the same addresses on real routers: each reaches its own peers, and nobody else.

Who was asked is seen at the hosts themselves: an answer alone does not say who gave it.
"""

from collections.abc import Iterator

import pytest

from egovnet.lab.backend import Backend
from tests.playbooks.lab_place import LabPlace, provisioned_lab
from tests.small_extranet import small_extranet

pytestmark = pytest.mark.lab("extranet")
#: Echo requests that a host has had, of both families.
_ASKED = "cat /proc/net/snmp /proc/net/snmp6"
_HOSTS = ("party-beijing", "health-beijing", "health-shanghai", "customs-guangdong",
          "customs-shanghai")  # fmt: skip


def _asked(lab: Backend) -> dict[str, int]:
    """Host -> echo requests that it has had."""
    came = lab.exec_many({f"{site}-host": _ASKED for site in _HOSTS})
    return {site: _requests(came[f"{site}-host"].stdout) for site in _HOSTS}


def _requests(text: str) -> int:
    lines = [line.split() for line in text.splitlines()]
    names, values = (line for line in lines if line[0] == "Icmp:")
    four = int(dict(zip(names, values, strict=True))["InEchos"])
    return four + sum(int(line[1]) for line in lines if line[0] == "Icmp6InEchos")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPlace]:
    root = tmp_path_factory.mktemp("extranet")
    with provisioned_lab(small_extranet(root / "inventory"), root) as made:
        yield made


def test_the_matrix_is_what_the_classes_yield(place: LabPlace) -> None:
    verified = place.run("verify", "--json").json
    assert verified["passed"]
    assert "hosts" in verified["matrix"]["sources"]
    assert verified["matrix"]["probed"] == verified["matrix"]["pairs"]


#: (who sends, to which address, which host is to be asked).
CASES = (
    ("health-shanghai", "10.0.5.10", "health-beijing"),
    ("customs-shanghai", "10.0.5.10", "customs-guangdong"),
    ("health-beijing", "10.0.6.10", "health-shanghai"),
    ("customs-guangdong", "10.0.6.10", "customs-shanghai"),
    ("health-shanghai", "fdaa:0:5::a", "health-beijing"),
    ("customs-shanghai", "fdaa:0:5::a", "customs-guangdong"),
    ("party-shanghai", "10.1.10.10", "party-beijing"),
    ("customs-guangdong", "10.1.10.10", "customs-shanghai"),
)


def test_a_host_reaches_its_own_peers_only(place: LabPlace) -> None:
    """Each case sends as often as no sum of others does, so that a sum says which they were."""
    scripts: dict[str, list[str]] = {}
    due = dict.fromkeys(_HOSTS, 0)
    for number, (sender, address, receiver) in enumerate(CASES):
        ping = f"ping -n -q -c {2**number} -i 0.02 -W 5 {address}"
        scripts.setdefault(f"{sender}-host", []).append(ping)
        due[receiver] += 2**number
    before = _asked(place.lab)
    came = place.lab.exec_many({host: "; ".join(own) for host, own in scripts.items()}, 120)
    printed = {host: completed.stdout for host, completed in came.items()}
    for host, own in scripts.items():
        assert printed[host].count(" 0% packet loss") == len(own), printed[host]
    after = _asked(place.lab)
    assert {host: after[host] - before[host] for host in _HOSTS} == due
