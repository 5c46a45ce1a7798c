"""The first day: a network of one's own, from nothing to a verified change on emulated routers.

Every command is one that the command before, its help or the README names; none needs a source
file, and there are at most a dozen.
"""

from pathlib import Path

import yaml

from tests.loopback import loopback_network
from tests.playbooks.console import Ran, egovnet

_DOZEN = 12


def test_from_init_to_a_verified_change_in_a_dozen_commands(tmp_path: Path) -> None:
    inventory, state = tmp_path / "mine", tmp_path / "state"
    addresses = loopback_network().removesuffix("0.0/16") + "0."
    commands: list[str] = []

    def run(line: str, code: int = 0) -> Ran:
        commands.append(line)
        words = [word.replace("DIR", str(inventory)) for word in line.split()]
        credentials = {"EGOVNET_INVENTORY": str(inventory)}
        ran = egovnet(*words, state=state, env=credentials)
        assert ran.code == code, f"{line}\n{ran.stdout}\n{ran.stderr}"
        return ran

    plan = tmp_path / "first.plan"
    try:
        assert "next: egovnet validate" in run("init DIR").stdout
        # so that no other lab of this machine is met; a person has the addresses that are there
        hosts = inventory / "hosts.yaml"
        hosts.write_text(hosts.read_text().replace("127.20.20.", addresses))
        run("add region west --name West --tier province --parent centre")
        run(f"add router pe3 --region west --roles pe --hostname {addresses}23 "
            "--management 172.20.20.23/24")  # fmt: skip
        run("add circuit --a pe3:eth1 --b p1:eth4")
        run("add circuit --a pe3:eth2 --b p2:eth4")
        run("add agency taxes --name Taxes --kind department")
        run("add vpn taxes --name Taxes --zone extranet --owner taxes")
        site = run("add site taxes-west --region west --vpn taxes --prefixes 10.2.9.0/24 "
                   "--pe pe3 --port eth4 --routing-protocol bgp")  # fmt: skip
        assert "access-ipv4" in site.stdout
        assert run("validate").stderr == "", "no warning is left"
        run("lab up --backend emulated")
        told = run(f"plan -o {plan}", code=3).stdout
        assert "5 to change" in told
        applied = run(f"apply {plan}")
        assert "verified" in applied.stdout
        assert len(commands) <= _DOZEN
        again = egovnet("plan", "--json", state=state, env={"EGOVNET_INVENTORY": str(inventory)})
        assert again.code == 0, "nothing is left to do"
        history = egovnet("history", "--json", state=state,
                          env={"EGOVNET_INVENTORY": str(inventory)}).json  # fmt: skip
        assert [change["state"] for change in history["changes"]] == ["done"]
    finally:
        egovnet("lab", "down", "--backend", "emulated", state=state,
                env={"EGOVNET_INVENTORY": str(inventory)})  # fmt: skip
    lock = yaml.safe_load((inventory / "plan.lock.yaml").read_text())
    assert lock["pools"]["site-asn"]["taxes-west"]
