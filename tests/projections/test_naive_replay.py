"""The second opinion of `naive_replay`: held against cases told by hand, then against the product over a sample."""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.sampling.making import make_ledger, new_home, order_for, statements_for
from api.sampling.plan import Scope
from ledger.administration import catalogue_statement, rules_statement
from ledger.admission import Catalogue
from ledger.catalogue import parse_item, public_values
from ledger.domain.events import Erased, Recorded
from ledger.home import LedgerHome
from ledger.rulebook.book import Rulebook, parse_rule
from ledger.service import Ledger, open_for_reading
from projections.law import Law
from projections.publications import publications
from projections.replay.question import ask
from projections.replay.source import chapters, outcomes
from projections.replay.standing import Moment, Standing
from projections.replay.whole import replay_events, replay_outcomes
from tests.ledger.harness import act, publicity, put, randomness
from tests.projections.naive_replay import Log, Row, beijing_day, read_log, replay
from tests.scenarios import conftest as scenes
from tests.scenarios.office import Office
from tests.scenarios.papers import ABNORMAL, ATTENTION, BUREAU, HONOUR, LICENCE, PENALTY, SERIOUS, repair_facts
from tests.scenarios.procedures import apply_for_repair, begin_listing, raise_objection
from verify.statement_type import StatementType
from verify.strict import JsonValue, format_instant

founded, office = scenes.founded, scenes.office

NEED = "涉及校园食品安全，确有必要公示"
SECRET: dict[str, JsonValue] = {"reason": "trade-secret", "text": "处罚决定载有未公开的配方"}
ORDER = "publicity/order-36"

Shown = tuple[str, bool, bool]
"""Status, whether everybody could see it, whether it was in force."""


# ---- cases told by hand ----------------------------------------------------------------------------------------------


def contents(ledger: Ledger) -> tuple[list[bytes], dict[int, dict[str, Any]], list[Recorded]]:
    """The entries of a ledger in their order, all openings by entry, and the events for the product."""
    size = ledger.recorder.max_notification_id() or 0
    stored = ledger.recorder.select_notifications(1, size)
    events = [ledger.mapper.to_domain_event(each) for each in stored]
    openings = {
        event.facts.seq: {path: opening.value for path, opening in event.openings.items()}
        for event in events
        if not isinstance(event.openings, Erased)
    }
    return [raw for _seq, raw in ledger.reader.entries(0, size)], openings, events


def row(office: Office, record: str, on: str, as_of: str | None = None) -> Row | None:
    """The second opinion on a record, from the bytes as they stand."""
    entries, openings, _events = contents(office.ledger)
    return replay(entries, openings, as_of, date.fromisoformat(on)).get(record)


def told(office: Office, record: str, on: str, as_of: str | None = None) -> Shown | None:
    """What is compared by hand; None: the record does not belong to the answer."""
    found = row(office, record, on, as_of)
    return None if found is None else (found.status, found.shown, found.in_force)


STANDING: Shown = ("standing", True, True)
STORED: Shown = ("stored", False, True)
EXPIRED: Shown = ("expired", False, False)
DISPUTED: Shown = ("disputed", True, True)
MASKED: Shown = ("masked", False, True)
REVOKED: Shown = ("revoked", False, False)
REPAIRED: Shown = ("repaired", False, False)


def test_a_penalty_is_shown_from_its_decision_to_its_last_day(office: Office) -> None:
    """一般: a year from the day of the determining document; it expires before the clock has said so, and after."""
    office.on("2026-05-20")
    record = office.file_penalty("2026-05-18")
    filed = office.founded

    assert told(office, record, "2026-05-17") is None
    assert told(office, record, "2026-05-20") == STANDING
    assert told(office, record, "2027-05-18") == STANDING
    assert told(office, record, "2027-05-19") == EXPIRED
    assert told(office, record, "2026-05-20", as_of="2026-05-19") is None
    found = row(office, record, "2026-05-20")
    assert found is not None
    assert (found.issuer, found.item, found.item_version) == (BUREAU, PENALTY, 1)
    assert (found.decided_on, found.entries, found.values_from) == (date(2026, 5, 18), (filed,), filed)
    assert found.public_values is not None
    assert found.public_values["CF_JDRQ"] == "2026-05-18"
    assert "CF_FRDB" not in found.public_values

    office.on("2027-05-19")
    assert office.run_clock() == ["publicity.ended on 2027-05-18"]

    assert told(office, record, "2027-05-18") == ("standing", True, True)
    assert told(office, record, "2027-05-19") == EXPIRED
    ended = row(office, record, "2027-05-19")
    assert ended is not None
    assert (ended.entries, ended.public_values) == ((filed, filed + 1), None)


