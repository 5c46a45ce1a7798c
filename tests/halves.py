"""The whole suite in two halves beside each other, as they wait for different things.

`python -m tests.halves [PYTEST'S OPTIONS]`. The half with the virtual network is shown as it runs,
the other, which is done earlier, afterwards. The exit code is the first that is not 0.
"""

import signal
import subprocess
import sys
import tempfile

_PYTEST = (sys.executable, "-m", "pytest")


def main() -> int:
    """Run both; returns the exit code."""
    options = sys.argv[1:]
    # so that whoever ends this ends both
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryFile() as told:
        rest = subprocess.Popen(
            [*_PYTEST, *options, "-m", "not lab", "--color=no"],
            stdout=told,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        try:
            lab = subprocess.run([*_PYTEST, *options, "-m", "lab"], check=False).returncode
            codes = (lab, rest.wait())
        except BaseException:  # Ctrl-C too
            rest.terminate()
            rest.wait()
            raise
        told.seek(0)
        print(told.read().decode(errors="replace"), end="", flush=True)
    return next(filter(None, codes), 0)


if __name__ == "__main__":
    sys.exit(main())
