"""Subjects are found by code, by old code, by name and by a part of it, and only through what may be seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.link import LinksAfter
from ledger.errors import NotAdmissible
from ledger.store.sqlite import as_writer, writing_engine
from ledger.subjects import Subject
from projections.search.finding import Match, find
from projections.search.fold import Unnamed
from projections.search.index import forget, write_names
from projections.search.tables import create_tables, drop_tables, replace_tables, tables
from projections.search.terms import normalise
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE
from tests.ledger.linking import OLD, OLDER, REGISTERED, TWIN, company
from tests.projections.search.shelf import Shelf, row, shelf, stream


@pytest.fixture
def index() -> Iterator[Shelf]:
    """An empty index."""
    with shelf() as made:
        yield made


def test_a_subject_is_found_by_its_code_however_it_is_typed(index: Shelf) -> None:
    index.write(row(1, ENTERPRISE), row(2, OTHER_ENTERPRISE))

    (hit,) = index.find(" ９１１１-0000 ma00 000077 ")

    assert (hit.handle, hit.scheme, hit.code, hit.name, hit.match, hit.found_by, hit.same_name) == (
        ENTERPRISE.handle,
        "uscc",
        "91110000MA00000077",
        "测试企业有限公司",
        Match.CODE,
        "91110000MA00000077",
        False,
    )


def test_a_part_of_a_code_finds_nothing(index: Shelf) -> None:
    """Codes are counted upwards: their beginnings would list a register."""
    index.write(row(1, ENTERPRISE))

    assert index.find("91110000MA0000007") == []


def test_a_code_of_two_registries_finds_both(index: Shelf) -> None:
    index.write(row(1, Subject("registry-a", "A-1", "测试甲")), row(2, Subject("registry-b", "a1", "测试乙")))

    assert [(hit.scheme, hit.code) for hit in index.find("a1")] == [("registry-a", "A-1"), ("registry-b", "a1")]


def test_the_best_come_first(index: Shelf) -> None:
    """The whole name, then its beginning, then a part; among equals the shorter name, then the smaller code."""
    names = [
        "北京测试企业",
        "测试企业第二有限公司",
        "测试企业有限公司",
        "测试企业",
        "新测试企业",
        "另新测试企业有限公司",
    ]
    subjects = [company(number, name) for number, name in enumerate(names, 60)]
    index.write(*(row(number, subject) for number, subject in enumerate(subjects)))

    hits = index.find("测试企业")

    assert [(hit.name, hit.match.value) for hit in hits] == [
        ("测试企业", "name"),
        ("测试企业有限公司", "part"),
        ("测试企业第二有限公司", "part"),
        ("新测试企业", "part"),
        ("北京测试企业", "part"),
        ("另新测试企业有限公司", "part"),
    ]
    assert [hit.name for hit in index.find("测试企业", 2)] == ["测试企业", "测试企业有限公司"]


def test_a_name_is_found_by_any_spelling_and_shown_as_it_was_filed(index: Shelf) -> None:
    index.write(row(1, company(61, "测试（Beijing）科技·有限公司")))

    for typed in ("测试(BEIJING)科技有限公司", "测试 beijing", "ｂｅｉｊｉｎｇ）科技", "科技有限"):
        assert index.names(typed) == ["测试（Beijing）科技·有限公司"]


def test_pairs_in_another_order_are_no_part_of_a_name(index: Shelf) -> None:
    """All pairs of the query stand in the name, the query does not."""
    index.write(row(1, company(61, "业测试企测试")), row(2, company(62, "试企业测试")))

    assert index.names("测试企业") == []
    assert index.names("测试企") == ["业测试企测试"]


@pytest.mark.parametrize(
    "typed",
    ['测试" OR "企业', "测试 OR 企业", "测试*", "NOT 测试", "terms:测试", "^测试", "测试%", "测_企", "'; DROP TABLE x"],
)
def test_what_is_typed_is_only_ever_text(index: Shelf, typed: str) -> None:
    """Operators of the full-text search and wildcards are characters like others."""
    index.write(row(1, ENTERPRISE), row(2, OTHER_ENTERPRISE))
    expected = [name for name in (ENTERPRISE.name, OTHER_ENTERPRISE.name) if normalise(typed) in normalise(name)]

    assert index.names(typed) == expected


def test_subjects_of_one_name_have_to_be_told_apart_by_their_codes(index: Shelf) -> None:
    twins = [company(61, "测试商店（东城）"), company(62, "测试商店(东城)"), company(63, "测试商店（西城）")]
    index.write(*(row(number, subject) for number, subject in enumerate(twins)))

    assert [(hit.code, hit.same_name) for hit in index.find("测试商店")] == [
        (twins[0].code, True),
        (twins[1].code, True),
        (twins[2].code, False),
    ]
    assert [hit.same_name for hit in index.find(twins[0].code)] == [True]


def test_the_whole_name_is_found_however_many_are_like_it(index: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many names are looked at; the one that was typed is among them."""
    monkeypatch.setattr("projections.search.finding._MOST_CANDIDATES", 2)
    names = ["北京测试", "上海测试", "广州测试", "测试甲", "测试乙", "测试"]
    index.write(*(row(number, company(60 + number, name)) for number, name in enumerate(names)))

    found = index.names("测试")

    assert found[0] == "测试"
    assert len(found) == 4


