"""IKE on the routers of a lab, by egovnet's own verbs: each is enrolled, and runs the answer."""

import base64
import shlex
from collections.abc import Iterable
from importlib import resources

from egovnet.lab.backend import Backend
from tests.playbooks.lab_place import LabPlace
from tests.small_encryption import serial_number

KEY = "/etc/swanctl/private/router.pem"
CERTIFICATE = "/etc/swanctl/x509/router.pem"
REVOKED = "/etc/swanctl/x509crl/backbone.pem"
CONNECTIONS = "/etc/swanctl/swanctl.conf"
#: Once a router; its sshd reads what Debian's does.
_PREPARE = (
    "grep -q ^Include /run/sshd_config || "
    "sed -i '1i Include /etc/ssh/sshd_config.d/*.conf' /run/sshd_config; "
    "ssh-keygen -y -f $(awk '/^HostKey/ {print $2}' /run/sshd_config) >/run/host.pub"
)
_ASK = "echo {code} | python3 -I /run/enrolment.py request {name} --host-key /run/host.pub "
_ROOT = "SSHD_CONFIG=/run/sshd_config "
_START = (
    "(setsid /usr/lib/ipsec/charon >/var/log/charon.log 2>&1 </dev/null &); "
    "for n in $(seq 100); do swanctl --stats >/dev/null 2>&1 && break; sleep 0.2; done; "
    "swanctl --load-all 2>&-"
)
_STOP = (
    "[ -e /run/charon.pid ] || exit 0; kill $(cat /run/charon.pid); "
    "for n in $(seq 100); do [ -e /run/charon.pid ] || exit 0; sleep 0.2; done; exit 1"
)


def install_ike(place: LabPlace, names: Iterable[str]) -> None:
    """Make the authorities and enrol each router with a key of its own; nothing is started."""
    place.run("identity", "init", "--unprotected")
    for name in names:
        enrol(place, name)


def enrol(place: LabPlace, name: str) -> str:
    """Enrol one router, as a person does it; returns its request."""
    directory = place.state.parent
    code = place.run("identity", "enrol", name, "--json").json["code"]
    program = resources.files("napalm_frr").joinpath("enrolment.py").read_text()
    put(place.lab, name, "/run/enrolment.py", program)
    run(place.lab, name, _PREPARE)
    ask = _ASK.format(code=code, name=name) + f"--serial-number {serial_number(name)}"
    request, answer = directory / f"{name}.request", directory / f"{name}.answer"
    request.write_text(run(place.lab, name, ask))
    answer.unlink(missing_ok=True)
    place.run("identity", "sign", request, "-o", answer)
    put(place.lab, name, "/run/answer", answer.read_text())
    said = run(place.lab, name, f"{_ROOT}python3 -I /run/enrolment.py install </run/answer")
    assert said == f"{name}: enrolled\n"
    return request.read_text()


def run_script(place: LabPlace, name: str) -> str:
    """What root does on a router after the network's certificates, or its VPNs, changed."""
    directory = place.state.parent / "scripts"
    place.run("identity", "script", "-l", name, "-o", directory)
    put(place.lab, name, "/run/script", (directory / f"{name}.sh").read_text())
    return run(place.lab, name, f"{_ROOT}sh /run/script")


def start_ike(lab: Backend, name: str) -> None:
    """Start charon on a PE, and let it have its connections."""
    assert "loaded connection 'gre" in run(lab, name, _START)


def stop_ike(lab: Backend, name: str) -> None:
    """End charon on a PE where it runs, as its service does: it takes its keys and policies with
    it."""
    run(lab, name, _STOP)


def put(lab: Backend, node: str, path: str, text: str) -> None:
    """Write a file of root's, as it is, in place of what is there."""
    coded, place = base64.b64encode(text.encode()).decode(), shlex.quote(path)
    for at in range(0, len(coded), 60_000):
        run(lab, node, f"echo {coded[at : at + 60_000]} {'>>' if at else '>'}{place}.b64")
    run(lab, node, f"base64 -d {place}.b64 >{place} && rm {place}.b64")


def run(lab: Backend, node: str, command: str) -> str:
    """A command that has to end well."""
    done = lab.exec(node, command, 60)
    assert done.exit_code == 0, f"{node}: {command[:200]}\n{done.stdout}\n{done.stderr}"
    return done.stdout
