"""The night for CI, merge requests, monitoring and terminals, each read back as its readers do."""

import html
import io
import json
import os
import re
import stat
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.cli.report_files import write_files
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.report.console import drift as drift_text
from egovnet.playbooks.report.console.output import show
from egovnet.playbooks.report.files.drift_files import drift_files
from egovnet.playbooks.report.files.drift_junit import drift_junit
from egovnet.playbooks.report.files.drift_markdown import MOST_BYTES, drift_markdown
from egovnet.playbooks.report.files.drift_metrics import MOST_UNREACHABLE, drift_metrics
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.drift_report import Difference, DriftReport, LastKnown, Status
from egovnet.playbooks.results.outcome import Outcome
from tests.playbooks.nights import (
    CLEAN,
    LEAK,
    LEAKING,
    MENDED,
    NOBODY,
    SERVICE,
    SILENT,
    UNMANAGED,
    hostile_night,
    nation,
)
from tests.playbooks.proofs import HOSTILE

NIGHTS = {
    "clean": CLEAN,
    "leaking": LEAKING,
    "mended": MENDED,
    "silent": SILENT,
    "nobody": NOBODY,
    "hostile": hostile_night(),
    "nation": nation(),
}

# -- JUnit -----------------------------------------------------------------------------------

#: What the schema of Jenkins' xUnit plugin lets stand where; "!" must be there.
ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"!name", "!tests", "!failures", "!errors", "time", "skipped", "timestamp",
                  "hostname"},
    "testcase": {"!name", "time", "classname"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"type", "message"},
    "system-out": set(),
}  # fmt: skip
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"skipped", "error", "failure", "system-out"},
}
SECONDS = re.compile(r"\d+\.\d{3}")


def suites(night: DriftReport) -> dict[str, ET.Element]:
    return {str(suite.get("name")): suite for suite in parsed(night)}


def parsed(night: DriftReport) -> ET.Element:
    return ET.fromstring(drift_junit(night))  # noqa: S314 -- our own


def kinds(night: DriftReport, device: str) -> dict[str, str]:
    """Case -> what became of it."""
    return {
        str(case.get("name")): next(
            (kind for kind in ("failure", "error", "skipped") if case.find(kind) is not None),
            "passed",
        )
        for case in suites(night)[device]
    }


@pytest.mark.parametrize("night", NIGHTS.values(), ids=NIGHTS)
def test_junit_is_as_its_readers_demand(night: DriftReport) -> None:
    root = parsed(night)
    assert root.tag == "testsuites"
    names: list[tuple[str, str]] = []
    for element in root.iter():
        allowed = ATTRIBUTES[element.tag]
        assert {name.strip("!") for name in allowed} >= set(element.keys())
        assert {name[1:] for name in allowed if name[0] == "!"} <= set(element.keys())
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        if "time" in element.keys():  # noqa: SIM118 -- an element's children are its items
            assert SECONDS.fullmatch(element.attrib["time"])
    for suite in root:
        assert suite.get("timestamp") == "2026-03-04T02:15:07"
        assert int(suite.attrib["tests"]) == len(suite) > 0
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped",) * 2):
            assert int(suite.attrib[attribute]) == len(suite.findall(f"testcase/{tag}"))
        names += [(case.attrib["classname"], case.attrib["name"]) for case in suite]
    assert len(names) == len(set(names))  # by these a case is known in the next run
    for attribute in ("tests", "failures", "errors"):
        assert root.get(attribute) == str(sum(int(suite.attrib[attribute]) for suite in root))
    assert {visible(row.device) for row in night.devices} <= {suite.get("name") for suite in root}


