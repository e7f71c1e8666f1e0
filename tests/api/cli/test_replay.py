"""`kesu replay`: what was known at an instant and in force on a day."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from api.cli.replay import workers_for
from api.replay_rows import COLUMNS
from projections.replay.running import processes
from tests.api.past import Past, tell_past
from tests.commands import kesu_here
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, execute
from tests.ledger.linking import OLD
from tests.processes import kesu
from tests.scenarios import conftest as scenes
from tests.scenarios.office import Office
from tests.scenarios.papers import ABNORMAL, BUREAU, PENALTY, SERIOUS
from tests.scenarios.procedures import begin_listing

founded = scenes.founded

END = "2026-12-31"
"""After everything that was recorded."""


@pytest.fixture(scope="module")
def past(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    past = tell_past(founded, tmp_path_factory.mktemp("replay") / "ledger")
    yield past
    assert kesu_here("projections", "check", past.folder).code == 0


def rows(past: Past, *arguments: object) -> dict[str, dict[str, Any]]:
    """What the command prints as JSON, by what becomes of the record."""
    done = kesu_here("replay", past.folder, *arguments, "--format", "json")
    assert done.code == 0, done.err
    told = [json.loads(line) for line in done.out.splitlines()]
    return {past.name(row["record"]): row for row in told}


def statuses(past: Past, *arguments: object) -> dict[str, str]:
    """Status by record."""
    return {name: row["status"] for name, row in rows(past, *arguments).items()}


def digest(past: Past, *arguments: object) -> str:
    """The last line of a replay of the whole ledger."""
    done = kesu_here("replay", past.folder, "--all", *arguments)
    assert (done.code, done.err) == (0, "")
    last = done.out.splitlines()[-1]
    assert last.startswith("digest ")
    return last


def test_a_correction_is_known_from_the_day_it_was_recorded(past: Past) -> None:
    """The fine as it was known on the eve, and then."""
    of = ("--subject", f"uscc:{ENTERPRISE.code}", "--values")
    eve = rows(past, *of, "--as-of", "2026-03-09")["repaired"]
    then = rows(past, *of, "--as-of", "2026-03-10")["repaired"]

    assert (eve["values"]["CF_NR_FK"], len(eve["entries"])) == (1_000_000, 1)
    assert (then["values"]["CF_NR_FK"], len(then["entries"])) == (500_000, 2)
    assert eve["values_from"] == eve["entries"][0]
    assert then["values_from"] == then["entries"][1]
    assert (eve["erased"], then["erased"]) == (False, False)


@pytest.mark.parametrize(
    ("as_of", "status", "shown"), [("2026-06-09", "standing", True), ("2026-06-10", "repaired", False)]
)
def test_a_repaired_record_is_no_longer_shown(past: Past, as_of: str, status: str, *, shown: bool) -> None:
    row = rows(past, "--all", "--as-of", as_of)["repaired"]

    assert (row["status"], row["shown"], row["in_force"]) == (status, shown, shown)


@pytest.mark.parametrize(
    ("as_of", "status", "ended_on"), [("2027-04-01", "standing", None), ("2027-04-02", "expired", "2027-04-01")]
)
def test_a_period_ends_without_an_entry(past: Past, as_of: str, status: str, ended_on: str | None) -> None:
    """The ledger's clock has not said so."""
    row = rows(past, "--all", "--as-of", as_of)["expired"]

    assert (row["status"], row["shown"], row["ended_on"]) == (status, status == "standing", ended_on)
    assert len(row["entries"]) == 1


def test_an_earlier_day_is_looked_at_with_what_was_known_later(past: Past) -> None:
    """On 1 June nothing was repaired or removed yet, and the correction of March is known in either answer."""
    assert statuses(past, "--all", "--as-of", END) == {
        "repaired": "repaired",
        "linked": "standing",
        "expired": "standing",
        "listed": "removed",
    }
    assert set(statuses(past, "--all", "--as-of", END, "--on", "2026-06-01").values()) == {"standing"}
    assert set(statuses(past, "--all", "--as-of", END, "--on", "2026-05-19")) == {"repaired", "linked", "expired"}
    assert len(rows(past, "--all", "--as-of", END, "--on", "2026-03-02")["repaired"]["entries"]) == 7


def test_an_instant_counts_to_the_microsecond(past: Past) -> None:
    """10:00 in Beijing is 02:00 UTC."""
    assert "repaired" not in rows(past, "--all", "--as-of", "2026-03-02T01:59:59.999999Z")
    assert set(rows(past, "--all", "--as-of", "2026-03-02T02:00:00.000000Z")) == {"repaired"}


