"""What each type of statement commits to: which paths, and of which form each value is."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.definition import DefinitionFault
from ledger.particulars import (
    ACT,
    CARRIES_FIELDS,
    FALLS_DUE,
    MAX_EVIDENCE,
    MAX_NAME,
    MAX_TEXT,
    NO_TERMS,
    PATHS,
    PLEA,
    ApplicationFacts,
    PublicityTerms,
    path_faults,
    read_calendar,
    read_facts,
    read_publicity,
    shape_fault,
)
from ledger.rulebook.calendar import MAX_WORKING_DAYS
from ledger.rulebook.lists import MAX_LENGTH, Removal
from ledger.rulebook.publicity import DishonestyClass, SectorRule, Withheld, WithheldReason
from ledger.rulebook.repair import AbuseKind, OtherCondition
from ledger.vocabulary import LinkKind, MaskOutcome, ObjectionOutcome, Origin, RemedyKind, RemedyOutcome
from tests.ledger.harness import publicity
from verify.statement_type import ADMINISTRATIVE, AUTOMATIC, StatementType
from verify.strict import JsonValue

T = StatementType
PLEAS = {T.LISTING_DEFENDED, T.OBJECTION_RAISED, T.REVIEW_REQUESTED}
DIGEST = "0123456789abcdef" * 4
FACTS: dict[str, JsonValue] = {
    "corrected_on": "2026-11-20",
    "performed_on": None,
    "committed_on": "2026-11-22",
    "other": [{"text": "测试条件", "citation": "测试规定", "met_on": None}],
    "supplementary": ["测试志愿服务"],
}


# ---- paths -----------------------------------------------------------------------------------------------------------


def test_every_type_has_its_paths() -> None:
    """None is forgotten."""
    assert set(PATHS) == set(StatementType)


def test_what_people_decide_commits_to_an_act() -> None:
    """When, who, by which law, why, on which evidence; only filings, pleas and what falls due differ."""
    for kind in set(StatementType) - ADMINISTRATIVE - AUTOMATIC - PLEAS - {T.RECORD_FILED}:
        assert PATHS[kind][0] >= ACT, kind
    for kind in PLEAS:
        assert PATHS[kind][0] >= PLEA
    for kind in AUTOMATIC:
        assert PATHS[kind][0] >= FALLS_DUE
        assert not PATHS[kind][0] & {"operator", "basis", "evidence", "claim"}


@pytest.mark.parametrize("kind", sorted(StatementType))
def test_each_path_must_be_there_and_no_other_may(kind: StatementType) -> None:
    """What is missing and what is too much is named at once."""
    required, optional = PATHS[kind]

    assert path_faults(kind, required) == path_faults(kind, required | optional) == []
    for path in sorted(required):
        (fault,) = path_faults(kind, required - {path})
        assert (fault.field, fault.fix) == (f"committed/{path}", "add it")
    (fault,) = path_faults(kind, required | {"note"})
    assert (fault.field, fault.fix) == ("committed/note", "leave it out")
    if required:
        assert len(path_faults(kind, frozenset({"note"}))) == 1 + len(required)


@pytest.mark.parametrize("kind", sorted(StatementType))
def test_only_what_carries_a_records_fields_commits_to_them(kind: StatementType) -> None:
    """Which fields, the catalogue item says."""
    faults = path_faults(kind, PATHS[kind][0] | {"data/CF_WSH"})

    assert [fault.field for fault in faults] == ([] if kind in CARRIES_FIELDS else ["committed/data/CF_WSH"])


# ---- single values ---------------------------------------------------------------------------------------------------

TEXT_REFUSED: list[JsonValue] = ["", " ", "\u3000", "长" * (MAX_TEXT + 1), "a\x00", "\u202e", 1, None, ["x"], {}]
DAYS_REFUSED: list[JsonValue] = ["2026-02-29", "2026-2-3", "20261120", "2026-11-20T00:00:00", "", 20261120, None, []]
NAMES_REFUSED: list[JsonValue] = ["", "名" * (MAX_NAME + 1), 7, None]

SHAPES: list[tuple[StatementType, str, list[JsonValue], list[JsonValue]]] = [
    (T.RECORD_REVOKED, "on", ["2026-11-20", "2028-02-29"], DAYS_REFUSED),
    (T.DEADLINE_RECOMPUTED, "was", ["2026-11-20"], DAYS_REFUSED),
    (T.SUBJECT_LINKED, "valid_until", ["2026-11-20", None], DAYS_REFUSED[:-2]),
    (T.RECORD_REVOKED, "operator", ["测试经办人", "名" * MAX_NAME], NAMES_REFUSED),
    (T.OBJECTION_RESOLVED, "unit", ["测试局"], NAMES_REFUSED),
    (T.DEPARTMENT_REGISTERED, "name", ["测试局"], NAMES_REFUSED),
    (T.RECORD_REVOKED, "basis", ["测试规定（2026年版）第一条", "长" * MAX_TEXT], TEXT_REFUSED),
    (T.RECORD_REVOKED, "reason", ["第一行\n第二行"], TEXT_REFUSED),
    (T.OBJECTION_RAISED, "claim", ["金额不符"], TEXT_REFUSED),
    (T.LISTING_DECIDED, "defence", ["不予采纳"], TEXT_REFUSED),
    (T.LISTING_DECIDED, "cases", [["health-and-life"], ["a", "b2"]], [[], ["a", "a"], ["Ａ"], ["a b"], "a", None, [1]]),
    (T.LISTING_DECIDED, "prolonged_by", [0, 36, MAX_LENGTH], [-1, MAX_LENGTH + 1, "1", True, None]),
    (T.REGISTER_DECLARED, "decided", [0, 1, 2**53 - 1], [-1, 2**53, "1", True, None, [1]]),
    (T.REGISTER_DECLARED, "public", [0, 1], [-1, "0", False, None]),
    (T.OBJECTION_EXTENDED, "to_working_days", [1, MAX_WORKING_DAYS], [0, MAX_WORKING_DAYS + 1, "6", None]),
    (T.LISTING_REMOVED, "removal", [*Removal], ["removed", "EXPIRY", None, 1]),
    (T.REPAIR_REVOKED, "abuse", [*AbuseKind], ["false", "", None]),
    (T.OBJECTION_RAISED, "origin", [*Origin], ["operator", "Subject", None]),
    (T.MASK_LIFTED, "outcome", [*MaskOutcome], [*RemedyOutcome, "PERFORMED", None]),
    (T.REMEDY_CLOSED, "outcome", [*RemedyOutcome], ["corrected", "revoked", "performed", None]),
    (T.OBJECTION_RESOLVED, "outcome", [*ObjectionOutcome], ["annulled", "done", None, ["upheld"]]),
    (T.REVIEW_DECIDED, "outcome", [*ObjectionOutcome], ["annulled", ""]),
    (T.REMEDY_OPENED, "kind", [*RemedyKind], [*LinkKind, "suit"]),
    (T.SUBJECT_LINKED, "kind", [*LinkKind], [*RemedyKind, "merger"]),
    (
        T.DEADLINE_MISSED,
        "calendar",
        [[], [[2026, 1]], [[2026, 2], [2027, 1]]],
        [None, {}, "2026", [[2026, 1], [2026, 1]], [2026, 1]],
    ),
]


@pytest.mark.parametrize(
    ("kind", "path", "accepted", "refused"), SHAPES, ids=[f"{kind.value} {path}" for kind, path, *_ in SHAPES]
)
def test_each_value_has_its_form(
    kind: StatementType, path: str, accepted: list[JsonValue], refused: list[JsonValue]
) -> None:
    """A fault names the path, and never the value."""
    assert path in PATHS[kind][0] | PATHS[kind][1]
    assert [shape_fault(kind, path, value) for value in accepted] == [None] * len(accepted)
    for value in refused:
        fault = shape_fault(kind, path, value)

        assert fault is not None, value
        assert fault.field.split("[")[0] == path
        assert fault.rule
        assert fault.fix


@pytest.mark.parametrize("kind", sorted(kind for kind in StatementType if "evidence" in PATHS[kind][0]))
def test_a_decision_has_evidence_and_a_plea_may(kind: StatementType) -> None:
    """SHA-256 of each document, lower-case hexadecimal, none twice."""
    assert (shape_fault(kind, "evidence", []) is None) is (kind in PLEAS)
    assert shape_fault(kind, "evidence", [DIGEST]) is None
    assert shape_fault(kind, "evidence", [f"{number:064x}" for number in range(MAX_EVIDENCE)]) is None
    too_many: list[JsonValue] = [f"{number:064x}" for number in range(MAX_EVIDENCE + 1)]
    refused: list[JsonValue] = [
        None,
        DIGEST,
        {},
        [DIGEST.upper()],
        [DIGEST[1:]],
        [f"{DIGEST}0"],
        [f"{DIGEST}\n"],
        ["０" * 64],
        [None],
        [DIGEST, DIGEST],
        too_many,
    ]
    for value in refused:
        fault = shape_fault(kind, "evidence", value)
        assert fault is not None
        assert fault.field.split("[")[0] == "evidence"


def test_what_others_judge_has_no_form_here() -> None:
    """Subjects, fields and definitions are read by those who know them."""
    for path in ("subject", "former", "definition", "data/CF_WSH"):
        assert shape_fault(T.RECORD_FILED, path, object) is None  # type: ignore[arg-type]


def test_every_path_of_every_type_has_a_form_or_a_reader() -> None:
    """Whatever is committed to is looked at: a value that nothing could be is refused."""
    unread = {"subject", "former", "definition"}
    for kind, (required, optional) in PATHS.items():
        for path in (required | optional) - unread:
            fault = shape_fault(kind, path, {"\x00": "\x00"})
            assert fault is not None, (kind, path)


# ---- publicity -------------------------------------------------------------------------------------------------------


def test_terms_are_read_as_they_are_written() -> None:
    """All six always; most of them null."""
    full = publicity(
        "serious",
        withheld={"reason": "trade-secret", "text": "测试"},
        need="确有必要",
        chosen_end="2028-01-01",
        sector={"citation": "测试行业规定", "until": "2030-01-01"},
        summary_procedure=True,
    )

    assert read_publicity(publicity(None)) == NO_TERMS
    assert read_publicity(full) == PublicityTerms(
        given_class=DishonestyClass.SERIOUS,
        summary_procedure=True,
        withheld=Withheld(WithheldReason.TRADE_SECRET, "测试"),
        need="确有必要",
        chosen_end=date(2028, 1, 1),
        sector=SectorRule("测试行业规定", date(2030, 1, 1)),
    )
    assert read_publicity(publicity("minor", sector={"citation": "x", "until": None})).sector == SectorRule("x", None)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, "publicity"),
        ([], "publicity"),
        ({}, "publicity"),
        ({**publicity(), "note": None}, "publicity"),
        ({key: value for key, value in publicity().items() if key != "need"}, "publicity"),
        (publicity("severe"), "publicity/class"),
        (publicity("MINOR"), "publicity/class"),
        (publicity(summary_procedure=None), "publicity/summary_procedure"),
        (publicity(summary_procedure=1), "publicity/summary_procedure"),
        (publicity(withheld="trade-secret"), "publicity/withheld"),
        (publicity(withheld={"reason": "trade-secret"}), "publicity/withheld"),
        (publicity(withheld={"reason": "secret", "text": "x"}), "publicity/withheld/reason"),
        (publicity(withheld={"reason": "trade-secret", "text": ""}), "publicity/withheld/text"),
        (publicity(need=""), "publicity/need"),
        (publicity(need="长" * (MAX_TEXT + 1)), "publicity/need"),
        (publicity(chosen_end="2027-02-30"), "publicity/chosen_end"),
        (publicity(None, chosen_end="2027-02-28"), "publicity/chosen_end"),
        (publicity(sector="x"), "publicity/sector"),
        (publicity(sector={"citation": "x"}), "publicity/sector"),
        (publicity(sector={"citation": "", "until": None}), "publicity/sector/citation"),
        (publicity(sector={"citation": "x", "until": "soon"}), "publicity/sector/until"),
    ],
)
def test_terms_are_read_strictly(value: JsonValue, field: str) -> None:
    """A misspelt member must not show what is secret."""
    fault = shape_fault(T.PUBLICITY_DETERMINED, "publicity", value)

    assert fault is not None
    assert fault.field == field


# ---- facts -----------------------------------------------------------------------------------------------------------


def test_facts_are_read_as_they_are_written() -> None:
    """A day that nobody knows is null."""
    other = (OtherCondition("测试条件", "测试规定", None),)

    assert read_facts(FACTS) == ApplicationFacts(date(2026, 11, 20), None, date(2026, 11, 22), other, ("测试志愿服务",))
    assert read_facts({**FACTS, "other": [], "supplementary": []}).other == ()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"note": None}, "facts"),
        ({"corrected_on": "yesterday"}, "facts/corrected_on"),
        ({"performed_on": ""}, "facts/performed_on"),
        ({"committed_on": 20261120}, "facts/committed_on"),
        ({"other": None}, "facts/other"),
        ({"other": ["x"]}, "facts/other[0]"),
        ({"other": [{"text": "x", "citation": "y"}]}, "facts/other[0]"),
        ({"other": [{"text": "", "citation": "y", "met_on": None}]}, "facts/other[0]/text"),
        ({"other": [{"text": "x", "citation": 1, "met_on": None}]}, "facts/other[0]/citation"),
        ({"other": [{"text": "x", "citation": "y", "met_on": "x"}]}, "facts/other[0]/met_on"),
        ({"supplementary": None}, "facts/supplementary"),
        ({"supplementary": ["x", ""]}, "facts/supplementary[1]"),
        ({"supplementary": ["x", "x"]}, "facts/supplementary[1]"),
    ],
)
def test_facts_are_read_strictly(changed: dict[str, JsonValue], field: str) -> None:
    """The fault names the member."""
    fault = shape_fault(T.REPAIR_APPLIED, "facts", {**FACTS, **changed})

    assert fault is not None
    assert fault.field == field


def test_no_fact_is_left_out() -> None:
    """Null where it is not known."""
    for key in FACTS:
        fault = shape_fault(T.REPAIR_APPLIED, "facts", {name: FACTS[name] for name in FACTS if name != key})
        assert fault is not None
        assert (fault.field, repr(key) in fault.rule) == ("facts", True)


# ---- calendar --------------------------------------------------------------------------------------------------------


def test_calendars_are_pairs_of_year_and_version() -> None:
    """Read in the order in which they stand."""
    assert read_calendar([]) == ()
    assert read_calendar([[2026, 1], [2027, 3]]) == ((2026, 1), (2027, 3))


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([[2026]], "[0]"),
        ([[2026, 1, 1]], "[0]"),
        ([{"2026": 1}], "[0]"),
        ([[1995, 1]], "[0][0]"),
        ([["2026", 1]], "[0][0]"),
        ([[2026, 1], [2027, 0]], "[1][1]"),
        ([[2026, True]], "[0][1]"),
    ],
)
def test_calendars_are_read_strictly(value: JsonValue, path: str) -> None:
    """The fault names the element."""
    with pytest.raises(DefinitionFault) as caught:
        read_calendar(value)

    assert caught.value.path == path
