"""A whole import through a real server: every good row once, in order, whatever happens on the way."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from api.cli.imports import run_import
from api.cli.place import Usage
from api.client import LedgerClient, Unreachable
from api.importer.faults import FaultFile
from api.importer.mapping import load_mapping
from api.importer.numbering import open_numbering
from api.importer.rows import read_rows
from api.importer.run import CHUNK, CONNECTIONS, Importer, ImportResult
from api.sampling.columns import PENALTY_COLUMNS
from api.sampling.tables import SampleFiles, company_code, write_sample
from ledger.domain.events import Erased
from ledger.home import write_secret
from ledger.particulars import NO_TERMS, PublicityTerms
from ledger.rulebook.publicity import DishonestyClass, Withheld, WithheldReason
from projections.history import whole_history
from projections.publications import publications
from projections.records import RecordView, fold_records
from tests.api.service import Service, running
from tests.ledger.harness import ENTRIES_OF_A_NEW_LEDGER, MARKET, PENALTY, Desk, query, randomness
from tests.processes import Server

TODAY = date(2026, 11, 23)
SECOND_2026 = 1_767_225_600_000
ACTION = """
[act]
operator = "测试经办人"
basis = "测试规定第一条"
reason_column = "动作"
[action]
column = "动作"
file = ["新增"]
[action.correct]
words = ["更正"]
[action.revoke]
words = ["撤销"]
"""

Row = dict[str, str]


@dataclass(frozen=True)
class Bureau:
    """The department at its desk: a folder with its key and, from the first import on, its numbering."""

    desk: Desk
    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir()
        write_secret(self.folder / "key", MARKET.secret())

    def take(self, address: str, source: Path, mapping: Path) -> tuple[ImportResult, Path, int]:
        """Import a file; gives the result, the fault file and by how many entries the log grew."""
        before = entries(self.desk)
        with LedgerClient(address, log_key=self.desk.home.log_key().verifier) as client:
            result, faults = run_import(source, mapping, self.folder / "key", client)
        return result, faults, entries(self.desk) - before


def entries(desk: Desk) -> int:
    """How long the log is."""
    return int(str(query(desk.folder / "ledger.db", "SELECT size FROM head")[0][0]))


def records(desk: Desk) -> list[RecordView]:
    """All records there are, in the order of filing."""
    with desk.read() as ledger:
        items = publications(ledger.recorder, ledger.mapper)[0].items
        return list(fold_records(whole_history(ledger.recorder, ledger.mapper), items).values())


def values_of(view: RecordView) -> Mapping[str, Any]:
    """A record's fields."""
    assert not isinstance(view.values, Erased)
    return view.values


def counts(result: ImportResult) -> tuple[int, int, int]:
    """Accepted, skipped, not accepted."""
    return result.accepted, result.skipped, result.faults


def cells(path: Path, encoding: str = "utf-8-sig") -> list[Row]:
    """A CSV file as people see it."""
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def write_cells(path: Path, rows: Sequence[Row]) -> None:
    """A CSV file as people save it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service") / "ledger") as started:
        yield started


# ---- good rows and bad ones ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """The generated sample with its four bad rows, imported once."""

    service: Service
    bureau: Bureau
    files: SampleFiles
    result: ImportResult
    faults: Path
    grown: int

    def take(self, source: Path) -> tuple[ImportResult, Path, int]:
        """Import a file with the sample's mapping."""
        return self.bureau.take(self.service.server.address, source, self.files.penalties_mapping)


@pytest.fixture
def sample(service: Service, tmp_path: Path) -> Sample:
    files = write_sample(tmp_path, seed=7, companies=30, penalties=60, licences=40, today=TODAY, bad_rows=True)
    bureau = Bureau(service.desk, tmp_path / "bureau")
    return Sample(
        service, bureau, files, *bureau.take(service.server.address, files.penalties, files.penalties_mapping)
    )