def test_what_must_be_mended_fails_and_what_waits_is_skipped() -> None:
    assert kinds(CLEAN, "gd-pe1") == {"is compliant": "passed"}
    assert kinds(CLEAN, "network") == {"separation held": "passed"}
    assert kinds(LEAKING, "network") == {"separation held": "failure"}
    assert kinds(MENDED, "network") == {"separation held": "skipped"}
    assert kinds(MENDED, "sh-pe1") == {"configuration: VRF e-public ipv4": "skipped"}
    assert kinds(LEAKING, "gd-pe1") == {
        "state: BGP session 10.255.0.1": "failure",
        "configuration: BGP neighbour 10.200.0.46": "skipped",
    }
    assert kinds(LEAKING, "gz-pe1") == {"configuration: access-list OLD-VTY": "skipped"}
    assert kinds(LEAKING, "bj-p1") == {"configuration: interface eth1": "passed"}
    assert kinds(SILENT, "gz-pe1") == {"answers": "error"}
    assert kinds(NOBODY, "network") == {"separation held": "error"}
    skipped = suites(LEAKING)["gd-pe1"].find("testcase/skipped")
    assert skipped is not None
    assert "acknowledged by li wei until 2026-03-31" in str(skipped.get("message"))


@pytest.mark.parametrize(
    ("difference", "kind"),
    [
        (replace(SERVICE, remediated=True), "skipped"),
        (replace(SERVICE, not_remediated="it is locked"), "failure"),
        (replace(LEAK, remediated=False), "failure"),
        (LEAK, "skipped"),
        (replace(LEAK, remediated=False, status=Status.ACKNOWLEDGED), "failure"),
        (replace(UNMANAGED, status=Status.OPEN), "skipped"),
        (replace(LEAK, status=Status.INFORMATIONAL), "passed"),
    ],
)
def test_cases_at_the_edge(difference: Difference, kind: str) -> None:
    night = replace(CLEAN, differences=(difference,))
    assert list(kinds(night, difference.device).values()) == [kind]


def test_a_leak_of_no_one_device_is_a_case_too() -> None:
    night = replace(CLEAN, differences=(replace(LEAK, device="", remediated=False),))
    assert list(kinds(night, "network").values()) == ["failure", "failure"]


# -- Markdown --------------------------------------------------------------------------------


def told(markdown: str) -> str:
    """What a reader sees of the text."""
    return html.unescape(re.sub(r"</?code>", "", markdown))


def test_markdown_tells_the_night() -> None:
    text = told(drift_markdown(LEAKING))
    assert text.startswith("## ❌ Separation did NOT hold\n")
    for difference in LEAKING.differences:
        assert difference.subject in text
        assert difference.message in text
        assert all(step in text for step in difference.path)
    assert "| 1 | 1 | 0 | 0 | 0 | 0 | 2 | 1 |" in text
    assert "asked for leak: done as change 42" in text
    silent = told(drift_markdown(SILENT))
    assert silent.startswith("## ⚠️ Separation held for what was read\n")
    assert "never read by this job" in silent
    assert told(drift_markdown(CLEAN)).startswith("## ✅ Separation held\n")


@pytest.mark.parametrize("night", NIGHTS.values(), ids=NIGHTS)
def test_markdown_is_short_and_its_tables_are_tables(night: DriftReport) -> None:
    text = drift_markdown(night)
    assert len(text.encode()) < MOST_BYTES
    rows = [line for line in text.splitlines() if line.startswith("|")]
    widths = Counter(line.count("|") for line in rows)
    assert set(widths) <= {5, 8, 9}
    assert text.endswith("Everything is in `drift.html` and `drift.json`.\n")


def test_markdown_says_how_much_it_cut() -> None:
    night = nation()
    text = drift_markdown(night)
    many = len(night.open(DriftClass.POLICY))
    assert text.count(f" and {many - 3} more</code>") == text.count("BGP limits") == 1
    shown = many + sum(1 for line in text.splitlines() if "session 10." in line)
    cut = [int(n.replace(",", "")) for n in re.findall(r"\*([\d,]+) more of", text)]
    assert shown + sum(cut) == len(night.differences)
    assert cut


