"""Admission: everything about a statement that needs only the request, the registry and the catalogue.

Runs before the sequencer, in parallel for many statements; what depends on a record's state is decided in the latter.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from ledger.catalogue import CatalogueItem, DefinitionFault, concerns_natural_person, judge_values, parse_item
from ledger.domain.events import (
    AnyBody,
    CataloguePublished,
    RecordCorrected,
    RecordFiled,
    RulesPublished,
    read_body,
)
from ledger.errors import Fault, NotAdmissible, NotEntitled
from ledger.judgement import SUBJECT
from ledger.rulebook.book import parse_rule
from ledger.subjects import Subject, read_subject
from ledger.vocabulary import ObjectionOutcome
from verify.commitment import Opening, wrong_openings
from verify.errors import Incompetent, Malformed, SignatureInvalid
from verify.note import VerifierKey
from verify.registry import Registry, require_signed
from verify.statement import Statement
from verify.statement_type import ADMINISTRATIVE, StatementType, statement_type
from verify.strict import JsonValue

DATA_PREFIX = "data/"
"""Committed paths of a record's fields: ``data/<field code>``."""

MAX_TEXT = 5000
"""Characters of a reason, a claim or a list of evidence; 违法事实, the longest official text, has 5,000."""

_TEXTS: Mapping[StatementType, tuple[frozenset[str], frozenset[str]]] = {
    StatementType.LEDGER_OPENED: (frozenset(), frozenset()),
    StatementType.DEPARTMENT_REGISTERED: (frozenset({"name"}), frozenset()),
    StatementType.KEY_ROTATED: (frozenset(), frozenset({"reason"})),
    StatementType.KEY_REVOKED: (frozenset({"reason"}), frozenset()),
    StatementType.CATALOGUE_PUBLISHED: (frozenset({"definition"}), frozenset()),
    StatementType.RULES_PUBLISHED: (frozenset({"definition"}), frozenset()),
    StatementType.RECORD_FILED: (frozenset({"subject"}), frozenset()),
    StatementType.RECORD_CORRECTED: (frozenset({"reason", "subject"}), frozenset({"basis", "evidence"})),
    StatementType.RECORD_REVOKED: (frozenset({"reason"}), frozenset({"basis", "evidence"})),
    StatementType.OBJECTION_RAISED: (frozenset({"claim"}), frozenset({"evidence", "origin"})),
    StatementType.OBJECTION_RESOLVED: (frozenset({"outcome", "reason"}), frozenset({"evidence"})),
}
"""Committed paths besides the record's fields: those that must be there and those that may."""

