"""What FRR 8.4.4's own vtysh and daemons said and printed, against the emulated ones, script by
script."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.lab.emulated.agent.commit_process import canonical
from egovnet.lab.emulated.frr import vtysh
from egovnet.lab.emulated.frr.config import FrrConfig

HERE = Path(__file__).parent / "recorded"
FILE = "/tmp/script"  # noqa: S108 -- where the scripts were on the recorded router


def headers(text: str) -> list[str]:
    """The first lines of the parts of a text, route-maps' aside: FRR prints maps in the order of a
    hash. Neither the frame nor interfaces and VRFs of which nothing is said."""
    blocks = re.findall(r"(?:^(?!!$|end$|$|Building|Current).*\n)+", text, re.MULTILINE)
    said = [block for block in blocks if not re.fullmatch(r"(interface|vrf) \S+\nexit\S*\n", block)]
    top = [
        block.split("\n")[0] for block in said if not block.startswith((" ", "exit", "route-map "))
    ]
    # lines of the top level stand by prefix and distance, which is not emulated
    return [" ".join(line.split()[:2]) if line.startswith("ip") else line for line in top]


@pytest.mark.parametrize("name", ["by_hand", "random"])
def test_as_frr_said_and_printed(name: str) -> None:
    config = FrrConfig(vrf_exists=lambda name: False)  # the recorded router's kernel has none
    cases: list[dict[str, Any]] = yaml.safe_load((HERE / f"{name}.yaml").read_text())
    assert cases
    for number, case in enumerate(cases):
        where = f"{name}.yaml, case {number}"
        checked = vtysh.check(case["script"])
        assert (checked.errors, checked.code) == (case["check"], case["check_code"]), where
        ran = vtysh.run(config, case["script"])
        assert ran.output + vtysh.of_copy(ran.code, FILE) == case["output"], where
        assert ran.errors == case["errors"], where
        differ = set(canonical(config.text("r1"))) ^ set(canonical(case["running"]))
        assert differ == set(), where
        assert headers(config.text("r1")) == headers(case["running"]), where
