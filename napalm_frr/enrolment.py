#!/usr/bin/env python3
"""Enrolment of a router: its host key reaches the controller, and what it is to trust reaches it.

This file is what both sides run. On the router it runs by itself, with Python alone: root starts it
at the console and types the code that the controller showed.

    python3 enrolment.py request pe3 >pe3.request
    python3 enrolment.py install <pe3.answer

Request and answer are texts that may go any way, a memory stick or a network that nobody trusts:
each has an HMAC (RFC 2104, with SHA-256) by a key that is made of the code, the router's name and
its serial number. Whoever has not the code can make neither. The code has 100 random bits, so that
nobody finds it from a request, and holds once, for a time that the controller keeps.
"""

import argparse
import base64
import hashlib
import hmac
import os
import secrets
import shutil
import subprocess
import sys
from getpass import getpass
from pathlib import Path
from typing import NamedTuple

#: Crockford's base 32: no letter is taken for a figure.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _GROUP = 20, 5
_REQUEST, _ANSWER = "egovnet enrolment request 1", "egovnet enrolment answer 1"
#: A request is five or six short lines, an answer the installation's script.
MOST = 1024 * 1024
_SERIAL_NUMBER = "/sys/class/dmi/id/product_serial"
_HOST_KEY = "/etc/ssh/ssh_host_ed25519_key.pub"
_KEPT = "/run/egovnet-enrolment"
#: Of strongSwan, where PEs have it; the private key is made here and stays here.
_IKE_KEY = "/etc/swanctl/private/router.pem"
_PKI = "pki"


class EnrolmentError(ValueError):
    """A code, a request or an answer is not what it is to be; says why."""


class Request(NamedTuple):
    """What a router asks for: a certificate for this key."""

    router: str
    serial_number: str
    #: `KEYTYPE KEY`
    host_key: str
    #: PKCS#10 in base 64, by which it asks for a certificate for IKE; "": it does not.
    ike: str = ""

    @property
    def body(self) -> str:
        """What the request's HMAC is over."""
        ike = f"ike-request {self.ike}\n" if self.ike else ""
        return (
            f"{_REQUEST}\nrouter {self.router}\nserial-number {self.serial_number}\n"
            f"host-key {self.host_key}\n{ike}"
        )