def test_hostile_text_is_no_markdown() -> None:
    attacks = (*HOSTILE, "@all |#1 !2 ~x $3 `|` *a* _b_ [x](y) www.example.org http://a.b :tada:")
    message = " ".join(attacks)[:150]
    for attack in (message, *attacks):
        night = replace(CLEAN, differences=(replace(SERVICE, message=attack),))
        (row,) = (line for line in drift_markdown(night).splitlines() if "BGP" in line)
        assert visible(attack) in told(row)
        for inner in re.findall(r"<code>(.*?)</code>", row):
            bare = re.sub(r"&#\d+;", "", inner)
            assert not re.search(r"[^\w\s.,()/…-]|_|www\.|://", bare), bare
        assert not re.sub(r"<code>.*?</code>", "", row).strip("| ,")


# -- metrics ---------------------------------------------------------------------------------


def samples(night: DriftReport) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """(name, labels but the network's) -> value, as Prometheus reads them."""
    found = {}
    for family in text_string_to_metric_families(drift_metrics(night)):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            assert sample.labels.pop("network") == visible(night.network)
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def value(night: DriftReport, name: str, **labels: str) -> float:
    return samples(night)[f"egovnet_drift_{name}", frozenset(labels.items())]


def test_metrics_tell_the_night() -> None:
    assert value(LEAKING, "devices") == 7
    assert value(LEAKING, "proved") == 0
    assert value(CLEAN, "proved") == value(SILENT, "proved") == 1
    assert value(MENDED, "proved") == value(MENDED, "separation", answer="held again") == 1
    assert value(NOBODY, "proved") == 0
    assert value(SILENT, "devices_unreachable") == 2
    assert value(SILENT, "last_known_age_seconds", device="gz-pe1") == 2 * 86400
    assert value(SILENT, "devices_never_read") == 1
    assert value(LEAKING, "devices_remediated") == 1
    assert value(LEAKING, "differences_remediated") == 1
    assert value(LEAKING, "differences_mended") == 1  # its former name
    assert value(LEAKING, "run_duration_seconds") == 41.02
    assert value(CLEAN, "last_run_timestamp_seconds") == 1772590507 + 8.4
    assert value(SILENT, "separation", answer="held where read") == 1
    assert value(SILENT, "separation", answer="held") == 0
    labels = {"class": "policy", "zone": "intranet", "status": "acknowledged"}
    labels["standing"] = "acknowledged"  # the label's former name
    assert value(LEAKING, "differences", **labels) == 1
    labels = {"class": "service", "zone": "backbone", "status": "open", "standing": "open"}
    assert value(LEAKING, "differences", **labels) == 1
    labels = {"class": "leak", "zone": "extranet", "status": "open", "standing": "open"}
    assert value(LEAKING, "differences", **labels) == 1
    assert value(CLEAN, "differences", **labels) == 0


@pytest.mark.parametrize("night", NIGHTS.values(), ids=NIGHTS)
def test_the_series_are_few_and_count_every_difference(night: DriftReport) -> None:
    found = samples(night)
    assert len(found) <= 5 * 3 * 4 + 4 + 10 + MOST_UNREACHABLE
    counted = sum(v for (name, _), v in found.items() if name == "egovnet_drift_differences")
    assert counted == len(night.differences)


def test_the_oldest_of_many_silent_devices_are_told() -> None:
    silent = tuple(
        replace(SILENT.devices[0], device=f"r{n}", unreachable="x", last_known=LastKnown("", n))
        for n in range(3 * MOST_UNREACHABLE)
    )
    ages = [v for (n, _), v in samples(replace(CLEAN, devices=silent)).items() if "age" in n]
    assert sorted(ages) == list(range(2 * MOST_UNREACHABLE, 3 * MOST_UNREACHABLE))


# -- files -----------------------------------------------------------------------------------

NAMES = ["drift.html", "drift.json", "drift.md", "drift.prom", "drift.xml"]


