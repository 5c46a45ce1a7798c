"""Asking a person on a terminal; everything goes to stderr, so that stdout is the result alone."""

import click


def ask(option: str, words: str, default: str) -> str | None:
    """Show `words`, then ask for `option`; None: the person would rather stop."""
    click.echo(words, err=True)
    try:
        answer: str = click.prompt(option, err=True, default=default or None)
    except click.Abort:
        return None
    return answer
