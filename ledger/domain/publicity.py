"""公示 (publicity) of a record: whether it is shown on a day, and by which rule.

Pure functions of what is known of the record, the catalogue and the rules. A record keeps to the rules that the ledger
knew when its publicity was determined; of those, the generation in force on the day of the determining document.
"""

from __future__ import annotations

from datetime import date

from ledger.catalogue_item import CatalogueItem, Nature, Openness
from ledger.domain.gist import Items
from ledger.domain.state import CreditRecord, EndingKind
from ledger.particulars import PublicityTerms
from ledger.rulebook.book import Rulebook
from ledger.rulebook.lists import ListingPeriod, ListStandard, listing_period
from ledger.rulebook.publicity import NotInForce, Publicity, PublicityFacts, PublicityReason, publicity_of
from ledger.rulebook.publicity import publicity_rules_on as rules_on
from ledger.rulebook.publicity_rules import PublicityRules

LIST_PREFIX = "list/"


def generation_on(book: Rulebook, day: date) -> PublicityRules | None:
    """The rules for a decision of this day; the oldest known for one before all of them, None where there are none."""
    generations = book.of(PublicityRules)
    try:
        return rules_on(generations, day)
    except NotInForce:
        return min(generations, key=lambda rules: (rules.effective_from, -rules.version), default=None)


def facts_of(terms: PublicityTerms, item: CatalogueItem, decided_on: date) -> PublicityFacts:
    """What publicity follows from."""
    return PublicityFacts(
        given_class=terms.given_class,
        determined_on=decided_on,
        item_public=item.openness is Openness.PUBLIC,
        withheld=terms.withheld,
        summary_procedure=terms.summary_procedure,
        need=terms.need,
        chosen_end=terms.chosen_end,
        unmet_at_maximum=terms.sector is not None,
        longer_by_sector=terms.sector,
    )


def publicity_by_class(state: CreditRecord, item: CatalogueItem, book: Rulebook) -> Publicity | None:
    """Publicity by class and period; None for what has no class: what is not adverse, entries of lists, old items.

    Raises `EndOutOfBounds` for an end that the class does not allow.
    """
    if item.nature is not Nature.ADVERSE or state.listing is not None or state.decided_on is None:
        return None
    known, terms, decided_on = book.before(state.terms_since), state.terms, state.decided_on
    question = (publicity_by_class, terms, decided_on, item.openness)
    return known.answer(question, lambda: _by_class(known, facts_of(terms, item, decided_on)))


def _by_class(known: Rulebook, facts: PublicityFacts) -> Publicity | None:
    rules = generation_on(known, facts.determined_on)
    return None if rules is None else publicity_of(rules, facts)


def standard_of(state: CreditRecord, book: Rulebook) -> ListStandard | None:
    """The standard that a list entry rests on; None for a record that is no list entry."""
    if state.listing is None:
        return None
    rule = book.versions.get((state.listing.standard, state.listing.standard_version))
    return rule if isinstance(rule, ListStandard) else None


def period_of(state: CreditRecord, standard: ListStandard) -> ListingPeriod | None:
    """How long a list entry stands; None before the decision, or where its cases were erased and would decide."""
    decided_on = state.decided_on or state.filed_on
    if state.listing is None or state.filing is None or decided_on is None:
        return None
    if not state.listing.cases and not all(case.ends for case in standard.criteria):
        return None
    return listing_period(standard, decided_on, state.listing.cases, state.listing.prolonged_by)


def is_to_be_shown(state: CreditRecord, items: Items, book: Rulebook) -> bool:
    """Say whether the record belongs before the public at all, whatever the day, or will once its class is given."""
    item = items.get((state.item, state.item_version))
    if state.filing is None or item is None or item.openness is Openness.RESTRICTED or state.terms.withheld is not None:
        return False
    erased = item.nature is Nature.ADVERSE and state.listing is None and state.decided_on is None
    if erased or state.terms_erased or state.withdrawn_on is not None:
        return False
    standard = standard_of(state, book)
    if standard is not None:
        return standard.publish is not None
    publicity = publicity_by_class(state, item, book)
    return publicity is None or publicity.shown or publicity.reason is PublicityReason.CLASS_MISSING


def is_shown(state: CreditRecord, items: Items, book: Rulebook, day: date) -> bool:
    """Say whether everybody may see the record on a day."""
    days = days_shown(state, items, book)
    return days is not None and days[0] <= day <= days[1]


def days_shown(state: CreditRecord, items: Items, book: Rulebook) -> tuple[date, date] | None:
    """The first and the last day on which everybody may see the record, if nothing happens; None: on no day."""
    if state.mask is not None or not is_to_be_shown(state, items, book):
        return None
    standard = standard_of(state, book)
    if state.endings:
        only_removed = state.endings.keys() == {EndingKind.REMOVED}
        return _ALWAYS if standard is not None and standard.shown_after_removal and only_removed else None
    if standard is not None:
        period = period_of(state, standard)
        return None if period is None else (date.min, period.ends_on or date.max)
    publicity = publicity_by_class(state, items[state.item, state.item_version], book)
    if publicity is None:
        return _ALWAYS
    return (publicity.determined_on, publicity.ends_on or date.max) if publicity.shown else None


def last_day(state: CreditRecord, items: Items, book: Rulebook) -> date | None:
    """The last day of the record's publicity or of its place on a list, if nothing happens; None: it has none."""
    standard = standard_of(state, book)
    if standard is not None:
        period = period_of(state, standard)
        return None if period is None else period.ends_on
    item = items.get((state.item, state.item_version))
    publicity = None if item is None or state.filing is None else publicity_by_class(state, item, book)
    return None if publicity is None else publicity.ends_on


_ALWAYS = (date.min, date.max)