def test_the_files_are_written_and_nothing_is_left_beside(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "b"
    for night in (CLEAN, LEAKING):
        written = write_files(directory, drift_files(night))
        assert sorted(path.name for path in written) == NAMES
        assert sorted(path.name for path in directory.iterdir()) == NAMES
        assert json.loads((directory / "drift.json").read_text()) == json.loads(
            json.dumps(night.to_dict())
        )
        assert "</html>" in (directory / "drift.html").read_text(encoding="utf-8")
    mask = os.umask(0o22)
    os.umask(mask)
    mode = stat.S_IMODE((directory / "drift.prom").stat().st_mode)
    assert mode == 0o666 & ~mask  # a collector of another user reads it


def test_a_reader_never_sees_half(tmp_path: Path) -> None:
    write_files(tmp_path, drift_files(LEAKING))
    seen: set[str] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add((tmp_path / "drift.prom").read_text(encoding="utf-8"))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for night in (CLEAN, LEAKING) * 15:
            write_files(tmp_path, drift_files(night))
    finally:
        done.set()
        reader.join()
    assert seen == {drift_metrics(night) for night in (CLEAN, LEAKING)}


def test_what_cannot_be_written_is_named_and_the_old_is_kept(tmp_path: Path) -> None:
    write_files(tmp_path, drift_files(CLEAN))
    (tmp_path / "drift.md").unlink()
    (tmp_path / "drift.md").mkdir()
    with pytest.raises(UsageError, match=r"drift\.md: the report cannot be written: Is a dir"):
        write_files(tmp_path, drift_files(LEAKING))
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(UsageError, match=r"file: cannot be made: File exists"):
        write_files(file, drift_files(CLEAN))
    with pytest.raises(UsageError, match=r"file/in: cannot be made: Not a directory"):
        write_files(file / "in", drift_files(CLEAN))


# -- a terminal ------------------------------------------------------------------------------


def shown(night: DriftReport, capsys: pytest.CaptureFixture[str]) -> str:
    show(Outcome("drift", night), as_json=False)
    return capsys.readouterr().out


def test_a_terminal_gets_the_gravest_first_and_the_answer_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = shown(LEAKING, capsys).splitlines()
    assert lines[0].startswith("leak: sh-pe1: VRF e-public ipv4: party reaches public")
    assert lines[1] == f"  1. {LEAK.path[0]}"
    heads = [line.split(":")[0] for line in lines if line and line[0] != " "]
    order = [head for head in heads if head in {klass.value for klass in DriftClass}]
    # the last is a note of the policy
    assert order == ["leak", "service", "policy", "unmanaged", "cosmetic", "policy"]
    assert lines[-2] == "7 devices in 41 s: 1 leak, 1 service open, 0 unreachable"
    assert lines[-1].startswith("Separation did NOT hold: 1 path that must not be")


def test_a_terminal_names_everybody_who_did_not_answer(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(SILENT, capsys)
    assert re.search(r"^gz-pe1 +guangzhou +ConnectTimeoutError: no answer +last read", text, re.M)
    assert re.search(r"^sc-pe1 +sichuan +refused the host key +never read", text, re.M)
    night = nation()
    text = shown(night, capsys)
    for row in night.unreachable:
        assert re.search(rf"^{row.device} ", text, re.M)
    assert text.count("and 882 more; --json and --report have them all") == 2
    assert re.search(r"^bj-p2, p1-e10, +BGP limits ", text, re.M)


def test_hostile_text_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(hostile_night(), capsys)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_clean_night_is_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(CLEAN, capsys).splitlines()
    assert lines[0] == "7 devices in 8 s: no difference open, 0 unreachable"
    assert lines[1].startswith("Separation held: no path between zones")
    assert len(lines) == 2


def test_a_wide_terminal_has_colours() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=160, color_system="standard")
    drift_text.print_result(console, LEAKING)
    assert "\x1b[1;31mleak: " in file.getvalue()
