"""Asking a person on a terminal; everything goes to stderr, so that stdout is the result alone."""

import click

from egovnet.playbooks.report.console.safe_console import print_on_stderr


def ask(option: str, words: str, *, may_be_empty: bool = False) -> str | None:
    """Show `words`, then ask for `option`; None: the person would rather stop."""
    print_on_stderr(words)
    label, default = (f"{option} (or nothing)", "") if may_be_empty else (option, None)
    try:
        answer: str = click.prompt(label, err=True, default=default, show_default=False)
    except click.Abort:
        return None
    return answer
