#!/usr/bin/env python3
"""Check a bundle of evidence, with Python's own library and ssh-keygen alone.

    python3 check.py [--controllers FILE] [--after OLDER] [--report]

This file is in every bundle, and egovnet itself goes by it. It asks of the bundle it lies in:

1. The steps are one chain: each hash is SHA-256 over the hash before and the step's own values, in
   JSON. So are the drift runs.
2. Each change is what its steps say of it.
3. Each end of a change, and each drift run, that the controller signed is signed as ssh-keygen
   verifies it, by a key of the list of controllers, and names links of these chains.
4. Each statement of a person (author, approver, applier) is about the plan of its change, and is
   signed by the key that the policy of then gives this person, valid at that time; the applier
   counted exactly the others; and what each router was given is what that plan decides.
5. With --after, the chains go on from those of an older bundle.

Prints what does not hold, the first record first, and exits 1; exits 0 when everything does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    #: A line of a bundle's file: a step, a change, a drift run.
    Record = Mapping[str, Any]
    #: A change's number, and words.
    Found = Iterator[tuple[int, str]]

START = "0" * 64
STATEMENT = "egovnet journal statement 1"
#: Purposes of signatures (ssh-keygen -n): records of the journal, plans, and bundles.
JOURNAL, PLAN, BUNDLE = "egovnet-journal", "egovnet-plan", "egovnet-evidence"
ENDS = ("done", "undone", "failed")
#: Stages of verifications: of the change, and of what it left, by itself.
VERIFIED = {"verify": "", "verify-alone": ", later"}
#: In the place of a policy's digest where there is none.
NO_POLICY = "none"
STEP = ("change_id", "at", "stage", "device", "phase", "detail")
RUN = ("network", "started", "seconds", "devices", "unreachable", "proved", "classes")


def link(previous: str, values: Sequence[Any]) -> str:
    """SHA-256 over the hash before and a record's own values, as the journal makes it."""
    return hashlib.sha256(json.dumps([previous, *values]).encode()).hexdigest()


def chain_faults(
    records: Iterable[Record], keys: Sequence[str], ends: tuple[str, str], what: str
) -> Found:
    """Where a chain is broken; `ends` are the hash before its first link and its last link."""
    previous, head = ends
    begun, number = previous != START, 0
    for record in records:
        number = record.get("change_id", record["id"])
        if record["hash"] is None and not begun:
            continue  # older than the chain
        begun = True
        name = f"{what} {record['id']}" + (f" of change {number}" if what == "step" else "")
        if record.get("withheld"):
            pass  # it quotes a key: its hash alone is here, and the next one is over it
        elif record["hash"] != link(previous, [record[key] for key in keys]):
            yield number, f"{name} is not as it was written, or one before it is gone"
        previous = record["hash"] or ""
    if previous != head:
        yield number, f"the newest {what}s are gone, or were added by something else"


def change_faults(changes: Sequence[Record], steps: Iterable[Record]) -> Found:
    """Which changes are not what their steps say."""
    headers: dict[int, Record] = {}
    states: dict[int, str] = {}
    for step in steps:
        if step["stage"] == "change":
            if step["phase"] == "begin":
                headers[step["change_id"]] = json.loads(step["detail"])
                states[step["change_id"]] = "open"
            else:
                states[step["change_id"]] = step["phase"]
    for change in changes:
        number = change["id"]
        for key, value in headers.get(number, {}).items():
            if key != "devices" and change.get(key) != value:
                yield number, f"change {number}: its {key} is not what was written"
        if number in states and change["state"] != states[number]:
            yield number, f"change {number}: its state is not what was written"
    for number in sorted(states.keys() - {change["id"] for change in changes}):
        yield number, f"change {number} is in the steps and not among the changes"