# ---- what is hidden ---------------------------------------------------------------------------------------------


def test_a_subject_whose_records_are_all_hidden_is_not_there(index: Shelf) -> None:
    """Neither by code nor by name, and no other subject is said to have its name."""
    twin = company(61, ENTERPRISE.name)
    index.write(row(1, ENTERPRISE), row(2, ENTERPRISE), row(3, twin)).hidden = {1, 2}

    assert index.find(ENTERPRISE.code) == []
    assert [(hit.code, hit.same_name) for hit in index.find("测试企业")] == [(twin.code, False)]


def test_a_name_that_only_hidden_records_say_neither_finds_nor_is_shown(index: Shelf) -> None:
    """It would tell what stands in a record that was repaired or withheld."""
    renamed = Subject(ENTERPRISE.scheme, ENTERPRISE.code, "测试新名有限公司")
    index.write(row(1, ENTERPRISE), row(2, renamed)).hidden = {2}

    assert index.names("新名") == []
    assert index.names(ENTERPRISE.code) == ["测试企业有限公司"]


def test_hidden_subjects_take_no_place_in_the_list(index: Shelf) -> None:
    subjects = [company(number, f"测试第{number}公司") for number in range(60, 70)]
    index.write(*(row(number, subject) for number, subject in enumerate(subjects))).hidden = set(range(8))

    assert index.names("测试", 2) == ["测试第68公司", "测试第69公司"]


def test_the_condition_may_also_be_on_subjects(index: Shelf) -> None:
    index.write(row(1, ENTERPRISE), row(2, OTHER_ENTERPRISE))
    visible = tables().namings.c.handle.in_([OTHER_ENTERPRISE.handle])

    assert [hit.name for hit in find(index.connection, "测试", 50, visible, LinksAfter())] == ["测试商贸有限公司"]
    assert find(index.connection, ENTERPRISE.code, 50, sa.false(), LinksAfter()) == []
    assert len(find(index.connection, "测试", 50, sa.true(), LinksAfter())) == 2


def test_a_refused_query_is_not_asked(index: Shelf) -> None:
    with pytest.raises(NotAdmissible):
        index.find("测")
    with pytest.raises(NotAdmissible):
        index.find("测试", 51)


# ---- other names, other codes -----------------------------------------------------------------------------------


def test_a_renamed_subject_is_found_by_both_names_and_shown_under_the_later(index: Shelf) -> None:
    renamed = Subject(ENTERPRISE.scheme, ENTERPRISE.code, "测试新名有限公司")
    index.write(row(2, renamed, 20), row(1, ENTERPRISE, 10))

    (hit,) = index.find("测试企业有限公司")
    assert (hit.name, hit.match, hit.found_by) == ("测试新名有限公司", Match.NAME, "测试企业有限公司")
    (hit,) = index.find("测试企")
    assert (hit.name, hit.match, hit.found_by) == ("测试新名有限公司", Match.PART, "测试企业有限公司")
    assert len(index.find("测试")) == 1


def test_a_name_that_another_subject_had_before_has_to_be_confirmed_too(index: Shelf) -> None:
    renamed = Subject(ENTERPRISE.scheme, ENTERPRISE.code, "测试新名有限公司")
    heir = company(61, ENTERPRISE.name)
    index.write(row(1, ENTERPRISE), row(2, renamed), row(3, heir))

    assert {hit.code: hit.same_name for hit in index.find("测试企业")} == {ENTERPRISE.code: True, heir.code: True}