def test_codes_belong_together_as_they_were_linked_then(past: Past) -> None:
    """Either code leads to both records from the day of the link on."""
    of_old, of_new = (f"uscc:{OLD.code}", f"uscc:{ENTERPRISE.code}")

    assert set(rows(past, "--subject", of_old, "--as-of", "2026-03-31")) == {"linked"}
    assert set(rows(past, "--subject", of_new, "--as-of", "2026-03-31")) == {"repaired"}
    assert set(rows(past, "--subject", of_old, "--as-of", "2026-04-01")) == {"linked", "repaired"}
    assert set(rows(past, "--subject", of_new, "--as-of", END)) == {"linked", "repaired"}


def test_who_was_removed_from_a_list_stays_in_its_history(past: Past) -> None:
    of = ("--list", ABNORMAL)

    assert statuses(past, *of, "--as-of", "2026-05-19") == {}
    assert statuses(past, *of, "--as-of", "2026-05-20") == {"listed": "standing"}
    assert statuses(past, *of, "--as-of", END) == {"listed": "removed"}
    assert rows(past, *of, "--as-of", END)["listed"]["ended_on"] == "2026-09-01"


def test_a_department_is_asked_for_what_it_provided(past: Past) -> None:
    """All of it by one, nothing by the other."""
    assert set(rows(past, "--department", BUREAU, "--as-of", END)) == set(past.records)
    assert rows(past, "--department", "12110000000000001N", "--as-of", END) == {}


@pytest.mark.parametrize("on", [END, "2026-06-01"])
def test_the_digest_is_the_same_however_it_is_computed(past: Past, on: str) -> None:
    """Read or folded, in one process or in two; another day has another."""
    at = ("--as-of", END, "--on", on)
    one = digest(past, *at)

    assert digest(past, *at, "--fold") == one
    assert digest(past, *at, "--workers", "2") == one
    assert digest(past, *at, "--workers", "2", "--fold") == one
    assert digest(past, "--as-of", END, "--on", "2026-06-02") != one


def test_the_table_of_all_counts_by_item_and_status(past: Past) -> None:
    done = kesu_here("replay", past.folder, "--all", "--as-of", END)

    assert done.out.splitlines()[:5] == [
        f"        1  {ABNORMAL}  removed 已移出",
        f"        1  {PENALTY}   repaired 已修复",
        f"        2  {PENALTY}   standing 公示中",
        "        4  records of 11 events, 2 in force, 3 shown",
        "known 2026-12-31: 34 entries; in force 2026-12-31",
    ]


def test_a_person_reads_subjects_records_and_values(past: Past) -> None:
    """By name, with the fields under their Chinese names where they are asked for."""
    of = ("--subject", f"uscc:{OTHER_ENTERPRISE.code}", "--as-of", END)
    bare = kesu_here("replay", past.folder, *of).out.splitlines()
    full = kesu_here("replay", past.folder, *of, "--values").out.splitlines()

    assert bare[:2] == [
        "测试商贸有限公司  uscc:91110105MA0000015F",
        f"  2026-04-01  {PENALTY}  standing 公示中  公示 shown",
    ]
    assert bare[-2:] == ["known 2026-12-31: 34 entries; in force 2026-12-31", "2 records"]
    assert "        罚款金额 CF_NR_FK: 10000.00 元" in full
    assert "        处罚类别 CF_CFLB: 罚款" in full
    assert [line for line in full if not line.startswith("        ")] == bare


def test_erased_values_are_null_and_say_so(past: Past, tmp_path: Path) -> None:
    """The rest of the row stands."""
    copy = Past(past.desk.copy(tmp_path / "copy"), past.records)
    of = ("--subject", f"uscc:{OTHER_ENTERPRISE.code}", "--as-of", END, "--values")
    entry = rows(copy, *of)["expired"]["values_from"]
    execute(copy.desk.home.database, "DELETE FROM openings WHERE position = ?", entry + 1)
    row = rows(copy, *of)["expired"]

    assert (row["values"], row["erased"], row["status"]) == (None, True, "standing")
    assert "        values erased" in kesu_here("replay", copy.folder, *of).out.splitlines()