def statement_faults(
    signatures: Iterable[tuple[str, str]],
    steps: Sequence[Record],
    runs: Sequence[Record],
    marks: Record,
    controllers: str,
) -> Iterator[tuple[str, int, str]]:
    """Which of the controllers' signatures do not hold or are missing: (kind, number, words).

    `marks` are the first links of both chains, the journal's name and the change from which on it
    is signed.
    """
    ends = {
        (step["change_id"], step["hash"]): step
        for step in steps
        if step["stage"] == "change" and step["phase"] in ENDS
    }
    links = {marks["first"], START, *(step["hash"] for step in steps)}
    drift_links = {marks["first_drift"], START, *(run["hash"] for run in runs)}
    links_of_runs = {run["id"]: run["hash"] for run in runs}
    seen: set[tuple[str, str]] = set()
    named: set[tuple[str, int]] = set()
    for text, signature in signatures:
        try:
            said = json.loads(text)
            kind, number = said["kind"], said["number"]
            moment, who = said["at"], said["controller"]
            state, head, drift = said["state"], said["head"], said["drift"]
            if said["format"] != STATEMENT or kind not in ("change", "drift"):
                raise ValueError
        except (ValueError, KeyError, TypeError):
            yield "change", 0, "a statement is not as it was written"
            continue
        what = f"{'drift run' if kind == 'drift' else kind} {number}"
        end = ends.get((number, head))
        words = ""
        if (said["network"], said["journal"]) != (marks["network"], marks["journal"]):
            words = "was signed in another journal"
        elif kind == "change" and (end is None or end["phase"] != state):
            words = "was signed at an end that is not in the chain"
        elif kind == "drift" and links_of_runs.get(number) != drift:
            words = "was signed with a link that is not in the chain"
        elif head not in links or drift not in drift_links:
            words = "was signed when the other chain had a link that it has no more"
        else:
            words = signature_fault(text, signature, controllers, JOURNAL, (moment, who, ""))
        seen.add((kind, drift if kind == "drift" else head))
        if words:
            named.add((kind, number))
            yield kind, number, f"{what} {words}"
    for kind, number in _unsigned(list(ends.values()), runs, marks["signed_from"], seen):
        if (kind, number) not in named:
            what = "drift run" if kind == "drift" else kind
            yield kind, number, f"{what} {number} has no signature"


def _unsigned(
    ends: Iterable[Record], runs: Iterable[Record], since: int | None, seen: set[tuple[str, str]]
) -> Iterator[tuple[str, int]]:
    """Kind and number of records that should be signed, and of which no signature was seen."""
    for end in ends:
        due = since is not None and end["change_id"] >= since
        due = due or (not end.get("withheld") and "signer" in json.loads(end["detail"]))
        if due and ("change", end["hash"]) not in seen:
            yield "change", end["change_id"]
    for run in runs:
        if run["hash"] and since is not None and ("drift", run["hash"]) not in seen:
            yield "drift", run["id"]


def approvals(steps: Iterable[Record]) -> Iterator[tuple[int, Record, str, str]]:
    """Statements of persons in the steps: (change, step, text, signature)."""
    for step in steps:
        if step["stage"] == "approval" and not step.get("withheld"):
            detail = json.loads(step["detail"])
            if isinstance(detail, dict) and "statement" in detail:
                yield step["change_id"], step, detail["statement"], detail["signature"]


def policies_of(steps: Iterable[Record]) -> dict[str, tuple[str, str]]:
    """Policies that steps keep, by digest, as (policy.yaml, allowed_signers)."""
    found = {}
    for step in steps:
        if step["stage"] == "policy" and not step.get("withheld"):
            detail = json.loads(step["detail"])
            if "signers" in detail:
                found[detail["digest"]] = (detail["policy"], detail["signers"])
    return found


