"""A change as JUnit XML, as GitLab and Jenkins read it: what must hold before it is pushed.

A case each for the proof, the words that it needs, what it loses and interrupts, and every router.
"""

from xml.etree import ElementTree as ET

from egovnet.playbooks.report.files.made_properties import made_properties
from egovnet.playbooks.report.text import plan_words as words
from egovnet.playbooks.report.text.stages import failures_of
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.change_report import ChangeReport
from egovnet.playbooks.results.plan import PlanResult

_LONGEST, _MOST_LINES = 400, 60


def change_junit(report: ChangeReport) -> str:
    """The XML, with its declaration."""
    root = ET.Element("testsuites", name=visible(f"egovnet {report.title}"))
    steps = (report.plan, *report.plan.then)
    for number, plan in enumerate(steps, start=1):
        name = "change" if len(steps) == 1 else f"step {number} of {len(steps)}"
        cases = [*(_ended(report) if number == 1 else ()), *_cases(plan)]
        suite = ET.SubElement(
            root,
            "testsuite",
            name=name,
            tests=str(len(cases)),
            failures=str(sum(case.find("failure") is not None for case in cases)),
            errors=str(sum(case.find("error") is not None for case in cases)),
            skipped=str(sum(case.find("skipped") is not None for case in cases)),
            timestamp=visible(plan.created[:19]),
        )
        for case in cases:
            case.set("classname", f"plan.{name}")
        suite.extend([*made_properties(report.made), *cases])
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _ended(report: ChangeReport) -> list[ET.Element]:
    """Of a change of the journal whether it is done, and what failed."""
    if report.history is None:
        return []
    case = _case("is done")
    if report.ended:
        failed = [f"{stage}: {device}: {why}" for stage, device, why in failures_of(report.steps)]
        _say(case, "failure", report.ended, failed)
    return [case]


def _cases(plan: PlanResult) -> list[ET.Element]:
    cases = []
    proved = _case("is proved")
    if plan.proof is not None:
        text = [f"{one.klass}: {one.device}: {one.message}" for one in plan.proof.findings]
        kind = "system-out" if plan.proof.proved else "failure"
        _say(proved, kind, plan.proof.reason, text)
    cases.append(proved)
    said = _case("needs no word")
    if plan.needs:
        _say(said, "failure", f"needs {' '.join(plan.needs)}", [z.what for z in plan.zone_changes])
    cases.append(said)
    for kind, lost in (
        ("router", plan.summary.routers.lost),
        ("site", plan.summary.sites.lost),
        ("VPN", plan.summary.vpns.lost),
    ):
        for name in lost:
            case = _case(f"loses {kind} {name}")
            _say(case, "skipped", f"{kind} {name} is lost: a person has to mean it", [])
            cases.append(case)
    for one in plan.affected.interrupted:
        why, who = words.interruption(one)
        case = _case(f"interrupts: {one.klass.id}")
        _say(case, "skipped", f"{why}: {who}", [])
        cases.append(case)
    for name, why in sorted(plan.unreachable.items()):
        case = _case(f"{name} can be planned")
        _say(case, "error", why, [])
        cases.append(case)
    for change in plan.changes:
        for name in change.devices:
            case = _case(f"{name} changes")
            _say(case, "system-out", "", change.diff.splitlines())
            cases.append(case)
    return cases


def _case(name: str) -> ET.Element:
    return ET.Element("testcase", name=visible(name)[:_LONGEST], time="0.000")


def _say(case: ET.Element, kind: str, message: str, text: list[str]) -> None:
    entry = ET.SubElement(case, kind)
    lines = [visible(line) for line in text[:_MOST_LINES]]
    if len(text) > _MOST_LINES:
        lines.append(f"{len(text) - _MOST_LINES} lines more, in change.json")
    if kind == "system-out":
        lines = [visible(message), *lines] if message else lines
    else:
        entry.set("message", visible(message)[:_LONGEST])
    entry.text = "\n".join(lines) or None