def test_a_corrected_record_is_no_longer_found_by_what_was_wrong(index: Shelf) -> None:
    """Or somebody else's name would keep leading to its subject."""
    right = Subject(ENTERPRISE.scheme, ENTERPRISE.code, "测试更正有限公司")
    index.write(row(1, ENTERPRISE)).write(row(1, right, 5))

    assert index.find("测试企业") == []
    assert index.names("更正") == ["测试更正有限公司"]
    assert index.connection.scalar(sa.select(sa.func.count()).select_from(tables().names)) == 1


def test_a_name_that_another_record_still_says_stays(index: Shelf) -> None:
    right = Subject(ENTERPRISE.scheme, ENTERPRISE.code, "测试更正有限公司")
    index.write(row(1, ENTERPRISE), row(2, ENTERPRISE)).write(row(1, right, 5))

    assert index.names("测试企业") == ["测试更正有限公司"]


def test_a_record_that_names_nobody_any_more_finds_nobody(index: Shelf) -> None:
    index.write(row(1, ENTERPRISE), row(2, OTHER_ENTERPRISE), Unnamed(stream(2)))
    index.write(Unnamed(stream(1)))

    assert index.find("测试") == []
    assert index.find(ENTERPRISE.code) == []


def test_an_old_code_leads_to_todays_subject(index: Shelf) -> None:
    """Through every link on the way, and although the old code has no record that may be seen."""
    index.write(row(1, ENTERPRISE), row(2, OLDER)).link(3, OLD, ENTERPRISE).link(4, OLDER, OLD).hidden = {2}

    for old in (OLD, OLDER):
        (hit,) = index.find(old.code)
        assert (hit.handle, hit.code, hit.name) == (ENTERPRISE.handle, ENTERPRISE.code, ENTERPRISE.name)
        assert (hit.match, hit.found_by) == (Match.OLD_CODE, old.code)


def test_a_linked_subject_is_one_hit_whatever_finds_it(index: Shelf) -> None:
    index.write(row(1, ENTERPRISE), row(2, REGISTERED), row(3, TWIN)).link(4, REGISTERED, ENTERPRISE)
    index.link(5, TWIN, ENTERPRISE)

    (hit,) = index.find("测试企业")
    assert (hit.handle, hit.same_name) == (ENTERPRISE.handle, False)
    (hit,) = index.find("测试")
    assert hit.handle == ENTERPRISE.handle
    (hit,) = index.find("重复登记")
    assert (hit.name, hit.match, hit.found_by) == ("测试企业有限公司", Match.PART, "测试重复登记有限公司")


def test_todays_code_finds_what_was_filed_under_the_old_one(index: Shelf) -> None:
    index.write(row(1, OLD)).link(2, OLD, ENTERPRISE)

    (hit,) = index.find(ENTERPRISE.code)

    assert (hit.name, hit.match) == ("测试企业有限公司", Match.CODE)


def test_a_link_alone_shows_nobody(index: Shelf) -> None:
    """A subject of which nothing may be seen is not found by its links, and is nobody's namesake."""
    index.write(row(1, OLD), row(2, company(61, OLD.name))).link(3, OLD, ENTERPRISE).hidden = {1}

    assert index.find(OLD.code) == []
    assert index.find(ENTERPRISE.code) == []
    assert [hit.same_name for hit in index.find("测试旧码")] == [False]
    index.hidden = set()
    assert [hit.same_name for hit in index.find("测试旧码")] == [True, True]


def test_a_namesake_may_be_known_by_its_link_alone(index: Shelf) -> None:
    """OLD has no record: only the link says its name, and today's subject may be seen."""
    index.write(row(1, ENTERPRISE), row(2, company(61, OLD.name))).link(3, OLD, ENTERPRISE)

    assert [(hit.name, hit.same_name) for hit in index.find("测试旧码")] == [
        ("测试企业有限公司", True),
        ("测试旧码有限公司", True),
    ]


def test_a_separated_link_leads_nowhere(index: Shelf) -> None:
    index.write(row(1, ENTERPRISE)).link(2, OLD, ENTERPRISE).separate(2, OLD, ENTERPRISE)

    assert index.find(OLD.code) == []
    assert index.names("测试") == ["测试企业有限公司"]


