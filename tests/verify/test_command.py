"""The auditor's command: exit codes, one line for wrong use, JSON for machines."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.verify.log_builder import LOG_KEY, LogBuilder, make_key, write_files
from tests.verify.test_source import guarded, packed, served
from verify.checkpoint import Checkpoint
from verify.command import CLEAN, FINDINGS, NOT_FINISHED, WRONG_USE, main
from verify.errors import SourceUnavailable
from verify.merkle import prove_inclusion, tree_root
from verify.receipt import Receipt, TlogProof
from verify.source import FolderSource, LogSource

VKEY = str(LOG_KEY.verifier)


@cache
def log() -> LogBuilder:
    """A log of one bundle; not to be changed."""
    return LogBuilder.ready(3).fill(20)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Its archive as a folder."""
    return write_files(log().archive(), tmp_path / "archive")


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    """The receipt of entry 7 as a file."""
    leaves = log().leaves
    path = prove_inclusion(7, 20, lambda level, index: tree_root(leaves[index << level : (index + 1) << level]))
    made = Receipt(log().entries[7], TlogProof(7, tuple(path), log().checkpoint()).to_bytes())
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(made.to_json(), ensure_ascii=False), "utf-8")
    return file


def test_a_clean_log_is_0(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And what was checked is said in words."""
    assert main([str(archive), "--vkey", VKEY, "--workers", "1"]) == CLEAN == 0

    said = capsys.readouterr()
    assert said.out.startswith("CLEAN: ")
    assert "20 entries" in said.out
    assert "not given" not in said.out
    assert said.err == ""


def test_without_a_key_the_report_asks_to_compare_it(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A log that vouches for itself proves nothing about whose it is."""
    assert main([str(archive), "--workers", "1"]) == CLEAN

    said = capsys.readouterr().out
    assert "taken from entry 0, not given" in said
    assert VKEY in said


def test_findings_are_1_and_the_first_is_said_first(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With place, expected and found."""
    bundle = archive / "tile/entries/000.p/20"
    bundle.write_bytes(bundle.read_bytes().replace(b'"seq":9,', b'"seq":8,'))

    assert main([str(archive), "--vkey", VKEY, "--workers", "1"]) == FINDINGS == 1
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert first.startswith("FINDINGS: ")
    assert "The first: entry 9: entry-changed: expected " in first
    assert second.startswith("  also entry 9: ")


def test_many_findings_are_cut_in_words_and_whole_in_json(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Twenty lines are enough to read."""
    for tile in archive.glob("tile/0/*/*"):
        tile.write_bytes(bytes(20 * 32))
    bundle = archive / "tile/entries/000.p/20"
    bundle.write_bytes(bundle.read_bytes().replace(b'"recorded_at":"2026', b'"recorded_at":"2025'))

    main([str(archive), "--vkey", VKEY, "--workers", "1"])
    said = capsys.readouterr().out
    main([str(archive), "--vkey", VKEY, "--json"])
    report = json.loads(capsys.readouterr().out)

    assert said.count("\n  also ") == 19
    assert f"and {report['findings_in_all'] - 20} more" in said
    assert len(report["findings"]) == report["findings_in_all"] > 20


def test_the_report_is_json_on_demand(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing else is printed."""
    assert main([str(archive), "--json"]) == CLEAN

    said = capsys.readouterr()
    report = json.loads(said.out)
    assert said.err == ""
    assert report["clean"] is True
    assert report["findings"] == []
    assert report["key_was_given"] is False
    assert report["log_vkey"] == VKEY
    assert (report["size"], report["entries"], report["findings_in_all"]) == (20, 20, 0)
    assert report.keys() == {
        "checkpoints",
        "clean",
        "entries",
        "findings",
        "findings_in_all",
        "key_was_given",
        "log_vkey",
        "openings",
        "origin",
        "root",
        "signatures",
        "simulated_clock",
        "size",
    }


def test_findings_are_json_too(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its place, number and stable name."""
    (archive / "tile/0/000.p/20").unlink()

    assert main([str(archive), "--vkey", VKEY, "--json"]) == FINDINGS
    report = json.loads(capsys.readouterr().out)
    assert report["clean"] is False
    assert report["findings"] == [
        {
            "actual": "missing",
            "expected": "a resource of a log of this size",
            "fault": "tile-missing",
            "seq": None,
            "where": "tile/0/000.p/20",
        }
    ]


def test_a_checkpoint_kept_is_compared(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Several may be; the file's name stands in the finding."""
    kept, other = tmp_path / "kept", tmp_path / "other"
    kept.write_bytes(log().checkpoint(10))
    other.write_bytes(LogBuilder.ready(4).fill(10).checkpoint())
    arguments = [str(archive), "--vkey", VKEY, "--workers", "1", "--earlier", str(kept)]

    assert main(arguments) == CLEAN
    assert "2 checkpoints" in capsys.readouterr().out
    assert main([*arguments, "--earlier", str(other)]) == FINDINGS
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert f"The first: checkpoint {other} of size 10: checkpoint-root: expected root " in first
    assert "also" not in second


def test_a_kept_file_of_any_size_is_read_no_further_than_a_note(archive: Path, tmp_path: Path) -> None:
    """What is larger is no checkpoint."""
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(10**12)

    assert main([str(archive), "--vkey", VKEY, "--workers", "1", "--earlier", str(huge)]) == FINDINGS


def test_entries_of_the_future_are_found_by_the_clock(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command compares with the auditor's own."""
    built = LogBuilder.ready(3)
    built.file("dept.one", recorded_at="9999-12-01T00:00:00.000000Z")

    assert main([str(write_files(built.archive(), tmp_path)), "--vkey", VKEY, "--workers", "1"]) == FINDINGS
    assert "The first: entry 4: time-ahead: " in capsys.readouterr().out


def test_a_claimed_size_ends_in_findings(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Soon, and with exit code 1."""
    (archive / "checkpoint").write_bytes(Checkpoint.sign(LOG_KEY, 10**18, bytes(32)).raw)

    assert main([str(archive), "--vkey", VKEY, "--workers", "2"]) == FINDINGS
    assert "4096 to 999999999999999999: rest-unread" in capsys.readouterr().out


def test_a_simulated_clock_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In words too: nobody may take a sample for evidence."""
    sample = LogBuilder()
    sample.open(clock="statement")

    assert main([str(write_files(sample.archive(), tmp_path)), "--vkey", VKEY, "--workers", "1"]) == CLEAN
    assert "SIMULATED" in capsys.readouterr().out


def test_a_folder_without_a_checkpoint_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An archive without its checkpoint is no log, and the JSON says so with nulls."""
    assert main([str(tmp_path), "--json"]) == FINDINGS

    report = json.loads(capsys.readouterr().out)
    assert report["findings"][0]["fault"] == "checkpoint-invalid"
    assert (report["size"], report["root"], report["log_vkey"]) == (None, None, None)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["/nowhere/at/all"],
        ["ftp://log.example"],
        ["http://[half"],
        ["{archive}", "--vkey", "x"],
        ["{archive}", "--vkey", ""],
        ["{archive}", "--vkey", "\udcff+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"],
        ["{archive}", "--workers", "0"],
        ["{archive}", "--workers", "65"],
        ["{archive}", "--workers", "٣"],
        ["{archive}", "--workers", "x"],
        ["{archive}", "--token-file", "/nowhere/at/all"],
        ["{archive}", "--token-file", "{receipt}"],
        ["{archive}", "--no-such-option"],
        ["{archive}", "more"],
        ["{receipt}"],
        ["{receipt}", "--vkey", VKEY[:-1]],
        ["{receipt}", "--vkey", VKEY, "--earlier", "{receipt}"],
        ["{archive}", "--earlier", "/nowhere/at/all"],
        ["{archive}", "--earlier", "{archive}"],
        ["{archive}", "--earlier"],
    ],
    ids=repr,
)
def test_wrong_use_is_2_and_one_line(
    arguments: list[str], archive: Path, receipt: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong and what to give instead, on standard error; nothing on standard output."""
    places = {"{archive}": str(archive), "{receipt}": str(receipt)}

    assert main([places.get(argument, argument) for argument in arguments]) == WRONG_USE == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("python -m verify: ")
    assert said.err.count("\n") == 1
    assert said.err.endswith("\n")


def test_help_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    """And names the exit codes."""
    assert main(["--help"], program="kesu verify") == CLEAN

    said = capsys.readouterr().out
    assert "usage: kesu verify" in said
    assert "0 clean, 1 findings, 2 wrong use, 3 could not" in said
    assert "--earlier FILE" in said


# ---- receipts


def test_a_proved_receipt_is_0(receipt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was proved, and what was not, is said."""
    assert main([str(receipt), "--vkey", VKEY]) == CLEAN

    said = capsys.readouterr().out
    assert said.startswith("PROVED: ")
    assert "is entry 7 of credit.example/kesu" in said
    assert "checked by an audit" in said


def test_a_proved_receipt_is_json_on_demand(receipt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The facts it proves."""
    assert main([str(receipt), "--vkey", VKEY, "--json"]) == CLEAN

    facts = json.loads(capsys.readouterr().out)
    assert (facts["clean"], facts["seq"], facts["size"]) == (True, 7, 20)
    assert facts.keys() == {"clean", "id", "issuer", "recorded_at", "root", "seq", "size", "type"}


@pytest.mark.parametrize("change", ["entry", "proof", "key", "empty", "kind"])
def test_a_receipt_that_proves_nothing_is_1(change: str, receipt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In words and in JSON."""
    text = receipt.read_text("utf-8")
    vkey = VKEY
    match change:
        case "entry":
            text = text.replace("2026-11-22T08", "2026-11-22T07", 1)
        case "proof":
            text = text.replace("index 7", "index 6")
        case "key":
            vkey = str(make_key("other.example/log").verifier)
        case "empty":
            text = ""
        case "kind":
            text = "[1]"
    receipt.write_text(text, "utf-8")

    assert main([str(receipt), "--vkey", vkey]) == FINDINGS
    assert capsys.readouterr().out.startswith("NOT PROVED: ")
    assert main([str(receipt), "--vkey", vkey, "--json"]) == FINDINGS
    answer = json.loads(capsys.readouterr().out)
    assert answer["clean"] is False
    assert answer["problem"]


def test_a_file_too_large_for_a_receipt_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is not parsed."""
    file = tmp_path / "large"
    file.write_bytes(b" " * 2_000_000)

    assert main([str(file), "--vkey", VKEY]) == WRONG_USE
    assert "more than" in capsys.readouterr().err


# ---- servers


def test_a_served_log_is_audited(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Gzipped, and with a token from a file."""
    token = tmp_path / "token"
    token.write_text("secret\n")

    with served(packed) as url:
        assert main([f"{url}/log", "--vkey", VKEY, "--workers", "1"]) == CLEAN
    with served(guarded) as url:
        assert main([f"{url}/log", "--token-file", str(token), "--workers", "1", "--json"]) == CLEAN
    assert capsys.readouterr().err == ""


def test_a_server_that_wants_a_token_is_3(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was found, and nothing is clean."""
    with served(guarded) as url:
        assert main([f"{url}/log", "--vkey", VKEY, "--workers", "1"]) == NOT_FINISHED == 3

    said = capsys.readouterr()
    assert said.out == ""
    assert "could not finish" in said.err
    assert "--token-file" in said.err


def test_a_dead_port_is_3(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody answers."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        code = main([f"http://127.0.0.1:{unused.getsockname()[1]}", "--vkey", VKEY])

    assert code == NOT_FINISHED
    assert capsys.readouterr().err.count("\n") == 1


def test_other_kinds_of_place_may_be_opened(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The ledger's own command opens databases too."""

    def opener(place: str, token: str | None) -> LogSource | None:
        if place == "broken":
            raise SourceUnavailable("no such database")
        return FolderSource(archive) if place == "home" and token is None else None

    assert main(["home", "--workers", "1"], opener=opener) == CLEAN
    assert main(["elsewhere"], opener=opener) == WRONG_USE
    assert main(["broken"], opener=opener, program="kesu verify") == NOT_FINISHED
    assert capsys.readouterr().err.endswith("kesu verify: could not finish: no such database\n")


def test_a_person_at_a_terminal_sees_the_progress(archive: Path) -> None:
    """On standard error, where it does not disturb the report."""
    ours, theirs = os.openpty()
    ran = subprocess.run(
        [sys.executable, "-m", "verify", str(archive), "--workers", "1"],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=False,
        timeout=60,
    )
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)

    assert ran.returncode == CLEAN
    assert "[" + "#" * 30 + "] 20/20 entries" in shown
    assert ran.stdout.startswith(b"CLEAN: ")


def test_the_package_runs_as_a_program(archive: Path) -> None:
    """With this folder alone: `python -m verify PLACE`."""
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-m", "verify", str(archive), "--vkey", VKEY, "--json", "--workers", "2"],
        cwd=root,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert ran.returncode == CLEAN
    assert json.loads(ran.stdout)["clean"] is True
    assert ran.stderr == b""
