"""The importer against 40,159 real events: no fault, nothing lost, and the same states as a naive replay."""

import gzip
import json
import os
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.importer.actions import Action, Actions, RowFault
from api.importer.mapping import Mapping, load_mapping
from api.importer.rows import count_rows, read_rows
from ledger.catalogue import judge_values, parse_item
from verify.statement_type import StatementType

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("KESU_SHARED_DATA", ROOT.parent / "shared" / "data"))
EVENTS = SHARED / "tw_epa_penalty_events.jsonl.gz"
DATA = ROOT / "tests" / "data"
RECORD_FIELDS = {
    "PENALTYDATE": "CF_JDRQ",
    "TRANSGRESSDATE": "CONDUCT_DATE",
    "TRANSGRESSLAW": "CF_YJ",
    "PENALTYMONEY": "CF_NR_FK",
    "ISPETITION": "REVIEW_REQUESTED",
    "PETITIONAGENCY": "REVIEW_AGENCY",
    "PETITIONRESULTS": "REVIEW_RESULT",
    "APPEALRESCIND": "RESCISSION_REASON",
    "IMPROVEDEADLINE": "REMEDY_DEADLINE",
    "INSPECTIONCONDITION": "INSPECTION_RESULT",
}

pytestmark = pytest.mark.skipif(
    not EVENTS.is_file(), reason="the real stream is not ours to ship; name its folder in KESU_SHARED_DATA"
)

Key = tuple[str, str, str]


class Imported(NamedTuple):
    """Actions beside the JSON they came from, read without the importer."""

    mapping: Mapping
    actions: list[Action]
    sources: list[dict[str, Any]]


@pytest.fixture(scope="module")
def imported() -> Imported:
    mapping = load_mapping(DATA / "tw_epa.mapping.toml")
    outcomes = list(Actions(mapping).read(read_rows(EVENTS, mapping)))
    with gzip.open(EVENTS, "rt", encoding="utf-8") as lines:
        sources = [json.loads(line) for line in lines]

    assert [outcome for outcome in outcomes if isinstance(outcome, RowFault) or len(outcome) != 1][:3] == []
    return Imported(mapping, [outcome[0] for outcome in outcomes if not isinstance(outcome, RowFault)], sources)


def rebuilt(action: Action) -> dict[str, Any]:
    """Write the source's columns from nothing but what the ledger would keep."""
    values = action.values
    fine = values["CF_NR_FK"]
    record = {column: "" if values[code] is None else values[code] for column, code in RECORD_FIELDS.items()}
    assert fine is None or (isinstance(fine, int) and fine % 100 == 0)
    record["PENALTYMONEY"] = None if fine is None else fine // 100
    for column in ("PENALTYDATE", "TRANSGRESSDATE"):
        record[column] = str(record[column]).replace("-", "/")
    return {
        "observed": str(action.made_at)[:10],
        "event": "first_seen" if action.record.generation == 1 else "reappeared",
        "facility_id": action.subject.code,
        "facility_name": values["CF_XDR_MC"],
        "authority": values["CF_CFJG"],
        "document_no": values["CF_WSH"],
        "record": record,
    }


def test_every_row_becomes_an_action(imported: Imported) -> None:
    """The counts are those that the stream's own description gives."""
    events = Counter(action.event for action in imported.actions)
    again = [action for action in imported.actions if action.record.generation == 2 and action.act is None]

    assert events == {
        StatementType.RECORD_FILED: 37_704 + 7,
        StatementType.RECORD_CORRECTED: 569,
        StatementType.RECORD_REVOKED: 1_879,
    }
    assert count_rows(EVENTS, imported.mapping) == events.total()
    assert len(again) == 7


def test_every_filed_row_can_be_rebuilt_from_its_values(imported: Imported) -> None:
    """No column, no null and no empty text of the source is lost."""
    for action, source in zip(imported.actions, imported.sources, strict=True):
        if action.act is None:
            assert rebuilt(action) == source


def test_states_at_each_snapshot_agree_with_a_naive_replay(imported: Imported) -> None:
    """A dictionary that knows nothing of mappings holds the same records with the same last values on every date."""
    naive: dict[Key, dict[str, Any]] = {}
    folded: dict[Key, Action] = {}
    compared = []
    rows = list(zip(imported.actions, imported.sources, strict=True))
    for at, (action, source) in enumerate(rows):
        key = (source["authority"], source["document_no"], source["facility_id"])
        if "record" in source:
            naive[key] = dict(source["record"], name=source["facility_name"])
        elif "changes" in source:
            naive[key] |= {column: new for column, (_, new) in source["changes"].items()}
        else:
            del naive[key]
        assert key == action.record.key
        if action.event is StatementType.RECORD_REVOKED:
            del folded[key]
        else:
            folded[key] = action
        if at + 1 == len(rows) or rows[at + 1][1]["observed"] != source["observed"]:
            compared.append(source["observed"])
            views = {known: rebuilt(last) for known, last in folded.items()}
            assert {known: view["record"] | {"name": view["facility_name"]} for known, view in views.items()} == naive

    assert compared == ["2016-02-04", "2016-03-09", "2016-07-12", "2016-10-16", "2017-12-02"]
    assert len(naive) == 37_711 - 1_879


def test_every_action_holds_what_its_catalogue_item_demands(imported: Imported) -> None:
    """The item that goes with the stream takes all of it."""
    item = parse_item(tomllib.loads((DATA / "tw-epa-penalty.item.toml").read_text("utf-8")))

    assert (item.item, item.version) == (imported.mapping.item, imported.mapping.item_version)
    for action in imported.actions:
        if action.event is not StatementType.RECORD_REVOKED:
            subject = action.subject
            assert judge_values(item, subject.scheme, subject.code, subject.name, action.values).faults == ()