def test_a_decision_keeps_to_the_order_of_its_day(office: Office) -> None:
    """58号令 until 2026-03-31: three years, 简易程序 never; 36号令: one year, 确有必要 three months."""
    office.on("2026-04-08")
    minor, summary = publicity("minor", need=NEED), publicity("ordinary", summary_procedure=True)
    old, new = office.file_penalty("2026-03-31"), office.file_penalty("2026-04-01")
    old_minor, new_minor = (office.file(PENALTY, day, terms=minor) for day in ("2026-03-31", "2026-04-01"))
    old_summary, new_summary = (office.file(PENALTY, day, terms=summary) for day in ("2026-03-31", "2026-04-01"))
    plain = office.file_penalty("2026-04-01", "minor")

    assert [told(office, old, day) for day in ("2029-03-31", "2029-04-01")] == [STANDING, EXPIRED]
    assert [told(office, new, day) for day in ("2027-04-01", "2027-04-02")] == [STANDING, EXPIRED]
    assert told(office, old_minor, "2026-04-08") == STORED
    assert [told(office, new_minor, day) for day in ("2026-07-01", "2026-07-02")] == [STANDING, EXPIRED]
    assert told(office, old_summary, "2026-04-08") == STORED
    assert told(office, new_summary, "2026-04-08") == STANDING
    assert [told(office, plain, day) for day in ("2026-04-08", "2030-01-01")] == [STORED, STORED]


def test_an_end_is_chosen_or_moved_by_a_rule_of_the_sector(office: Office) -> None:
    """届满但未纠正: shown on to a day, or without end."""
    office.on("2026-05-20")
    chosen = office.file(PENALTY, terms=publicity("ordinary", chosen_end="2026-11-20"))
    longer, endless = office.file_penalty(), office.file_penalty()
    office.on("2027-05-20")
    for record, until in ((longer, "2028-05-20"), (endless, None)):
        sector: JsonValue = {"citation": "《测试行业信用管理办法》第五条", "until": until}
        office.determine(record, ORDER, publicity("ordinary", sector=sector))

    assert [told(office, chosen, day) for day in ("2026-11-20", "2026-11-21")] == [STANDING, EXPIRED]
    assert [told(office, longer, day) for day in ("2028-05-20", "2028-05-21")] == [STANDING, EXPIRED]
    assert told(office, longer, "2027-05-21", as_of="2027-05-19") == EXPIRED, "not yet determined"
    assert told(office, endless, "2099-01-01") == STANDING


def test_what_is_withheld_or_restricted_or_has_no_class_is_stored(office: Office) -> None:
    """审查: seen by nobody; a class that is given late shows the record from the day on which the log disclosed it."""
    office.on("2026-05-20")
    secret = office.file(LICENCE, terms=publicity(None, withheld=SECRET))
    classless, licence = office.file_penalty(grade=None), office.file(LICENCE)
    office.on("2026-06-01")
    office.determine(classless, ORDER, publicity("ordinary"))
    office.determine(licence, ORDER, publicity(None, withheld=SECRET))

    assert told(office, secret, "2026-06-01") == STORED
    assert [told(office, classless, day) for day in ("2026-05-31", "2026-06-01")] == [STORED, STANDING]
    assert told(office, classless, "2026-06-01", as_of="2026-05-31") == STORED
    assert told(office, licence, "2026-06-01", as_of="2026-05-31") == STANDING
    assert told(office, licence, "2026-06-01") == STORED


