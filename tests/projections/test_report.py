"""The report on a subject: eight sections, what is given of each record, and no trace of what is hidden."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings

from ledger.domain.events import Erased
from ledger.vocabulary import Audience, ReportSection
from projections.audiences import Auditor, OwnSubject, Public
from projections.records import fold_records, public_view
from projections.report import ReportView, report_view, values_entries
from tests.ledger.domain.story import ABNORMAL, LICENCE, PENALTY, RESTRICTED, SERIOUS, Story, day
from tests.ledger.harness import ENTERPRISE, publicity
from tests.projections.given import VIEWERS, filed, report, view_of
from tests.projections.test_records import CATALOGUE, NO_RULES, TODAY, Bench, histories

TELLS_NO_HISTORY = ["public", "provider", "department", "credit-service"]


def places(told: ReportView) -> dict[str, list[str]]:
    """The items of the records in each section that has any."""
    return {part.zh: [record.item for record in part.records] for part in told.sections if part.records}


def test_records_stand_in_the_section_of_their_item_in_the_order_of_filing() -> None:
    """All eight sections are there, also those without a record."""
    serious = Story("2026-04-01")
    serious.notify()
    serious.at("2026-04-30").enlist(item=SERIOUS)
    told = report(Public(), filed(LICENCE), serious, filed(), filed("credit-commitment"), on="2026-11-20")

    assert [part.section for part in told.sections] == list(ReportSection)
    assert places(told) == {
        "行政管理": [LICENCE, PENALTY],
        "严重失信主体名单": [SERIOUS],
        "信用承诺": ["credit-commitment"],
    }
    assert [record.item for record in told.records] == [LICENCE, PENALTY, SERIOUS, "credit-commitment"]


def test_a_report_says_whom_it_is_about_for_whom_it_is_and_of_which_day() -> None:
    told = report(VIEWERS["department"], filed(), on="2026-11-21")

    assert (told.subject.scheme, told.subject.code, told.subject.name) == ("uscc", ENTERPRISE.code, "测试企业有限公司")
    assert (told.audience, told.audience_zh) == (Audience.DEPARTMENT, "行政机关")
    assert told.stated == {"unit": "12110000000000001N", "purpose": "行政许可审查", "case": "京测许受〔2026〕1号"}
    assert told.on == day("2026-11-21")
    assert report(Public(), filed()).stated == {}


def test_a_record_says_what_it_is_and_how_long_it_is_shown() -> None:
    story = filed(CF_WSH="京测罚〔2026〕1号", CF_NR_FK=1_000_000, CF_CFLB=["警告", "罚款"])
    (record,) = report(Public(), story).records

    assert (record.record, record.zh, record.item, record.item_version) == (
        view_of(story).record,
        "行政处罚",
        PENALTY,
        1,
    )
    assert (record.unit, record.status_zh, record.disputed) == ("12110000000000000K", "公示中", False)
    assert (record.decided_on, record.ends_on) == (day("2026-11-20"), day("2027-11-20"))
    assert [(field.code, field.zh, field.value) for field in record.fields] == [
        ("CF_WSH", "行政处罚决定书文号", "京测罚〔2026〕1号"),
        ("CF_CFLB", "处罚类别", ["警告", "罚款"]),
        ("CF_NR_FK", "罚款金额", 1_000_000),
        ("CF_JDRQ", "处罚决定日期", "2026-11-20"),
    ]
    assert (record.entries, record.condition, record.erased) == ((100,), None, False)


def test_what_has_no_period_has_no_last_day() -> None:
    """A licence is shown as long as it stands."""
    (record,) = report(Public(), filed(LICENCE)).records

    assert (record.decided_on, record.ends_on) == (day("2026-11-20"), None)


def test_a_disputed_removal_is_annotated_as_well() -> None:
    """The status of an entry that was removed and is still shown does not hide the dispute."""
    story = Story("2026-04-01")
    story.enlist(item=ABNORMAL, on="2026-04-01")
    story.at("2026-05-06").remove()
    story.object()
    (record,) = report(Public(), story).records

    assert (record.status_zh, record.disputed) == ("已移出", True)


def hidden() -> list[Story]:
    """Records of which the public sees nothing: repaired, revoked, restricted, not shown, masked."""
    repaired = filed(today="2026-05-20", CF_WSH="秘").at("2026-09-01")
    repaired.grant()
    revoked, masked = filed(today="2026-05-20"), filed(today="2026-05-20")
    revoked.revoke()
    masked.mask()
    return [repaired, revoked, filed(RESTRICTED), filed(terms=publicity("minor")), masked]


@pytest.mark.parametrize("number", range(5), ids=["repaired", "revoked", "restricted", "minor", "masked"])
@pytest.mark.parametrize("viewer", ["public", "credit-service"])
def test_a_subject_of_which_all_is_hidden_is_as_one_never_heard_of(viewer: str, number: int) -> None:
    """The same bytes: no name, no number, no count tells that there is something."""
    told = report(VIEWERS[viewer], hidden()[number], on="2026-11-20")
    unknown = report(VIEWERS[viewer], on="2026-11-20")

    assert msgspec.json.encode(told) == msgspec.json.encode(unknown)
    assert told.subject.name is None


@pytest.mark.parametrize("viewer", TELLS_NO_HISTORY)
def test_hidden_records_change_nothing_beside_one_that_is_given(viewer: str) -> None:
    """For departments too, where a record was repaired or revoked."""
    shown, ended = filed(), hidden()[:2]

    assert msgspec.json.encode(report(VIEWERS[viewer], ended[0], shown, ended[1], on="2026-11-20")) == (
        msgspec.json.encode(report(VIEWERS[viewer], shown, on="2026-11-20"))
    )


def test_the_code_that_is_asked_for_is_all_that_differs() -> None:
    other = "91110105MA0000015F"
    known = msgspec.json.encode(report(Public(), hidden()[0], on="2026-11-20"))
    unknown = msgspec.json.encode(report(Public(), on="2026-11-20", code=other))

    assert known == unknown.replace(other.encode(), ENTERPRISE.code.encode())


def test_the_name_is_that_of_the_last_record_that_is_given() -> None:
    """A hidden record under a newer name does not tell that name."""
    old, new = Story("2026-05-20"), Story("2026-05-20")
    old.file(publicity("ordinary"), subject=replace(ENTERPRISE, name="测试旧名有限公司"))
    new.file(publicity("ordinary"), subject=replace(ENTERPRISE, name="测试新名有限公司"))
    both = report(Public(), old, new).subject.name
    new.revoke()

    assert (both, report(Public(), old, new).subject.name) == ("测试新名有限公司", "测试旧名有限公司")
    assert report(OwnSubject(), old, new).subject.name == "测试新名有限公司"


@pytest.mark.parametrize("viewer", VIEWERS)
def test_a_record_belongs_to_the_report_from_its_effective_day_on(viewer: str) -> None:
    """docs/history.md: the day of the decision, where there is one."""
    story = filed(LICENCE)

    assert [len(report(VIEWERS[viewer], story, on=on).records) for on in ("2026-11-19", "2026-11-20")] == [0, 1]


def test_of_erased_values_those_who_may_know_of_the_record_are_told_that_they_are_gone() -> None:
    """Everybody else is not told that there is one."""
    story = filed(CF_WSH="一")
    erased = replace(view_of(story), values=Erased(100), subject=Erased(100))
    told = {
        name: report_view(
            [erased], "uscc", ENTERPRISE.code, viewer, story.items, story.book, day("2026-11-20"), {}
        ).records
        for name, viewer in VIEWERS.items()
    }

    assert {name for name, records in told.items() if records} == {"subject", "provider", "judicial", "auditor"}
    assert [(record.erased, record.fields, record.decided_on) for record in told["auditor"]] == [(True, (), None)]


def test_of_an_item_that_cannot_be_read_an_auditor_is_told_that_there_is_a_record() -> None:
    """Which of its fields are personal cannot be known."""
    story = filed(CF_WSH="一")
    view, book = view_of(story), story.book
    told = {
        name: report_view([view], "uscc", ENTERPRISE.code, viewer, {}, book, day("2026-11-20"), {})
        for name, viewer in VIEWERS.items()
    }

    assert places(told["auditor"]) == {"其他": [PENALTY]}
    assert [(record.zh, record.fields) for record in told["auditor"].records] == [(PENALTY, ())]
    assert told["public"].records == told["credit-service"].records == ()


def told_of(bench: Bench, name: str) -> ReportView:
    """The report on all records of the bench."""
    views = list(fold_records(bench.events, CATALOGUE).values())
    entries = values_entries(bench.events)
    return report_view(views, "uscc", ENTERPRISE.code, VIEWERS[name], CATALOGUE, NO_RULES, TODAY, entries)


@given(histories())
@settings(max_examples=50)
def test_whatever_happened_the_public_is_given_what_public_view_gives(bench: Bench) -> None:
    """No record more or less, no field more, and of the values no other ones than masked ones."""
    views = fold_records(bench.events, CATALOGUE)
    public = {record: public_view(view, CATALOGUE, NO_RULES, TODAY) for record, view in views.items()}
    given_to_all = {record.record: record for record in told_of(bench, "public").records}

    assert given_to_all.keys() == {record for record, values in public.items() if values is not None}
    for record, values in public.items():
        if values is not None:
            assert {field.code: field.value for field in given_to_all[record].fields} == values
            assert set(given_to_all[record].entries) <= set(views[record].entries)


@given(histories())
@settings(max_examples=50)
def test_whatever_happened_nobody_is_given_more_than_an_auditor(bench: Bench) -> None:
    """And an auditor is given every record with every entry."""
    views = fold_records(bench.events, CATALOGUE)
    everything = {record.record: record for record in told_of(bench, "auditor").records}

    assert {record: told.entries for record, told in everything.items()} == {
        record: view.entries for record, view in views.items()
    }
    for name in VIEWERS:
        for record in told_of(bench, name).records:
            known = everything[record.record]
            assert {field.code for field in record.fields} <= {field.code for field in known.fields}
            assert set(record.entries) <= set(known.entries)


def test_the_entry_of_the_values_is_the_filing_or_the_last_correction() -> None:
    """Whatever else was said of the record."""
    story = filed()
    story.object()
    filing = values_entries(story.events)
    story.correct(objection="o1")
    story.resolve("corrected")

    assert (list(filing.values()), list(values_entries(story.events).values())) == ([100], [102])
    assert [record.entries for record in report(Auditor(), story).records] == [(100, 101, 102, 103)]
