"""What became of real decisions, told as events: keying errors, new decisions, appeals, abolitions.

Every way in which the source's two columns meet is there, the common ones up to a number; the slow run has all 3,141.

The oracle counts rows of the published table and knows nothing of mappings. The table does not name the decision that
was issued in the place of a withdrawn one; here that is the only one of the same authority, on the same facility, for
the same conduct by the same provisions, that is dated later. Such links are made for this test and published nowhere.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import pytest

from api.cli.catalogue import read_item
from api.cli.imports import run_import
from api.cli.ledger import create_ledger
from api.cli.place import open_place, pen
from api.client import LedgerClient
from api.importer.run import ImportResult
from ledger.administration import application_statement, catalogue_statement
from ledger.domain.bodies import ObjectionResolved, RecordChanged, RecordCorrected, RecordRevoked, RemedyClosed
from ledger.domain.events import Erased, Recorded
from ledger.home import LedgerHome, create_home, write_secret
from ledger.service import open_for_reading
from ledger.vocabulary import RemedyOutcome
from projections.as_of import day_begins
from projections.history import whole_history
from projections.publications import publications
from projections.records import RecordView, fold_records, standing
from tests.commands import kesu_here
from tests.processes import serving
from verify.note import SigningKey
from verify.strict import JsonValue

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("KESU_SHARED_DATA", ROOT.parent / "shared" / "data"))
TABLE = SHARED / "tw_epa_penalties_20171202.csv.gz"
MOST = 40
"""Rows of one kind of outcome in the quick run."""
PLAIN_ROWS = 100
"""Decisions of which nothing more is known."""

pytestmark = pytest.mark.skipif(
    not TABLE.exists(), reason="the real data are not ours to ship: name their folder in KESU_SHARED_DATA"
)

Row = dict[str, str]
Key = tuple[str, str, str]

ANNULLED = ("原處分撤銷", "實體撤銷", "撤銷並另立裁處書")
REJECTED = ("訴願駁回", "實體駁回", "程序駁回", "訴願不受理", "部份不受理，部份駁回")
WITHDRAWN = ("訴願人撤回", "原告撤回", "和解")
IN_PART = ("改處金額", "部份撤銷，部份駁回", "部份實體撤銷", "部份不受理，部份撤銷")


# ---- the table -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """Rows of the published table with the columns that the mapping asks for, and the same as a file."""

    rows: list[Row]
    path: Path
    whole: bool

    @classmethod
    def write(cls, path: Path, most: int | None) -> Table:
        """Choose and write the rows: all, or `most` of each kind."""
        with gzip.open(TABLE, "rt", encoding="utf-8") as file:
            published = list(csv.DictReader(file))
        later = _later_decisions(published)
        kinds = defaultdict(list)
        for row in published:
            kinds[row["APPEALRESCIND"], row["PETITIONRESULTS"]].append(row)
        plain = kinds.pop(("", ""))
        chosen = {key_of(row): row for kind in kinds.values() for row in kind[:most]}
        new = {decision for row in chosen.values() if (decision := _new_decision(row, later))}
        chosen |= {key_of(row): row for row in published if key_of(row) in new}
        chosen |= {key_of(row): row for row in plain[:PLAIN_ROWS]}
        rows = list(chosen.values())
        for row in rows:
            new_decision = _new_decision(row, later)
            row["SNAPSHOT"], row["UPDATED_ON"] = "2017-12-02", row["update_time"][:10]
            row["NEW_DOCUMENT_NO"] = new_decision[1] if new_decision else ""
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return cls(rows, path, most is None)

    def count(self, column: str, *words: str) -> int:
        """How many rows have one of these words in a column."""
        return sum(row[column] in words for row in self.rows)

    @cached_property
    def digests(self) -> dict[Key, str]:
        """SHA-256 of the line of each row; none of them has a line end inside."""
        header, *lines = self.path.read_bytes().split(b"\r\n")[:-1]
        found = {}
        for line in lines:
            (row,) = csv.DictReader(io.StringIO(f"{header.decode()}\n{line.decode()}"))
            found[key_of(row)] = sha256(line).hexdigest()
        return found


def key_of(row: Row) -> Key:
    return row["authority_county"], row["document_no"], row["facility_id"]


def _later_decisions(rows: list[Row]) -> dict[tuple[str, ...], list[Row]]:
    """Decisions on the same conduct."""
    later = defaultdict(list)
    for row in rows:
        later[_conduct(row)].append(row)
    return later


def _conduct(row: Row) -> tuple[str, ...]:
    return row["authority_county"], row["facility_id"], row["TRANSGRESSDATE"], row["TRANSGRESSLAW"]


def _new_decision(row: Row, later: dict[tuple[str, ...], list[Row]]) -> Key | None:
    if "撤銷並另立裁處書" not in (row["APPEALRESCIND"], row["PETITIONRESULTS"]):
        return None
    found = [other for other in later[_conduct(row)] if other["PENALTYDATE"] > row["PENALTYDATE"]]
    return key_of(found[0]) if len(found) == 1 else None


# ---- the oracle ------------------------------------------------------------------------------------------------------


OF_AN_APPEAL: dict[str, tuple[str, ...]] = {
    "": (),
    "尚未結案": ("remedy.opened",),
    **dict.fromkeys(ANNULLED, ("remedy.opened", "remedy.closed annulled", "record.revoked by remedy")),
    **dict.fromkeys(REJECTED, ("remedy.opened", "remedy.closed upheld")),
    **dict.fromkeys(WITHDRAWN, ("remedy.opened", "remedy.closed withdrawn")),
    **dict.fromkeys(IN_PART, ("remedy.opened", "remedy.closed changed", "record.corrected by remedy")),
}
OF_THE_AUTHORITY: dict[str, tuple[str, ...]] = {
    "": (),
    "其他": (),
    "駁回": (),
    "陳情撤銷": ("objection.raised", "record.revoked by objection", "objection.resolved revoked"),
    "資料鍵入錯誤": ("record.revoked",),
    "自行撤銷": ("record.revoked",),
    "撤銷並另立裁處書": ("record.revoked",),
    "案件廢止": ("record.changed",),
    "改處金額": ("record.corrected",),
}


def expected_events(row: Row) -> list[str]:
    """What became of one decision, by the README of the data."""
    appeal, own = row["PETITIONRESULTS"], row["APPEALRESCIND"]
    rejected = ("objection.raised", "objection.resolved upheld") if own == "駁回" else ()
    then = () if appeal in ANNULLED else OF_THE_AUTHORITY[own]
    return ["record.filed", *rejected, *OF_AN_APPEAL[appeal], *then]


def told(event: Recorded) -> str:
    """An event in the words of the oracle."""
    body = event.body
    name = str(body.__struct_config__.tag)
    match body:
        case RemedyClosed(outcome=outcome) | ObjectionResolved(outcome=outcome):
            return f"{name} {outcome}"
        case RecordRevoked() | RecordChanged() | RecordCorrected():
            cited = [what for what in ("remedy", "objection") if getattr(body, what) is not None]
            return " by ".join([name, *cited])
    return name


# ---- the import ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Imported:
    """A ledger with the rows, imported twice through a real server."""

    home: LedgerHome
    table: Table
    first: ImportResult
    second: ImportResult
    faults: Path

    @cached_property
    def history(self) -> list[Recorded]:
        """Every event on a record, in the order of the log."""
        with open_for_reading(self.home, os.urandom) as ledger:
            return [event for event in whole_history(ledger.recorder, ledger.mapper) if event.facts.subject]

    @cached_property
    def records(self) -> dict[Key, RecordView]:
        """Every record by the key of its row."""
        with open_for_reading(self.home, os.urandom) as ledger:
            items = publications(ledger.recorder, ledger.mapper)[0].items
        return {_record_key(view): view for view in fold_records(self.history, items).values()}

    def of_each(self) -> dict[Key, list[Recorded]]:
        """The events of every record."""
        keys = {view.record: key for key, view in self.records.items()}
        found = defaultdict(list)
        for event in self.history:
            found[keys[event.originator_id]].append(event)
        return found


def _record_key(view: RecordView) -> Key:
    values, subject = view.values, view.subject
    assert not isinstance(values, Erased)
    assert not isinstance(subject, Erased)
    return str(values["CF_CFJG"]), str(values["CF_WSH"]), subject.code


@pytest.fixture(scope="module", params=[MOST, pytest.param(None, marks=pytest.mark.slow)], ids=["some", "all"])
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("outcomes")
    home = create_home(folder / "ledger", origin="credit.example/tw", operator="operator.example", random=os.urandom)
    create_ledger(home, simulated_from=day_begins("2017-01-01"))
    key = SigningKey.from_seed("12110000000000000K/1", os.urandom(32))
    write_secret(folder / "key", key.secret())
    operator = home.operator_key()
    with open_place(home.folder, None) as place:
        place.submit(application_statement(pen(key), "测试环保局").countersign(operator))
        place.submit(catalogue_statement(pen(operator), read_item(ROOT / "tests/data/tw-epa-decision.item.toml")))
    table, faults = Table.write(folder / "table.csv", request.param), folder / "faults"
    mapping = ROOT / "tests" / "data" / "tw_epa_outcomes.mapping.toml"
    with serving(home.folder) as server, LedgerClient(server.address, log_key=home.log_key().verifier) as client:
        first, _ = run_import(table.path, mapping, folder / "key", client, faults)
        second, _ = run_import(table.path, mapping, folder / "key", client, faults)
    return Imported(home, table, first, second, faults)


def test_every_row_is_taken_and_importing_again_adds_nothing(imported: Imported) -> None:
    """Not one step of one row is refused, lost or said twice."""
    first, second, rows = imported.first, imported.second, len(imported.table.rows)

    assert not imported.faults.exists()
    assert (first.accepted, first.skipped, first.faults, first.statements) == (rows, 0, 0, len(imported.history))
    assert (second.accepted, second.skipped, second.faults, second.statements) == (0, rows, 0, 0)


def test_what_became_of_each_decision_is_what_its_row_says(imported: Imported) -> None:
    """Step by step, record by record."""
    said = {key: [told(event) for event in events] for key, events in imported.of_each().items()}

    assert said == {key_of(row): expected_events(row) for row in imported.table.rows}


def test_the_outcomes_are_as_many_as_the_table_has_rows_of_them(imported: Imported) -> None:
    """Counted by columns, one after the other; and where all rows are there, as the data's own description counts."""
    table, counts = imported.table, Counter(map(told, imported.history))
    appeals = [table.count("PETITIONRESULTS", *words) for words in (ANNULLED, REJECTED, WITHDRAWN, IN_PART)]
    own = {word: table.count("APPEALRESCIND", word) for word in OF_THE_AUTHORITY}

    assert appeals == [counts[f"remedy.closed {outcome}"] for outcome in ("annulled", "upheld", "withdrawn", "changed")]
    assert appeals[0] == counts["record.revoked by remedy"]
    assert appeals[3] == counts["record.corrected by remedy"]
    assert counts["record.filed"] == len(table.rows)
    assert counts["remedy.opened"] == table.count("ISPETITION", "是")
    assert counts["objection.resolved upheld"] == own["駁回"]
    assert counts["record.changed"] == own["案件廢止"]
    assert counts["record.corrected"] == own["改處金額"]
    if table.whole:
        assert appeals == [393 + 219 + 99, 692 + 88 + 2 + 50 + 2, 9 + 4 + 9, 5 + 12 + 1 + 1]
        del own[""]
        assert list(own.values()) == [10, 126, 241, 493, 241, 487, 44, 4]