def test_a_mask_lies_from_its_day_until_the_day_before_it_is_lifted(office: Office) -> None:
    """临时屏蔽: in force, and seen by nobody; before it was known, nothing was masked."""
    office.on("2026-05-20")
    record = office.file_penalty()
    office.on("2026-07-01")
    mask = office.mask(record)
    office.on("2026-11-02")
    office.unmask(record, mask, "failed")

    days = "2026-06-30", "2026-07-01", "2026-11-01", "2026-11-02"
    assert [told(office, record, day) for day in days] == [STANDING, MASKED, MASKED, STANDING]
    assert told(office, record, "2026-07-01", as_of="2026-06-30") == STANDING
    assert told(office, record, "2026-11-02", as_of="2026-11-01") == MASKED


def test_an_objection_and_a_suit_dispute_until_the_day_before_their_outcome(office: Office) -> None:
    """异议标注: and again from the request for a review; the record is shown all the time."""
    office.on("2026-09-01")
    record = office.file_penalty()
    office.on("2026-09-07")
    complaint = raise_objection(office, record)
    complaint.forward()
    office.on("2026-09-10")
    complaint.resolve("upheld")
    office.on("2026-09-17")
    complaint.ask_for_review()
    office.on("2026-09-23")
    complaint.decide_review("upheld")
    office.on("2026-10-12")
    remedy = office.open_remedy(record)
    office.on("2026-11-02")
    office.close_remedy(record, remedy, "upheld")

    marks = ["2026-09-06", "2026-09-10", "2026-09-16", "2026-09-23", "2026-10-11", "2026-11-02"]
    assert {told(office, record, day) for day in marks} == {STANDING}
    marked = ["2026-09-07", "2026-09-09", "2026-09-17", "2026-09-22", "2026-10-12", "2026-11-01"]
    assert {told(office, record, day) for day in marked} == {DISPUTED}
    assert told(office, record, "2026-09-30", as_of="2026-09-09") == DISPUTED


def test_a_repair_that_is_revoked_ended_the_record_for_a_time(office: Office) -> None:
    """撤销修复: the penalty is shown again for the rest of its period; in between nobody saw it."""
    office.on("2026-05-20")
    record = office.file_penalty()
    office.on("2026-08-20")
    repair = apply_for_repair(office, record, repair_facts("2026-06-01", "2026-06-01", "2026-08-19"))
    repair.grant_in_all_steps()
    office.on("2026-11-02")
    repair.revoke("untrue-commitment")

    days = "2026-08-19", "2026-08-20", "2026-11-01", "2026-11-02", "2027-05-21"
    assert [told(office, record, day) for day in days] == [STANDING, REPAIRED, REPAIRED, STANDING, EXPIRED]
    assert told(office, record, "2026-11-02", as_of="2026-11-01") == REPAIRED
    assert told(office, record, "2026-08-20", as_of="2026-08-19") == STANDING


def test_what_was_revoked_was_never_valid_and_what_was_changed_was_until_its_day(office: Office) -> None:
    """撤销 on every day, once it is known; 变更 from its day on."""
    office.on("2026-05-20")
    revoked, changed = office.file_penalty(), office.file_penalty()
    office.on("2026-06-10")
    office.revoke(revoked, on="2026-06-08")
    office.change(changed)

    assert [told(office, revoked, day) for day in ("2026-05-20", "2026-06-10")] == [REVOKED, REVOKED]
    assert told(office, revoked, "2026-06-09", as_of="2026-06-09") == STANDING
    assert [told(office, changed, day) for day in ("2026-06-09", "2026-06-10")] == [STANDING, ("changed", False, False)]


def test_a_correction_moves_the_values_and_with_them_the_effective_day(office: Office) -> None:
    """更正: known from its entry on, and then for every day."""
    office.on("2026-05-20")
    record = office.file_penalty("2026-05-20")
    filed = office.founded
    office.on("2026-06-10")
    office.correct(record, "2026-05-06", CF_NR_FK=500_000)

    before, after = (row(office, record, "2026-06-10", known) for known in ("2026-06-09", "2026-06-10"))
    assert before is not None
    assert after is not None
    assert (before.values_from, after.values_from, after.entries) == (filed, filed + 1, (filed, filed + 1))
    assert before.public_values is not None
    assert after.public_values is not None
    assert (before.public_values["CF_NR_FK"], after.public_values["CF_NR_FK"]) == (1_000_000, 500_000)
    assert told(office, record, "2026-05-06", as_of="2026-06-09") is None
    assert told(office, record, "2026-05-06") == STORED, "not yet disclosed on that day"
    assert [told(office, record, day) for day in ("2027-05-06", "2027-05-07")] == [STANDING, EXPIRED]


