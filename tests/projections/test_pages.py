"""Pages out of the table ``records``: the same as a fold of the subject's events, for every subject and audience."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from api.opening import open_ledger
from api.sampling.making import make_ledger, new_home, order_for, statements_for
from api.sampling.plan import Scope
from ledger.domain.link import identity_of
from ledger.service import WritableLedger
from ledger.store.links import Links
from projections.audiences import Public
from projections.identities import identity_at
from projections.law import Law
from projections.pages import folded_views, public_page, public_page_at_once, whole_page
from projections.records import RecordView, public_view
from projections.report import report_view
from projections.search.tables import tables
from projections.tables.views import Held, NotFromTable, all_views, may_be_shown, shown_views
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, Clock, Desk, execute, put, randomness
from tests.ledger.linking import OLD, OLDER, link, separate
from tests.projections.tables.kept import desk_in, keeping
from tests.scenarios import conftest as scenes
from tests.scenarios.office import Office
from verify.errors import SourceMissing

founded = scenes.founded

_EVENTS = 1_500
_FIRST, _LAST = date(2022, 1, 4), date(2026, 11, 20)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WritableLedger]:
    """A ledger of made-up cases, with everything that happens to records, open as `kesu serve` opens it."""
    home = new_home(tmp_path_factory.mktemp("pages") / "ledger", 7)
    make_ledger(home, order_for(home, 7, 200, Scope(statements_for(_EVENTS), _FIRST, _LAST)), lambda _done: None)
    with open_ledger(home, clock=Clock(), random=randomness(1)) as ledger:
        yield ledger


@pytest.fixture
def office(founded: Path, tmp_path: Path) -> Iterator[Office]:
    """An office whose ledger keeps the tables, in May, in which no record stands yet."""
    with keeping(desk_in(founded, tmp_path / "ledger")) as opened:
        opened.on("2026-05-06")
        yield opened


def subjects(ledger: WritableLedger) -> list[tuple[str, str, str]]:
    """Handle, scheme and code of everybody who is named."""
    column = tables().names.c
    with ledger.recorder.engine.connect() as connection:
        rows = connection.execute(sa.select(column.handle, column.scheme, column.code).distinct())
        return [(handle, scheme, code) for handle, scheme, code in rows]


def law_of(ledger: WritableLedger) -> Law:
    """The law as of the last entry."""
    return Law.of(ledger.sequencer.rules.catalogue, ledger.sequencer.rules.book)


def shown(views: Sequence[RecordView], law: Law, day: date) -> list[RecordView]:
    """Those that everybody may see on the day."""
    return [view for view in views if public_view(view, law.items, law.book, day) is not None]


def folded(ledger: WritableLedger, handles: Sequence[str], size: int | None = None) -> Held:
    """What the events come to."""
    end = ledger.reader.published_size() if size is None else size
    return folded_views(ledger, handles, end, law_of(ledger).items)


def test_every_record_of_every_subject_is_what_its_events_come_to(sample: WritableLedger) -> None:
    """State, values, name, times and entries; under all codes of the subject, in the order of filing."""
    size, records = sample.reader.published_size(), 0
    with sample.recorder.engine.connect() as connection:
        for handle, _scheme, _code in subjects(sample):
            handles = identity_at(connection, handle, size).handles
            held = all_views(connection, sample.mapper, handles, size)
            records += len(held.views)

            assert held == folded(sample, handles)
    assert records > 500


@pytest.mark.parametrize("day", [date(2024, 6, 30), _LAST, date(2027, 6, 30)])
def test_everybody_sees_of_every_subject_what_the_law_shows_of_its_events(sample: WritableLedger, day: date) -> None:
    """On any day: what is known today, asked for another day."""
    size, law, seen, hidden = sample.reader.published_size(), law_of(sample), 0, 0
    with sample.recorder.engine.connect() as connection:
        for handle, _scheme, _code in subjects(sample):
            handles = identity_at(connection, handle, size).handles
            held = shown_views(connection, sample.mapper, handles, size, day)
            whole = folded(sample, handles)
            given = shown(held.views, law, day)
            seen, hidden = seen + len(given), hidden + len(whole.views) - len(given)

            assert given == shown(whole.views, law, day)
            assert all(held.values_from[view.record] == whole.values_from[view.record] for view in given)
    assert seen > 100
    assert hidden > 100


def test_pages_are_of_the_subject_behind_the_code_that_was_asked_for(sample: WritableLedger) -> None:
    """Public and whole; the checkpoint is the published one."""
    law, today = law_of(sample), sample.sequencer.today
    for handle, scheme, code in subjects(sample)[:60]:
        public, whole = public_page(sample, scheme, code), whole_page(sample, scheme, code)

        assert handle in public.identity.handles
        assert whole.held == folded(sample, whole.identity.handles)
        assert shown(public.held.views, law, today) == shown(whole.held.views, law, today)
        assert public.checkpoint.raw == whole.checkpoint.raw == sample.reader.checkpoint()
        reports = [
            report_view(held.views, scheme, code, Public(), law.items, law.book, today, held.values_from)
            for held in (public.held, whole.held)
        ]
        assert reports[0] == reports[1]


def test_what_is_not_covered_yet_is_not_on_a_page(office: Office) -> None:
    """A record that is revoked by an entry without checkpoint is still shown, and one that is filed is not yet."""
    ledger, subject = office.ledger, ENTERPRISE
    revoked = office.file_penalty()
    size = ledger.reader.published_size()
    office.revoke(revoked)
    office.file_penalty()
    execute(office.desk.home.database, "DELETE FROM checkpoints WHERE size > ?", size)
    public, whole = (make(ledger, subject.scheme, subject.code) for make in (public_page, whole_page))

    assert public.checkpoint.size == size
    assert [(str(view.record), view.status.value) for view in public.held.views] == [(revoked, "standing")]
    assert public.held == whole.held == folded(ledger, [subject.handle], size)
    assert public_page_at_once(ledger, subject.scheme, subject.code, 20) is None
    with ledger.recorder.engine.connect() as connection, pytest.raises(NotFromTable):
        all_views(connection, ledger.mapper, [subject.handle], size)


def test_another_subject_is_not_held_up_by_what_is_not_covered_yet(office: Office) -> None:
    """Its page comes out of the table all the same."""
    office.file(subject=OTHER_ENTERPRISE)
    size = office.ledger.reader.published_size()
    office.file_penalty()
    execute(office.desk.home.database, "DELETE FROM checkpoints WHERE size > ?", size)

    assert public_page_at_once(office.ledger, OTHER_ENTERPRISE.scheme, OTHER_ENTERPRISE.code, 20) is not None


def test_there_is_no_page_before_the_first_checkpoint(office: Office) -> None:
    """Nothing could be proved."""
    execute(office.desk.home.database, "DELETE FROM checkpoints")

    with pytest.raises(SourceMissing):
        public_page(office.ledger, ENTERPRISE.scheme, ENTERPRISE.code)


def test_a_page_at_once_has_only_so_many_records(office: Office) -> None:
    """A longer one is made elsewhere."""
    for _ in range(3):
        office.file_penalty()
    page = public_page_at_once(office.ledger, ENTERPRISE.scheme, ENTERPRISE.code, 3)

    assert page is not None
    assert len(page.held.views) == 3
    assert public_page_at_once(office.ledger, ENTERPRISE.scheme, ENTERPRISE.code, 2) is None


def test_values_that_were_erased_are_on_no_page(office: Office) -> None:
    """The record is there for those who see all; nobody is shown it."""
    seq = office.ledger.reader.published_size()
    office.file_penalty()
    assert execute(office.desk.home.database, "DELETE FROM openings WHERE position = ?", seq + 1) == 1
    (view,) = whole_page(office.ledger, ENTERPRISE.scheme, ENTERPRISE.code).held.views
    today = date.fromisoformat(office.today)

    assert (view.entries, type(view.values).__name__, type(view.subject).__name__) == ((seq,), "Erased", "Erased")
    assert shown([view], law_of(office.ledger), today) == []


def test_a_record_may_be_shown_by_its_id(office: Office) -> None:
    """Not one that is hidden, nor what is no record."""
    open_record, hidden, linked = office.file_penalty(), office.file_penalty(), office.desk.new_id()
    office.revoke(hidden)
    put(office.ledger, link(office.desk, linked, OLD, on="2026-05-06"))
    today = date.fromisoformat(office.today)
    with office.ledger.recorder.engine.connect() as connection:
        told = [
            may_be_shown(connection, UUID(each), today) for each in (open_record, hidden, linked, office.desk.new_id())
        ]

    assert told == [True, False, False, False]


def test_who_is_who_is_the_same_at_every_size_of_the_log(founded: Path, tmp_path: Path) -> None:
    """By one statement a handle, or by the walk along the links."""
    desk: Desk = desk_in(founded, tmp_path / "ledger")
    with keeping(desk) as office:
        office.on("2026-05-06")
        first = office.ledger.reader.published_size()
        names = [desk.new_id() for _ in range(3)]
        put(office.ledger, link(desk, names[0], OLD, on="2026-05-06"))
        put(office.ledger, link(desk, names[1], OLDER, OLD, on="2026-05-06"))
        put(office.ledger, separate(desk, names[0], on="2026-05-06"))
        put(office.ledger, link(desk, names[2], OLD, OTHER_ENTERPRISE, on="2026-05-06"))
        links, found = Links(office.ledger.recorder.engine), {}
        with office.ledger.recorder.engine.connect() as connection:
            for size in range(first, first + 5):
                for subject in (ENTERPRISE, OTHER_ENTERPRISE, OLD, OLDER):
                    found[size - first, subject] = identity_at(connection, subject.handle, size)

                    assert found[size - first, subject] == identity_of(subject.handle, links.at(size))
            assert identity_at(connection, OLDER.handle) == identity_of(OLDER.handle, links.now())

    assert found[0, OLDER].handles == (OLDER.handle,)
    assert found[2, OLDER].handles == (ENTERPRISE.handle, OLD.handle, OLDER.handle)
    assert found[3, OLDER].handles == (OLD.handle, OLDER.handle)
    assert found[4, OLDER].handles == (OTHER_ENTERPRISE.handle, OLD.handle, OLDER.handle)
