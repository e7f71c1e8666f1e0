"""What events name, and what is kept out of the search: natural persons, and whatever nobody can tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec import structs

from ledger.catalogue import CatalogueItem, parse_item, shipped_definitions
from ledger.domain.events import Erased, EventFacts, Recorded
from ledger.domain.link import identity_of
from ledger.store.links import Links
from ledger.store.sqlite import as_writer, writing_engine
from ledger.subjects import Subject
from projections.history import whole_history
from projections.publications import publications
from projections.search.finding import Match, find
from projections.search.fold import NameRow, Naming, Unnamed, fold_names, names_of, searchable
from projections.search.index import write_names
from projections.search.tables import create_tables, tables
from tests.ledger.domain.story import ABNORMAL, SERIOUS, Story
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, PENALTY, Desk, penalty, put
from tests.ledger.linking import OLD, TWIN, link, separate

CATALOGUE: Mapping[tuple[str, int], CatalogueItem] = {
    (item.item, item.version): item for item in map(parse_item, shipped_definitions())
}
TRADER = Subject("registration-number", "110000000000017", "测试小吃店")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A ledger with two records, one of them corrected, a link that stays and one that was taken back."""
    desk = Desk(tmp_path / "ledger")
    with desk.found() as ledger:
        record, wrong = desk.new_id(), desk.new_id()
        put(ledger, desk.file(record))
        put(ledger, desk.file(subject=OTHER_ENTERPRISE))
        put(ledger, desk.correct(record, subject=Subject("uscc", ENTERPRISE.code, "测试更正有限公司")))
        put(ledger, link(desk, desk.new_id(), OLD))
        put(ledger, link(desk, wrong, TWIN))
        put(ledger, separate(desk, wrong))
    return desk


def events_of(desk: Desk) -> list[Recorded]:
    """All events of a ledger."""
    with desk.read() as ledger:
        return list(whole_history(ledger.recorder, ledger.mapper))


def told(namings: Iterable[Naming]) -> list[tuple[str, str, bool] | None]:
    """Code, name and whether a link says so; None where nobody is named any more."""
    return [(each.code, each.name, each.link) if isinstance(each, NameRow) else None for each in namings]


def test_records_and_links_name_subjects_and_all_else_names_nobody(desk: Desk) -> None:
    events = events_of(desk)

    namings = list(fold_names(events, CATALOGUE))

    assert told(namings) == [
        (ENTERPRISE.code, "测试企业有限公司", False),
        (OTHER_ENTERPRISE.code, "测试商贸有限公司", False),
        (ENTERPRISE.code, "测试更正有限公司", False),
        (ENTERPRISE.code, "测试企业有限公司", True),
        (OLD.code, "测试旧码有限公司", True),
        (ENTERPRISE.code, "测试企业有限公司", True),
        (TWIN.code, "测试重复登记有限公司", True),
        None,
    ]
    first, last = namings[0], namings[-1]
    assert isinstance(first, NameRow)
    assert (first.handle, first.scheme, first.seq) == (ENTERPRISE.handle, "uscc", 5)
    assert (namings[2].stream, last) == (first.stream, Unnamed(namings[-2].stream))


def test_a_ledger_is_searched_by_what_its_events_name(desk: Desk, tmp_path: Path) -> None:
    """With the links as the writer keeps them."""
    events = events_of(desk)
    engine = as_writer(writing_engine(tmp_path / "index.db"))
    with desk.read() as ledger, engine.begin() as connection:
        items = publications(ledger.recorder, ledger.mapper)[0].items
        create_tables(connection)
        write_names(connection, fold_names(events, items))
        links = Links(ledger.recorder.engine).now()
        (by_code,) = find(connection, OLD.code, 50, sa.true(), links)
        (by_name,) = find(connection, "测试更正有限公司", 50, sa.true(), links)
        twins = find(connection, TWIN.code, 50, sa.true(), links)
        named = find(connection, "测试", 50, sa.true(), links)
        identity = identity_of(OLD.handle, links)
        hidden = tables().namings.c.handle.not_in(identity.handles)
        others = find(connection, "测试", 50, hidden, links)
    engine.dispose()

    assert (by_code.code, by_code.match, by_code.found_by) == (ENTERPRISE.code, Match.OLD_CODE, OLD.code)
    assert (by_name.code, by_name.match) == (ENTERPRISE.code, Match.NAME)
    assert twins == []
    assert [hit.code for hit in named] == [ENTERPRISE.code, OTHER_ENTERPRISE.code]
    assert [hit.code for hit in others] == [OTHER_ENTERPRISE.code]


def test_a_listing_names_its_subject_when_it_is_decided() -> None:
    """This list has no natural persons; of another one nobody can tell before the decision."""
    enlisted, considered = Story(), Story()
    enlisted.enlist(item=ABNORMAL)
    considered.notify(item=SERIOUS)

    assert told(fold_names(enlisted.events, CATALOGUE)) == [(ENTERPRISE.code, "测试企业有限公司", False)]
    assert told(fold_names(considered.events, CATALOGUE)) == []


def test_erased_values_name_nobody(desk: Desk) -> None:
    """Not even whom they named before."""
    events = events_of(desk)
    filed, corrected = events[5], events[7]

    assert told(names_of(filed, CATALOGUE)) == [(ENTERPRISE.code, "测试企业有限公司", False)]
    for event in (filed, corrected):
        erased = replace(event, openings=Erased(event.facts.seq))
        assert names_of(erased, CATALOGUE) == (Unnamed(event.stream),)
    linked = replace(events[8], openings=Erased(8))
    assert names_of(linked, CATALOGUE) == ()


def test_a_record_of_an_unknown_item_names_nobody(desk: Desk) -> None:
    filed = events_of(desk)[5]

    assert names_of(filed, {}) == (Unnamed(filed.stream),)


def test_a_handle_that_cannot_be_recomputed_is_no_organisations(desk: Desk) -> None:
    """So a natural person's could not slip in whatever the values say."""
    filed = events_of(desk)[5]
    other = replace(filed, facts=_about(filed, "A" * 32))

    assert names_of(other, CATALOGUE) == (Unnamed(filed.stream),)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("法人及非法人组织", True), ("个体工商户", True), ("自然人", False), (None, False), ("", False)],
)
def test_organisations_and_sole_traders_are_searchable_and_persons_are_not(kind: str | None, expected: bool) -> None:
    assert searchable(PENALTY, penalty(TRADER, CF_XDR_LB=kind)) is expected


def test_what_nobody_can_tell_is_not_searchable() -> None:
    values = penalty(ENTERPRISE)
    del values["CF_XDR_LB"]

    assert searchable(PENALTY, values) is False
    assert searchable(PENALTY, Erased(5)) is False
    assert searchable(None, penalty(ENTERPRISE)) is False


def test_an_item_of_organisations_alone_needs_no_label() -> None:
    assert searchable(CATALOGUE[ABNORMAL, 1], {}) is True


def _about(event: Recorded, subject: str) -> EventFacts:
    return structs.replace(event.facts, subject=subject)
