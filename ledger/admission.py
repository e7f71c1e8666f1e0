"""Admission: everything about a statement that needs only the request, the registry and the catalogue.

Runs before the sequencer, in parallel for many statements; what depends on a record's state is decided in the latter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.catalogue import CatalogueItem, DefinitionFault, concerns_natural_person, judge_values, parse_item
from ledger.domain.bodies import (
    AnyBody,
    CataloguePublished,
    ListingDecided,
    ListingNotified,
    RecordCorrected,
    RecordFiled,
    RegisterDeclared,
    RulesPublished,
    SubjectLinked,
)
from ledger.domain.reading import read_body
from ledger.errors import Fault, NotAdmissible, NotEntitled
from ledger.judgement import SUBJECT
from ledger.particulars import DATA_PREFIX, path_faults, shape_fault
from ledger.rulebook.book import parse_rule
from ledger.subjects import Subject, read_subject
from verify.commitment import Opening, wrong_openings
from verify.errors import Incompetent, Malformed, SignatureInvalid
from verify.note import VerifierKey
from verify.registry import Registry, require_signed
from verify.statement import Statement
from verify.statement_type import ABOUT_LINKS, ADMINISTRATIVE, StatementType, statement_type
from verify.strict import JsonValue


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
        body = _read_body(kind, statement, openings)
    except Malformed as error:
        raise NotAdmissible(Fault(error.part, error.rule, "see docs/format.md")) from None
    except SignatureInvalid as error:
        fault = Fault(f"signature {error.key_name}", error.reason, "sign the exact bytes that are sent")
        raise NotEntitled(fault) from None
    except Incompetent as error:
        raise NotEntitled(Fault("signature", error.detail, f"rule {error.rule}, see docs/format.md")) from None
    subject, item, warnings = _read_values(body, openings, catalogue)
    return Admitted(statement, openings, signers, body, subject, item, warnings)


def admit_own(
    statement: Statement, openings: Mapping[str, Opening], signers: frozenset[VerifierKey], catalogue: Catalogue
) -> Admitted:
    """Check what this process has itself committed to and signed a moment ago, for a sample whose keys it holds.

    Signatures and commitments are what it has just computed; whether the signers may say this, the sequencer asks.
    """
    body = _read_body(statement_type(statement), statement, openings)
    subject, item, warnings = _read_values(body, openings, catalogue)
    return Admitted(statement, openings, signers, body, subject, item, warnings)


def _read_body(kind: StatementType, statement: Statement, openings: Mapping[str, Opening]) -> AnyBody:
    _require_particulars(kind, statement, openings)
    body = read_body(statement, openings)
    if kind in ABOUT_LINKS:
        statement.reference("link")
    elif kind not in ADMINISTRATIVE:
        statement.reference("record")
    return body


def _read_values(
    body: AnyBody, openings: Mapping[str, Opening], catalogue: Catalogue
) -> tuple[Subject | None, CatalogueItem | None, tuple[Fault, ...]]:
    """Subject, item and warnings of what the openings say; raises `NotAdmissible`."""
    match body:
        case CataloguePublished():
            return None, _definition(body, openings["definition"].value), ()
        case RulesPublished():
            _check_rule(body, openings["definition"].value)
        case RegisterDeclared():
            _check_register(openings)
    if "subject" not in openings:
        return None, None, ()
    subject = read_subject(openings["subject"].value)
    match body:
        case RecordFiled() | RecordCorrected() | ListingDecided():
            return subject, *_judge(body, subject, openings, catalogue)
        case ListingNotified():
            item = _published(body, catalogue)
            _require_scheme(item, subject)
            return subject, item, ()
        case SubjectLinked():
            _require_former(body, subject, openings)
    return subject, None, ()


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


def _require_particulars(kind: StatementType, statement: Statement, openings: Mapping[str, Opening]) -> None:
    faults = path_faults(kind, frozenset(statement.committed))
    if not faults:
        found = (shape_fault(kind, path, opening.value) for path, opening in openings.items())
        faults = [fault for fault in found if fault is not None]
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


def _check_register(openings: Mapping[str, Opening]) -> None:
    decided, public = openings["decided"].value, openings["public"].value
    if isinstance(decided, int) and isinstance(public, int) and public > decided:
        raise NotAdmissible(
            Fault("public", "is more than was decided", "count those of the decisions that are public by law")
        )


def _published(
    body: RecordFiled | RecordCorrected | ListingDecided | ListingNotified, catalogue: Catalogue
) -> CatalogueItem:
    item = catalogue.items.get((body.item, body.item_version))
    if item is None:
        raise NotAdmissible(
            Fault("about/catalogue", "this version of the item is not published", "use a published version")
        )
    return item


def _require_scheme(item: CatalogueItem, subject: Subject) -> None:
    if subject.scheme not in item.schemes:
        raise NotAdmissible(
            Fault(
                "subject",
                "the catalogue item does not take subjects that are identified in this scheme",
                f"identify the subject in one of the schemes {', '.join(item.schemes)}",
            )
        )


def _require_former(body: SubjectLinked, subject: Subject, openings: Mapping[str, Opening]) -> None:
    former = read_subject(openings["former"].value, "former")
    if former.handle != body.handle:
        raise NotAdmissible(Fault("about/handle", "is not the handle of former", "compute it from scheme and code"))
    if former.handle == subject.handle:
        raise NotAdmissible(Fault("former", "is the subject itself", "name the other identifier"))


def _judge(
    body: RecordFiled | RecordCorrected | ListingDecided,
    subject: Subject,
    openings: Mapping[str, Opening],
    catalogue: Catalogue,
) -> tuple[CatalogueItem, tuple[Fault, ...]]:
    item = _published(body, catalogue)
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