def test_an_entry_of_a_list_is_considered_and_decided_or_dropped(office: Office) -> None:
    """拟列入: effective from the notice; a decision has its own day, and makes the notice its past."""
    dropped, decided = (begin_listing(office, SERIOUS, "health-and-life") for _ in range(2))
    office.on("2026-05-06")
    dropped.notify()
    decided.notify()
    office.on("2026-05-20")
    dropped.drop()
    decided.decide()

    considered: Shown = ("notified", False, False)
    assert told(office, dropped.record, "2026-05-05") is None
    assert [told(office, dropped.record, day) for day in ("2026-05-06", "2026-05-19")] == [considered, considered]
    assert told(office, dropped.record, "2026-05-20") == ("dropped", False, False)
    assert told(office, decided.record, "2026-05-19", as_of="2026-05-19") == considered
    assert told(office, decided.record, "2026-05-19") is None
    days = "2026-05-20", "2029-05-20", "2029-05-21"
    assert [told(office, decided.record, day) for day in days] == [STANDING, STANDING, EXPIRED]
    notice = row(office, decided.record, "2026-05-19", "2026-05-19")
    assert notice is not None
    assert (notice.values_from, notice.decided_on, len(notice.entries)) == (None, None, 1)


def test_lists_differ_in_what_is_seen_of_their_entries(office: Office) -> None:
    """移出 of 经营异常名录 is shown beside the entry; an honour that is lost is not; 重点关注 is nobody's to see."""
    entries = [begin_listing(office, ABNORMAL, "annual-report-not-published"), begin_listing(office, HONOUR, "other")]
    abnormal, honour = entries
    attention = begin_listing(office, ATTENTION, "below-the-standard-of-sanctions")
    office.on("2026-05-06")
    attention.notify()
    office.on("2026-05-20")
    for each in (*entries, attention):
        each.decide()
    office.on("2026-11-02")
    abnormal.remove("early-repair")
    honour.remove("disqualification")

    days = "2026-11-01", "2026-11-02"
    assert [told(office, abnormal.record, day) for day in days] == [STANDING, ("removed", True, False)]
    assert [told(office, honour.record, day) for day in days] == [STANDING, ("removed", False, False)]
    assert [told(office, attention.record, day) for day in ("2027-05-20", "2027-05-21")] == [STORED, EXPIRED]

    office.on("2026-11-05")
    office.revoke(abnormal.record)

    assert told(office, abnormal.record, "2026-11-02") == REVOKED


def test_rules_and_items_are_those_that_an_entry_found(office: Office) -> None:
    """A version published later changes nothing that was determined before it; a correction may name it."""
    office.on("2026-05-20")
    record, corrected = office.file_penalty(), office.file_penalty()
    office.on("2026-06-01")
    publish_seconds(office)
    later = office.file_penalty()
    about: dict[str, JsonValue] = {"catalogue": {"item": PENALTY, "version": 2}}
    office.correct(corrected, "2026-05-20", about=about)

    assert [told(office, record, day) for day in ("2027-05-20", "2027-05-21")] == [STANDING, EXPIRED]
    assert [told(office, later, day) for day in ("2026-12-01", "2026-12-02")] == [STANDING, EXPIRED]
    assert [told(office, corrected, day) for day in ("2027-05-20", "2027-05-21")] == [STANDING, EXPIRED]
    first, second = row(office, record, "2026-06-01"), row(office, corrected, "2026-06-01")
    assert first is not None
    assert second is not None
    assert (first.item_version, second.item_version) == (1, 2)
    assert first.public_values is not None
    assert second.public_values is not None
    assert first.public_values.keys() - second.public_values.keys() == {"CF_NR"}

    terms = act("2026-06-01", publicity=publicity("ordinary"))
    named: dict[str, JsonValue] = {"record": record, "rules": {"name": ORDER, "version": 2}}
    office.say(StatementType.PUBLICITY_DETERMINED, named, terms)

    assert [told(office, record, day) for day in ("2026-11-20", "2026-11-21")] == [STANDING, EXPIRED]


