"""What the agent takes: its own shell text, run here as who runs the tests, with hostile input."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import napalm_frr.change
from napalm_frr.change.agent import _bundle, parse_answer
from napalm_frr.change.installation import install_script, program, sudoers
from napalm_frr.text import interfaces_text
from tests.hypothesis_profiles import examples
from tests.napalm_frr.strategies import frr_texts

AGENT = Path(napalm_frr.change.__path__[0])
COMMANDS = Path(__file__).parents[3] / "templates/frr/config/frr-8.4.4.commands"
#: Words that begin a line of some block in FRR's own tables and that are no configuration.
NO_CONFIGURATION = {
    "XFRR_end_configuration", "XFRR_start_configuration", "clear", "find", "list", "output", "quit",
    "show", "terminal", "test",
}  # fmt: skip
NONCE = "0123456789abcdef"
OF_A_COMMIT = (
    *("withdraw", "provide", "undo.withdraw", "undo.provide", "new.frr"),
    *("new.interfaces", "new.hostname", "again", "remade", "undo.remade"),
)
PRESENT = "auto eth9\niface eth9\n    post-up /usr/local/sbin/of-root --now\n    source-like yes\n"
HOOK = "    post-up ip -4 route replace unreachable default metric 4278198272 vrf i-party\n"
HOOKS = (
    HOOK[:-1],
    "    post-up ip -4 route replace unreachable 10.250.0.1/32 vrf i-party",
    "    post-up ip xfrm policy update src 10.255.0.2/32 dst 0.0.0.0/0 proto gre dir out "
    "action block priority 4000000000",
)
#: What an attacker would put into a line: of vtysh, of ifupdown2, of a shell, of Mako.
EVIL = (
    "start-shell", "start-shell bash", "generate support-bundle", "copy /etc/shadow running-config",
    "do show version", "ssh a b", "telnet a", "ping 1.1.1.1", "write file", "output file /etc/x",
    "show running-config", "terminal length 0", "no start-shell", "sta", "find regex x",
    "    post-up touch /tmp/owned", "    up sh -c id", "    pre-down id", "source /etc/shadow",
    "template x", "    alias ${__import__('os').system('id')}", "% import os", "    alias <% x %>",
    "    alias a\\", "    script /bin/id", "iface ../x", "auto ../../x", "mapping eth0",
    "    post-up ip -4 route replace unreachable default metric 1 vrf x; id",
    "    post-up ip -4 route replace unreachable default metric 1 vrf $(id)",
    "    post-up ip -4 route replace 0.0.0.0/0 vrf x",
    "    post-up ip xfrm policy update src 10.0.0.1/32 dst 0.0.0.0/0 proto gre dir out "
    "action allow priority 1",
    "    post-up ip xfrm policy update src 10.0.0.1/32 dst 0.0.0.0/0 proto gre dir out "
    "action block priority 1; id",
    "-F/etc/shadow", "a b", "router\x0bbgp", "ip\x00route", "\x1b[2J", "post-up\tid",
)  # fmt: skip
lines = st.one_of(
    st.sampled_from(EVIL),
    st.sampled_from(PRESENT.splitlines()),
    st.sampled_from(["ip route 10.0.0.0/8 Null0", "exit", "end", " neighbor x activate", *HOOKS]),
    st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=30),
)
names = st.one_of(
    st.sampled_from(OF_A_COMMIT),
    st.sampled_from(["../x", "/etc/passwd", "a/b", "before/frr", "", ".", "..", "candidate", "-x"]),
)


def run(*words: str, stdin: bytes = b"", here: Path) -> tuple[int, str]:
    """Call one of the agent's functions, in the agent's own text up to its verbs; without words,
    run the input in it.
    """
    text = program().decode().replace("\nMOST_SECONDS=60\n", "\nMOST_SECONDS=1\n")
    text = text.partition("\n{ [ $# -gt 0 ] && is_call")[0]
    text = text.replace(
        "\nINTERFACES=/etc/network/interfaces\n", f"\nINTERFACES={here}/interfaces\n"
    )
    file = here / "agent"
    if not file.exists():
        (here / "interfaces").write_text(PRESENT)
        (here / "into").mkdir()
        file.write_text(f'{text}\n[ $# -gt 0 ] || {{ eval "$(cat)"; exit; }}\n"$@"\n')
    done = subprocess.run(
        ["sh", file, *words],
        input=stdin,
        capture_output=True,
        cwd=here,
        check=False,
        env={"PATH": "/usr/bin:/bin", "SUDO_UID": "1000"},
    )
    return done.returncode, done.stdout.decode(errors="surrogateescape")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("agent")


def unpacked(bundle: bytes, here: Path) -> tuple[int, str, dict[str, str]]:
    """The result, what was answered, and the files that are there then."""
    code, said = run("unpack", NONCE, f"{here}/into", *OF_A_COMMIT, stdin=bundle, here=here)
    found = {}
    for path in (here / "into").iterdir():
        found[path.name] = path.read_bytes().decode(errors="surrogateescape")
        path.unlink()
    assert {path.name for path in here.iterdir()} == {"agent", "interfaces", "into"}
    return code, said, found


def words_of(name: str) -> set[str]:
    """A list of words in the agent."""
    found = re.search(rf'^{name}="(.*?)"$', program().decode(), re.M | re.S)
    assert found is not None
    return set(found[1].replace("\\\n", "").split())


def is_harmless(name: str, line: str) -> bool:
    """What may reach vtysh, ifupdown2 or hostname(1), written again."""
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line):
        return False
    words = [word for word in re.split(r"[ \t]+", line) if word]
    if name == "new.hostname":
        return bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}", line))
    if name == "again":
        return False
    if name.endswith("remade"):
        return bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}", line))
    if name == "new.interfaces":
        return not words or runs_no_command(words)
    known = words_of("FRR_WORDS")
    comment = not words or words[0][0] in "!#"
    return comment or (words[0] in known and (words[0] != "no" or words[1:2][0] in known))


def runs_no_command(words: list[str]) -> bool:
    plain = " ".join(words)
    if plain in {" ".join(each.split()) for each in PRESENT.splitlines()}:
        return True
    if any(mark in plain for mark in ("\\", "${", "<%")) or plain.startswith("%"):
        return False
    if re.fullmatch(r"(pre-|post-)?(up|down)", words[0]):
        hooks = (
            r"post-up ip -[46] route replace unreachable default metric \d+ vrf [\w.-]+",
            r"post-up ip -[46] route replace unreachable [0-9a-f.:]+/\d+ vrf [\w.-]+",
            r"post-up ip xfrm policy update src [\d.]+/\d+ dst [\d.]+/\d+ proto gre dir (in|out) "
            r"action block priority \d+",
        )
        return any(re.fullmatch(hook, plain, re.ASCII) for hook in hooks)
    attribute = words[0] in words_of("LINUX_WORDS") or re.match(r"bridge-|bond-|vxlan-", words[0])
    return plain[0] == "#" or words[0] in ("auto", "allow-auto", "iface") or bool(attribute)


@examples(60)
@given(st.lists(st.tuples(names, st.lists(lines, max_size=4)), max_size=4), st.booleans())
def test_nothing_hostile_comes_through(
    here: Path, files: list[tuple[str, list[str]]], whole: bool
) -> None:
    parts = "".join(
        f"%%file-{NONCE} {name}\n" + "".join(f"{x}\n" for x in of) for name, of in files
    )
    bundle = (parts + f"%%end-{NONCE}\n" * whole).encode()
    code, said, found = unpacked(bundle, here)
    assert code in ((0, 4) if whole else (3, 4))
    assert set(found) <= set(OF_A_COMMIT)
    for name, text in found.items():
        for line in text.removesuffix("\n").split("\n") if text else ():
            assert is_harmless(name, line), (name, line)
    if code == 4:
        answer = parse_answer(said)
        assert answer is not None and answer.status == "refused" and answer.text("reason")
    else:
        assert not said
        sent = {name: "".join(f"{x}\n" for x in of) for name, of in files}
        assert found == sent


@examples(10)
@given(frr_texts())
def test_configuration_comes_through_as_it_is(here: Path, frr: str) -> None:
    files = {"provide": frr, "new.interfaces": PRESENT + HOOK, "new.hostname": "r1.example\n"}
    files |= {"remade": "i-x\neth1.100\n", "undo.remade": ""}
    assert unpacked(_bundle(NONCE, files), here) == (0, "", files)


@pytest.mark.parametrize("line", EVIL)
def test_each_evil_line_is_refused_where_it_would_run(here: Path, line: str) -> None:
    runs_in = {
        name
        for name in ("provide", "new.interfaces", "new.hostname", "remade")
        if not is_harmless(name, line)
    }
    refused = {
        name
        for name in ("provide", "new.interfaces", "new.hostname", "remade")
        if unpacked(f"%%file-{NONCE} {name}\n{line}\n%%end-{NONCE}\n".encode(), here)[0] == 4
    }
    assert runs_in and runs_in <= refused


def test_what_is_refused_says_where(here: Path) -> None:
    files: Mapping[str, str] = {"provide": "ip route 10.0.0.0/8 Null0\nstart-shell\n"}
    _, said, _ = unpacked(_bundle(NONCE, files), here)
    answer = parse_answer(said)
    assert answer is not None
    assert (answer.fields["file"], answer.fields["line"]) == ("provide", "2")
    assert answer.text("reason") == (
        '"start-shell" begins no line of the configuration of FRR 8.4\n'
    )


@pytest.mark.parametrize("name", ["provide", "new.interfaces"])
@pytest.mark.parametrize("word", ["x" * 5000, "ministère" * 600, "x" + "è" * 5000])
def test_a_long_line_is_told_in_part(here: Path, name: str, word: str) -> None:
    _, said, _ = unpacked(_bundle(NONCE, {name: f"{word} 1\n"}), here)
    answer = parse_answer(said)
    assert answer is not None and answer.status == "refused"
    reason = answer.text("reason")
    reason.encode()  # no half of a character
    assert len(reason) < 250
    assert f'"{word[:20]}' in reason and '..."' in reason


def test_a_line_without_end_takes_no_more_than_its_time(here: Path) -> None:
    endless = f"%%file-{NONCE} provide\n".encode() + b"a" * (12 << 20)
    code, said, _ = unpacked(endless, here)
    # a fast machine has read it by then, and it is no line of a configuration
    assert code == 4
    assert "more than 1 s to read" in said or "status=refused file=provide line=1" in said


#: A good word of each kind, and bad ones.
WORDS = {
    "hex": ("0f" * 32, ["", "ZZ", "0F", "0f\n", "0f" * 33, "$(id)", "../0f", "0f;id"]),
    "id": ("20260101T000000Z-abcdef", ["", ".", "..", "../../etc", "a/b", "a b", "`id`", "a" * 65]),
    "number": ("600", ["", "08", "-1", "1e9", "0x1", "1" * 11, "1 2", "$((1))", "1\n2", "*"]),
    "said": ("li@noc:17 T-7, Minist\u00e8re", ["", "a\nb", "\x1b[2J", "a\\nb", "x" * 1001]),
    "port": ("eth2.100", ["", "-i", "../eth1", "eth1;id", "a" * 16, ".", "eth 1"]),
}
CALLS = {
    "read": ("read",), "seen": ("read", "hex"), "check": ("check", "hex"), "status": ("status",),
    "commit": ("commit", "hex", "id", "number", "hex", "said"), "correct": ("correct", "hex", "id"),
    "confirm": ("confirm",), "confirm-one": ("confirm", "id"), "state": ("state", "id"),
    "extend": ("extend", "id", "number"), "accept": ("accept", "id", "number"),
    "abort": ("abort", "id", "said"), "rollback": ("rollback", "said"), "startup": ("startup",),
    "rollback-one": ("rollback", "said", "id"), "reload": ("reload", "id"),
    "flows": ("flows",),
    "watch": ("watch", "number", "port", "port"), "watched": ("watched", "number"),
}  # fmt: skip
OWN = (("run", "60", "one"), ("run-undo", "one"), ("heal", "before", "one", "two"))


@pytest.mark.parametrize("name", CALLS)
def test_the_drivers_calls_and_none_with_a_bad_word(here: Path, name: str) -> None:
    verb, *kinds = CALLS[name]
    good = [WORDS[kind][0] for kind in kinds]
    calls = [[verb, *good]]
    for place, kind in enumerate(kinds):
        calls += [[verb, *good[:place], bad, *good[place + 1 :]] for bad in WORDS[kind][1]]
    script = "".join(f"is_call {shlex.join(call)}; echo $?\n" for call in calls)
    _, results = run(stdin=script.encode(), here=here)
    first, *others = results.split()
    assert first == "0" and len(others) == len(calls) - 1
    assert "0" not in others, calls[others.index("0") + 1]


@pytest.mark.parametrize("call", OWN, ids=lambda call: call[0])
def test_the_agents_own_verbs_are_nobody_elses(here: Path, call: tuple[str, ...]) -> None:
    assert run("is_call", *call, here=here)[0] != 0


@pytest.mark.parametrize("call", [("ls",), ("read", "a", "b"), ("commit",), ("watch", "5", "-i")])
def test_a_call_that_is_none(here: Path, call: tuple[str, ...]) -> None:
    assert run("is_call", *call, here=here)[0] != 0


def test_lines_of_frr_begin_with_the_words_of_its_own_tables() -> None:
    states: dict[str, tuple[str, str]] = {}
    first: set[str] = set()
    for line in COMMANDS.read_text().splitlines():
        cells = line.split("\t")
        if cells[0] == "block":
            first.update(cells[2].split())
        elif len(cells) > 3:
            states[cells[0]] = (cells[1], cells[2])
    words = {states[state][1] for state in first if states[state][0] == "word"}
    assert words_of("FRR_WORDS") == words - NO_CONFIGURATION


def test_attributes_are_those_of_the_drivers_own_check() -> None:
    known = interfaces_text._FREE | interfaces_text._NAMES | set(interfaces_text._NUMBERS)
    hooks = {"up", "post-up", "pre-up", "down", "post-down", "pre-down"}
    assert words_of("LINUX_WORDS") == (known | interfaces_text._MANY_VALUED) - hooks


def test_sudos_policy_in_the_manual_is_the_one_that_is_installed() -> None:
    page = (Path(__file__).parents[3] / "docs" / "router-account.md").read_text()
    assert f"```sudoers\n{sudoers()}```" in page
    assert (
        f"<<'END-{sha256(sudoers().encode()).hexdigest()[:16]}'\n{sudoers()}END-"
        in install_script()
    )


def test_a_key_that_is_none_is_not_installed() -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ li@noc"
    assert f"\nrestrict,pty {key}\n" in install_script([f"{key}\n"])
    for bad in ("", "x", f"{key}\nEND", 'command="id" ssh-rsa AAAA', "-----BEGIN KEY-----"):
        with pytest.raises(ValueError, match="is not a public key"):
            install_script([bad])