class Governed:
    """What was read so far of changes under a policy, the oldest change first.

    `changes` are those of the journal by number, `policies` as of `policies_of`; `judge` says why a
    signature does not hold, as `signature_fault`.
    """

    def __init__(
        self,
        changes: Mapping[int, Record],
        policies: Mapping[str, tuple[str, str]],
        judge: Callable[..., str],
    ) -> None:
        self.changes, self.policies, self.judge = changes, policies, judge
        #: Digests of the policy in force, and of the one before; NO_POLICY: there is none.
        self.policy = self.former = NO_POLICY
        self.since = 0
        #: Whether changes keep what their plans decide; older ones do not.
        self.keeps_plans = False
        self.plans = {change["plan_hash"]: number for number, change in changes.items()}

    def faults(self, number: int, steps: Sequence[Record]) -> Iterator[str]:
        """What is wrong with a change; whoever altered a step may have left anything in it."""
        try:
            yield from self._faults(self.changes[number], steps)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            yield "a statement, its policy or its plan is not as it was written: it cannot be read"

    def _faults(self, change: Record, steps: Sequence[Record]) -> Iterator[str]:
        self.former = self.policy
        for step in steps:
            if step["stage"] == "policy":
                self.policy, self.since = json.loads(step["detail"])["digest"], change["id"]
                yield from self._not_the_policy()
        signed = [(statement(text), step, text, made) for _, step, text, made in approvals(steps)]
        if sum(step["stage"] == "approval" for step in steps) > len(signed):
            yield "a statement is not as it was signed: it cannot be read"
        if not signed and self.policy == self.former == NO_POLICY:
            return
        appliers = [said for said, *_ in signed if said["role"] == "applier"]
        plan: str = change["plan_hash"]
        whole = plan
        if len(appliers) == 1:
            whole = appliers[0].get("part-of") or plan
            yield from _counted(appliers[0], {text: said for said, _, text, _ in signed})
            yield from self._plan(change, steps, whole)
        elif self._is_to_have_an_applier(change, steps):
            number = f"{len(appliers)} statements"
            yield f"{number} of who applied it, under the policy of change {self.since}"
        for said, step, text, made in signed:
            why = self._of_statement(change, step, said, plan if said in appliers else whole)
            why = why or self._not_signed(said, text, made)
            if why:
                yield f"{_name(said)} {why}"

    def _is_to_have_an_applier(self, change: Record, steps: Sequence[Record]) -> bool:
        """One that did something, and whose begin is among the steps, under a policy."""
        if self.policy == NO_POLICY or change["kind"] == "adopt" or not _begin(steps):
            return False
        return change["state"] == "done" or any(step["stage"] == "commit" for step in steps)

    def _not_the_policy(self) -> Iterator[str]:
        kept = self.policies.get(self.policy)
        if self.policy != NO_POLICY and (kept is None or digest_of(kept) != self.policy):
            yield "the policy that it keeps is not the one that it names, or cannot be read"

    def _of_statement(
        self, change: Record, step: Record, said: Mapping[str, str], plan: str
    ) -> str:
        if said["plan"] != plan:
            other = self.plans.get(said["plan"])
            of = f", that of change {other}" if other else ""
            return f"is of another plan, {said['plan'][:12]}{of}"
        if said["network"] != change["network"]:
            return f"is of another network, {said['network']}"
        if said["policy"] != self.policy:
            return "was given under another policy than the one in force"
        if step["phase"] != said["role"]:
            return f"is kept as one of {step['phase']}"
        return ""

    def _not_signed(self, said: Mapping[str, str], text: str, signature: str) -> str:
        """By the policy in force, or by the one before it, which its first change had too."""
        why = "nobody's key was known"
        for digest in dict.fromkeys((self.policy, self.former)):
            if digest in self.policies:
                signer = (said["at"], said["key"], said["person"])
                why = self.judge(text, signature, self.policies[digest][1], PLAN, signer)
                if not why:
                    return ""
        return f"does not hold: {why}"

    def _plan(self, change: Record, steps: Sequence[Record], whole: str) -> Iterator[str]:
        """What was pushed is what the plan of the statements decides."""
        kept = {step["detail"] for step in steps if step["stage"] == "plan"}
        if not kept and not self.keeps_plans:
            return
        self.keeps_plans = True
        plans = {hashlib.sha256(text.encode()).hexdigest(): text for text in kept}
        if plans.keys() != {change["plan_hash"], whole}:
            yield "what its plan decides is gone, or is another plan's"
            return
        pushed = json.loads(_begin(steps)[0]["detail"])["devices"]
        part = json.loads(plans[change["plan_hash"]])["devices"]
        intended = dict(_texts(json.loads(plans[whole])))
        for device, texts in pushed.items():
            if texts != part.get(device) or texts[1] not in intended.get(device, ()):
                yield f"what it gave {device} is not what its plan says"