def test_every_good_row_of_a_file_is_in_the_log(sample: Sample) -> None:
    """Each as one record of the bureau, with the values of its row."""
    good = cells(sample.files.penalties)
    bad = {row["kesu_row"] for row in cells(sample.faults)}
    numbers = [row["行政处罚决定书文号"] for at, row in enumerate(good, 1) if str(at) not in bad]
    filed = [values_of(view)["CF_WSH"] for view in records(sample.service.desk)[-60:]]

    assert (counts(sample.result), sample.grown) == ((60, 0, 4), 60)
    assert sorted(filed) == sorted(numbers)


def test_every_bad_row_is_in_the_fault_file_with_its_number_its_field_and_the_reason(sample: Sample) -> None:
    """And with all its cells as they came."""
    source = cells(sample.files.penalties)
    bad = cells(sample.faults)

    assert sample.faults == sample.files.penalties.with_name("penalties.csv.faults")
    assert [(row["kesu_row"], row["kesu_field"]) for row in bad] == [
        ("16", "统一社会信用代码"),
        ("31", "处罚决定日期"),
        ("46", "罚款金额（万元）"),
        ("61", "处罚类别"),
    ]
    assert "The last character is not the check character" in bad[0]["kesu_reason"]
    assert [row["kesu_reason"] for row in bad[1:]] == [
        "处罚决定日期 is not a day of the calendar",
        "罚款金额（万元） is finer than a fen: at most 6 decimals in 万元",
        "处罚类别 has a code that is none of: 1, 2, 3, 4",
    ]
    for row in bad:
        assert [row[column.header] for column in PENALTY_COLUMNS] == list(source[int(row["kesu_row"]) - 1].values())


def test_the_mended_fault_file_adds_exactly_its_rows(sample: Sample) -> None:
    """With the same mapping; the added columns are left where they are, and nothing is left over."""
    mend(sample.faults)
    result, faults, grown = sample.take(sample.faults)

    assert (counts(result), grown, faults.exists()) == ((4, 0, 0), 4, False)


def test_a_fault_file_that_was_mended_in_part_leaves_the_rest(sample: Sample) -> None:
    """The remaining rows come back in a fault file of their own, and can be mended there."""
    mend(sample.faults, leave=2)
    result, faults, grown = sample.take(sample.faults)

    assert (counts(result), grown) == ((2, 0, 2), 2)
    assert [row["kesu_field"] for row in cells(faults)] == ["罚款金额（万元）", "处罚类别"]
    mend(faults)
    assert sample.take(faults)[2] == 2


def test_importing_a_file_again_adds_nothing(sample: Sample) -> None:
    """What was accepted is skipped, what was bad is bad again; the same holds for the mended rows."""
    again = sample.take(sample.files.penalties)
    mend(sample.faults)
    mended = [sample.take(sample.faults) for _ in range(2)]

    assert (counts(again[0]), again[2]) == ((0, 60, 4), 0)
    assert [(counts(result), grown) for result, _, grown in mended] == [((4, 0, 0), 4), ((0, 4, 0), 0)]


def test_a_fault_file_whose_mapping_names_no_format_is_read_like_its_source(sample: Sample) -> None:
    """The format is told by the name of the source, which the fault file's name begins with."""
    mapping = sample.files.penalties_mapping
    mapping.write_text(mapping.read_text("utf-8").replace('format = "csv"\n', ""), "utf-8")
    mend(sample.faults)

    assert counts(sample.take(sample.faults)[0]) == (4, 0, 0)


