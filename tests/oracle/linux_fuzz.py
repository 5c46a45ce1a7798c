"""`python -m tests.oracle.linux_fuzz --from A --to B`: random interfaces, and what Linux has then.

ifupdown2 and the kernel are those of a lab's guest: the host's kernel need not have VRFs.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from egovnet.lab.guest_lab import GuestLab
from tests.isolation.reference_lab import reference_routers
from tests.oracle import linux_grammar
from tests.oracle.linux_agreement import (
    Kernel,
    LinuxDifference,
    compare,
    held,
    understood,
)

_SERVER = Path(__file__).with_name("ifreload_server.py").read_text(encoding="utf-8")
#: Whose file system the texts meet; its network is not touched.
_NODE = "bj-p1"
_FILE = "/run/ifreload_server.py"
_AT_ONCE = 20
_SECONDS_EACH = 20


def kernels_of(vm: GuestLab, texts: Sequence[str]) -> list[Kernel]:
    """What ifupdown2 and the guest's kernel make of each text."""
    asked = json.dumps(list(texts))
    line = f"cat >{_FILE} <<'%%END'\n{_SERVER}%%END\npython3 -S {_FILE} <<'%%END'\n{asked}\n%%END"
    done = vm.exec(_NODE, line, _SECONDS_EACH * len(texts))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(texts), done.stderr
    return answers


def differences(vm: GuestLab, seeds: Iterable[int]) -> Iterator[tuple[int, LinuxDifference | None]]:
    """(seed, its difference) of each seed."""
    waiting = list(seeds)
    while waiting:
        now, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
        texts = [understood(linux_grammar.text(seed)) for seed in now]
        for seed, text, kernel in zip(now, texts, kernels_of(vm, texts), strict=True):
            yield seed, compare(text, held(kernel), " ".join(kernel["said"].split())[:600])


def main() -> int:
    """Try the seeds; 1 if a difference may hide a leak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--to", dest="end", type=int, default=2000)
    parser.add_argument("--all", action="store_true", help="print the other direction too")
    chosen = parser.parse_args()
    begun = time.monotonic()
    hiding = less = tried = 0
    with (
        tempfile.TemporaryDirectory() as scratch,
        reference_routers(Path(scratch), "linux-oracle", "127.20.32") as routers,
    ):
        for seed, found in differences(routers.vm, range(chosen.first, chosen.end)):
            tried += 1
            hiding += bool(found and found.hides)
            less += bool(found and not found.hides)
            if found and (found.hides or chosen.all):
                print(f"=== seed {seed}\n{found}", flush=True)
    sys.stdout.write(
        f"{tried} texts in {time.monotonic() - begun:.0f} s: {hiding} differences that may hide a"
        f" leak, {less} in the other direction\n"
    )
    return 1 if hiding else 0


if __name__ == "__main__":
    raise SystemExit(main())
