"""Where the installed command begins: the first of ours that runs, before anything is loaded.

Python turns Ctrl-C into an exception from its first moment on, wherever it is: here it would be a
traceback out of whatever is being loaded. Until `console_script` hears signals nothing was done,
and a signal ends this process as it ends any program, without a word. What comes earlier, while
Python itself starts, is Python's to say.
"""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def main() -> None:
    """The command line, as a process of its own."""
    from egovnet.playbooks.cli.main import main as command

    command()