def new_code() -> str:
    """A code to be shown once, such as `7Q2MX-0C9TB-...`."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def plain_code(typed: str) -> str:
    """A code as a person typed it, in its one form.

    Raises:
        EnrolmentError: it is none.
    """
    code = "".join(typed.split()).replace("-", "").upper()
    code = code.replace("O", "0").replace("I", "1").replace("L", "1")
    if len(code) != _LENGTH or any(letter not in ALPHABET for letter in code):
        raise EnrolmentError("that is no code: it has 20 letters and figures in four groups")
    return code


def secret_of(code: str, router: str, serial_number: str) -> bytes:
    """The key that request and answer are authenticated by. Raises as `plain_code`."""
    words = ("egovnet-enrolment-1", router, serial_number)
    text = "\n".join(words).encode()
    return hmac.new(plain_code(code).encode(), text, hashlib.sha256).digest()


def request_text(request: Request, secret: bytes) -> str:
    """What the router sends."""
    return f"{request.body}mac {_mac(secret, 'request', request.body)}\n"


def parse_request(text: str) -> tuple[Request, str]:
    """A request and its HMAC, which was not checked yet.

    Raises:
        EnrolmentError: it is none.
    """
    lines = text.strip().splitlines()
    names = ["router ", "serial-number ", "host-key ", "ike-request ", "mac "]
    if len(lines) == len(names):
        names.remove("ike-request ")
    if len(lines) != 1 + len(names) or lines[0].strip() != _REQUEST:
        raise EnrolmentError("this is no request of enrolment, whole and in its five or six lines")
    values = []
    for line, name in zip(lines[1:], names, strict=True):
        if not line.startswith(name):
            raise EnrolmentError(f"the request has not {name.strip()} where it is to be")
        values.append(line[len(name) :].strip())
    *asked, mac = values
    return Request(*asked), mac


def check_request(request: Request, mac: str, secret: bytes) -> None:
    """Refuse a request that was not made with the code.

    Raises:
        EnrolmentError: it was not.
    """
    if not hmac.compare_digest(_mac(secret, "request", request.body), mac):
        raise EnrolmentError(
            "the request was not made with the code that was shown for this router, or was altered"
        )


def answer_text(script: str, request: Request, secret: bytes) -> str:
    """What the controller sends: a script that root runs on the router that asked."""
    return f"{_ANSWER}\nmac {_mac(secret, 'answer', request.body + script)}\n{script}"


def script_of(text: str, request: Request, secret: bytes) -> str:
    """The script of an answer to this request.

    Raises:
        EnrolmentError: the controller that showed the code did not make it, for this request.
    """
    head, mac, script = [*text.split("\n", 2), "", ""][:3]
    made = _mac(secret, "answer", request.body + script)
    if head != _ANSWER or not hmac.compare_digest(f"mac {made}".encode(), mac.encode()):
        raise EnrolmentError(
            "this is no answer to this router's request by whoever showed the code; nothing was run"
        )
    return script


def _mac(secret: bytes, kind: str, text: str) -> str:
    return hmac.new(secret, f"{kind}\n{text}".encode(), hashlib.sha256).hexdigest()


# -- on the router ---------------------------------------------------------------------------------


def _request(given: argparse.Namespace) -> str:
    serial_number = given.serial_number or _read(Path(_SERIAL_NUMBER), "--serial-number").strip()
    kind, key, *_ = [*_read(given.host_key, "--host-key").split(), "", ""]
    ike = _ike_request(given) if shutil.which(_PKI) else ""
    request = Request(given.router, serial_number, f"{kind} {key}", ike)
    code = getpass("code: ", sys.stderr) if sys.stdin.isatty() else sys.stdin.readline(200)
    secret = secret_of(code, request.router, request.serial_number)
    given.kept.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(given.kept, flags, 0o600), "w") as kept:
        kept.write(f"{secret.hex()}\n{request_text(request, secret)}")
    return request_text(request, secret)


def _ike_request(given: argparse.Namespace) -> str:
    """A request for this router's name by its key for IKE, which is made where there is none."""
    path: Path = given.ike_key
    if not path.exists():
        made = _pki("--gen", "--type", "ecdsa", "--size", "256", "--outform", "pem")
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(made)
    of = ("--in", str(path), "--dn", f"CN={given.router}", "--san", given.router)
    return base64.b64encode(_pki("--req", "--type", "ecdsa", *of)).decode()


def _pki(*arguments: str) -> bytes:
    """What strongSwan's pki made; what it says of plugins that are not there is not for people."""
    done = subprocess.run([_PKI, *arguments], capture_output=True, check=False)
    if done.returncode:
        raise EnrolmentError(f"pki {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _install(given: argparse.Namespace) -> str:
    kept, _, text = _read(given.kept, "request").partition("\n")
    request, _mac_of_it = parse_request(text)
    script = script_of(sys.stdin.read(MOST), request, bytes.fromhex(kept))
    subprocess.run(["/bin/sh", "-s"], input=script.encode(), check=True)
    given.kept.unlink()
    return f"{request.router}: enrolled\n"


def _read(path: Path, otherwise: str) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise EnrolmentError(f"{path}: {error.strerror}; see {otherwise}") from error


def main(arguments: "list[str]") -> int:
    """Ask for enrolment, or do what the answer says; 2 where that cannot be."""
    parser = argparse.ArgumentParser(description="enrol this router with egovnet")
    parser.add_argument("do", choices=["request", "install"])
    parser.add_argument("router", nargs="?", default="", help="its name in the inventory")
    parser.add_argument("--serial-number", default="", help="where the machine does not tell it")
    parser.add_argument("--host-key", type=Path, default=Path(_HOST_KEY))
    parser.add_argument("--ike-key", type=Path, default=Path(_IKE_KEY), help=argparse.SUPPRESS)
    parser.add_argument("--kept", type=Path, default=Path(_KEPT), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        if given.do == "request" and not given.router:
            raise EnrolmentError("name the router: request pe3")
        sys.stdout.write(_request(given) if given.do == "request" else _install(given))
    except (EnrolmentError, OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
