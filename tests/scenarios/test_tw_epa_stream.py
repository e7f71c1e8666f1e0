"""40,159 real changes of real penalties, recorded as an authority would have, and asked for again at five dates."""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from api.cli.catalogue import read_item
from api.cli.imports import run_import
from api.cli.ledger import create_ledger
from api.cli.place import open_place, pen
from api.client import LedgerClient
from ledger.administration import application_statement, catalogue_statement
from ledger.domain.events import Erased
from ledger.home import LedgerHome, create_home, write_secret
from ledger.service import open_for_reading
from ledger.vocabulary import RecordStatus
from projections.as_of import day_begins, parse_as_of
from projections.history import whole_history
from projections.publications import publications
from projections.records import RecordView, fold_records, standing
from projections.replay.answering import Replayer, Whom
from tests.commands import kesu_here
from tests.processes import serving
from verify.note import SigningKey
from verify.strict import JsonValue

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("KESU_SHARED_DATA", ROOT.parent / "shared" / "data"))
STREAM = SHARED / "tw_epa_penalty_events.jsonl.gz"
SNAPSHOT = SHARED / "tw_epa_penalties_20171202.csv.gz"
DATES = ("2016-02-04", "2016-03-09", "2016-07-12", "2016-10-16", "2017-12-02")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not STREAM.exists(), reason="the real data are not ours to ship: set KESU_SHARED_DATA"),
]

COLUMNS = {
    "CF_YJ": "TRANSGRESSLAW",
    "CF_NR_FK": "PENALTYMONEY",
    "CF_JDRQ": "PENALTYDATE",
    "CONDUCT_DATE": "TRANSGRESSDATE",
    "REMEDY_DEADLINE": "IMPROVEDEADLINE",
    "REVIEW_REQUESTED": "ISPETITION",
    "REVIEW_AGENCY": "PETITIONAGENCY",
    "REVIEW_RESULT": "PETITIONRESULTS",
    "RESCISSION_REASON": "APPEALRESCIND",
    "INSPECTION_RESULT": "INSPECTIONCONDITION",
}

Row = dict[str, str]
Key = tuple[str, str, str]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[LedgerHome, tuple[int, int, int, int]]:
    """A ledger with the whole stream, imported twice through a real server."""
    folder = tmp_path_factory.mktemp("stream")
    home = create_home(folder / "ledger", origin="credit.example/tw", operator="operator.example", random=os.urandom)
    create_ledger(home, simulated_from=day_begins("2016-01-01"))
    key = SigningKey.from_seed("12110000000000000K/1", os.urandom(32))
    write_secret(folder / "key", key.secret())
    operator = home.operator_key()
    with open_place(home.folder, None) as place:
        place.submit(application_statement(pen(key), "测试环保局").countersign(operator))
        item = read_item(ROOT / "tests" / "data" / "tw-epa-penalty.item.toml")
        place.submit(catalogue_statement(pen(operator), item))
    with serving(home.folder) as server, LedgerClient(server.address, log_key=home.log_key().verifier) as client:
        mapping = ROOT / "tests" / "data" / "tw_epa.mapping.toml"
        first, _ = run_import(STREAM, mapping, folder / "key", client, folder / "faults")
        second, _ = run_import(STREAM, mapping, folder / "key", client, folder / "faults")
    return home, (first.accepted, first.faults, second.accepted, second.skipped)


def test_importing_twice_adds_nothing(imported: tuple[LedgerHome, tuple[int, int, int, int]]) -> None:
    """Every row is accepted once, and recognised the second time."""
    assert imported[1] == (40_159, 0, 0, 40_159)


@pytest.mark.parametrize("day", DATES)
def test_records_as_of_a_snapshot_are_exactly_its_rows(
    imported: tuple[LedgerHome, tuple[int, int, int, int]], day: str
) -> None:
    """The oracle applies the stream to a dictionary and knows nothing of ledgers."""
    shown = [row_of(view) for view in records(imported[0], day)]

    assert len(shown) == len(dict(shown))
    assert dict(shown) == replay(day)
    assert replayed(imported[0], day, fold=False) == replayed(imported[0], day, fold=True) == replay(day)


def test_the_last_snapshot_is_the_published_table(imported: tuple[LedgerHome, tuple[int, int, int, int]]) -> None:
    """35,832 rows, compared column by column with the file the source published."""
    with gzip.open(SNAPSHOT, "rt", encoding="utf-8") as file:
        table = {
            (row["authority_county"], row["document_no"], row["facility_id"]): {
                name: row[name] for name in ("facility_name", *COLUMNS.values())
            }
            for row in csv.DictReader(file)
        }

    assert len(table) == 35_832
    assert dict(row_of(view) for view in records(imported[0], "2017-12-02")) == table


