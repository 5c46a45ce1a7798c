"""Secrets are cut out of a text that is kept; all else stays to the letter."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.templates.registry import redact, redact_messages
from tests.templates.frr.secrets.secret_lines import MULTILINE, ONE_LINE, filled

SECRET = "Zq3-hunter2"
AROUND = (
    "frr version 8.4.4\nhostname pe1\n",
    "!\nrouter bgp 65000 vrf a\n bgp router-id 1.1.1.1\n",
)


@pytest.mark.parametrize("line", ONE_LINE)
def test_a_line_loses_its_secret_and_its_neighbours_nothing(line: str) -> None:
    kept = redact(AROUND[0] + filled(line, SECRET) + AROUND[1])
    assert SECRET not in kept
    assert kept.startswith(AROUND[0]) and kept.endswith(AROUND[1])
    assert kept.count("\n") == (AROUND[0] + AROUND[1]).count("\n") + 1
    # What the line is about can still be read.
    assert kept.removeprefix(AROUND[0]).split()[:1] == line.replace("SECRET", "").split()[:1] or (
        "=" in line
    )


@pytest.mark.parametrize("line", MULTILINE)
def test_what_goes_on_in_the_next_lines_goes_too(line: str) -> None:
    # the block of PEM that is cut off takes what follows with it
    kept = redact(AROUND[0] + filled(line, SECRET) + AROUND[1])
    assert SECRET not in kept
    assert kept.startswith(AROUND[0])


@given(st.binary(min_size=32, max_size=32))
def test_keys_by_their_form_wherever_they_stand(key: bytes) -> None:
    for word in (base64.b64encode(key).decode(), f"0x{key.hex()}"):
        assert word.removeprefix("0x") not in redact(f"    up tunnel {word} to 10.0.0.1\n")


@given(st.lists(st.sampled_from([*ONE_LINE, *MULTILINE]), max_size=6))
def test_what_is_redacted_once_stays_as_it_is(lines: list[str]) -> None:
    once = redact("".join(filled(line, SECRET) for line in lines))
    assert redact(once) == once


@pytest.mark.parametrize(
    "line",
    [
        "service password-encryption",
        " area 0 authentication message-digest",
        " ip ospf authentication message-digest",
        " ip rip authentication mode md5 auth-length old-ripd",
        "username noc nopassword",
        "key chain party",
        " key 1",
        " description keys of the authority",
        " isis authentication-check",
        "vrf i-authority",
        " neighbor 10.0.0.1 route-map set-communities out",
        " set community 65000:1 additive",
        "bgp community-list standard secret permit 65000:1",
        "    address 10.0.0.1/31 \\\n      vrf a",
        "ip route 10.0.0.0/8 10.0.0.1 tag 4096",
        "    up ip link set eth1 up",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    text = f"{AROUND[0]}{line}\n{AROUND[1]}"
    assert redact(text) == text


def test_messages_lose_quoted_lines_and_bare_values() -> None:
    texts = ["router bgp 1\n neighbor 10.0.0.1 password two-Words here\n", "key-string abc\n"]
    said = [
        "pe1: two-Words refused, two-Words here too",
        "2 devices, authority, key-party",
        "line 3: neighbor pe9 password other: unknown",
    ]
    assert redact_messages(said, texts) == [
        "pe1: <removed> refused, <removed> too",
        "2 devices, authority, key-party",
        "line 3: neighbor pe9 password <removed>",
    ]


def test_the_rules_of_one_platform() -> None:
    assert redact("password x\n", "frr") == "password <removed>\n"
