"""Records that were really decided, filed and ended, as the read side sees them."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.vocabulary import Audience
from projections.audiences import Auditor, CreditService, Department, Judicial, OwnSubject, Public, Viewer
from projections.records import RecordView, fold_records
from projections.report import ReportedRecord, ReportView, report_view, values_entries
from tests.ledger.domain.story import PENALTY, Story, T, day
from tests.ledger.harness import ENTERPRISE, publicity
from verify.strict import JsonValue

UNIT, OTHER_UNIT, DISTRICT_UNIT = "12110000000000000K", "12110000000000001N", "12110105MB00000006"
"""The unit that provides the records, another one of the city, and one of 朝阳区."""
PURPOSE, CASE = "行政许可审查", "京测许受〔2026〕1号"
VIEWERS: dict[str, Viewer] = {
    "public": Public(),
    "subject": OwnSubject(),
    "provider": Department(UNIT, PURPOSE, CASE),
    "department": Department(OTHER_UNIT, PURPOSE, CASE),
    "judicial": Judicial(),
    "credit-service": CreditService("测试协议〔2026〕1号"),
    "auditor": Auditor(),
}
SEES_ALL = {Audience.SUBJECT.value, Audience.JUDICIAL.value, Audience.AUDITOR.value}


def filed(item: str = PENALTY, terms: JsonValue = None, today: str = "2026-11-20", **written: JsonValue) -> Story:
    """A record of an item with some of its fields filled in; a penalty of the ordinary class where nothing is said."""
    story = Story(today)
    values = story.values(item, ENTERPRISE) | {f"data/{code}": value for code, value in written.items()}
    if terms is None and item == PENALTY:
        terms = publicity("ordinary")
    if terms is not None:
        values["publicity"] = terms
    story.say(T.RECORD_FILED, {"catalogue": {"item": item, "version": 1}}, values)
    return story


def view_of(story: Story) -> RecordView:
    """The record as the read side sees it."""
    (view,) = fold_records(story.events, story.items).values()
    return view


def report(viewer: Viewer, *stories: Story, on: str | None = None, code: str = ENTERPRISE.code) -> ReportView:
    """The report on the subject whose records these are; on the day of the last one where no other is named."""
    asked = stories[-1] if stories else Story()
    events = [event for story in stories for event in story.events]
    views = [view_of(story) for story in stories]
    today = day(on or asked.today)
    return report_view(views, "uscc", code, viewer, asked.items, asked.book, today, values_entries(events))


def given_to(story: Story, on: str | None = None) -> dict[str, ReportedRecord]:
    """The record as each of `VIEWERS` is given it, by its name; whoever is given nothing is not there."""
    reports = {name: report(viewer, story, on=on).records for name, viewer in VIEWERS.items()}
    return {name: records[0] for name, records in reports.items() if records}


def fields_of(record: ReportedRecord, codes: Iterable[str]) -> dict[str, JsonValue]:
    """Those of these fields that are given."""
    wanted = set(codes)
    return {field.code: field.value for field in record.fields if field.code in wanted}
