"""比较 (differences) as JSON: the one shape that the command prints and the server answers with."""

from __future__ import annotations

from typing import Any

from api.replay_rows import row_json
from ledger.store.recorder import LedgerRecorder
from ledger.vocabulary import TERMS
from projections.replay.difference import Difference
from projections.replay.explaining import happened


def difference_json(recorder: LedgerRecorder, each: Difference) -> dict[str, Any]:
    """A difference with what its entries were."""
    return {
        "record": each.row.record,
        "subject": each.row.subject,
        "before": None if each.before is None else row_json(each.before),
        "after": None if each.after is None else row_json(each.after),
        "entries": [
            {
                "entry": every.seq,
                "type": every.type.value,
                "type_zh": TERMS[every.type].zh,
                "recorded_on": every.recorded_on,
            }
            for every in happened(recorder, each.entries)
        ],
    }