def test_rows_that_the_ledger_refuses_are_in_the_fault_file_too(service: Service, tmp_path: Path) -> None:
    """The importer does not know every rule; the fault names the table's own columns, and the others are accepted."""
    files = write_sample(tmp_path, seed=8, companies=5, penalties=6, licences=0, today=TODAY)
    rows = cells(files.penalties)
    rows[1]["处罚决定日期"] = ""
    rows[2]["罚款金额（万元）"] = "many"
    rows[4] |= {"处罚内容": "", "处罚机关": ""}
    write_cells(files.penalties, rows)
    bureau = Bureau(service.desk, tmp_path / "bureau")
    result, faults, grown = bureau.take(service.server.address, files.penalties, files.penalties_mapping)

    assert (counts(result), grown) == ((3, 0, 3), 3)
    assert [(row["kesu_row"], row["kesu_field"]) for row in cells(faults)] == [
        ("2", "处罚决定日期"),
        ("3", "罚款金额（万元）"),
        ("5", "处罚内容; 处罚机关"),
    ]
    rows = cells(faults)
    rows[0]["处罚决定日期"], rows[2]["处罚内容"], rows[2]["处罚机关"] = "2026/11/20", "警告", "测试机关"
    rows[1]["罚款金额（万元）"] = "1"
    write_cells(faults, rows)
    assert bureau.take(service.server.address, faults, files.penalties_mapping)[2] == 3


def test_gb_18030_and_labels_of_the_licences_are_taken_too(service: Service, tmp_path: Path) -> None:
    """The second file of the sample, in the encoding that departments' systems write."""
    files = write_sample(tmp_path, seed=9, companies=9, penalties=0, licences=30, today=TODAY)
    bureau = Bureau(service.desk, tmp_path / "bureau")
    result, faults, grown = bureau.take(service.server.address, files.licences, files.licences_mapping)

    assert (counts(result), grown, faults.exists()) == ((30, 0, 0), 30, False)


def mend(faults: Path, leave: int = 0) -> None:
    """Put the sample's bad rows right, as a person at a spreadsheet would; but not the last `leave` ones."""
    rows = cells(faults)
    mended = {
        "统一社会信用代码": ("统一社会信用代码", company_code(3)),
        "处罚决定日期": ("处罚决定日期", "2026/11/20"),
        "罚款金额（万元）": ("罚款金额（万元）", "0.123456"),
        "处罚类别": ("处罚类别", "1;2"),
    }
    for row in rows[: len(rows) - leave]:
        column, value = mended[row["kesu_field"]]
        row[column] = value
    write_cells(faults, rows)


# ---- order -----------------------------------------------------------------------------------------------------------


@dataclass
class Story:
    """Rows that file, correct and revoke records, and what a plain dictionary makes of them."""

    rows: list[Row]
    template: Row
    standing: dict[str, str]

    @classmethod
    def begin(cls, folder: Path) -> Story:
        """A story of one test company, from a row of the sample."""
        files = write_sample(folder, seed=3, companies=1, penalties=1, licences=0, today=TODAY)
        mapping = files.penalties_mapping
        mapping.write_text(mapping.read_text("utf-8") + ACTION, "utf-8")
        return cls([], cells(files.penalties)[0], {})

    def tell(self, action: str, number: str, note: str = "") -> None:
        """One more row; `note` is what tells one correction from another."""
        self.rows.append({"动作": action} | self.template | {"行政处罚决定书文号": number, "备注": note})
        if action == "撤销":
            del self.standing[number]
        else:
            self.standing[number] = note

    def write(self, path: Path) -> Path:
        write_cells(path, self.rows)
        return path


def told(desk: Desk, since: int) -> dict[str, str]:
    """The standing records filed since an entry, by their document number: the note of each."""
    return {
        values_of(view)["CF_WSH"]: values_of(view)["BZ"] or ""
        for view in records(desk)
        if view.entries[0] >= since and not view.state.revoked
    }


def test_a_correction_never_overtakes_its_filing_nor_a_correction_before_it(service: Service, tmp_path: Path) -> None:
    """Three records are corrected twenty times each, row after row; what holds is what the last row says."""
    story, before = Story.begin(tmp_path), entries(service.desk)
    for number in ("一", "二", "三"):
        story.tell("新增", number)
    for step in range(20):
        for number in ("一", "一", "二", "三"):
            story.tell("更正", number, f"{step}.{len(story.rows)}")
    bureau = Bureau(service.desk, tmp_path / "bureau")
    result, _, grown = bureau.take(
        service.server.address, story.write(tmp_path / "story.csv"), tmp_path / "penalties.toml"
    )

    assert (counts(result), grown) == ((83, 0, 0), 83)
    assert told(service.desk, before) == story.standing


