"""docs/drift-deployment, tried as far as it can be without its platforms."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.cli.commands.drift import drift
from egovnet.playbooks.report.files.drift_metrics import drift_metrics
from egovnet.playbooks.results.outcome import Exit
from tests.playbooks.drift_reports import UNREACHABLE

ROOT = Path(__file__).parents[3]
DEPLOYMENT = ROOT / "docs" / "drift-deployment"
EGOVNET = Path(sys.executable).with_name("egovnet")
INSTALLED = "/opt/egovnet/.venv/bin/egovnet"

CONTAINER = (ROOT / "Containerfile").read_text(encoding="utf-8")
DRIFT_OPTIONS = {option for parameter in drift.params for option in parameter.opts}


def text(name: str) -> str:
    return (DEPLOYMENT / name).read_text(encoding="utf-8")


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"no {name} on this machine: run ./setup-host --tests")
    return found


def run(
    *words: str | Path, input: str | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, input=input, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )


def parses(script: str) -> None:
    """The script is one that sh understands."""
    done = run("sh", "-n", input=script)
    assert (done.returncode, done.stderr) == (0, ""), script


def drift_commands() -> list[tuple[str, list[str]]]:
    """(file, words after "egovnet drift") of every command in the directory."""
    found = [
        (path.name, shlex.split(words))
        for path in sorted(DEPLOYMENT.iterdir())
        for words in re.findall(r"egovnet drift((?: +[-\w/=\"$.]+)*)", path.read_text("utf-8"))
    ]
    found.append(("Containerfile", json.loads(instructions("CMD")[0])[1:]))
    return found


def instructions(name: str) -> list[str]:
    """The Containerfile's instructions of one name, continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", CONTAINER)
    return re.findall(rf"^{name} (.*)$", joined, re.MULTILINE)


def fake(directory: Path, code: int) -> Path:
    """A command in egovnet's place that says its words and ends with `code`."""
    path = directory / "egovnet"
    path.write_text(f'#!/bin/sh\necho "asked: $*"\nexit {code}\n', encoding="utf-8")
    path.chmod(0o755)
    return path


def test_every_option_exists() -> None:
    commands = drift_commands()
    assert {name for name, _ in commands} >= {
        "Containerfile",
        "README.md",
        "crontab",
        "egovnet-drift.service",
        "github-actions.yml",
        "gitlab-ci.yml",
    }
    for name, words in commands:
        options = {word.partition("=")[0] for word in words if word.startswith("-")}
        assert options <= DRIFT_OPTIONS, name
        if name != "README.md":
            assert {"--inventory", "--report"} <= options, name
            assert not {"--remediate"} & options, name
        for option, value in pairwise(words):
            assert option != "--remediate" or value in set(DriftClass), name


def test_the_files_of_the_job_are_those_that_are_used() -> None:
    used = {
        name
        for file in DEPLOYMENT.iterdir()
        for name in re.findall(r"\bdrift\.(?:html|json|xml|md|prom)\b", file.read_text("utf-8"))
    }
    assert used == {"drift.html", "drift.json", "drift.xml", "drift.md", "drift.prom"}


def test_the_variables_are_those_that_egovnet_reads() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for room in ("tasks", "playbooks")
        for path in (ROOT / room).rglob("*.py")
    )
    named = {
        name
        for file in DEPLOYMENT.iterdir()
        for name in re.findall(r"\bEGOVNET_[A-Z_]+", file.read_text(encoding="utf-8"))
    }
    assert named - {"EGOVNET_IMAGE"} <= set(re.findall(r"\bEGOVNET_[A-Z_]+", sources))