def _begin(steps: Iterable[Record]) -> list[Record]:
    """A change's first step; none where the steps begin after it."""
    return [step for step in steps if (step["stage"], step["phase"]) == ("change", "begin")]


def _texts(plan: Record) -> Iterator[tuple[str, list[str]]]:
    """(device, hashes of what a plan and its later steps would have it run)."""
    found: dict[str, list[str]] = {}
    waiting = [plan]
    while waiting:
        one = waiting.pop()
        for device, texts in one["devices"].items():
            found.setdefault(device, []).append(texts[1])
        waiting += one.get("steps", [[]])[1:]
    yield from found.items()


def _counted(applier: Mapping[str, str], others: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    counted = applier.get("counted", "").split()
    there = {hashlib.sha256(text.encode()).hexdigest(): said for text, said in others.items()}
    if any(digest not in there for digest in counted):
        who = applier["person"]
        yield f"a statement that {who} counted when it was applied is gone or another"
    for digest, said in there.items():
        if digest not in counted and said is not applier:
            yield f"{_name(said)} was not there when {applier['person']} applied it"


def _name(said: Mapping[str, str]) -> str:
    if said["role"] == "approver":
        return f"the approval by {said['person']}"
    return f"the statement of {said['person']} as {said['role']}"


def approval_faults(
    changes: Iterable[Record],
    steps: Iterable[Record],
    policies: Mapping[str, tuple[str, str]],
    marks: Record | None = None,
    judge: Callable[..., str] | None = None,
) -> Found:
    """Which statements of persons do not hold. Linear in the steps.

    `marks` say which policy was in force before the first of the steps; `judge` is
    `signature_fault` where none is given.
    """
    by_number = {change["id"]: change for change in changes}
    mine: dict[int, list[Record]] = {}
    for step in steps:
        mine.setdefault(step["change_id"], []).append(step)
    read = Governed(by_number, policies, judge or signature_fault)
    if marks is not None:
        read.policy, read.keeps_plans = marks["policy"], marks["keeps_plans"]
    for number in sorted(mine):
        for words in read.faults(number, mine[number]):
            yield number, f"change {number}: {words}"


def digest_of(policy: tuple[str, str]) -> str:
    """SHA-256 over policy.yaml and allowed_signers."""
    return hashlib.sha256(json.dumps(list(policy)).encode()).hexdigest()


def statement(text: str) -> dict[str, str]:
    """What a person's statement says.

    Raises:
        ValueError: it is none.
    """
    first, *lines = text.splitlines()
    said = dict(line.split(": ", 1) for line in lines)
    if first != "egovnet-statement: 1" or len(said) != len(lines) or "role" not in said:
        raise ValueError(text)
    return said


def lines_of(text: str) -> dict[str, str]:
    """The lines `name: value` of a person's statement."""
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def signature_fault(
    text: str, signature: str, signers: str, namespace: str, signer: tuple[str, str, str]
) -> str:
    """Why a signature does not hold; "" where it does.

    `signer`: when it was made, the fingerprint that its key must have, and who that must be; "":
    whoever the list of signers says.
    """
    moment, key, identity = signer
    try:
        at = datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(timezone.utc)  # noqa: UP017 -- of older Pythons too
    except (ValueError, AttributeError):
        return "has a time that is none"
    environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C"}
    with tempfile.TemporaryDirectory() as made:
        Path(made, "signature").write_text(signature, encoding="utf-8")
        Path(made, "signers").write_text(signers, encoding="utf-8")
        time = f"-Overify-time={at:%Y%m%d%H%M%S}"

        def ask(*question: str) -> subprocess.CompletedProcess[bytes]:
            return subprocess.run(
                ["ssh-keygen", "-Y", *question, "-s", "signature"],
                cwd=made,
                input=text.encode(),
                capture_output=True,
                env=environment,
                check=False,
            )

        if not identity:
            known = ask("find-principals", "-f", "signers", time)
            if known.returncode:
                return "is signed by a key that is in no list, or was not valid then"
            identity = known.stdout.decode("utf-8", "replace").splitlines()[0]
        done = ask("verify", "-f", "signers", "-I", identity, "-n", namespace, time)
    if done.returncode:
        return f"has a signature that ssh-keygen does not accept as {identity}'s"
    if key and done.stdout.decode("utf-8", "replace").split()[-1] != key:
        return f"is signed by another key than it says, {key}"
    return ""


# -- the bundle ----------------------------------------------------------------------------------


def read(directory: Path) -> dict[str, Any]:
    """What a bundle has, by the names of its parts."""

    def lines(name: str) -> list[Record]:
        text = (directory / name).read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    marks = json.loads((directory / "bundle.json").read_text(encoding="utf-8"))
    signatures = [
        (path.read_text(encoding="utf-8"), path.with_suffix(".sig").read_text(encoding="utf-8"))
        for path in sorted((directory / "signatures").glob("*.json"))
    ]
    policies = json.loads((directory / "policies.json").read_text(encoding="utf-8"))
    return {
        "marks": marks,
        "steps": lines("steps.jsonl"),
        "changes": lines("changes.jsonl"),
        "runs": lines("drift.jsonl"),
        "signatures": signatures,
        "policies": {digest: tuple(texts) for digest, texts in policies.items()},
        "controllers": (directory / "controllers").read_text(encoding="utf-8"),
    }


def faults(parts: Mapping[str, Any], controllers: str = "") -> list[str]:
    """Everything in a bundle that does not hold, the first record first."""
    marks, steps, runs = parts["marks"], parts["steps"], parts["runs"]
    found = [
        ("change", *each)
        for each in (
            *chain_faults(steps, STEP, (marks["first"], marks["head"]), "step"),
            *change_faults(parts["changes"], steps),
            *approval_faults(parts["changes"], steps, parts["policies"], marks),
        )
    ]
    ends = (marks["first_drift"], marks["drift"])
    found += [("drift", *each) for each in chain_faults(runs, RUN, ends, "drift run")]
    found += statement_faults(
        parts["signatures"], steps, runs, marks, controllers or parts["controllers"]
    )
    return [words for _, _, words in sorted(found)]


def goes_on(marks: Record, steps: Iterable[Record], runs: Iterable[Record], older: Record) -> str:
    """Why a bundle does not go on from an older one's marks; "" where it does."""
    if (marks["network"], marks["journal"]) != (older["network"], older["journal"]):
        return "the older bundle is of another journal"
    if older["head"] not in {marks["first"], *(step["hash"] for step in steps)}:
        return "the chain of changes does not go on from the older bundle's: it was cut off"
    if older["drift"] not in {marks["first_drift"], *(run["hash"] for run in runs)}:
        return "the chain of drift runs does not go on from the older bundle's"
    return ""


def report(parts: Mapping[str, Any]) -> str:
    """What happened, for people: the same facts as a text."""
    marks, steps = parts["marks"], parts["steps"]
    out = [
        f"Network {marks['network']}, journal {marks['journal']}, "
        f"since {marks['since'] or 'its begin'}",
        "",
        f"CHANGES ({len(parts['changes'])})",
    ]
    signed = {}
    for text, _ in parts["signatures"]:
        said = json.loads(text)
        signed[said["kind"], said["number"]] = said
    for change in parts["changes"]:
        number = change["id"]
        mine = [step for step in steps if step["change_id"] == number]
        undoes = f" of change {change['undoes']}" if change["undoes"] else ""
        out += [
            "",
            f"change {number}: {change['kind']}{undoes}, {change['state']}, by {change['author']}"
            + (f", ticket {change['ticket']}" if change["ticket"] else ""),
            f"  begun    {change['created']}: {change['summary']}",
            f"  plan     {change['plan_hash']}",
        ]
        for step in mine:
            if step.get("withheld"):
                continue
            if step["stage"] == "proof":
                detail = json.loads(step["detail"])
                verdict = "proved" if step["phase"] == "done" else "NOT PROVED, overridden"
                by = ""
                if "because" in detail:
                    by = f", by {detail['unproved_by']}: {detail['because']}"
                out.append(f"  proof    {verdict}: {detail.get('reason', '')}{by}")
            elif step["stage"] in VERIFIED and step["phase"] != "begin":
                out.append(f"  verified {step['phase']} at {step['at']}{VERIFIED[step['stage']]}")
        for _, step, text, _ in approvals(mine):
            said = lines_of(text)
            who = f"{said.get('person')} at {said.get('at')}, {said.get('key')}"
            out.append(f"  {step['phase']:8} {who}")
        end = signed.get(("change", number))
        late = ", late" if end and end["late"] else ""
        by = f"  signed   {end['at']} by {end['controller']}{late}" if end else "  not signed"
        out.append(by)
    out += ["", f"DRIFT RUNS ({len(parts['runs'])})", ""]
    for run in parts["runs"]:
        counts = json.loads(run["classes"])
        differences = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        proof = "proved" if run["proved"] else "NOT PROVED"
        end = signed.get(("drift", run["id"]))
        out.append(
            f"{run['started']}  run {run['id']}: {run['devices']} routers, {run['unreachable']} "
            f"unreachable, {proof}, {differences or 'no difference'}, "
            + (f"signed by {end['controller']}" if end else "not signed")
        )
    return "\n".join(out) + "\n"


def main() -> int:
    """Check the bundle that this file lies in."""
    asked = argparse.ArgumentParser(description="Check this bundle of evidence.")
    asked.add_argument("--controllers", type=Path, help="the keys that you were given otherwise")
    asked.add_argument("--after", type=Path, help="an older bundle, which this one goes on from")
    asked.add_argument("--report", action="store_true", help="print what happened")
    options = asked.parse_args()
    here = Path(__file__).resolve().parent
    try:
        parts = read(here)
        given = options.controllers
        found = faults(parts, given.read_text(encoding="utf-8") if given else "")
        if (here / "report.txt").read_text(encoding="utf-8") != report(parts):
            found.append("report.txt is not what the records say")
        if options.after:
            older = json.loads((options.after / "bundle.json").read_text(encoding="utf-8"))
            found += filter(None, [goes_on(parts["marks"], parts["steps"], parts["runs"], older)])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        found = [f"the bundle cannot be read: {type(error).__name__}: {error}"]
    for words in found:
        print(f"DOES NOT HOLD: {words}")
    if found:
        return 1
    if options.report:
        print(report(parts), end="")
    unsigned = sum("not signed" in line for line in report(parts).splitlines())
    withheld = sum(bool(step.get("withheld")) for step in parts["steps"])
    statements = len(list(approvals(parts["steps"])))
    print(
        f"holds: {len(parts['changes'])} changes, {len(parts['steps'])} steps "
        f"({withheld} withheld), {statements} statements of persons, {len(parts['runs'])} drift "
        f"runs, {len(parts['signatures'])} signatures of controllers; {unsigned} not signed"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
