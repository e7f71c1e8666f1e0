"""市场主体名下归结果: one subject's full story, an episode for each entry about it, in the order of the log.

A pure fold over its events: status and clocks before and after each of them are those that `evolve` and
`deadlines_of` give, so a story never says anything else than the record itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique
from typing import Final
from uuid import UUID

from ledger.domain.bodies import AnyBody, SubjectLinked
from ledger.domain.deadlines import CATALOGUE_PREFIX, deadlines_of
from ledger.domain.events import Erased, Recorded
from ledger.domain.evolve import evolve
from ledger.domain.gist import Items
from ledger.domain.publicity import publicity_by_class
from ledger.domain.state import CreditRecord
from ledger.rulebook.book import Rulebook
from ledger.vocabulary import RecordStatus
from projections.clock_changes import ClockChange, Dues, by_key, clock_changes
from verify.statement_type import ABOUT_LINKS, ADMINISTRATIVE, FILINGS, REFERENCES, Clock, StatementType
from verify.strict import JsonValue
from verify.tiles import TILE_WIDTH, bundle_path, tile_width

_OUTCOMES: Final = ("outcome", "kind", "removal", "abuse")
"""Members of bodies that are a term of the law."""

_BY_PUBLICITY: Final = FILINGS | {StatementType.MASK_APPLIED, StatementType.MASK_LIFTED}
"""Types that name no rules of publicity, though whether the record is shown after them follows from these."""


@unique
class Visibility(StrEnum):
    """公开变动 (what the entry did to the public's sight of its record), as the log's header says."""

    DISCLOSED = "disclosed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Account:
    """What the entry commits to about itself; None or empty where its type has no such thing."""

    operator: str | None
    """经办人."""
    basis: str | None
    """依据."""
    reason: str | None
    claim: str | None
    """What the subject says."""
    verified_by: str | None
    """核实单位, inside the acting unit."""
    evidence: tuple[str, ...]
    """SHA-256 of each document."""


@dataclass(frozen=True, slots=True)
class Item:
    """目录项 of the record as the entry leaves it; `zh` is None where this version was never published."""

    name: str
    version: int
    zh: str | None


@dataclass(frozen=True, slots=True)
class Episode:
    """事项经过 (episode): one entry about the subject, and what it did."""

    seq: int
    """Number of the entry, which is its leaf in the tree."""
    statement_id: str
    stream: UUID
    """The record, or the link between two subjects."""
    subject: str
    """The handle that the entry names."""
    kind: StatementType
    outcome: StrEnum | None
    """Outcome, kind, way of removal or abuse, where the type has one."""
    references: tuple[tuple[str, str], ...]
    """Objection, remedy, mask, repair, successor; of a link the former handle."""
    recorded_at: str
    recorded_on: date
    """The same in Beijing."""
    effective_on: date
    """The day it names, of a filing that of the decision; the day of recording where that is not said or erased."""
    issuer: str
    account: Account | Erased
    item: Item | None
    """None for a link."""
    rules: tuple[tuple[str, int], ...]
    """By name and version: those it names, else those that its procedure keeps to; none where `basis` alone says it."""
    status_before: RecordStatus | None
    """None: there was no record yet."""
    status_after: RecordStatus | None
    visibility: Visibility | None
    disclosed: bool
    """Whether the log discloses the record after it."""
    clocks: tuple[ClockChange, ...]


@dataclass(frozen=True, slots=True)
class ProofLink:
    """凭证 (proof link): where this ledger's server gives the entry, and the proof that its signed tree holds it."""

    leaf_index: int
    tree_size: int
    receipt: str
    """Entry and inclusion proof in one."""
    bundle: str
    """The bundle of entries; for auditors, regulators and mirrors."""
    position: int
    """Place of the entry in its bundle, from 0."""


def proof_link(episode: Episode, size: int) -> ProofLink:
    """Proof of an episode in the tree of `size` leaves, which covers it."""
    bundle, position = divmod(episode.seq, TILE_WIDTH)
    path = bundle_path(bundle, tile_width(0, bundle, size))
    return ProofLink(episode.seq, size, f"/v1/receipts/{episode.statement_id}", f"/{path}", position)


def timeline(events: Iterable[Recorded], items: Items, book: Rulebook, as_of: str | None = None) -> list[Episode]:
    """The story that the events tell, which come in log order, up to the instant `as_of` (default: to the end).

    `items` and `book` may know more than was published then: each clock keeps to the rules that its entry found.
    """
    told: list[Episode] = []
    records: dict[UUID, tuple[CreditRecord, Dues]] = {}
    formers: dict[UUID, str] = {}
    for event in events:
        if as_of is not None and event.facts.recorded_at > as_of:
            break  # recorded_at never goes back
        kind = _kind(event.body)
        if kind in ABOUT_LINKS:
            if isinstance(event.body, SubjectLinked):
                formers[event.originator_id] = event.body.handle
            told.append(_of_link(event, kind, formers.get(event.originator_id)))
        elif kind not in ADMINISTRATIVE:
            before, dues = records.get(event.originator_id, (None, {}))
            after = evolve(before, event, items)
            known = by_key(deadlines_of(after, items, book))
            records[event.originator_id] = after, known
            told.append(_of_record(event, (before, dues), (after, known), items, book))
    return told


def _of_record(
    event: Recorded,
    known: tuple[CreditRecord | None, Dues],
    now: tuple[CreditRecord, Dues],
    items: Items,
    book: Rulebook,
) -> Episode:
    facts, kind = event.facts, _kind(event.body)
    (before, dues), (after, dues_now) = known, now
    item = items.get((after.item, after.item_version))
    publicity = None if item is None or kind not in _BY_PUBLICITY else publicity_by_class(after, item, book)
    rules = _rules(event.body, after, dues_now)
    if publicity is not None:
        rules = *rules, (f"publicity/{publicity.rule}", publicity.version)
    decided_on = after.decided_on if kind in FILINGS else None
    return Episode(
        seq=facts.seq,
        statement_id=facts.statement_id,
        stream=event.originator_id,
        subject=facts.subject,
        kind=kind,
        outcome=_outcome(event.body),
        references=tuple(_references(event.body)),
        recorded_at=facts.recorded_at,
        recorded_on=event.recorded_on,
        effective_on=decided_on or event.on,
        issuer=facts.issuer,
        account=_account(event),
        item=Item(after.item, after.item_version, None if item is None else item.zh),
        rules=rules,
        status_before=None if before is None else before.status,
        status_after=after.status,
        visibility=Visibility.DISCLOSED if facts.discloses else Visibility.WITHDRAWN if facts.withdraws else None,
        disclosed=after.disclosed,
        clocks=tuple(clock_changes(dues, dues_now, kind, event)),
    )


def _of_link(event: Recorded, kind: StatementType, former: str | None) -> Episode:
    facts = event.facts
    return Episode(
        seq=facts.seq,
        statement_id=facts.statement_id,
        stream=event.originator_id,
        subject=facts.subject,
        kind=kind,
        outcome=_outcome(event.body),
        references=() if former is None else (("handle", former),),
        recorded_at=facts.recorded_at,
        recorded_on=event.recorded_on,
        effective_on=event.on,
        issuer=facts.issuer,
        account=_account(event),
        item=None,
        rules=(),
        status_before=None,
        status_after=None,
        visibility=None,
        disclosed=False,
        clocks=(),
    )


def _kind(body: AnyBody) -> StatementType:
    return StatementType(str(type(body).__struct_config__.tag))


def _outcome(body: AnyBody) -> StrEnum | None:
    found = (getattr(body, name, None) for name in _OUTCOMES)
    return next((each for each in found if isinstance(each, StrEnum)), None)


def _references(body: AnyBody) -> Iterable[tuple[str, str]]:
    for name in REFERENCES:
        value = getattr(body, name, None)
        if isinstance(value, str):
            yield name, value


def _account(event: Recorded) -> Account | Erased:
    if isinstance(event.openings, Erased):
        return event.openings
    evidence = event.value("evidence")
    return Account(
        operator=_text(event.value("operator")),
        basis=_text(event.value("basis")),
        reason=_text(event.value("reason")),
        claim=_text(event.value("claim")),
        verified_by=_text(event.value("unit")),
        evidence=tuple(str(digest) for digest in evidence) if isinstance(evidence, list) else (),
    )


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


def _rules(body: AnyBody, state: CreditRecord, dues: Dues) -> tuple[tuple[str, int], ...]:
    """Rules and item that the statement names, and those of the procedure that it is a step of."""
    found: dict[tuple[str, int], None] = {}
    if isinstance(rules := getattr(body, "rules", None), str):
        found[rules, getattr(body, "rules_version")] = None  # noqa: B009 - a union of bodies
    if isinstance(item := getattr(body, "item", None), str):
        found[f"{CATALOGUE_PREFIX}{item}", getattr(body, "item_version")] = None  # noqa: B009 - the same
    found |= dict.fromkeys(_procedures(body, state, dues))
    if not found and state.listing is not None:
        found[state.listing.standard, state.listing.standard_version] = None
    return tuple(found)


def _procedures(body: AnyBody, state: CreditRecord, dues: Dues) -> Iterable[tuple[str, int]]:
    """What objections, repairs and remedies keep to; an objection and a remedy keep to the rules of their clocks."""
    references = dict(_references(body))
    objection = state.objections.get(references.get("objection", ""))
    if objection is not None and (due := dues.get((Clock.ANNOTATE, objection.raised))) is not None:
        yield due.rule
    remedy = state.remedies.get(references.get("remedy", ""))
    if remedy is not None and remedy.closed is not None:
        due = dues.get((Clock.WITHDRAW, remedy.closed.seq))
        if due is not None:
            yield due.rule
    repair = state.repairs.get(references.get("repair", ""))
    if repair is not None:
        yield repair.rules