def test_a_correction_taken_back_can_be_made_again(service: Service, tmp_path: Path) -> None:
    """To and fro and to again are three corrections, though the first and the third say the same; no row is lost."""
    story, before = Story.begin(tmp_path), entries(service.desk)
    story.tell("新增", "一")
    for note in ("甲", "乙", "甲", "乙", "乙", "甲"):
        story.tell("更正", "一", note)
    source = story.write(tmp_path / "story.csv")
    bureau = Bureau(service.desk, tmp_path / "bureau")
    first = bureau.take(service.server.address, source, tmp_path / "penalties.toml")
    after = told(service.desk, before)
    second = bureau.take(service.server.address, source, tmp_path / "penalties.toml")

    assert (counts(first[0]), first[2]) == ((6, 1, 0), 6)  # the row that repeats the one before it says nothing new
    assert (counts(second[0]), second[2]) == ((0, 7, 0), 0)
    assert after == told(service.desk, before) == story.standing == {"一": "甲"}


def test_a_record_filed_again_after_its_revocation_is_another_record(service: Service, tmp_path: Path) -> None:
    """Both are there, the first one revoked; identical rows, and none is taken for the other."""
    story, before = Story.begin(tmp_path), entries(service.desk)
    for action, note in (("新增", ""), ("更正", "甲"), ("撤销", ""), ("新增", ""), ("更正", "甲")):
        story.tell(action, "一", note)
    bureau = Bureau(service.desk, tmp_path / "bureau")
    result, _, grown = bureau.take(
        service.server.address, story.write(tmp_path / "story.csv"), tmp_path / "penalties.toml"
    )
    views = [view for view in records(service.desk) if view.entries[0] >= before]

    assert (counts(result), grown) == ((5, 0, 0), 5)
    assert [(view.state.revoked, len(view.entries)) for view in views] == [(True, 3), (False, 2)]


def test_order_holds_over_many_chunks(service: Service, tmp_path: Path) -> None:
    """More rows than are on the way at once; each record's rows are far apart, close together, or next to each other.

    The ledger refuses a correction before its filing, so no fault says that none came too early.
    """
    assert CHUNK * (CONNECTIONS + 1) < 1050
    story, before, random = Story.begin(tmp_path), entries(service.desk), Random(20261123)
    for number in range(1050):
        story.tell("新增", f"{number}号")
    for number in range(0, 1050, 7):
        story.tell("更正", f"{number}号", f"第{number}次")
    for step in range(60):
        busy = f"{random.randrange(6)}号"
        if busy not in story.standing:
            story.tell("新增", busy, f"又{step}")
        else:
            story.tell("撤销" if random.random() < 0.2 else "更正", busy, f"再{step}")
    bureau = Bureau(service.desk, tmp_path / "bureau")
    result, _, grown = bureau.take(
        service.server.address, story.write(tmp_path / "story.csv"), tmp_path / "penalties.toml"
    )

    assert (counts(result), grown) == ((1260, 0, 0), 1260)
    assert told(service.desk, before) == story.standing


# ---- what became of a record -----------------------------------------------------------------------------------------

OUTCOMES = """
[act]
operator = "测试经办人"
basis = "测试规定第一条"
reason_column = "结果"
on_column = "结果日期"
date = "%Y/%m/%d"
[[outcomes]]
when = { "结果" = "撤销" }
steps = [
  { event = "remedy.opened", kind = "litigation", reason = "起诉" },
  { event = "remedy.closed", outcome = "annulled" },
  { event = "record.revoked", superseded_by = ["新决定书文号", "统一社会信用代码"] },
]
[[outcomes]]
when = { "结果" = "审理中" }
steps = [{ event = "remedy.opened", kind = "litigation", reason = "起诉" }]
"""
DECIDED = {"结果": "撤销", "结果日期": "2026/11/20", "新决定书文号": ""}
NOTHING = {"结果": "", "结果日期": "", "新决定书文号": ""}


