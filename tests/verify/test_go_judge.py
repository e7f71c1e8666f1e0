"""An independent judge: Go's own note and tlog packages read our archive and agree, and refuse what we refuse."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.verify.log_builder import LOG_KEY, Files, LogBuilder, write_files
from verify.audit import audit
from verify.checkpoint import Checkpoint
from verify.source import FolderSource
from verify.strict import encode_base64

SOURCE = Path(__file__).parent / "go"
SIZE = 700


@cache
def log() -> LogBuilder:
    """700 entries; not to be changed."""
    return LogBuilder.ready(11).fill(SIZE)


@cache
def files() -> Files:
    """Its archive."""
    return log().archive()


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go program, built; skips where there is no Go or its one module cannot be had."""
    if shutil.which("go") is None:
        pytest.skip("no `go` on PATH: the independent judge needs Go 1.23 or later")
    program = tmp_path_factory.mktemp("judge") / "judge"
    built = subprocess.run(
        ["go", "build", "-mod=readonly", "-buildvcs=false", "-o", str(program), "."],
        cwd=SOURCE,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if built.returncode != 0:
        reason = built.stderr.strip().splitlines()[-1] if built.stderr.strip() else "no reason given"
        if "main.go" in built.stderr:
            pytest.fail(f"the judge does not compile: {built.stderr}")
        pytest.skip(f"the judge cannot be built here (golang.org/x/mod not available?): {reason}")
    return program


def verdict(judge: Path, folder: Path, *earlier: str) -> tuple[bool, str]:
    """Whether Go accepts the archive, and what it says."""
    ran = subprocess.run(
        [str(judge), str(folder), str(LOG_KEY.verifier), *earlier],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return ran.returncode == 0, ran.stdout


def root_at(size: int) -> str:
    """An earlier size with its root."""
    return f"{size}:{encode_base64(Checkpoint.parse(log().checkpoint(size)).root)}"


def test_go_accepts_our_log(judge: Path, tmp_path: Path) -> None:
    """Checkpoint, tiles, every record, and consistency from sizes around every border."""
    sizes = [root_at(size) for size in (1, 2, 255, 256, 257, 511, 512, 513, 699, 700)]
    accepted, said = verdict(judge, write_files(files(), tmp_path), *sizes)

    assert accepted, said
    assert said == "credit.example/kesu: 700 records, 10 earlier sizes\n"


@pytest.mark.parametrize("size", [1, 2, 4, 255, 256, 257])
def test_go_accepts_logs_of_border_sizes(judge: Path, size: int, tmp_path: Path) -> None:
    """A single entry, a full tile, one more."""
    small = LogBuilder(3)
    small.open()
    if size > 3:
        small = LogBuilder.ready(3).fill(size)
    while len(small.entries) < size:
        small.register("dept.one")
    accepted, said = verdict(judge, write_files(small.archive(), tmp_path))

    assert accepted, said


@pytest.mark.parametrize(
    "path",
    ["checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2", "tile/entries/001"],
)
def test_go_refuses_what_we_refuse(judge: Path, path: str, tmp_path: Path) -> None:
    """One bit in every kind of file."""
    data = bytearray(files()[path])
    data[40] ^= 1
    folder = write_files(files() | {path: bytes(data)}, tmp_path)

    assert not verdict(judge, folder)[0]
    assert not audit(FolderSource(folder), log_key=LOG_KEY.verifier).clean


def test_go_refuses_another_root_at_an_earlier_size(judge: Path, tmp_path: Path) -> None:
    """A fork is a fork to both."""
    folder = write_files(files(), tmp_path)

    assert verdict(judge, folder, root_at(300))[0]
    assert not verdict(judge, folder, "300:" + root_at(301).partition(":")[2])[0]