def test_a_spreadsheet_opens_the_csv(past: Past, tmp_path: Path) -> None:
    """With the mark that tells it the encoding, and the rows of the JSON."""
    file = tmp_path / "answer.csv"
    done = kesu_here("replay", past.folder, "--all", "--as-of", END, "--format", "csv", "--output", file)
    table = list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))
    expected = rows(past, "--all", "--as-of", END)

    assert (done.code, done.out) == (0, "")
    assert file.read_bytes().startswith(b"\xef\xbb\xbfsubject,record,")
    assert table[0] == list(COLUMNS)
    assert [line[1] for line in table[1:]] == [row["record"] for row in expected.values()]
    assert [line for line in table[1:] if line[1] == past.records["listed"]] == [
        [
            *(OTHER_ENTERPRISE.handle, past.records["listed"], BUREAU, ABNORMAL, "1", "removed", "true", "false"),
            *("2026-05-20", "2026-09-01", "27", "27 33", "已移出"),
        ]
    ]
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("scope", "options"),
    [(("--all",), ()), (("--all",), ("--workers", "2")), (("--list", PENALTY), ())],
    ids=["all", "all-by-two", "list"],
)
def test_parquet_holds_the_same_rows(
    past: Past, tmp_path: Path, scope: tuple[str, ...], options: tuple[str, ...]
) -> None:
    """Days as days, numbers as numbers."""
    file = tmp_path / "answer.parquet"
    where = ("--format", "parquet", "--output", file)
    done = kesu_here("replay", past.folder, *scope, "--as-of", END, *where, *options)
    table = pq.read_table(file).to_pylist()
    expected = list(rows(past, *scope, "--as-of", END).values())
    for row in table:
        row |= {name: row[name] and row[name].isoformat() for name in ("effective_on", "ended_on")}

    assert (done.code, done.out) == (0, "")
    assert len(table) == (4 if scope == ("--all",) else 3)
    assert table == expected


def test_who_is_only_considered_for_a_list_has_no_values_yet(past: Past, tmp_path: Path) -> None:
    """拟列入告知: the record is there, and nothing is erased."""
    copy = Past(past.desk.copy(tmp_path / "copy"), dict(past.records))
    with copy.desk.open() as ledger:
        office = Office(copy.desk, ledger, ledger.recorder.max_notification_id() or 0)
        listing = begin_listing(office, SERIOUS, "market-and-social-order")
        copy.records["considered"] = listing.record
        listing.notify()
    of = ("--list", SERIOUS, "--as-of", END, "--values")
    row = rows(copy, *of)["considered"]

    assert (row["status"], row["in_force"], row["values_from"]) == ("notified", False, None)
    assert (row["values"], row["erased"]) == (None, False)
    assert "        no values yet" in kesu_here("replay", copy.folder, *of).out.splitlines()


def test_a_small_ledger_is_read_by_one_process() -> None:
    """Whatever the machine has, unless somebody says otherwise."""
    assert workers_for(199_999, None) == 1
    assert workers_for(200_000, None) == processes()
    assert workers_for(34, 2) == 2
    assert workers_for(10_000_000, 1) == 1


def test_it_answers_in_a_process_of_its_own(past: Past) -> None:
    """As an auditor calls it; the numbers go beside the rows."""
    done = kesu("replay", past.folder, "--all", "--as-of", END, "--format", "json")

    assert (done.code, done.out.count("\n")) == (0, 4)
    assert done.err.splitlines()[-1] == digest(past, "--as-of", END)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "kesu: name one of --subject SCHEME:CODE, --list ITEM, --department CODE, or --all"),
        (["--all", "--list", ABNORMAL], "kesu: name one of "),
        (["--all", "--as-of", "2026-02-30"], "kesu: as_of: must be a date YYYY-MM-DD or an instant "),
        (["--all", "--on", "today"], "kesu: on: must be a date YYYY-MM-DD"),
        (["--subject", "91110000MA00000077"], "kesu: subject/scheme: "),
        (["--subject", "uscc:91110000MA00000078"], "kesu: subject/code: "),
        (["--list", "no-such-list"], "kesu: item: the catalogue has no item of this name"),
        (["--department", "1"], "kesu: department: none was registered under this code"),
        (["--all", "--values"], "kesu: --values: goes with --subject, --list or --department, as table or json"),
        (["--all", "--format", "parquet"], "kesu: --format parquet: needs --output FILE"),
        (["--all", "--output", __file__], "kesu: --output: "),
    ],
)
def test_wrong_use_is_told_in_one_line(past: Past, arguments: list[str], line: str) -> None:
    done = kesu_here("replay", past.folder, *arguments)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(line)
    assert "91110000" not in done.err


def test_a_replay_that_fails_leaves_no_file(past: Past, tmp_path: Path) -> None:
    """Neither the file nor its beginning."""
    file = tmp_path / "answer.json"
    copy = past.desk.copy(tmp_path / "copy")
    execute(copy.home.database, "UPDATE history SET outcome = x'00'")
    with pytest.raises(msgspec.DecodeError):
        kesu_here("replay", copy.folder, "--all", "--format", "json", "--output", file)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"]