_OUTCOMES = tuple(outcome.value for outcome in ObjectionOutcome)
_CARRIES_FIELDS = frozenset({StatementType.RECORD_FILED, StatementType.RECORD_CORRECTED})


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The catalogue items published so far, every version of them."""

    items: Mapping[tuple[str, int], CatalogueItem] = field(default_factory=dict)

    def with_item(self, item: CatalogueItem) -> Catalogue:
        """The catalogue after one more publication."""
        return Catalogue({**self.items, (item.item, item.version): item})


@dataclass(frozen=True, slots=True)
class Admitted:
    """A statement ready to be decided: signed by `signers`, its openings fit, its values follow the catalogue."""

    statement: Statement
    openings: Mapping[str, Opening]
    signers: frozenset[VerifierKey]
    body: AnyBody
    subject: Subject | None
    item: CatalogueItem | None
    warnings: tuple[Fault, ...]


def admit(raw: bytes, openings: Mapping[str, Opening], registry: Registry, catalogue: Catalogue) -> Admitted:
    """Check a statement and its openings; raises `NotAdmissible` or `NotEntitled` with every fault found."""
    try:
        statement = Statement.parse(raw)
        kind = statement_type(statement)
        signers = require_signed(statement, registry)
        _require_openings(statement, openings)
        _require_texts(kind, statement, openings)
        body = read_body(statement, openings)
        if kind not in ADMINISTRATIVE:
            statement.reference("record")
    except Malformed as error:
        raise NotAdmissible(Fault(error.part, error.rule, "see docs/format.md")) from None
    except SignatureInvalid as error:
        fault = Fault(f"signature {error.key_name}", error.reason, "sign the exact bytes that are sent")
        raise NotEntitled(fault) from None
    except Incompetent as error:
        raise NotEntitled(Fault("signature", error.detail, f"rule {error.rule}, see docs/format.md")) from None
    subject, item = None, None
    warnings: tuple[Fault, ...] = ()
    if isinstance(body, CataloguePublished):
        item = _definition(body, openings["definition"].value)
    if isinstance(body, RulesPublished):
        _check_rule(body, openings["definition"].value)
    if isinstance(body, RecordFiled | RecordCorrected):
        subject = read_subject(openings["subject"].value)
        item, warnings = _judge(body, subject, openings, catalogue)
    return Admitted(statement, openings, signers, body, subject, item, warnings)


def _require_openings(statement: Statement, openings: Mapping[str, Opening]) -> None:
    missing = sorted(statement.committed.keys() - openings.keys())
    faults = [
        Fault(f"openings/{path}", "the commitment is not opened", "send its salt and value beside the statement")
        for path in missing
    ]
    faults += [
        Fault(f"openings/{path}", "salt and value do not open the commitment", "send what was committed to")
        for path in wrong_openings(statement.committed, openings)
        if path in statement.committed
    ]
    if openings.keys() - statement.committed.keys():  # their names are not repeated: nobody has checked what they are
        faults.append(Fault("openings", "opens a path that is not committed to", "send what was committed to, no more"))
    salts = [opening.salt for opening in openings.values()]
    if len(set(salts)) != len(salts):
        faults.append(Fault("openings", "two fields share a salt", "draw 32 random bytes for every field"))
    if faults:
        raise NotAdmissible(*faults)


def _require_texts(kind: StatementType, statement: Statement, openings: Mapping[str, Opening]) -> None:
    required, optional = _TEXTS[kind]
    paths: AbstractSet[str] = statement.committed.keys()
    if kind in _CARRIES_FIELDS:
        paths = {path for path in paths if not path.startswith(DATA_PREFIX)}
    faults = [
        Fault(f"committed/{path}", f"a {kind.value} statement commits to it", "add it")
        for path in sorted(required - paths)
    ]
    faults += [
        Fault(f"committed/{path}", f"a {kind.value} statement does not have it", "leave it out")
        for path in sorted(paths - required - optional)
    ]
    for path in sorted(paths & (required | optional) - {"subject", "definition"}):
        value = openings[path].value
        if not isinstance(value, str) or not 0 < len(value.strip()) <= MAX_TEXT:
            faults.append(Fault(path, f"must be a text of 1 to {MAX_TEXT} characters", "say it in words"))
        elif path == "outcome" and value not in _OUTCOMES:
            allowed = ", ".join(_OUTCOMES)
            faults.append(Fault(path, f"must be one of {allowed}", "choose one"))
    if faults:
        raise NotAdmissible(*faults)


def _definition(body: CataloguePublished, value: JsonValue) -> CatalogueItem:
    try:
        item = parse_item(value)
    except DefinitionFault as error:
        raise NotAdmissible(Fault(f"definition/{error.path}", error.rule, error.fix)) from None
    if (item.item, item.version) != (body.item, body.item_version):
        raise NotAdmissible(
            Fault("definition", "names another item or version than about/catalogue", "make the two agree")
        )
    return item


def _check_rule(body: RulesPublished, value: JsonValue) -> None:
    try:
        rule = parse_rule(body.rules, value)
    except DefinitionFault as error:
        raise NotAdmissible(Fault(f"definition/{error.path}", error.rule, error.fix)) from None
    if rule.version != body.rules_version:
        raise NotAdmissible(Fault("definition", "has another version than about/rules", "make the two agree"))


def _judge(
    body: RecordFiled | RecordCorrected,
    subject: Subject,
    openings: Mapping[str, Opening],
    catalogue: Catalogue,
) -> tuple[CatalogueItem, tuple[Fault, ...]]:
    item = catalogue.items.get((body.item, body.item_version))
    if item is None:
        raise NotAdmissible(
            Fault("about/catalogue", "this version of the item is not published", "use a published version")
        )
    values = {
        path.removeprefix(DATA_PREFIX): opening.value
        for path, opening in openings.items()
        if path.startswith(DATA_PREFIX)
    }
    if concerns_natural_person(item, values):
        raise NotAdmissible(
            Fault(
                "subject",
                "records of natural persons are not accepted by this version",
                "file records of organisations only",
            )
        )
    judgement = judge_values(item, subject.scheme, subject.code, subject.name, values)
    if judgement.faults:
        raise NotAdmissible(*(Fault(_path(fault.field), fault.rule, fault.fix) for fault in judgement.faults))
    return item, tuple(Fault(_path(warning.field), warning.rule, warning.fix) for warning in judgement.warnings)


def _path(code: str) -> str:
    return code if code == SUBJECT else f"{DATA_PREFIX}{code}"
