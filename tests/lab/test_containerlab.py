import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from egovnet.lab.containerlab import Containerlab, running_containers
from egovnet.lab.errors import GuestError, LabDiffersError, NodeError, ToolMissingError

# records its arguments; inspect answers with what the test put beside it
FAKE = """\
#!/bin/sh
echo "{name} $*" >>"{log}"
if [ "{name}" = docker ]; then cat >/dev/null; echo "out of $2"; exit $(cat "{code}"); fi
case "$1" in
    inspect) cat "{answer}" ;;
    deploy) [ ! -e "{fail}" ] || {{ echo "no image" >&2; exit 1; }} ;;
esac
"""


class FakeTools:
    """A ``containerlab`` and a ``docker`` on PATH that write down how they were called."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self.log = directory / "calls"
        self.answer = directory / "answer.json"
        self.fail = directory / "fail"
        self.code = directory / "docker-exit-code"
        self.code.write_text("0")
        self.log.touch()
        self.runs()
        for name in ("containerlab", "docker"):
            text = FAKE.format(
                name=name, log=self.log, answer=self.answer, fail=self.fail, code=self.code
            )
            (directory / name).write_text(text)
            (directory / name).chmod(0o755)

    def runs(self, *containers: str) -> None:
        rows = [{"name": name, "state": "running"} for name in containers]
        self.answer.write_text(json.dumps({"sample": rows}))

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()


ALL = ("clab-sample-pe1", "clab-sample-pe2", "clab-sample-ce1", "clab-sample-h1")
ALL += ("clab-sample-ce2", "clab-sample-h2")


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTools:
    tools = FakeTools(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tools


def test_up_deploys_once_exec_goes_to_docker_and_down_destroys(
    tools: FakeTools, tmp_path: Path, backbone: Callable[..., Any]
) -> None:
    lab = Containerlab(tmp_path / "lab")
    topology = backbone().topology()
    said: list[str] = []
    tools.runs(*ALL)
    state = lab.up(topology, progress=said.append)
    assert state.ready
    assert {node.name for node in state.nodes} == {"pe1", "pe2", "ce1", "ce2", "h1", "h2"}
    assert tools.calls() == [
        "containerlab deploy -t sample.clab.yml --reconfigure",
        "docker exec -i clab-sample-pe1 sh",
        "docker exec -i clab-sample-pe1 chpasswd",
        "docker exec -i clab-sample-pe2 sh",
        "docker exec -i clab-sample-pe2 chpasswd",
        "containerlab inspect -t sample.clab.yml -f json",
    ]
    assert (tmp_path / "lab/configs/pe1/interfaces").exists()
    assert (tmp_path / "lab/keys/pe1").stat().st_mode & 0o777 == 0o600

    lab.up(topology, progress=said.append)
    assert said[-1] == "lab sample is already up"
    assert sum("deploy" in call for call in tools.calls()) == 1

    tools.code.write_text("7")
    done = lab.exec("pe1", "hostname; id")
    assert (done.stdout, done.exit_code) == ("out of clab-sample-pe1\n", 7)
    assert tools.calls()[-1] == "docker exec clab-sample-pe1 sh -c hostname; id"
    assert set(lab.exec_many({"h1": "true", "h2": "true"})) == {"h1", "h2"}
    with pytest.raises(NodeError, match="the lab has no node h9"):
        lab.exec("h9", "true")

    lab.down()
    assert tools.calls()[-1] == "containerlab destroy -t sample.clab.yml --cleanup"
    assert [path.name for path in (tmp_path / "lab").iterdir()] == ["lock"]


def test_an_image_without_what_the_account_needs(
    tools: FakeTools, tmp_path: Path, backbone: Callable[..., Any]
) -> None:
    tools.runs(*ALL)
    tools.code.write_text("1")
    with pytest.raises(GuestError, match=r"pe1 has no account for egovnet.*use an image with"):
        Containerlab(tmp_path / "lab").up(backbone().topology(), progress=lambda _: None)
    assert tools.calls()[-1] == "containerlab destroy -t sample.clab.yml --cleanup"


def test_restart_empties_memory_keeps_cables_and_starts_what_deploy_started(
    tools: FakeTools, tmp_path: Path, backbone: Callable[..., Any]
) -> None:
    lab = Containerlab(tmp_path / "lab")
    tools.runs(*ALL)
    lab.up(backbone().topology(), progress=lambda _: None)
    begin = len(tools.calls())
    tools.code.write_text("0")
    lab.restart("pe1")
    first, second, boot_id, *started = tools.calls()[begin:]
    assert first.startswith("docker exec clab-sample-pe1 sh -c kill -9 -1; rm -rf /run/egovnet")
    assert second == "containerlab restart -t sample.clab.yml --node pe1"
    assert "mount --bind /run/boot_id /proc/sys/kernel/random/boot_id" in boot_id
    privileged = "docker exec --privileged clab-sample-pe1 "
    assert started[0].startswith(f"{privileged}sysctl -qw net.ipv4.ip_forward=1")
    assert started[1:] == [
        f"{privileged}ifreload -a",
        f"{privileged}/usr/sbin/sshd",
        f"{privileged}/usr/lib/frr/frrinit.sh start",
    ]
    with pytest.raises(NodeError, match="h1: has no processes of its own"):
        lab.restart("h1")
    tools.code.write_text("7")
    with pytest.raises(GuestError, match=r"pe1 did not come up again: .* ended with 7"):
        lab.restart("pe1")


def test_a_failed_deploy_is_told_and_leaves_nothing(
    tools: FakeTools, tmp_path: Path, backbone: Callable[..., Any]
) -> None:
    tools.fail.touch()
    with pytest.raises(GuestError, match="containerlab deploy failed: no image"):
        Containerlab(tmp_path / "lab").up(backbone().topology(), progress=lambda _: None)
    assert tools.calls()[-1] == "containerlab destroy -t sample.clab.yml --cleanup"
    assert [path.name for path in (tmp_path / "lab").iterdir()] == ["lock"]


def test_a_container_that_does_not_run_is_named(
    tools: FakeTools, tmp_path: Path, backbone: Callable[..., Any]
) -> None:
    tools.runs(*ALL[1:])
    with pytest.raises(GuestError, match="these do not run: pe1"):
        Containerlab(tmp_path / "lab").up(backbone().topology(), progress=lambda _: None)


def test_another_topology_is_refused_unless_it_shall_replace(
    tools: FakeTools, tmp_path: Path, backbone: Callable[..., Any]
) -> None:
    tools.runs(*ALL)
    lab = Containerlab(tmp_path / "lab")
    lab.up(backbone().topology(), progress=lambda _: None)
    other = backbone(bgp_sites=1).topology()
    with pytest.raises(LabDiffersError, match="lab down"):
        lab.up(other, progress=lambda _: None)
    assert lab.up(other, progress=lambda _: None, reconfigure=True).digest == other.digest()


def test_without_the_binary_the_other_backend_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backbone: Callable[..., Any]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissingError, match="microvm"):
        Containerlab(tmp_path / "lab").up(backbone().topology(), progress=lambda _: None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"containers": [{"name": "a", "state": "running"}]}', {"a"}),
        ('{"l": [{"name": "a", "state": "running"}, {"name": "b", "state": "exited"}]}', {"a"}),
        ("", set()),
        ("no json", set()),
        ("{}", set()),
    ],
)
def test_both_shapes_of_inspect_are_read(text: str, names: set[str]) -> None:
    assert running_containers(text) == names