def test_vanished_rows_are_revoked_and_the_audit_is_clean(
    imported: tuple[LedgerHome, tuple[int, int, int, int]],
) -> None:
    """A silent disappearance becomes a revocation that says so."""
    home = imported[0]
    with open_for_reading(home, os.urandom) as ledger:
        revocations = [
            event.values()
            for event in whole_history(ledger.recorder, ledger.mapper)
            if event.body.__struct_config__.tag == "record.revoked"
        ]
    audited = kesu_here("verify", home.folder, "--vkey", str(home.log_key().verifier))

    assert len(revocations) == 1_879
    assert all(
        values | {"on": None, "evidence": None}
        == {
            "on": None,
            "operator": "来源未公布",
            "basis": "来源未公布",
            "reason": "withdrawn by source, no reason given",
            "evidence": None,
        }
        for values in revocations
        if not isinstance(values, Erased)
    )
    # Chunks do not wait for one another: rows of one day about different records may come in any order.
    assert (
        sorted((values["on"], values["evidence"]) for values in revocations if not isinstance(values, Erased))
        == vanished()
    )
    assert (audited.code, "CLEAN" in audited.out) == (0, True)


def vanished() -> list[tuple[str, list[str]]]:
    """Day and document of each disappearance: the line of the stream itself, by its digest; sorted."""
    with gzip.open(STREAM, "rb") as file:
        lines = [line.rstrip(b"\n") for line in file if b'"event": "vanished"' in line]
    return sorted((json.loads(line)["observed"], [sha256(line).hexdigest()]) for line in lines)


def records(home: LedgerHome, day: str) -> list[RecordView]:
    with open_for_reading(home, os.urandom) as ledger:
        return standing(
            fold_records(
                whole_history(ledger.recorder, ledger.mapper),
                publications(ledger.recorder, ledger.mapper)[0].items,
                parse_as_of(day),
            ).values()
        )


def replayed(home: LedgerHome, day: str, *, fold: bool) -> dict[Key, Row]:
    """The same rows by `kesu replay`: by what each event left its record as, or by folding the events."""
    with open_for_reading(home, os.urandom) as ledger, ledger.recorder.engine.connect() as connection:
        replayer = Replayer(ledger, date.max)
        question = replayer.question(day, None)
        rows = {
            row.values_from: row
            for row in replayer.rows(connection, Whom(), question, None, fold=fold)
            if row.status is not RecordStatus.REVOKED
        }
        events = (event for event in whole_history(ledger.recorder, ledger.mapper) if event.facts.seq in rows)
        return dict(cells(event.values(), event.value("subject")) for event in events)


def row_of(view: RecordView) -> tuple[Key, Row]:
    """The source's row, rebuilt from a record."""
    assert not isinstance(view.values, Erased)
    assert not isinstance(view.subject, Erased)
    return cells({f"data/{code}": value for code, value in view.values.items()}, {"code": view.subject.code})


def cells(values: Mapping[str, JsonValue] | Erased, subject: JsonValue) -> tuple[Key, Row]:
    """The source's row, rebuilt from committed values."""
    assert not isinstance(values, Erased)
    assert isinstance(subject, dict)
    row = {"facility_name": str(values["data/CF_XDR_MC"])}
    for code, column in COLUMNS.items():
        value = values[f"data/{code}"]
        if isinstance(value, int):
            assert value % 100 == 0
            value = str(value // 100)
        row[column] = str(value or "")
    for column in ("PENALTYDATE", "TRANSGRESSDATE"):
        row[column] = row[column].replace("-", "/")
    return (str(values["data/CF_CFJG"]), str(values["data/CF_WSH"]), str(subject["code"])), row


def replay(day: str) -> dict[Key, Row]:
    state: dict[Key, dict[str, Any]] = {}
    with gzip.open(STREAM, "rt", encoding="utf-8") as file:
        for line in file:
            event: dict[str, Any] = json.loads(line)
            if event["observed"] > day:
                break
            key = (event["authority"], event["document_no"], event["facility_id"])
            match event["event"]:
                case "first_seen" | "reappeared":
                    state[key] = {"facility_name": event["facility_name"], **event["record"]}
                case "amended":
                    state[key] |= {column: new for column, (_old, new) in event["changes"].items()}
                case "vanished":
                    del state[key]
    return {key: {name: "" if cell is None else str(cell) for name, cell in row.items()} for key, row in state.items()}
