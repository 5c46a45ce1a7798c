"""Provisioning on real routers, as an engineer does it with the command line.

The tests are one story and run in order: day-0, the whole network, a new site while others
talk, mistakes and faults that must leave nothing behind, and the way back.
"""

import json
import re
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from egovnet.lab.customer import plug_in
from egovnet.playbooks.core.workspace import Workspace
from egovnet.templates.intend.access_ends import access_addresses
from tests.playbooks.conftest import Ran, Workplace
from tests.policies import govern, people

__all__ = ["people"]

pytestmark = pytest.mark.lab("story")

#: One host of each VPN and where it sends; then pairs that must never be heard.
_FRIENDS = {
    "party-beijing-host": ("10.1.11.10", "fde9:1:11::a"),
    "gov-beijing-host": ("10.1.22.10", "fde9:1:22::a"),
    "court-shanghai-host": ("10.1.30.10", "fde9:1:30::a"),
    "public-beijing-host": ("10.2.12.10", "fde9:2:12::a"),
    "tax-sichuan-host": ("10.2.21.10", "fde9:2:21::a"),
}
#: On the lab's machine, where all hosts live.
_LOGS = "/run"
_STRANGERS = {
    "gov-shanghai-host": ("10.2.12.10", "fde9:2:12::a"),
    "public-shanghai-host": ("10.1.13.10", "fde9:1:13::a"),
    "party-guangdong-host": ("10.2.21.10", "10.1.20.10"),
}


def _ping_all(lab: Workplace, action: str) -> dict[tuple[str, str], str]:
    """Start or end the pings between friends and strangers; at the end, their summaries."""
    summaries: dict[tuple[str, str], str] = {}
    for host, targets in {**_FRIENDS, **_STRANGERS}.items():
        lines = []
        for number, target in enumerate(targets):
            log = f"{_LOGS}/{host}.{number}"
            if action == "start":
                ping = f"setsid ping -n -i 0.2 -W 5 {target}"
                lines.append(f"{ping} >{log} 2>&1 </dev/null & echo $! >{log}.pid")
            else:
                lines.append(f"kill -INT $(cat {log}.pid); sleep 0.5; tail -n 3 {log}")
        done = lab.on(host, "\n".join(lines))
        if action == "end":
            found = re.findall(r"(\d+) packets transmitted, (\d+) received", done.out)
            assert len(found) == len(targets), done.out + done.err
            for target, (sent, received) in zip(targets, found, strict=True):
                summaries[host, target] = f"{sent} {received}"
    return summaries


def test_the_first_plan_is_everything_and_changes_nothing(lab: Workplace) -> None:
    plan = lab.run("plan", "--json", "-o", str(lab.root / "first.plan"))
    assert plan.exit == 3, plan.err
    changed = {name for change in plan.json["changes"] for name in change["devices"]}
    assert len(changed) == 7
    assert plan.json["affected"]["vpns"] == ["court", "government", "party", "public", "taxation"]
    again = lab.run("plan", "--json")
    assert again.json["hash"] == plan.json["hash"]


def test_the_whole_network_is_provisioned_and_verified(lab: Workplace) -> None:
    applied = lab.run("apply", "--json", str(lab.root / "first.plan"))
    if applied.exit == 4:
        # A daemon of FRR 8.4 that starts on a busy machine can miss what the kernel told it of a
        # port (seen: one session, one circuit). Then verification has to see it and all has to go
        # back, and the same plan still holds.
        print(applied.out)
        assert (applied.json["result"], applied.json["not_undone"]) == ("undone", {}), applied.out
        applied = lab.run("apply", "--json", str(lab.root / "first.plan"))
    assert applied.exit == 0, applied.err + applied.out
    verification = applied.json["verification"]
    assert verification["passed"]
    assert verification["labels"]["seen"]
    assert verification["matrix"]["share"] == 1.0
    assert verification["matrix"]["sources"] == ["PE VRFs", "hosts"]
    assert verification["checks"]["must not reach"]["passed"] > 500
    assert "label" in verification["labels"]["examples"][0]


def test_a_second_plan_is_empty(lab: Workplace) -> None:
    plan = lab.run("plan", "--json")
    assert (plan.exit, plan.json["changes"]) == (0, []), plan.out
    applied = lab.run("apply", "--json", "--yes")
    assert (applied.exit, applied.json["result"]) == (0, "nothing to do")