# ---- writing ----------------------------------------------------------------------------------------------------


def test_writing_again_changes_nothing(index: Shelf) -> None:
    rows = [row(1, ENTERPRISE), row(2, OTHER_ENTERPRISE), row(3, ENTERPRISE)]
    index.write(*rows)
    before = _dump(index.connection)

    index.write(*rows)

    assert _dump(index.connection) == before
    assert len(index.find("测试")) == 2


def test_forgetting_leaves_nothing_in_the_file(tmp_path: Path) -> None:
    """The values of a subject were erased; neither its name nor its pairs may stand anywhere."""
    engine = as_writer(writing_engine(tmp_path / "index.db"))
    lone = company(61, "黑龙江测试")
    with engine.begin() as connection:
        create_tables(connection)
        write_names(connection, [row(1, lone), row(2, ENTERPRISE)])
    written = (tmp_path / "index.db").read_bytes() + (tmp_path / "index.db-wal").read_bytes()
    with engine.begin() as connection:
        forget(connection, [lone.handle])
        assert find(connection, "龙江", 50, sa.true(), LinksAfter()) == []
        assert [hit.name for hit in find(connection, "测试", 50, sa.true(), LinksAfter())] == ["测试企业有限公司"]
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    engine.dispose()
    left = (tmp_path / "index.db").read_bytes()

    pair = f"x{ord('江'):x}".encode()  # how the index ends the pair; it leaves out what the pair before begins with
    for trace in ("黑龙江测试".encode(), lone.code.encode(), pair):
        assert (trace in written, trace in left) == (True, False)
    assert ENTERPRISE.name.encode() in left


def test_a_rebuild_is_written_beside_and_takes_the_place_at_once(index: Shelf) -> None:
    """Twice, because what the first left behind must not be in the way of the second."""
    index.write(row(1, ENTERPRISE), row(2, OTHER_ENTERPRISE))
    for number in (61, 62):
        create_tables(index.connection, "__new")
        write_names(index.connection, [row(1, company(number, "测试重建有限公司"))], "__new")
        assert index.names("重建") == ([] if number == 61 else ["测试重建有限公司"])
        replace_tables(index.connection, "__new")

    assert [hit.code for hit in index.find("测试")] == [company(62, "").code]
    drop_tables(index.connection)
    assert sa.inspect(index.connection).get_table_names() == []


def test_a_suffix_is_a_part_of_a_name_and_no_statement() -> None:
    with pytest.raises(ValueError, match="small letters"):
        tables("; DROP TABLE events")


# ---- whatever the names are -------------------------------------------------------------------------------------

LETTERS = st.sampled_from(
    [*"测试企业公司北京", "（", "）", " ", "·", "a", "B", "é", "e\u0301", "１", "2", "𠮷", "ß", "-"]
)
ANY_NAME = st.lists(LETTERS, min_size=1, max_size=12).map("".join)


@settings(deadline=None)  # a database each
@given(st.lists(ANY_NAME, min_size=1, max_size=8), st.data())
def test_every_part_of_a_name_finds_it_and_nothing_else_is_found(names: list[str], data: st.DataObject) -> None:
    with shelf() as index:
        subjects = [company(number, name) for number, name in enumerate(names, 60)]
        index.write(*(row(number, subject) for number, subject in enumerate(subjects)))
        name = data.draw(st.sampled_from(names))
        start = data.draw(st.integers(0, len(name)))
        asked = name[start : data.draw(st.integers(start, len(name)))]
        part = normalise(asked)
        if len(part) < 2:
            with pytest.raises(NotAdmissible):
                index.find(asked)
            return

        found = index.find(asked)

    assert {hit.code for hit in found if hit.match in (Match.NAME, Match.PART)} == {
        subject.code for subject in subjects if part in normalise(subject.name)
    }
    assert [hit.match is Match.NAME for hit in found] == [normalise(hit.name) == part for hit in found]
    same = {hit.code: sum(normalise(name) == normalise(hit.name) for name in names) > 1 for hit in found}
    assert {hit.code: hit.same_name for hit in found} == same


def _dump(connection: sa.Connection) -> list[object]:
    made = tables()
    rows: list[object] = []
    for table in (made.names, made.namings):
        rows += [tuple(each) for each in connection.execute(sa.select(table).order_by(*table.primary_key))]
    return rows