def publish_seconds(office: Office) -> None:
    """Publish made-up second versions: of order 36, half a year for 一般; of the item, 处罚内容 in nobody's view."""
    entries, openings, _events = contents(office.ledger)
    log = read_log(entries, openings)
    rules, item = (deepcopy(log.find(name, 1).text) for name in (ORDER, f"catalogue/{PENALTY}"))
    rules["version"] = item["version"] = 2
    next(each for each in rules["classes"] if each["class"] == "ordinary")["longest_months"] = 6
    next(each for each in item["fields"] if each["code"] == "CF_NR")["public"] = False
    pen = office.desk.pen(office.platform)
    put(office.ledger, rules_statement(pen, parse_rule(ORDER, rules)))
    put(office.ledger, catalogue_statement(pen, parse_item(item)))


def test_a_date_is_its_last_microsecond_and_without_any_day_there_is_no_answer(office: Office) -> None:
    """An instant is itself; the default of `on` is the day of `as_of` in Beijing."""
    office.on("2026-05-20")
    record = office.file_penalty()
    entries, openings, _events = contents(office.ledger)

    assert record in replay(entries, openings, "2026-05-20", None)
    assert record in replay(entries, openings, "2026-05-20T02:00:00.000000Z", None)
    assert record not in replay(entries, openings, "2026-05-20T01:59:59.999999Z", None)
    assert record not in replay(entries, openings, "2026-05-19", None)
    with pytest.raises(ValueError, match="which day"):
        replay(entries, openings, None, None)


def test_of_erased_values_the_record_remains_and_nothing_is_shown(office: Office) -> None:
    """Its status keeps to what stands in clear; its period is gone with the day it was counted from."""
    office.on("2026-05-20")
    record = office.file_penalty("2026-05-18")
    entries, openings, _events = contents(office.ledger)
    del openings[office.founded]
    on_day = {day: replay(entries, openings, None, date.fromisoformat(day)) for day in ("2026-05-19", "2030-01-01")}

    assert record not in on_day["2026-05-19"]
    found = on_day["2030-01-01"][record]
    assert (found.status, found.shown, found.in_force, found.decided_on) == ("standing", False, True, None)


# ---- agreement with the product over a sample ------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """A ledger of made-up cases, as the product reads it and as the second opinion does."""

    folder: Path
    events: list[Recorded]
    catalogue: Catalogue
    book: Rulebook
    log: Log

    def instants(self, count: int) -> list[str]:
        """Random instants: in turn the end of a day, the very instant of an entry, and any at all."""
        dice = random.Random(count)
        first, last = (datetime.fromisoformat(each.recorded_at) for each in (self.log.entries[0], self.log.entries[-1]))
        span = (last - first) // timedelta(microseconds=1)
        anywhere = [first + timedelta(microseconds=dice.randrange(span)) for _ in range(count)]
        return [
            (beijing_day(format_instant(each)).isoformat(), dice.choice(self.log.entries).recorded_at)[number % 3]
            if number % 3 < 2
            else format_instant(each.astimezone(UTC))
            for number, each in enumerate(anywhere)
        ]


def make_sample(folder: Path, events: int, companies: int) -> Sample:
    """A sample over four years, the same on every machine."""
    home = new_home(folder, 7)
    scope = Scope(statements_for(events), date(2022, 1, 4), date(2026, 11, 20))
    make_ledger(home, order_for(home, 7, companies, scope), lambda _done: None)
    with open_for_reading(LedgerHome(folder), randomness(1)) as ledger:
        entries, openings, recorded = contents(ledger)
        catalogue, book = publications(ledger.recorder, ledger.mapper)
    return Sample(folder, recorded, catalogue, book, read_log(entries, openings))