@dataclass(frozen=True)
class Decisions:
    """A table of test penalties with three columns about what became of each."""

    bureau: Bureau
    address: str
    source: Path
    rows: list[Row]

    @classmethod
    def write(cls, service: Service, folder: Path, penalties: int) -> Decisions:
        files = write_sample(folder, seed=11, companies=9, penalties=penalties, licences=0, today=TODAY)
        mapping = files.penalties_mapping
        mapping.write_text(mapping.read_text("utf-8") + OUTCOMES, "utf-8")
        rows = [row | NOTHING for row in cells(files.penalties)]
        return cls(Bureau(service.desk, folder / "bureau"), service.server.address, files.penalties, rows)

    def take(self) -> tuple[tuple[int, int, int], int, Path]:
        """Import the rows as they now are: accepted, skipped, not accepted; how many entries were added; the faults."""
        write_cells(self.source, self.rows)
        result, faults, grown = self.bureau.take(self.address, self.source, self.source.with_suffix(".toml"))
        assert result.statements == grown
        return counts(result), grown, faults

    def views(self) -> dict[str, RecordView]:
        """The records by document number; earlier tests of the same sample filed others under it."""
        found = ((values_of(view).get("CF_WSH"), view) for view in records(self.bureau.desk))
        return {number: view for number, view in found if number is not None}

    def events(self, row: int) -> list[tuple[str, dict[str, Any]]]:
        """What was said of a row's record after its filing: the types, and the values."""
        record = self.views()[self.rows[row]["行政处罚决定书文号"]].record
        with self.bureau.desk.read() as ledger:
            found = [event for event in whole_history(ledger.recorder, ledger.mapper) if event.originator_id == record]
        values = [event.values() for event in found[1:]]
        assert not any(isinstance(each, Erased) for each in values)
        types = [str(event.body.__struct_config__.tag) for event in found[1:]]
        return [(kind, dict(each)) for kind, each in zip(types, values, strict=True) if not isinstance(each, Erased)]


def test_what_became_of_a_decision_is_said_of_its_record_with_the_row_as_evidence(
    service: Service, tmp_path: Path
) -> None:
    """Each step once, all five particulars with each, and the new decision named; repeating it adds nothing."""
    decisions = Decisions.write(service, tmp_path, 3)
    decisions.rows[0] |= DECIDED | {"新决定书文号": decisions.rows[1]["行政处罚决定书文号"]}
    decisions.rows[1]["统一社会信用代码"] = decisions.rows[0]["统一社会信用代码"]
    first = decisions.take()
    line = decisions.source.read_bytes().split(b"\r\n")[1]
    said: Row = {"operator": "测试经办人", "basis": "测试规定第一条", "on": "2026-11-20"}
    evidence = [sha256(line).hexdigest()]

    assert first[:2] == ((3, 0, 0), 6)
    assert decisions.events(0) == [
        ("remedy.opened", {**said, "evidence": evidence, "reason": "起诉", "kind": "litigation"}),
        ("remedy.closed", {**said, "evidence": evidence, "reason": "撤销", "outcome": "annulled"}),
        ("record.revoked", {**said, "evidence": evidence, "reason": "撤销"}),
    ]
    revoked, new = (decisions.views()[row["行政处罚决定书文号"]] for row in decisions.rows[:2])
    assert (revoked.superseded_by, revoked.state.revoked) == (str(new.record), True)
    assert decisions.take()[:2] == ((0, 3, 0), 0)


