"""Enrolment: what both sides say to each other, and the program as root runs it on a router."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napalm_frr import enrolment
from napalm_frr.enrolment import (
    ALPHABET,
    EnrolmentError,
    Request,
    answer_text,
    check_request,
    new_code,
    parse_request,
    plain_code,
    request_text,
    script_of,
    secret_of,
)
from tests.ssh_authorities import new_key, public

REQUEST = Request("pe3", "FDO2231A0BC", "ssh-ed25519 AAAAC3Nz")
WITH_IKE = REQUEST._replace(ike="MIHuMIGW")
CODE = "7Q2MX-0C9TB-1KVWZ-55HJN"
SECRET = secret_of(CODE, "pe3", "FDO2231A0BC")


def test_a_code_is_read_as_people_type_it() -> None:
    assert plain_code(" 7q2mx oc9tb-Lkvwz 55hjn\n") == plain_code(CODE)
    codes = {new_code() for _ in range(50)}
    assert len(codes) == 50
    assert {len(plain_code(code)) for code in codes} == {20}
    for none in ("", "7Q2MX", CODE + "A", "U" * 20):
        with pytest.raises(EnrolmentError, match="is no code"):
            plain_code(none)


@settings(max_examples=100)
@given(data=st.data())
def test_a_request_with_any_letter_altered_is_refused(data: st.DataObject) -> None:
    asked = data.draw(st.sampled_from([REQUEST, WITH_IKE]))
    text = request_text(asked, SECRET)
    request, mac = parse_request(text)
    check_request(request, mac, SECRET)
    assert request == asked
    at = data.draw(st.integers(0, len(text) - 2))
    letter = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    altered = text[:at] + letter + text[at + 1 :]
    if altered == text:
        return
    with pytest.raises(EnrolmentError):
        changed, its_mac = parse_request(altered)
        check_request(changed, its_mac, SECRET)


@given(code=st.text(ALPHABET, min_size=20, max_size=20))
def test_another_code_router_or_machine_is_another_secret(code: str) -> None:
    assert (secret_of(code, "pe3", "FDO2231A0BC") == SECRET) == (code == plain_code(CODE))
    assert secret_of(code, "pe4", "S1") != secret_of(code, "pe3", "S1")
    assert secret_of(code, "pe3", "S1") != secret_of(code, "pe3", "S2")


@settings(max_examples=60)
@given(data=st.data())
def test_nothing_of_an_altered_answer_is_run(data: st.DataObject) -> None:
    answer = answer_text("echo one\necho two\n", REQUEST, SECRET)
    assert script_of(answer, REQUEST, SECRET) == "echo one\necho two\n"
    at = data.draw(st.integers(0, len(answer) - 1))
    altered = data.draw(
        st.sampled_from([answer[:at], answer[:at] + "x" + answer[at:], answer + "reboot\n"])
    )
    for text, request in ((altered, REQUEST), (answer, REQUEST._replace(host_key="ssh-ed25519 B"))):
        with pytest.raises(EnrolmentError, match="nothing was run"):
            script_of(text, request, SECRET)


def test_the_program_on_a_router(tmp_path: Path) -> None:
    key = new_key(tmp_path / "ssh_host_ed25519_key")
    kept = tmp_path / "kept"
    program = [sys.executable, "-I", enrolment.__file__]

    def runs(*words: str, typed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*program, *words, "--kept", str(kept)],
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    of = ("--host-key", f"{key}.pub", "--serial-number", "FDO2231A0BC")
    asked = runs("request", "pe3", *of, typed=f"{CODE}\n")
    assert (asked.returncode, asked.stderr) == (0, "")
    request, mac = parse_request(asked.stdout)
    check_request(request, mac, SECRET)
    assert public(key).startswith(request.host_key)
    assert CODE not in asked.stdout + kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600

    done = tmp_path / "done"
    script = f"echo done >{done}\n"
    forged = runs("install", typed=answer_text(script, request, secret_of(CODE, "pe4", "S")))
    assert (forged.returncode, forged.stdout) == (2, "")
    assert "nothing was run" in forged.stderr
    assert not done.exists()
    real = runs("install", typed=answer_text(script, request, SECRET))
    assert (real.returncode, real.stdout) == (0, "pe3: enrolled\n"), real.stderr
    assert done.exists()
    again = runs("install", typed=answer_text(script, request, SECRET))
    assert again.returncode == 2, "an answer is for one request, and for once"
    nobody = runs("request", typed=f"{CODE}\n")
    assert (nobody.returncode, nobody.stderr) == (2, "name the router: request pe3\n")