def product_rows(sample: Sample, as_of: str, on: str | None) -> dict[str, dict[str, Any]]:
    """What the product says, by the outcomes and by folding the events, in the words of both."""
    with (
        open_for_reading(LedgerHome(sample.folder), randomness(1)) as ledger,
        ledger.recorder.engine.connect() as at,
    ):
        question = ask(ledger.recorder, ledger.reader.published_size(), date.max, as_of, on)
        law = Law.of(sample.catalogue, sample.book)
        moment = Moment(question.known_on, question.on, law)
        found = list(replay_events(chapters(at), moment, question.size))
        if not question.looks_back:
            assert list(replay_outcomes(outcomes(at, size=question.size), question.on)) == found
    return {row.record: product_row(sample, row) for row in found}


def product_row(sample: Sample, row: Standing) -> dict[str, Any]:
    """One of its rows."""
    values = {} if row.values_from is None else sample.events[row.values_from].values()
    assert not isinstance(values, Erased)
    data = {path[5:]: value for path, value in values.items() if path[:5] == "data/"}
    return {
        "subject": row.subject,
        "issuer": row.issuer,
        "item": (row.item, row.item_version),
        "status": row.status.value,
        "shown": row.shown,
        "in_force": row.in_force,
        "public": public_values(sample.catalogue.items[row.item, row.item_version], data) if row.shown else None,
        "entries": tuple(row.entries),
        "values": data,
    }


def naive_rows(sample: Sample, as_of: str, on: str | None) -> dict[str, dict[str, Any]]:
    """What the second opinion says, in the words of both."""
    return {
        record: {
            "subject": row.subject,
            "issuer": row.issuer,
            "item": (row.item, row.item_version),
            "status": row.status,
            "shown": row.shown,
            "in_force": row.in_force,
            "public": row.public_values,
            "entries": row.entries,
            "values": values_of(sample.log, row),
        }
        for record, row in sample.log.at(as_of, None if on is None else date.fromisoformat(on)).items()
    }


def values_of(log: Log, row: Row) -> dict[str, Any]:
    """The values of a record, from the entry that the row says has them."""
    if row.values_from is None:
        return {}
    return {path[5:]: value for path, value in log.entries[row.values_from].values.items() if path[:5] == "data/"}


def compared(sample: Sample, as_of: str, on: str | None = None) -> set[str]:
    """Compare everything at one instant, on one day; gives the words that were used."""
    theirs, ours = product_rows(sample, as_of, on), naive_rows(sample, as_of, on)

    assert ours.keys() == theirs.keys()
    for record, mine in ours.items():
        assert mine == theirs[record], f"{record} as of {as_of}, on {on}"
    return {mine["status"] for mine in ours.values()}


def other_days(sample: Sample, count: int) -> list[tuple[str, str]]:
    """Random instants, each with a day before or after it."""
    dice = random.Random(count)
    return [
        (as_of, (date(2022, 1, 4) + timedelta(dice.randrange(2000))).isoformat()) for as_of in sample.instants(count)
    ]


def test_both_agree_at_a_dozen_instants_of_a_sample(tmp_path: Path) -> None:
    """On who had which records, from which entries, with which values and words, and what everybody saw of them."""
    sample = make_sample(tmp_path / "ledger", 1_500, 300)
    words = set().union(*(compared(sample, as_of) for as_of in sample.instants(12)))
    for as_of, on in other_days(sample, 8):
        compared(sample, as_of, on)

    assert {"standing", "stored", "expired", "repaired", "revoked", "changed", "removed", "dropped"} <= words
    assert {"masked", "disputed"} <= words


@pytest.mark.slow
def test_both_agree_at_two_hundred_instants_of_a_large_sample(tmp_path: Path) -> None:
    """As the test before it, over twenty thousand entries: every word is used."""
    sample = make_sample(tmp_path / "ledger", 20_000, 4_000)
    words = set().union(*(compared(sample, as_of) for as_of in sample.instants(200)))
    for as_of, on in other_days(sample, 20):
        compared(sample, as_of, on)

    assert words == {
        "revoked",
        "changed",
        "repaired",
        "removed",
        "expired",
        "dropped",
        "notified",
        "masked",
        "disputed",
        "standing",
        "stored",
    }