def test_a_table_that_knows_more_adds_what_is_new(service: Service, tmp_path: Path) -> None:
    """Filed in one month, under appeal in the next, annulled in the third: what was said before is not said again.

    The days are those of the steps, so a step keeps its own.
    """
    decisions = Decisions.write(service, tmp_path, 4)
    filed = decisions.take()
    decisions.rows[2] |= {"结果": "审理中", "结果日期": "2026/11/20"}
    opened = decisions.take()
    decisions.rows[2]["结果"] = "撤销"
    closed = decisions.take()

    assert [filed[:2], opened[:2], closed[:2]] == [((4, 0, 0), 4), ((1, 3, 0), 1), ((1, 3, 0), 2)]
    assert [kind for kind, _values in decisions.events(2)] == ["remedy.opened", "remedy.closed", "record.revoked"]


def test_a_step_that_is_refused_keeps_back_those_behind_it(service: Service, tmp_path: Path) -> None:
    """The fault says which step and names the table's column; mended there, the rest is added."""
    decisions = Decisions.write(service, tmp_path, 2)
    decisions.rows[1] |= DECIDED | {"结果日期": "2099/1/1"}
    first = decisions.take()
    (bad,) = cells(first[2])
    mended = bad | {"结果日期": "2026/11/20"}
    write_cells(first[2], [mended])
    second = decisions.bureau.take(decisions.address, first[2], decisions.source.with_suffix(".toml"))

    assert first[:2] == ((1, 0, 1), 2)
    assert (bad["kesu_row"], bad["kesu_field"]) == ("2", "结果日期")
    assert bad["kesu_reason"].startswith("结果日期 remedy.opened: lies after the day on which it is recorded")
    assert (counts(second[0]), second[2]) == ((1, 0, 0), 3)
    assert [kind for kind, _values in decisions.events(1)] == ["remedy.opened", "remedy.closed", "record.revoked"]


