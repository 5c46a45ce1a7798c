"""The shell's lines."""

from egovnet.lab.emulated.ssh.shell import split_commands


def test_a_shell_line_is_taken_apart() -> None:
    line = "{ a 'x;y'; b; } 2>/dev/null; echo; c && d || e\nfor i in 1; do f; done"
    assert split_commands(line) == [
        (";", "{ a 'x;y'; b; } 2>/dev/null"),
        (";", "echo"),
        (";", "c"),
        ("&&", "d"),
        ("||", "e"),
        (";", "for i in 1; do f; done"),
    ]  # fmt: skip