def test_readme_links_every_file_and_tells_every_exit_code() -> None:
    readme = text("README.md")
    links = re.findall(r"\]\(([^)#]+)(?:#\w+)?\)", readme)
    assert all((DEPLOYMENT / link).exists() for link in links)
    named = set(re.findall(r"[\w.-]+", readme))
    assert {path.name for path in DEPLOYMENT.iterdir()} - named <= {"README.md"}
    table = re.findall(r"^\| ([\d, ]+) \| (.*) \|$", readme, re.MULTILINE)
    codes = {int(code): row for first, row in table for code in first.split(",")}
    assert codes.keys() == set(Exit)
    for code, row in codes.items():
        assert ("**failed**" in row) is (code not in (Exit.DONE, Exit.CHANGES))


# -- systemd ---------------------------------------------------------------------------------


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with this machine's egovnet."""
    for name in ("egovnet-drift.service", "egovnet-drift.timer"):
        unit = text(name).replace(INSTALLED, str(EGOVNET))
        (tmp_path / name).write_text(unit, encoding="utf-8")
    return tmp_path


def setting(unit: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", text(unit), re.MULTILINE)


def test_systemd_takes_the_units(units: Path) -> None:
    paths = [units / "egovnet-drift.service", units / "egovnet-drift.timer"]
    done = run(tool("systemd-analyze"), "verify", "--man=no", *paths)
    assert done.returncode == 0, done.stderr
    # what it does not know it ignores, and says so
    assert not [line for line in done.stderr.splitlines() if "egovnet-drift" in line]


def test_systemd_would_say_what_is_wrong(units: Path) -> None:
    unit = units / "egovnet-drift.service"
    unit.write_text(unit.read_text().replace("ProtectClock=", "ProtectClocks="), encoding="utf-8")
    assert "ProtectClocks" in run(tool("systemd-analyze"), "verify", "--man=no", unit).stderr


def test_the_timer_elapses_once_a_night() -> None:
    (calendar,) = setting("egovnet-drift.timer", "OnCalendar")
    done = run(tool("systemd-analyze"), "calendar", "--iterations=3", calendar)
    assert done.returncode == 0, done.stderr
    times = re.findall(r"(\d{4}-\d\d-\d\d) (02:15:00)", done.stdout)
    assert len({day for day, _ in times}) == len(times) == 3
    (spread,) = setting("egovnet-drift.timer", "RandomizedDelaySec")
    assert run(tool("systemd-analyze"), "timespan", spread).returncode == 0
    assert setting("egovnet-drift.timer", "Persistent") == ["true"]


def test_the_service_may_do_little(units: Path) -> None:
    unit = units / "egovnet-drift.service"
    analyze = tool("systemd-analyze")
    # in tenths; an unhardened unit has 96
    done = run(analyze, "security", "--offline=true", "--threshold=20", "--no-pager", unit)
    assert done.returncode == 0, done.stdout
    assert setting(unit.name, "User") == ["egovnet"]
    assert setting(unit.name, "EnvironmentFile") == ["/etc/egovnet/drift.env"]


def test_drift_is_no_failure_and_a_leak_is() -> None:
    (codes,) = setting("egovnet-drift.service", "SuccessExitStatus")
    assert codes.split() == [str(Exit.CHANGES.value)]


def test_the_environment_is_the_same_for_systemd_and_a_shell(tmp_path: Path) -> None:
    lines = [line for line in text("egovnet.env.example").splitlines() if line[:1] not in ("#", "")]
    assert lines
    for line in lines:
        name, _, value = line.partition("=")
        done = run("sh", "-c", f'{line}; printf %s "${name}"')
        assert done.stdout == value


# -- cron ------------------------------------------------------------------------------------

RANGES = (range(60), range(24), range(1, 32), range(1, 13), range(8))


def cron_line() -> tuple[list[str], str, str]:
    (line,) = (line for line in text("crontab").splitlines() if re.match(r"[\d*]", line))
    *when, user, command = line.split(maxsplit=6)
    return when, user, command


def test_cron_s_line_is_one() -> None:
    when, user, command = cron_line()
    for field, allowed in zip(when, RANGES, strict=True):
        assert field == "*" or int(field) in allowed
    assert user == "egovnet"
    assert "%" not in command  # cron would make it a new line
    parses(command)


@pytest.mark.parametrize("code", sorted(Exit))
def test_cron_mails_what_somebody_must_hear(code: Exit, tmp_path: Path) -> None:
    tool("flock")
    _, _, command = cron_line()
    (tmp_path / "drift.env").write_text(text("egovnet.env.example"), encoding="utf-8")
    for old, new in (
        (INSTALLED, str(fake(tmp_path, code))),
        ("/etc/egovnet/drift.env", str(tmp_path / "drift.env")),
        ("/var/lib/egovnet", str(tmp_path)),
    ):
        assert old in command
        command = command.replace(old, new)
    done = run("sh", "-c", command)
    asked = "asked: drift --inventory /etc/egovnet/network --report drift\n"
    assert done.stdout == ("" if code in (Exit.DONE, Exit.CHANGES) else asked)
    assert (tmp_path / "drift.txt").read_text(encoding="utf-8") == asked


# -- the image -------------------------------------------------------------------------------


def test_the_image_s_instructions_are_sound() -> None:
    stages = ["debian:12 AS build", "debian:12 AS controller", "controller AS lab", "controller"]
    assert instructions("FROM") == stages, "the last is what is built where none is named"
    for script in instructions("RUN"):
        parses(script)
    assert any("--require-hashes -r requirements.lock" in script for script in instructions("RUN"))
    user, root, again = instructions("USER")
    assert int(user) > 0
    assert (root, again) == ("0", user), "the lab's packages are installed by root, and only they"
    assert any(f"--uid {user} " in script for script in instructions("RUN"))
    # the user is set before anything runs
    assert CONTAINER.index("\nUSER 10001") < CONTAINER.index("\nENTRYPOINT ")
    assert json.loads(instructions("ENTRYPOINT")[0]) == ["egovnet"]


def test_what_the_image_copies_is_enough(tmp_path: Path) -> None:
    source, site = tmp_path / "source", tmp_path / "site"
    source.mkdir()
    for words in map(str.split, instructions("COPY")):
        if words[0].startswith("--from="):
            continue
        *names, target = words
        for name in names:
            assert (ROOT / name).exists(), name
            goal = source / target / (name if target == "./" else "")
            if (ROOT / name).is_dir():
                ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
                shutil.copytree(ROOT / name, goal, ignore=ignore, symlinks=True)
            else:
                shutil.copy(ROOT / name, goal)
    (line,) = (script for script in instructions("RUN") if script.endswith(" ."))
    install = shlex.split(line)
    assert install[0] == ".venv/bin/python"
    done = run(sys.executable, *install[1:], "--target", site, cwd=source)
    assert done.returncode == 0, done.stderr
    tried = run(
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "import egovnet.playbooks; print(egovnet.playbooks.__file__)\n"
        "from egovnet.playbooks.report.html.page import environment\n"
        "environment().get_template('page.html.j2')\n"
        "from egovnet.playbooks.cli.main import main; main(['validate'])",
        cwd=tmp_path,
    )
    assert tried.returncode == 0, tried.stderr
    assert tried.stdout.startswith(str(site))
    assert "valid:" in tried.stdout


# -- pipelines -------------------------------------------------------------------------------


def pipeline(name: str) -> dict[Any, Any]:
    return dict(yaml.safe_load(text(name)))


def test_gitlab_s_jobs() -> None:
    jobs = pipeline("gitlab-ci.yml")
    assert jobs.keys() == {"drift", "drift-comment"}
    for job in jobs.values():
        parses("\n".join(job["script"]))
    drift, comment = jobs["drift"], jobs["drift-comment"]
    assert drift["allow_failure"] == {"exit_codes": [Exit.CHANGES.value]}
    assert drift["artifacts"]["when"] == "always"
    assert drift["artifacts"]["reports"] == {"junit": "drift/drift.xml"}
    assert comment["needs"] == ["drift"]
    # a leak is just what the comment is for
    assert [rule["when"] for rule in comment["rules"]] == ["always"]


def test_gitlab_s_comment_is_posted(tmp_path: Path) -> None:
    """The job's script against a server of our own."""
    script = "\n".join(pipeline("gitlab-ci.yml")["drift-comment"]["script"])
    server = tmp_path / "server.py"
    server.write_text(
        "import http.server, sys\n"
        "class Handler(http.server.BaseHTTPRequestHandler):\n"
        "    def do_POST(self):\n"
        "        body = self.rfile.read(int(self.headers['Content-Length'])).decode()\n"
        "        print(self.path, self.headers['PRIVATE-TOKEN'], body, flush=True)\n"
        "        self.send_response(201); self.end_headers()\n"
        "    def log_message(self, *words): pass\n"
        "server = http.server.HTTPServer(('127.0.0.1', 0), Handler)\n"
        "print(server.server_port, flush=True)\n"
        "server.handle_request()\n",
        encoding="utf-8",
    )
    (tmp_path / "drift").mkdir()
    (tmp_path / "drift" / "drift.md").write_text("## ✅ held & so on\n", encoding="utf-8")
    with subprocess.Popen([sys.executable, server], stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        try:
            port = serving.stdout.readline().strip()
            done = subprocess.run(
                ["sh", "-c", script],
                cwd=tmp_path,
                env={
                    "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
                    "CI_API_V4_URL": f"http://127.0.0.1:{port}/api/v4",
                    "CI_PROJECT_ID": "7",
                    "CI_MERGE_REQUEST_IID": "12",
                    "DRIFT_TOKEN": "token",
                },
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            assert serving.stdout.read() == (
                "/api/v4/projects/7/merge_requests/12/notes token "
                "body=%23%23+%E2%9C%85+held+%26+so+on%0A\n"
            )
        finally:
            serving.kill()


def test_github_s_job() -> None:
    workflow = pipeline("github-actions.yml")
    # YAML 1.1 reads `on` as true
    assert workflow[True]["schedule"] == [{"cron": "15 2 * * *"}]
    (job,) = workflow["jobs"].values()
    for step in job["steps"]:
        assert ("run" in step) != ("uses" in step)
        if "run" in step:
            parses(step["run"])
    uploads = [s for s in job["steps"] if str(s.get("uses")).startswith("actions/upload-artifact")]
    assert [step["if"] for step in uploads] == ["always()"]
    assert "pull-requests" in workflow["permissions"]


@pytest.mark.parametrize("code", sorted(Exit))
def test_github_s_step_is_red_when_it_must_be(code: Exit, tmp_path: Path) -> None:
    (job,) = pipeline("github-actions.yml")["jobs"].values()
    (script,) = (s["run"] for s in job["steps"] if INSTALLED in s.get("run", ""))
    done = run("sh", "-e", "-c", script.replace(INSTALLED, str(fake(tmp_path, code))))
    assert done.returncode == (0 if code is Exit.CHANGES else code)
    assert ("::warning" in done.stdout) is (code is Exit.CHANGES)


def test_the_alerts_are_about_metrics_that_there_are() -> None:
    (group,) = pipeline("prometheus-alerts.yml")["groups"]
    metrics = set(re.findall(r"^(\w+)\{", drift_metrics(UNREACHABLE), re.MULTILINE))
    labels = set(re.findall(r'(\w+)="', drift_metrics(UNREACHABLE)))
    for rule in group["rules"]:
        assert set(re.findall(r"egovnet_\w+", rule["expr"])) <= metrics
        assert set(re.findall(r'(\w+)="', rule["expr"])) <= labels
        for value in re.findall(r'\w+="([^"]*)"', rule["expr"]):
            assert f'="{value}"' in drift_metrics(UNREACHABLE)
        assert rule["annotations"]["summary"]