def test_the_steps_of_many_rows_are_all_there_and_in_order(service: Service, tmp_path: Path) -> None:
    """More than a request holds, sent over several connections; the ledger would refuse a step before its turn."""
    decisions = Decisions.write(service, tmp_path, CHUNK)
    for row in decisions.rows[::2]:
        row.update(DECIDED)
    result, grown, _faults = decisions.take()

    assert (result, grown) == ((CHUNK, 0, 0), CHUNK + 3 * CHUNK // 2)
    assert decisions.take()[:2] == ((0, CHUNK, 0), 0)


def test_an_act_without_a_day_is_of_the_day_of_its_signing(service: Service, tmp_path: Path) -> None:
    """In Beijing; in a real ledger that is today."""
    story = Story.begin(tmp_path)
    story.tell("新增", "一")
    story.tell("撤销", "一")
    bureau = Bureau(service.desk, tmp_path / "bureau")
    bureau.take(service.server.address, story.write(tmp_path / "story.csv"), tmp_path / "penalties.toml")
    with service.desk.read() as ledger:
        *_, last = whole_history(ledger.recorder, ledger.mapper)

    assert last.value("on") == last.recorded_on.isoformat()


# ---- publicity -------------------------------------------------------------------------------------------------------


def terms(bureau: Bureau, row: Row) -> PublicityTerms:
    """What the ledger knows of the publicity of a row's record."""
    *_, found = (view for view in records(bureau.desk) if values_of(view).get("CF_WSH") == row["行政处罚决定书文号"])
    return found.state.terms


def test_the_class_of_a_row_is_that_of_its_record(service: Service, tmp_path: Path) -> None:
    """In the words of the table; also the secrecy gate, where the mapping has it."""
    files = write_sample(tmp_path, seed=21, companies=5, penalties=3, licences=0, today=TODAY)
    rows = [
        row | {"失信信息类别": word, "保密": ""} for row, word in zip(cells(files.penalties), "轻一无", strict=True)
    ]
    rows[2] |= {"保密": "商秘"}
    write_cells(files.penalties, rows)
    text = files.penalties_mapping.read_text("utf-8")
    labels = """class_labels = { "轻" = "minor", "一" = "ordinary" }
class_empty = ["无"]
withheld_column = "保密"
withheld_labels = { "商秘" = "trade-secret" }
withheld_text = "测试配方"
"""
    files.penalties_mapping.write_text(re.sub(r"class_labels = .*\n", labels, text), "utf-8")
    bureau = Bureau(service.desk, tmp_path / "bureau")
    result, _, grown = bureau.take(service.server.address, files.penalties, files.penalties_mapping)

    assert (counts(result), grown) == ((3, 0, 0), 3)
    assert [terms(bureau, row) for row in rows] == [
        PublicityTerms(DishonestyClass.MINOR),
        PublicityTerms(DishonestyClass.ORDINARY),
        PublicityTerms(withheld=Withheld(WithheldReason.TRADE_SECRET, "…")),
    ]


def test_a_table_that_comes_again_with_another_class_is_told_so(service: Service, tmp_path: Path) -> None:
    """Not skipped as known, and the record keeps its class: another one is determined, not imported."""
    files = write_sample(tmp_path, seed=22, companies=5, penalties=3, licences=0, today=TODAY)
    bureau = Bureau(service.desk, tmp_path / "bureau")
    rows = [row | {"失信信息类别": "一般"} for row in cells(files.penalties)]
    write_cells(files.penalties, rows)
    bureau.take(service.server.address, files.penalties, files.penalties_mapping)
    rows[1]["失信信息类别"], rows[2]["失信信息类别"] = "严重", ""
    write_cells(files.penalties, rows)
    result, faults, grown = bureau.take(service.server.address, files.penalties, files.penalties_mapping)
    bad = cells(faults)

    assert (counts(result), grown) == ((0, 1, 2), 0)
    assert [row["kesu_row"] for row in bad] == ["2", "3"]
    for row in bad:
        assert row["kesu_reason"].startswith("a record is filed once")
        assert row["kesu_reason"].endswith("after its filing is a publicity.determined")
    assert [terms(bureau, row).given_class for row in rows] == [DishonestyClass.ORDINARY] * 3


def test_a_mapping_may_be_given_publicity_later(service: Service, tmp_path: Path) -> None:
    """Rows whose cells are still empty say what they always said, so they are skipped."""
    files = write_sample(tmp_path, seed=23, companies=5, penalties=3, licences=0, today=TODAY)
    bureau = Bureau(service.desk, tmp_path / "bureau")
    rows = [row | {"失信信息类别": ""} for row in cells(files.penalties)]
    write_cells(files.penalties, rows)
    text = files.penalties_mapping.read_text("utf-8")
    files.penalties_mapping.write_text(re.sub(r"\[publicity\]\n(.+\n)+", "", text), "utf-8")
    first = bureau.take(service.server.address, files.penalties, files.penalties_mapping)
    files.penalties_mapping.write_text(text, "utf-8")
    second = bureau.take(service.server.address, files.penalties, files.penalties_mapping)

    assert [(counts(result), grown) for result, _, grown in (first, second)] == [((3, 0, 0), 3), ((0, 3, 0), 0)]
    assert [terms(bureau, row) for row in rows] == [NO_TERMS] * 3


def test_a_class_for_an_item_without_adverse_records_is_a_fault_of_the_mapping(
    service: Service, tmp_path: Path
) -> None:
    """Said once, before any row is sent."""
    files = write_sample(tmp_path, seed=24, companies=5, penalties=0, licences=3, today=TODAY)
    mapping = files.licences_mapping
    mapping.write_text(mapping.read_text("utf-8") + '[publicity]\nclass = "ordinary"\n', "utf-8")
    bureau = Bureau(service.desk, tmp_path / "bureau")

    with pytest.raises(Usage, match=r"publicity\.class: only adverse information has a class"):
        bureau.take(service.server.address, files.licences, mapping)


# ---- what breaks off -------------------------------------------------------------------------------------------------


def test_an_import_through_a_killed_server_is_finished_by_repeating_it(tmp_path: Path) -> None:
    """SIGKILL with chunks on the way: the import stops, leaves no half a fault file, and repeated adds what is missing.

    Every row is there once: not one entry more than there are good rows.
    """
    desk = Desk(tmp_path / "ledger")
    with desk.found() as ledger:
        log_key = ledger.log_key
    files = write_sample(tmp_path, seed=5, companies=50, penalties=1001, licences=0, today=TODAY, bad_rows=True)
    faults = tmp_path / "penalties.csv.faults"
    mapping = load_mapping(files.penalties_mapping)
    bureau = Bureau(desk, tmp_path / "bureau")
    numbering = open_numbering(bureau.folder / "key.numbering", milliseconds=SECOND_2026, random=randomness(1))
    server = Server(desk.folder)
    killed_after: list[int] = []

    def kill(row: int) -> None:
        if not killed_after:
            server.kill()
        killed_after.append(row)

    with LedgerClient(server.address, log_key=log_key, patience=0.0) as client:
        importer = Importer(
            client, MARKET, numbering, mapping, PENALTY, lambda: "2026-11-20T04:00:00.000000Z", randomness(2)
        )
        with (
            pytest.raises(Unreachable),
            FaultFile.for_source(faults, files.penalties, mapping) as bad,
        ):
            importer.run(read_rows(files.penalties, mapping), bad.write, kill)
    left = list(tmp_path.glob("penalties.csv.faults*"))
    server = Server(desk.folder)
    some = entries(desk) - ENTRIES_OF_A_NEW_LEDGER
    result, faults, grown = bureau.take(server.address, files.penalties, files.penalties_mapping)
    server.stop()
    numbers = [values_of(view)["CF_WSH"] for view in records(desk)]

    assert killed_after[0] == CHUNK
    assert left == []
    assert CHUNK <= some < 1001
    assert (counts(result), grown) == ((1001 - some, some, 4), 1001 - some)
    assert (len(numbers), len(set(numbers)), len(cells(faults))) == (1001, 1001, 4)


def test_tables_of_two_items_may_count_their_rows_alike(service: Service, tmp_path: Path) -> None:
    """One numbering serves all tables of a department; record 1 of one is not record 1 of the other."""
    files = write_sample(tmp_path, seed=4, companies=3, penalties=5, licences=5, today=TODAY)
    bureau = Bureau(service.desk, tmp_path / "bureau")
    taken = []
    for source, encoding, mapping in (
        (files.penalties, "utf-8-sig", files.penalties_mapping),
        (files.licences, "gb18030", files.licences_mapping),
    ):
        write_cells(source, [row | {"备注": str(number)} for number, row in enumerate(cells(source, encoding), 1)])
        mapping.write_text(re.sub(r"key = \[.*\]", 'key = ["备注"]', mapping.read_text("utf-8")), "utf-8")
        taken.append(bureau.take(service.server.address, source, mapping))

    assert [(counts(result), grown) for result, _, grown in taken] == [((5, 0, 0), 5)] * 2


def test_a_copy_of_the_department_imports_the_same_statements(service: Service, tmp_path: Path) -> None:
    """Key and numbering are all that an import remembers: from another machine it adds nothing either."""
    files = write_sample(tmp_path, seed=6, companies=5, penalties=20, licences=0, today=TODAY)
    first, second, third = (Bureau(service.desk, tmp_path / name) for name in ("first", "second", "third"))
    grown = first.take(service.server.address, files.penalties, files.penalties_mapping)[2]
    shutil.copy(first.folder / "key.numbering", second.folder)
    copied = second.take(service.server.address, files.penalties, files.penalties_mapping)
    other = third.take(service.server.address, files.penalties, files.penalties_mapping)

    assert (grown, counts(copied[0]), copied[2]) == (20, (0, 20, 0), 0)
    assert (counts(other[0]), other[2]) == ((20, 0, 0), 20)
