"""`kesu projections`: how far the tables are, whether they are right, and building them anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger.home import LedgerHome
from projections.tables.keeping import ALL_TABLES
from tests.api.past import Past, tell_past
from tests.commands import kesu_here
from tests.ledger.harness import Desk, execute, query
from tests.scenarios import conftest as scenes

founded = scenes.founded

NAMES = [table.name for table in ALL_TABLES]


@pytest.fixture(scope="module")
def told(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Past:
    return tell_past(founded, tmp_path_factory.mktemp("projections") / "ledger")


@pytest.fixture
def past(told: Past, tmp_path: Path) -> Past:
    """On a copy, which may be damaged."""
    folder = tmp_path / "ledger"
    shutil.copytree(told.folder, folder)
    return Past(Desk(folder, told.desk.clock, _home=LedgerHome(folder)), told.records)


def digests(past: Past) -> list[str]:
    """The state digest of each table."""
    done = kesu_here("projections", "status", past.folder)
    assert (done.code, done.err) == (0, "")
    return [line for line in done.out.splitlines() if line.startswith("    digest ")]


def test_each_table_says_for_whom_it_is_and_how_far(past: Past) -> None:
    lines = kesu_here("projections", "status", past.folder).out.splitlines()
    listed = {line.split()[0]: line for line in lines if not line.startswith(" ")}

    assert NAMES == ["gists", "history", "subject_names", "records", "proceedings"]
    assert list(listed) == NAMES
    assert listed["records"].split("  ")[2:] == ["4 rows", "of 34 entries"]
    assert listed["history"].split("  ")[2:] == ["11 rows", "of 34 entries"]
    assert lines[1] == "    for 司法机关、监管机构、审计机构"
    assert len(set(digests(past))) == len(NAMES)


@pytest.mark.parametrize("workers", [(), ("--workers", "2")], ids=["one", "two"])
def test_tables_that_follow_from_the_log_agree(past: Past, workers: tuple[str, ...]) -> None:
    """In one process or in two; nothing of the fold stays behind."""
    before = digests(past)
    done = kesu_here("projections", "check", past.folder, *workers)
    tables = query(past.desk.home.database, "SELECT name FROM sqlite_master WHERE name LIKE '%\\_\\_new%' ESCAPE '\\'")

    assert (done.code, done.err) == (0, "")
    assert [line.split("  ")[:2] for line in done.out.splitlines()] == [[name, "agrees"] for name in NAMES]
    assert [f"    digest {line.split('  ')[2]}" for line in done.out.splitlines()] == before
    assert tables == []
    assert not list(past.folder.glob("kesu-rebuild-*"))


@pytest.mark.parametrize(
    ("table", "damage"),
    [
        ("records", "UPDATE records SET disclosed = 1, shown_until = '2099-12-31' WHERE record = ?"),
        ("records", "DELETE FROM records WHERE record = ?"),
        ("history", "UPDATE history SET outcome = record WHERE record = ?"),
        ("history", "DELETE FROM history WHERE record = ?"),
    ],
)
def test_a_row_that_somebody_changed_is_found_and_mended(past: Past, table: str, damage: str) -> None:
    """The repaired penalty is to be seen again: the check names its row, and building anew hides it."""
    before = digests(past)
    record = bytes.fromhex(past.records["repaired"].replace("-", ""))
    assert execute(past.desk.home.database, damage, record) >= 1
    checked = kesu_here("projections", "check", past.folder)
    differing = [line for line in checked.out.splitlines() if "DIFFERS" in line]

    assert checked.code == 1
    assert [line.split("  ")[0] for line in differing] == [table]
    assert record.hex() in differing[0]

    rebuilt = kesu_here("projections", "rebuild", past.folder)

    assert (rebuilt.code, rebuilt.out) == (0, "Built anew from 34 entries.\n")
    assert digests(past) == before
    assert kesu_here("projections", "check", past.folder).code == 0


def test_a_row_too_many_is_found(past: Past) -> None:
    """A made-up record that follows from no entry."""
    columns = [str(row[1]) for row in query(past.desk.home.database, "PRAGMA table_info(records)")]
    copied = ", ".join("x'00000000000070008000000000000000'" if name == "record" else name for name in columns)
    execute(past.desk.home.database, f"INSERT INTO records SELECT {copied} FROM records LIMIT 1")  # noqa: S608
    done = kesu_here("projections", "check", past.folder)

    assert done.code == 1
    assert "records  DIFFERS  first where the table has " in done.out
    assert "00000000000070008000000000000000" in done.out


@pytest.mark.parametrize(
    ("command", "options"),
    [
        (("projections", "status"), ()),
        (("projections", "check"), ()),
        (("replay",), ("--all",)),
        (("diff",), ("--all", "--from", "2026-03-01", "--to", "2026-03-02")),
    ],
)
def test_a_ledger_of_an_earlier_version_says_what_to_do(
    past: Past, command: tuple[str, ...], options: tuple[str, ...]
) -> None:
    """Its tables count for nothing until they are built."""
    for name in NAMES:
        execute(past.desk.home.database, "DELETE FROM folded WHERE name LIKE ?", f"{name}/%")
    done = kesu_here(*command, past.folder, *options)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "behind the log" in done.err
    assert "kesu projections rebuild" in done.err


def test_building_anew_brings_an_earlier_version_up_to_date(past: Past) -> None:
    """As opening it for writing does."""
    before = digests(past)
    for name in NAMES:
        execute(past.desk.home.database, "DELETE FROM folded WHERE name LIKE ?", f"{name}/%")
        execute(past.desk.home.database, f"DROP TABLE {name}")
    rebuilt = kesu_here("projections", "rebuild", past.folder, "--workers", "2")

    assert (rebuilt.code, rebuilt.err) == (0, "")
    assert digests(past) == before