def test_what_ran_before_is_not_applied_twice(lab: Workplace) -> None:
    moved = lab.run("apply", "--json", str(lab.root / "first.plan"))
    assert moved.exit == 5
    assert moved.json["failed_stage"] == "fence"
    assert "changed since the plan was made" in moved.json["failures"]["bj-pe1"]


def test_a_new_site_is_added_while_nobody_else_loses_a_packet(lab: Workplace) -> None:
    shown = lab.run("apply", "--json", inventory="next")
    assert shown.exit == 3  # without --yes nothing is done
    assert shown.json["affected"] == {"vpns": ["party"], "sites": ["party-shanghai"]}
    _ping_all(lab, "start")
    try:
        applied = lab.run("apply", "--json", "--yes", inventory="next")
    finally:
        summaries = _ping_all(lab, "end")
    assert applied.exit == 0, applied.err + applied.out
    assert applied.json["devices"] == ["sh-pe1"]
    (waiting,) = applied.json["verification"]["waiting"]
    assert (waiting["site"], waiting["answers"]) == ("party-shanghai", False)
    for (host, target), summary in summaries.items():
        sent, received = map(int, summary.split())
        assert sent > 20, (host, target)
        if host in _FRIENDS:
            # The echo under way when ping is interrupted counts as lost.
            assert sent - received <= 1, f"{host} -> {target}: {sent} sent, {received} answered"
        else:
            assert received == 0, f"{host} -> {target}: {received} crossed"
    cut_off = lab.on("party-shanghai-host", "ping -n -c 1 -W 1 10.1.10.10")
    assert cut_off.exit != 0
    next_ = Workspace(lab.inventory("next"))
    lines = plug_in(next_.network, next_.allocation, "party-shanghai", "main")
    plugged = lab.on("party-shanghai-ce", " && ".join(lines))
    assert plugged.exit == 0, plugged.err
    heard = "for i in $(seq 30); do ping -n -c 1 -W 1 10.1.10.10 && exit 0; done; exit 1"
    here = lab.on("party-shanghai-host", heard)
    assert here.exit == 0, here.out


def test_a_customer_that_chooses_its_route_targets_reaches_nobody_else(lab: Workplace) -> None:
    """A CE attaches the public services' target to its routes: its PE is to take it off.

    FRR keeps what a customer attached and adds the VRF's own when it exports.
    """
    ce = "party-beijing-ce"
    attach = (
        "vtysh -c 'configure terminal' -c 'route-map chosen permit 10'"
        " -c 'set extcommunity rt 65000:2001' -c 'exit' -c 'router bgp 4200000004'"
        " -c 'address-family {family} unicast' -c '{no}neighbor {pe} route-map chosen out'"
        " -c 'end' -c 'clear bgp {family} * soft out'"
    )
    families = {"ipv4": ("10.200.0.29", "10.1.10.0/24"), "ipv6": ("fde9:fa::1d", "fde9:1:10::/64")}
    try:
        for family, (pe, _) in families.items():
            assert lab.on(ce, attach.format(family=family, pe=pe, no="")).exit == 0
        for family, (pe, prefix) in families.items():
            # the attack is real: the session carries it
            sent = f"vtysh -c 'show bgp {family} unicast neighbors {pe} advertised-routes json'"
            assert prefix in lab.on(ce, sent).out
        time.sleep(6)
        for family, (_, prefix) in families.items():
            exported = lab.on("bj-pe1", f"vtysh -c 'show bgp {family} vpn {prefix}'").out
            assert "RT:65000:1006" in exported, exported
            assert "RT:65000:2001" not in exported
            show = "ip" if family == "ipv4" else "ipv6"
            public = lab.on("gz-pe1", f"vtysh -c 'show {show} route vrf e-public json'").out
            assert ("10.2.10.0/24" if family == "ipv4" else "fde9:2:10::/64") in public
            assert prefix not in public
        verified = lab.run("verify", "--json", inventory="next")
        assert verified.exit == 0, verified.out
        # whose router was plugged in meanwhile: the inventory does not know it yet
        assert [access["answers"] for access in verified.json["waiting"]] == [True]
    finally:
        for family, (pe, _) in families.items():
            lab.on(ce, attach.format(family=family, pe=pe, no="no "))