def test_withdrawn_decisions_lead_to_those_issued_in_their_place(imported: Imported) -> None:
    """The link is the id of a record that is in the log, and of no other."""
    records = imported.records
    named = {
        key_of(row): (row["authority_county"], row["NEW_DOCUMENT_NO"], row["facility_id"])
        for row in imported.table.rows
        if row["NEW_DOCUMENT_NO"]
    }

    assert len(named) == (245 if imported.table.whole else 50)
    assert {key: view.superseded_by for key, view in records.items() if view.superseded_by is not None} == {
        key: str(records[new].record) for key, new in named.items()
    }


def test_only_decisions_that_hold_are_left_standing(imported: Imported) -> None:
    """What was withdrawn, or abolished, is out of sight; what was disputed in vain or changed is not."""
    over = ("record.revoked", "record.changed")
    rows = imported.table.rows
    held = {key_of(row) for row in rows if not any(event.startswith(over) for event in expected_events(row))}
    disclosed = {key for key, view in imported.records.items() if view.state.disclosed}

    assert {_record_key(view) for view in standing(imported.records.values())} == held
    assert disclosed == held


def test_acts_say_who_when_by_which_law_why_and_on_which_document(imported: Imported) -> None:
    """The document is the line of the table, by its digest; the day is the last on which the source touched it."""
    updated = {key_of(row): row["UPDATED_ON"].replace("/", "-") for row in imported.table.rows}
    annulled = [row for row in imported.table.rows if row["PETITIONRESULTS"] in ANNULLED]
    of_each = imported.of_each()
    for key, (_filing, *acts) in of_each.items():
        for event in acts:
            values = _values(event)
            assert (values["on"], values["evidence"]) == (updated[key], [imported.table.digests[key]])
            assert values["operator"] == "来源未公布"
    for row in annulled:
        revocation = _values(of_each[key_of(row)][-1])
        assert (revocation["basis"], revocation["reason"]) == ("訴願法", row["PETITIONRESULTS"])


def test_what_cites_a_remedy_cites_the_one_that_was_decided_so(imported: Imported) -> None:
    """Annulled decisions are revoked for it, changed ones corrected."""
    views = {view.record: view for view in imported.records.values()}
    cited = Counter(
        (told(event), views[event.originator_id].state.remedies[event.body.remedy].outcome)
        for event in imported.history
        if isinstance(event.body, RecordRevoked | RecordCorrected) and event.body.remedy is not None
    )

    assert cited == {
        ("record.revoked by remedy", RemedyOutcome.ANNULLED): imported.table.count("PETITIONRESULTS", *ANNULLED),
        ("record.corrected by remedy", RemedyOutcome.CHANGED): imported.table.count("PETITIONRESULTS", *IN_PART),
    }


def test_the_audit_is_clean(imported: Imported) -> None:
    """An auditor reads the whole log and all openings."""
    audited = kesu_here("verify", imported.home.folder, "--vkey", str(imported.home.log_key().verifier))

    assert (audited.code, "CLEAN" in audited.out) == (0, True), audited.out + audited.err


def _values(event: Recorded) -> dict[str, JsonValue]:
    values = event.values()
    assert not isinstance(values, Erased)
    return values
