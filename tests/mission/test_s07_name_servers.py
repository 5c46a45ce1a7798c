"""S7: name servers on real routers: each answers in its own agency's VPN, and nobody else there.

NSD serves the zones that the inventory yields, on a host behind a PE; questions are packets of
hosts behind other PEs, labelled across the core.
"""

import shlex
from collections.abc import Iterator

import pytest

from tests.name_servers import served_network
from tests.playbooks.lab_place import LabPlace, provisioned_lab

pytestmark = pytest.mark.lab("name-servers")
#: Asks a server over UDP until it answers or time is over: its code, and the data of each answer.
_ASK = """
import socket, struct, sys, time
server, name, kind = sys.argv[1], sys.argv[2], {"A": 1, "PTR": 12, "SOA": 6}[sys.argv[3]]
seconds = float(sys.argv[4])
labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
question = struct.pack("!6H", 4711, 0, 1, 0, 0, 0) + labels + b"\\0" + struct.pack("!2H", kind, 1)
family = socket.AF_INET6 if ":" in server else socket.AF_INET
end = time.monotonic() + seconds
data = b""
while not data and time.monotonic() < end:
    with socket.socket(family, socket.SOCK_DGRAM) as one:
        one.settimeout(0.5)
        try:
            one.connect((server, 53))
            one.send(question)
            data = one.recv(4096)
        except OSError:
            time.sleep(0.2)
if not data:
    print("no answer")
    sys.exit()
code, answers = data[3] & 15, struct.unpack("!H", data[6:8])[0]
at = len(question)
shown = []
for _ in range(answers):
    while data[at] and data[at] < 192:
        at += data[at] + 1
    at += 2 if data[at] else 1
    at += 10
    length = struct.unpack("!H", data[at - 2:at])[0]
    if kind == 1:
        shown.append(socket.inet_ntoa(data[at:at + length]))
    else:
        shown.append(data[at + 1:at + 1 + data[at]].decode())
    at += length
print({0: "found", 3: "no such name", 5: "refused"}.get(code, code), *shown)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPlace]:
    root = tmp_path_factory.mktemp("names")
    with provisioned_lab(served_network(root / "inventory"), root) as made:
        yield made


def ask(server: str, name: str, kind: str, seconds: int) -> str:
    return shlex.join(["python3", "-c", _ASK, server, name, kind, str(seconds)])


GOVERNMENT, PARTY = "10.1.20.53", "10.1.11.10"
PORTAL, PAPERS = "portal.government.intranet.example", "papers.party.intranet.example"
#: (host, server, name, type, answer): its own agency's server, over the backbone.
ANSWERED = (
    ("gov-shanghai", GOVERNMENT, PORTAL, "A", "found 10.1.20.17"),
    ("gov-shanghai", "fde9:1:20::53", PORTAL, "A", "found 10.1.20.17"),
    ("gov-shanghai", GOVERNMENT, "17.20.1.10.in-addr.arpa", "PTR", "found portal"),
    ("gov-shanghai", GOVERNMENT, f"no{PORTAL}", "A", "no such name"),
    ("gov-shanghai", GOVERNMENT, PAPERS, "A", "refused"),
    ("gov-beijing", GOVERNMENT, PORTAL, "A", "found 10.1.20.17"),
    ("party-beijing", PARTY, PAPERS, "A", "found 10.1.10.7"),
    ("party-beijing", PARTY, "7.10.1.10.in-addr.arpa", "PTR", "found papers"),
)
#: Another agency's server, in the same zone and from the other one.
UNANSWERED = (
    ("party-beijing", GOVERNMENT, PORTAL),
    ("party-shanghai", GOVERNMENT, PORTAL),
    ("public-shanghai", GOVERNMENT, PORTAL),
    ("gov-shanghai", PARTY, PAPERS),
    ("gov-beijing", PARTY, PAPERS),
    ("public-shanghai", PARTY, PAPERS),
)


def test_an_agencys_hosts_get_answers_and_no_others(place: LabPlace) -> None:
    scripts: dict[str, list[str]] = {}
    wanted: dict[str, list[str]] = {}
    for host, server, name, kind, answer in ANSWERED:
        scripts.setdefault(f"{host}-host", []).append(ask(server, name, kind, 60))
        wanted.setdefault(f"{host}-host", []).append(answer)
    found = place.lab.exec_many({h: "; ".join(lines) for h, lines in scripts.items()}, 200)
    assert {host: done.stdout.splitlines() for host, done in found.items()} == wanted
    # only now: what is not there yet would not answer either
    scripts.clear()
    for host, server, name in UNANSWERED:
        scripts.setdefault(f"{host}-host", []).append(ask(server, name, "A", 4))
    found = place.lab.exec_many({h: "; ".join(lines) for h, lines in scripts.items()}, 100)
    said = {host: set(done.stdout.splitlines()) for host, done in found.items()}
    assert said == {host: {"no answer"} for host in scripts}
    # and those of the own agency still do
    again = place.lab.exec("gov-shanghai-host", ask(GOVERNMENT, PORTAL, "A", 10))
    assert again.stdout == "found 10.1.20.17\n"