def test_a_customer_without_a_tag_does_not_meet_the_backbone(lab: Workplace) -> None:
    """Linux answers for all its addresses on every port, and routes what comes in.

    The PE's loopback is asked for on the port itself, past the VLAN; the site goes on working.
    """
    ce, loopback = "party-beijing-ce", "10.255.0.3"
    try:
        lab.on(ce, f"ip address add 192.0.2.2/24 dev eth1; ip route add {loopback} dev eth1")
        asked = lab.on(ce, f"ping -n -c 2 -W 1 {loopback}; ip neighbor show {loopback} dev eth1")
        assert "lladdr" not in asked.out, asked.out
        assert " 0 received" in asked.out
        ping = ("ping", "-n", "-c", "1", "-W", "2", "10.1.11.10")
        tagged = lab.run("lab", "exec", "--json", "party-beijing-host", *ping)
        assert (tagged.exit, tagged.json["exit_code"]) == (0, 0), tagged.out
        assert " 0% packet loss" in tagged.json["stdout"]
    finally:
        lab.on(ce, f"ip route del {loopback} dev eth1; ip address del 192.0.2.2/24 dev eth1")


def test_a_customer_without_bfd_keeps_his_session(lab: Workplace) -> None:
    """RFC 5882 (section 4.2): a BFD session that never came up says nothing of its neighbour."""
    base = Workspace(lab.inventory("base"))
    ends = access_addresses(base.allocation, "gov-guangdong/main")
    pe, ce = ends.pe[0].ip, ends.ce[0].ip
    asn = base.allocation.site_asn["gov-guangdong"]
    configure = f"vtysh -c 'configure terminal' -c 'router bgp {asn}' -c '{{}}'"
    bfd = f"vtysh -c 'show bfd vrf i-government peer {ce}'"
    session = f"vtysh -c 'show bgp vrf i-government neighbors {ce}'"
    wait = "for i in $(seq 60); do {} | grep -q '{}' && exit 0; sleep 0.5; done; {}; exit 1"
    up = wait.format(bfd, "Status: up", bfd)
    assert lab.on("gd-pe1", up).exit == 0, lab.on("gd-pe1", bfd).out
    try:
        gone = lab.on("gov-guangdong-ce", configure.format(f"no neighbor {pe} bfd"))
        assert gone.exit == 0, gone.out
        down = lab.on("gd-pe1", wait.format(bfd, "Status: down", bfd))
        assert down.exit == 0, down.out
        made = lab.on("gd-pe1", f"vtysh -c 'clear bgp vrf i-government {ce}'; sleep 1")
        assert made.exit == 0, made.out
        there = lab.on("gd-pe1", wait.format(session, "BGP state = Established", session))
        assert there.exit == 0, there.out
        assert "Status: down" in lab.on("gd-pe1", bfd).out
    finally:
        lab.on("gov-guangdong-ce", configure.format(f"neighbor {pe} bfd profile provider"))
    again = lab.on("gd-pe1", f"{up}")
    assert again.exit == 0, again.out


def test_a_failed_verification_is_undone(lab: Workplace, tmp_path: Path) -> None:
    lab.copy("next", "wrong")

    def mistype(sites: dict[str, Any]) -> None:
        sites["gov-shanghai"]["site-network-accesses"]["main"]["vlan"] = 3900

    lab.edit("wrong", "sites/shanghai.yaml", mistype)
    undone = lab.run("apply", "--json", "--yes", "--settle", "10", inventory="wrong")
    assert (undone.exit, undone.json["result"]) == (4, "undone"), undone.out
    messages = [f["message"] for f in undone.json["verification"]["findings"] if not f["known"]]
    assert any("gov-shanghai" in message for message in messages)
    assert lab.run("plan", inventory="next").exit == 0
    verified = lab.run("verify", "--json", inventory="next")
    assert verified.exit == 0, verified.out


