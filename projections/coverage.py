"""时限与归集率 (deadlines and coverage) for 考核: per department, catalogue item and month of decision.

A pure fold over what is known of the records, the declared registers 决定台账 and a day. Everything is counted in whole
numbers; a share is two of them, or the reason why there is none. What each figure means: docs/coverage.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from ledger.catalogue_item import Nature
from ledger.domain.deadlines import deadlines_of
from ledger.domain.gist import Items
from ledger.domain.state import CreditRecord
from ledger.rulebook.book import Rulebook
from ledger.vocabulary import ObjectionOutcome
from projections.immediate import is_immediate
from projections.keeping import DUTIES, Duty, Keeping, Tally, keeping_of, tally_of
from projections.period import Month
from projections.registers import Declaration, RegisterKey
from projections.share import NoShare, Share, share_or
from verify.statement_type import Clock

_NO_CLOCKS = Tally()


@dataclass(frozen=True, slots=True)
class Objections:
    """异议 (objections) by their last outcome; one under review is open again."""

    raised: int = 0
    open: int = 0
    corrected: int = 0
    revoked: int = 0
    upheld: int = 0
    """不属实维持: it is the record that was upheld, and not the objection."""

    def __add__(self, other: Objections) -> Objections:
        return Objections(
            self.raised + other.raised,
            self.open + other.open,
            self.corrected + other.corrected,
            self.revoked + other.revoked,
            self.upheld + other.upheld,
        )

    @property
    def share_right(self) -> Share | NoShare:
        """属实率: objections that were right (属实更正、属实撤销) among those that have an outcome."""
        right = self.corrected + self.revoked
        return share_or(right, right + self.upheld, NoShare.NOTHING_RESOLVED)


@dataclass(frozen=True, slots=True)
class Registered:
    """决定台账 against what was collected: of one month, or added up over several."""

    months: int = 0
    """Registers that were asked for: one a month for each item of each department. One of a month that still runs is
    not asked for; where it was declared all the same it counts."""
    declared: int = 0
    """Those of them that were declared."""
    decided: int = 0
    public: int = 0
    collected: int = 0
    """Of the months that were asked for."""
    disclosed: int = 0
    collected_surplus: int = 0
    """More collected than declared, added up month by month."""
    disclosed_surplus: int = 0
    replaced: int = 0
    """Declarations that later ones took the place of."""

    def __add__(self, other: Registered) -> Registered:
        return Registered(
            self.months + other.months,
            self.declared + other.declared,
            self.decided + other.decided,
            self.public + other.public,
            self.collected + other.collected,
            self.disclosed + other.disclosed,
            self.collected_surplus + other.collected_surplus,
            self.disclosed_surplus + other.disclosed_surplus,
            self.replaced + other.replaced,
        )

    @property
    def collected_share(self) -> Share | NoShare:
        """归集率: collected among decided, by the department's own registers."""
        gap = self._gap()
        return gap or share_or(self.collected, self.decided, NoShare.NOTHING_TO_COLLECT, self.collected_surplus)

    @property
    def disclosed_share(self) -> Share | NoShare:
        """公示率: disclosed among what is public by law, by the department's own registers."""
        gap = self._gap()
        return gap or share_or(self.disclosed, self.public, NoShare.NOTHING_TO_DISCLOSE, self.disclosed_surplus)

    def _gap(self) -> NoShare | None:
        if not self.months:
            return NoShare.MONTH_RUNNING
        return None if self.declared == self.months else NoShare.REGISTER_NOT_DECLARED


