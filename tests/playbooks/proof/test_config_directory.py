"""Directories of configurations: what cannot be judged is told by file, line and remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest

from egovnet.playbooks.proof.config_directory import read_configs
from egovnet.templates.model.errors import ConfigTextError

RENDERED = "bj1\n# This file describes the network interfaces\nauto lo\n"


def problems(directory: Path) -> list[str]:
    with pytest.raises(ConfigTextError) as caught:
        read_configs(directory)
    for problem in caught.value.problems:
        assert problem.file.startswith(str(directory))
        assert problem.remedy
    return [f"{Path(p.file).name}:{p.line}: {p.found}" for p in caught.value.problems]


def write(directory: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        path = directory / name.replace("_", ".")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return directory


def test_each_file_is_a_router(tmp_path: Path) -> None:
    write(tmp_path, bj1_cfg=RENDERED, gz1_conf="hostname gz1\n", core_txt="interface eth1\n")
    write(tmp_path, _hidden="not read")
    texts = read_configs(tmp_path)
    assert set(texts) == {"bj1", "gz1", "core"}
    assert texts["bj1"].text == RENDERED
    assert texts["gz1"].file == str(tmp_path / "gz1.conf")


@pytest.mark.parametrize(
    "name_line",
    ["hostname {}", "  host-name {};", "set system host-name {}", "sysname {}", 'hostname "{}"'],
)
def test_every_platform_s_way_to_say_its_name(name_line: str, tmp_path: Path) -> None:
    write(tmp_path, bj1_cfg="!\n" + name_line.format("bj1") + "\n")
    assert set(read_configs(tmp_path)) == {"bj1"}
    write(tmp_path, bj1_cfg="!\n" + name_line.format("gz9") + "\n")
    assert problems(tmp_path) == ["bj1.cfg:2: the text is gz9's, and the file is named after bj1"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "bj1.cfg:0: empty"),
        (b" \n\n", "bj1.cfg:0: empty"),
        (b"a\nb\0c", "bj1.cfg:2: binary data, no text"),
        (b"\x7fELF\x02\x01\x01\0\0", "bj1.cfg:1: binary data, no text"),
        ("a\nhostname b\u00e9\n".encode("latin-1"), "bj1.cfg:2: not UTF-8 text (byte 12)"),
        (
            RENDERED.replace("bj1", "gz1"),
            "bj1.cfg:1: the text is gz1's, and the file is named after bj1",
        ),
    ],
)  # fmt: skip -- one case a line
def test_a_file_that_cannot_be_judged(content: str | bytes, told: str, tmp_path: Path) -> None:
    assert problems(write(tmp_path, bj1_cfg=content)) == [told]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: None, "cannot be read as a directory: No such file or directory"),
        (lambda path: path.write_text("x"), "cannot be read as a directory: Not a directory"),
        (lambda path: path.mkdir(), "nothing to check: no file in it"),
    ],
)
def test_a_directory_that_is_none(
    make: Callable[[Path], object], told: str, tmp_path: Path
) -> None:
    make(tmp_path / "configs")
    assert problems(tmp_path / "configs") == [f"configs:0: {told}"]


def test_a_directory_of_hidden_files_is_empty(tmp_path: Path) -> None:
    write(tmp_path, _git="x")
    assert len(problems(tmp_path)) == 1


def test_nothing_is_left_out_in_silence(tmp_path: Path) -> None:
    write(tmp_path, bj1_cfg=RENDERED, gz1_config="hostname gz1\n")
    (tmp_path / "county").mkdir()
    assert [line.split(":")[0] for line in problems(tmp_path)] == ["county", "gz1.config"]


def test_two_files_for_one_router(tmp_path: Path) -> None:
    write(tmp_path, bj1_cfg=RENDERED, bj1_conf=RENDERED)
    assert problems(tmp_path) == [
        f"bj1.conf:0: a second file for bj1, beside {tmp_path / 'bj1.cfg'}"
    ]


def test_two_texts_of_one_router_under_two_names(tmp_path: Path) -> None:
    write(tmp_path, bj1_cfg=RENDERED, copy_cfg=RENDERED)
    assert problems(tmp_path) == [
        f"copy.cfg:1: a second text of bj1, beside {tmp_path / 'bj1.cfg'}",
        "copy.cfg:1: the text is bj1's, and the file is named after copy",
    ]


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    write(tmp_path, a_cfg="", b_cfg=b"\0", c_cfg=b"\xff", d_cfg="hostname e\n", f_zip="x")
    assert len(problems(tmp_path)) == 5


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    # A link into nowhere: rights would not keep root out.
    (tmp_path / "bj1.cfg").symlink_to(tmp_path / "nowhere")
    assert problems(tmp_path) == ["bj1.cfg:0: cannot be read: No such file or directory"]