def test_a_router_that_is_down_is_named_and_the_others_are_planned(
    lab: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_CONNECT_TIMEOUT", "8")
    lab.on("gz-pe1", "pkill -STOP -x sshd || true")
    try:
        plan = lab.run("plan", "--json", inventory="cabled")
        assert plan.exit == 5, plan.out
        assert list(plan.json["unreachable"]) == ["gz-pe1"]
        assert len(plan.json["unchanged"]) == 6
        refused = lab.run("apply", "--json", "--yes", inventory="cabled")
        assert (refused.exit, refused.json["result"]) == (5, "refused")
    finally:
        lab.on("gz-pe1", "pkill -CONT -x sshd || true")


def test_a_session_that_drops_in_mid_commit_leaves_every_router_as_it_was(lab: Workplace) -> None:
    lab.copy("cabled", "dropping")

    def another_limit(sites: dict[str, Any]) -> None:
        sites["public-shanghai"]["site-network-accesses"]["main"]["maximum-prefix"] = 77

    lab.edit("dropping", "sites/shanghai.yaml", another_limit)
    process = lab.start("apply", "--yes", "--json", inventory="dropping")
    killer = threading.Thread(target=_cut_when_committing, args=(lab,))
    killer.start()
    out, err = process.communicate(timeout=600)
    killer.join()
    assert process.returncode == 5, out + err
    outcome = json.loads(out)
    assert (outcome["result"], outcome["failed_stage"]) == ("undone", "commit"), out
    assert list(outcome["failures"]) == ["sh-pe1"]
    deadline = time.monotonic() + 90
    while lab.run("plan", inventory="next").exit != 0:
        assert time.monotonic() < deadline, "something of the broken change is left"
        time.sleep(3)


def _cut_when_committing(lab: Workplace) -> None:
    """Kill the SSH sessions of sh-pe1 as soon as its agent works on a commit."""
    script = (
        "for i in $(seq 600); do "
        "grep -qs applying /var/lib/egovnet/changes/*/state"
        " && { pkill -f '^sshd: egovnet'; exit 0; }; "
        "sleep 0.1; done; exit 1"
    )
    lab.on("sh-pe1", script)


_PENDING = (
    "for i in $(seq 600); do grep -qs '^pending$' /var/lib/egovnet/changes/egovnet-*/state"
    " && exit 0; sleep 0.1; done; exit 1"
)


def test_a_terminal_that_goes_away_takes_the_change_back(lab: Workplace) -> None:
    """Nobody reads what it prints, and a hang-up comes while everything is pending."""
    process = lab.start("apply", "--yes", inventory="dropping")
    for stream in (process.stdout, process.stderr):
        assert stream is not None
        stream.close()
    assert lab.on("sh-pe1", _PENDING).exit == 0
    process.send_signal(signal.SIGHUP)
    assert process.wait(120) == 5
    newest = lab.run("history", "--json", inventory="next").json["changes"][-1]
    assert newest["state"] == "undone"
    assert lab.run("plan", inventory="next").exit == 0


def test_a_killed_controller_leaves_nothing_half_done(lab: Workplace) -> None:
    """kill -9 while everything is pending: locked until it is recovered, and then as before."""
    process = lab.start("apply", "--yes", "--json", inventory="dropping")
    assert lab.on("sh-pe1", _PENDING).exit == 0
    process.kill()
    process.communicate()
    locked = lab.run("apply", "--yes", "--json", inventory="dropping")
    assert locked.exit == 5, locked.out
    assert "egovnet recover" in locked.err
    shown = lab.run("recover", "--json", inventory="dropping")
    (case,) = shown.json["changes"]
    assert (shown.exit, case["direction"], case["result"]) == (3, "back", "to do")
    assert case["devices"]["sh-pe1"]["commit"] == "pending"
    assert case["devices"]["sh-pe1"]["runs"] == "new"
    recovered = lab.run("recover", "--yes", "--json", inventory="dropping")
    assert recovered.exit == 0, recovered.out
    assert recovered.json["changes"][0]["result"] == "undone"
    assert lab.run("plan", inventory="next").exit == 0
    assert lab.run("recover", inventory="next").exit == 0


def test_waves_stop_after_the_canary_and_go_on_later(lab: Workplace, tmp_path: Path) -> None:
    lab.copy("next", "limits")
    for file, site in (("beijing.yaml", "party-beijing"), ("guangdong.yaml", "party-guangdong")):
        lab.edit("limits", f"sites/{file}", lambda sites, site=site: _limit(sites[site]))
    file = str(tmp_path / "limits.plan")
    plan = lab.run("plan", "--waves", "tier", "-o", file, "--json", inventory="limits")
    waves = {wave["name"]: wave["devices"] for wave in plan.json["waves"]}
    assert waves == {"canary": ["gd-pe1"], "centre": ["bj-pe1"]}, plan.out
    first = lab.run("apply", file, "--stop-after", "canary", "--json", inventory="limits")
    assert first.exit == 0, first.out
    assert (first.json["devices"], first.json["remaining"]) == (["gd-pe1"], ["bj-pe1"])
    rest = lab.run("apply", file, "--ticket", "T-7", "--json", inventory="limits")
    assert (rest.exit, rest.json["devices"]) == (0, ["bj-pe1"]), rest.out
    assert lab.run("plan", inventory="limits").exit == 0
    back = lab.run("apply", "--yes", "--waves", "region", "--json", inventory="next")
    assert back.exit == 0, back.out
    assert [wave["state"] for wave in back.json["waves"]] == ["healthy", "committed"]
    changes = {c["id"]: c for c in lab.run("history", "--json").json["changes"]}
    assert changes[rest.json["change"]]["ticket"] == "T-7"
    log = subprocess.run(
        ["git", "-C", lab.root / "state/test/archive", "log", "--format=%s"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "[T-7]" in log


def _limit(site: dict[str, Any]) -> None:
    for access in site["site-network-accesses"].values():
        access["maximum-prefix"] = 66


def test_the_new_site_is_rolled_back_by_its_change(lab: Workplace) -> None:
    changes = lab.run("history", "--json").json["changes"]
    number = str(next(c["id"] for c in changes if c["summary"] == "1 device, party"))
    shown = lab.run("rollback", number, "--json", inventory="next")
    assert shown.exit == 3
    back = lab.run("rollback", number, "--yes", "--json", inventory="next")
    assert back.exit == 0, back.out + back.err
    assert lab.run("plan").exit == 0
    gone = lab.on("party-shanghai-host", "ping -n -c 1 -W 2 10.1.10.10")
    assert gone.exit != 0
    refused = lab.run("rollback", number, "--yes", inventory="next")
    assert refused.exit == 2
    assert f"change {number} was rolled back already, by change" in refused.err


def test_the_journal_tells_what_was_done(lab: Workplace) -> None:
    changes = lab.run("history", "--json").json["changes"]
    if changes[0]["state"] == "undone":  # the first provisioning took two
        del changes[0]
    assert [c["state"] for c in changes][:2] == ["done", "undone"]
    assert changes[-1]["kind"] == "rollback"
    shown = lab.run("show", str(changes[0]["id"]), "--json").json
    stages = [(s["stage"], s["phase"]) for s in shown["steps"] if s["device"] == "sh-pe1"]
    assert stages == [
        (stage, phase)
        for stage in ("fence", "prepare", "commit", "extend", "confirm")
        for phase in ("begin", "done")
    ]


def test_a_policy_binds_what_real_routers_are_given(lab: Workplace, people: Path) -> None:
    """A refusal, an approval, a stop after a wave, kill -9 in the next, and `recover`."""
    root = lab.copy("base", "governed")
    for file, site in (("beijing.yaml", "party-beijing"), ("guangdong.yaml", "party-guangdong")):
        lab.edit("governed", f"sites/{file}", lambda sites, site=site: _limit(sites[site]))
    govern(root, people)
    file = str(lab.root / "governed.plan")

    def by(person: str, *words: str) -> Ran:
        return lab.run(*words, "--key", str(people / person), "--json", inventory="governed")

    plan = by("li", "plan", "--waves", "tier", "-o", file)
    assert plan.exit == 3, plan.err
    refused = by("noc", "apply", file)
    assert refused.exit == 2
    lines = [line for one in refused.json["approvals"]["uncovered"] for line in one["lines"]]
    assert {line["device"] for line in lines} == {"bj-pe1", "gd-pe1"}
    assert by("wang", "approve", file).exit == 0
    first = by("noc", "apply", file, "--stop-after", "canary")
    assert (first.exit, first.json["devices"]) == (0, ["gd-pe1"]), first.out + first.err
    killed = lab.start("apply", file, "--key", str(people / "noc"), inventory="governed")
    assert lab.on("bj-pe1", _PENDING).exit == 0
    killed.kill()
    killed.communicate()
    recovered = lab.run("recover", "--yes", "--json", inventory="governed")
    assert recovered.exit == 0, recovered.out + recovered.err
    assert recovered.json["changes"][0]["result"] == "undone"