@dataclass(frozen=True, slots=True)
class Figures:
    """指标 (figures): counts that add up, and the shares that follow from them."""

    filed: int = 0
    revoked: int = 0
    """Of them 撤销: they stand for no decision, or for one that another record stands for."""
    undated: int = 0
    """Of them without a known day of decision: counted in the month of filing, with no clock to be judged by."""
    warnings: int = 0
    """Of what was collected, 警示类, by the nature of the catalogue item."""
    immediate: int = 0
    """Of what was collected, 即时归集."""
    disclosed: int = 0
    """Of what was collected, ever disclosed."""
    objections: Objections = field(default_factory=Objections)
    registered: Registered = field(default_factory=Registered)
    clocks: Mapping[Duty, Tally] = field(default_factory=dict)

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.filed + other.filed,
            self.revoked + other.revoked,
            self.undated + other.undated,
            self.warnings + other.warnings,
            self.immediate + other.immediate,
            self.disclosed + other.disclosed,
            self.objections + other.objections,
            self.registered + other.registered,
            {duty: self.tally(duty) + other.tally(duty) for duty in Duty},
        )

    def tally(self, duty: Duty) -> Tally:
        """Clocks of one duty."""
        return self.clocks.get(duty, _NO_CLOCKS)

    @property
    def collected(self) -> int:
        """Records that stand for a decision."""
        return self.filed - self.revoked

    @property
    def warning_share(self) -> Share | NoShare:
        """警示类占比: S000 L28 asks that it grow."""
        return share_or(self.warnings, self.collected, NoShare.NOTHING_COLLECTED)

    @property
    def immediate_share(self) -> Share | NoShare:
        """即时归集占比."""
        return share_or(self.immediate, self.collected, NoShare.NOTHING_COLLECTED)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One department, item and month; the month is that of the decisions, and of the register."""

    issuer: str
    item: str
    month: Month
    figures: Figures


def coverage(
    states: Iterable[CreditRecord],
    registers: Mapping[RegisterKey, Declaration],
    items: Items,
    book: Rulebook,
    day: date,
) -> tuple[CoverageRow, ...]:
    """The rows, in order, as of `day`; what `states` and `registers` say was known at its end.

    There is a row for every month in which something was decided or declared; and, from the month in which the ledger
    first heard of an item from a department, for every month that is over, so that silence is seen: it is no zero.
    """
    found: dict[RegisterKey, _Count] = {}
    first: dict[tuple[str, str], Month] = {}
    for state in states:
        if state.filing is None or state.filed_on is None:  # 拟列入, 不予列入: nothing was decided
            continue
        key = RegisterKey(state.issuer, state.item, Month.of(state.decided_on or state.filed_on))
        found.setdefault(key, _Count()).take(state, items, book, day)
        _note(first, key, state.filed_on)
    for key, declaration in registers.items():
        found.setdefault(key, _Count())
        _note(first, key, declaration.declared_on)
    for key in _silent(first, day):
        found.setdefault(key, _Count())
    rows = []
    for key in sorted(found):
        figures = found[key].figures()
        registered = _registered(figures, registers.get(key), over=key.month < Month.of(day))
        rows.append(CoverageRow(key.issuer, key.item, key.month, figures + Figures(registered=registered)))
    return tuple(rows)


def _note(first: dict[tuple[str, str], Month], key: RegisterKey, heard_on: date) -> None:
    month, known = Month.of(heard_on), first.get((key.issuer, key.item))
    if known is None or month < known:
        first[key.issuer, key.item] = month


def _silent(first: Mapping[tuple[str, str], Month], day: date) -> Iterator[RegisterKey]:
    for (issuer, item), month in first.items():
        while month < Month.of(day):
            yield RegisterKey(issuer, item, month)
            month = month.following  # noqa: PLW2901 - it is the month that goes on


def _registered(figures: Figures, declaration: Declaration | None, *, over: bool) -> Registered:
    if declaration is None and not over:
        return Registered()
    collected, disclosed = figures.collected, figures.disclosed
    if declaration is None:
        return Registered(months=1, collected=collected, disclosed=disclosed)
    return Registered(
        months=1,
        declared=1,
        decided=declaration.decided,
        public=declaration.public,
        collected=collected,
        disclosed=disclosed,
        collected_surplus=max(0, collected - declaration.decided),
        disclosed_surplus=max(0, disclosed - declaration.public),
        replaced=declaration.replaced,
    )


class _Count:
    """Counts of one row while its records are gone through; sums of `Figures` would cost as much as the deadlines."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._outcomes: Counter[ObjectionOutcome | None] = Counter()
        self._clocks: Counter[tuple[Duty, Keeping]] = Counter()

    def take(self, state: CreditRecord, items: Items, book: Rulebook, day: date) -> None:
        """Count one record."""
        self._counts["filed"] += 1
        self._counts["undated"] += state.decided_on is None
        if state.revoked:
            self._counts["revoked"] += 1
        else:
            item = items.get((state.item, state.filed_version))
            self._counts["warnings"] += item is not None and item.nature is Nature.WARNING
            self._counts["immediate"] += is_immediate(state)
            self._counts["disclosed"] += state.disclosed_on is not None
        for objection in state.objections.values():
            self._outcomes[None if objection.open else objection.outcome] += 1
        for due in deadlines_of(state, items, book):
            if isinstance(due.clock, Clock):
                self._clocks[DUTIES[due.clock], keeping_of(state, due, day)] += 1

    def figures(self) -> Figures:
        """What was counted."""
        outcomes = self._outcomes
        objections = Objections(
            raised=outcomes.total(),
            open=outcomes[None],
            corrected=outcomes[ObjectionOutcome.CORRECTED],
            revoked=outcomes[ObjectionOutcome.REVOKED],
            upheld=outcomes[ObjectionOutcome.UPHELD],
        )
        clocks = {duty: tally_of({each: self._clocks[duty, each] for each in Keeping}) for duty in Duty}
        counts = self._counts
        return Figures(
            filed=counts["filed"],
            revoked=counts["revoked"],
            undated=counts["undated"],
            warnings=counts["warnings"],
            immediate=counts["immediate"],
            disclosed=counts["disclosed"],
            objections=objections,
            clocks=clocks,
        )
