"""考核: what is counted of small stories, told day by day, as of a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ledger.rulebook.book import Rulebook
from projections.coverage import CoverageRow, Figures, Objections, coverage
from projections.coverage_totals import Level, Line, Selection, lines_of, years_of
from projections.immediate import GoalState, YearOfImmediate, immediate_years
from projections.keeping import Duty, Tally
from projections.period import Grain, Month
from projections.registers import Declaration, RegisterKey
from projections.share import NoShare, Share
from tests.ledger.domain.story import (
    LICENCE,
    OTHER,
    PENALTY,
    SERIOUS,
    SHIPPED,
    UNIT,
    Story,
    calendar_2027,
    day,
)
from tests.ledger.harness import publicity
from verify.statement_type import Clock, StatementType

T = StatementType
ORDINARY = publicity("ordinary")
NOVEMBER = Month(2026, 11)
WARNING = "credit-warning"
NONE: Mapping[RegisterKey, Declaration] = {}


def filed(today: str, decided_on: str, terms: object = ORDINARY, *, item: str = PENALTY, issuer: str = UNIT) -> Story:
    """A record filed on a day, of a decision of a day; a penalty is disclosed at once if its class is given."""
    story = Story(today)
    story.file(terms if isinstance(terms, dict) else None, item=item, decided_on=decided_on, issuer=issuer)
    return story


def told(
    *stories: Story, on: str, registers: Mapping[RegisterKey, Declaration] = NONE, book: Rulebook = SHIPPED
) -> tuple[CoverageRow, ...]:
    """The rows of these records as of a day."""
    return coverage([story.record for story in stories], registers, stories[0].items if stories else {}, book, day(on))


def figures(*stories: Story, on: str, declared: tuple[int, int] | None = None, book: Rulebook = SHIPPED) -> Figures:
    """The figures of the one row that there is."""
    registers = {} if declared is None else {register(): declaration(*declared)}
    (row,) = told(*stories, on=on, registers=registers, book=book)
    return row.figures


def register(month: Month = NOVEMBER, issuer: str = UNIT, item: str = PENALTY) -> RegisterKey:
    """Whose, of what and when."""
    return RegisterKey(issuer, item, month)


def declaration(decided: int, public: int, declared_on: str = "2026-11-30") -> Declaration:
    """A register as declared."""
    return Declaration(decided, public, 500, day(declared_on))


# ---- collection and disclosure ---------------------------------------------------------------------------------------


def test_the_tenth_working_day_is_in_time_for_collection_and_too_late_for_disclosure() -> None:
    """6 November 2026 is a Friday: the seventh working day after it is the 17th, the tenth the 20th."""
    found = figures(filed("2026-11-20", "2026-11-06"), on="2026-11-20")

    assert (found.filed, found.disclosed) == (1, 1)
    assert found.tally(Duty.COLLECTION) == Tally(kept=1)
    assert found.tally(Duty.DISCLOSURE) == Tally(late=1)
    assert found.tally(Duty.COLLECTION).share_kept == Share(1, 1)
    assert found.tally(Duty.DISCLOSURE).share_kept == Share(0, 1)


def test_one_working_day_late_is_late() -> None:
    """The next working day is a Monday."""
    found = figures(filed("2026-11-23", "2026-11-06"), on="2026-11-23")

    assert found.tally(Duty.COLLECTION) == Tally(late=1)
    assert found.tally(Duty.COLLECTION).share_kept == Share(0, 1)


def test_what_is_not_disclosed_yet_is_running_until_its_last_day_and_then_missed() -> None:
    """A penalty without its class waits; what still runs is not judged."""
    story = filed("2026-11-09", "2026-11-06", None)
    last = figures(story, on="2026-11-17").tally(Duty.DISCLOSURE)
    after = figures(story, on="2026-11-18").tally(Duty.DISCLOSURE)

    assert (last, last.share_kept) == (Tally(running=1), NoShare.NOTHING_DUE)
    assert (after, after.share_kept) == (Tally(missed=1), Share(0, 1))


def test_what_was_missed_and_done_at_last_is_late() -> None:
    """The event of the ledger's clock changes nothing about that."""
    story = filed("2026-11-09", "2026-11-06", None)
    story.at("2026-11-18").miss(story.due(Clock.DISCLOSE))
    assert figures(story, on="2026-11-18").tally(Duty.DISCLOSURE) == Tally(missed=1)

    story.at("2026-11-19").determine(ORDINARY)

    assert figures(story, on="2026-11-19").tally(Duty.DISCLOSURE) == Tally(late=1)


def test_what_ended_before_it_had_to_be_disclosed_is_neither_kept_nor_missed() -> None:
    """And what ended after its day was missed, since nobody ever saw it."""
    in_time, too_late = filed("2026-11-09", "2026-11-06", None), filed("2026-11-09", "2026-11-06", None)
    in_time.at("2026-11-17").change()
    too_late.at("2026-11-18").change()
    found = figures(in_time, too_late, on="2026-11-18")

    assert found.tally(Duty.DISCLOSURE) == Tally(moot=1, missed=1)
    assert (found.collected, found.disclosed) == (2, 0)


def test_what_is_not_to_be_shown_has_no_clock_of_disclosure() -> None:
    """轻微: not shown in principle."""
    found = figures(filed("2026-11-09", "2026-11-06", publicity("minor")), on="2026-11-30")

    assert found.tally(Duty.DISCLOSURE) == Tally()
    assert found.tally(Duty.DISCLOSURE).share_kept is NoShare.NOTHING_DUE


def test_a_december_deadline_is_provisional_until_next_years_calendar_is_published() -> None:
    """暂定: ten working days after 25 December end on 8 January if Monday to Friday are worked, on the 11th by law."""
    story = filed("2027-01-11", "2026-12-25")
    in_time = filed("2027-01-08", "2026-12-25")
    before = figures(story, on="2027-01-11").tally(Duty.COLLECTION)
    story.publish(calendar_2027())
    unmoved = figures(story, on="2027-01-11", book=story.book).tally(Duty.COLLECTION)
    story.recompute(story.due(Clock.COLLECT))

    assert (before, before.share_kept) == (Tally(provisional=1), NoShare.NOTHING_DUE)
    assert unmoved == before
    assert figures(story, on="2027-01-11", book=story.book).tally(Duty.COLLECTION) == Tally(kept=1)
    assert figures(in_time, on="2027-01-08").tally(Duty.COLLECTION) == Tally(kept=1)


def test_a_decision_whose_day_nobody_knows_counts_in_the_month_of_filing() -> None:
    """Its clocks have nothing to run from."""
    story = filed("2026-11-20", "2026-10-06")
    story.state = story.replayed(0)
    (row,) = told(story, on="2026-11-20")

    assert (row.month, row.figures.filed, row.figures.undated) == (NOVEMBER, 1, 1)
    assert row.figures.tally(Duty.COLLECTION) == Tally()
    assert row.figures.immediate == 0


def test_an_entry_of_a_list_counts_from_its_decision_and_not_from_the_notice() -> None:
    """Who was told and not listed was not decided upon."""
    notified, dropped, decided = Story("2026-11-02"), Story("2026-11-02"), Story("2026-11-02")
    for story in (notified, dropped, decided):
        story.notify()
    dropped.at("2026-11-16").drop()
    decided.at("2026-11-16").enlist()
    (row,) = told(notified, dropped, decided, on="2026-11-16")

    assert (row.item, row.month, row.figures.filed) == (SERIOUS, NOVEMBER, 1)
    assert row.figures.tally(Duty.COLLECTION) == Tally(kept=1)


# ---- objections and repairs ------------------------------------------------------------------------------------------


def test_an_objection_that_was_wrong_and_handled_in_time() -> None:
    """核实 5, 执行并送达 3 working days: the unit's; 标注 and 转办, one each, are the platform's."""
    story = filed("2026-11-09", "2026-11-06")
    story.object()
    open_ = figures(story, on="2026-11-09")
    story.at("2026-11-10").forward()
    story.at("2026-11-17").resolve("upheld")
    story.at("2026-11-20").deliver()
    found = figures(story, on="2026-11-20")

    assert open_.objections == Objections(raised=1, open=1)
    assert open_.objections.share_right is NoShare.NOTHING_RESOLVED
    assert open_.tally(Duty.PLATFORM) == Tally(kept=1, running=1)
    assert open_.tally(Duty.OBJECTION) == Tally()
    assert found.objections == Objections(raised=1, upheld=1)
    assert found.objections.share_right == Share(0, 1)
    assert found.tally(Duty.OBJECTION) == Tally(kept=2)
    assert found.tally(Duty.PLATFORM) == Tally(kept=2)


def test_clocks_of_an_objection_that_were_missed() -> None:
    """The platform's delay in forwarding is its own; the unit's five days run from the forwarding."""
    story = filed("2026-11-09", "2026-11-06")
    story.object()
    story.at("2026-11-12").forward()
    running = figures(story, on="2026-11-19")
    missed = figures(story, on="2026-11-20")
    story.at("2026-11-20").correct(objection="o1")
    story.resolve("corrected")
    late = figures(story, on="2026-11-25")
    over = figures(story, on="2026-11-26")

    assert running.tally(Duty.PLATFORM) == Tally(kept=1, late=1)
    assert running.tally(Duty.OBJECTION) == Tally(running=1)
    assert missed.tally(Duty.OBJECTION) == Tally(missed=1)
    assert late.tally(Duty.OBJECTION) == Tally(late=1, running=1)
    assert over.tally(Duty.OBJECTION) == Tally(late=1, missed=1)
    assert over.objections == Objections(raised=1, corrected=1)
    assert over.objections.share_right == Share(1, 1)


def test_a_review_opens_an_objection_again() -> None:
    """Until it is decided there is no outcome to count; then the last one counts."""
    story = filed("2026-11-09", "2026-11-06")
    story.object()
    story.forward()
    story.resolve("upheld")
    story.request_review()
    reviewed = figures(story, on="2026-11-09")
    story.at("2026-11-16").revoke(objection="o1")
    story.review("revoked")
    found = figures(story, on="2026-11-16")

    assert reviewed.objections == Objections(raised=1, open=1)
    assert found.objections == Objections(raised=1, revoked=1)
    assert found.objections.share_right == Share(1, 1)


def test_clocks_of_a_repair() -> None:
    """推送 is the platform's; 受理 3 and 决定 10 working days are the determining unit's."""
    story = filed("2026-05-06", "2026-05-06")
    story.at("2026-08-10").apply()
    story.at("2026-08-11").step(T.REPAIR_FORWARDED)
    story.at("2026-08-17").step(T.REPAIR_ACCEPTED)
    (row,) = (each for each in told(story, on="2026-08-17") if each.figures.filed)
    (missed,) = (each for each in told(story, on="2026-08-25") if each.figures.filed)

    assert row.month == Month(2026, 5)
    assert row.figures.tally(Duty.PLATFORM) == Tally(kept=1)
    assert row.figures.tally(Duty.REPAIR) == Tally(late=1, running=1)
    assert missed.figures.tally(Duty.REPAIR) == Tally(late=1, missed=1)


def test_a_repair_declined_in_time_kept_both_clocks_and_one_without_a_record_left_had_none_to_keep() -> None:
    """不予受理 decides; a revocation leaves nothing to decide."""
    declined, revoked = filed("2026-05-06", "2026-05-06"), filed("2026-05-06", "2026-05-06")
    for story in (declined, revoked):
        story.at("2026-08-10").apply(issuer=UNIT)
    declined.at("2026-08-11").step(T.REPAIR_DECLINED)
    revoked.at("2026-08-11").revoke()
    rows = told(declined, revoked, on="2026-08-11")

    assert [row.figures.tally(Duty.REPAIR) for row in rows if row.figures.filed] == [Tally(kept=2, moot=2)]
    assert [row.figures.tally(Duty.PLATFORM) for row in rows if row.figures.filed] == [Tally(kept=2)]


def test_what_a_court_annulled_is_withdrawn_within_three_working_days() -> None:
    """行政处罚法 第四十八条."""
    story = filed("2026-11-09", "2026-11-06")
    story.open_remedy()
    story.at("2026-11-16").close_remedy(outcome="annulled")
    assert figures(story, on="2026-11-19").tally(Duty.WITHDRAWAL) == Tally(running=1)
    assert figures(story, on="2026-11-20").tally(Duty.WITHDRAWAL) == Tally(missed=1)

    story.at("2026-11-20").revoke(remedy="r1")

    assert figures(story, on="2026-11-20").tally(Duty.WITHDRAWAL) == Tally(late=1)


# ---- registers -------------------------------------------------------------------------------------------------------


def test_without_a_register_there_is_no_rate() -> None:
    """未申报台账, and never a false 100 percent."""
    found = figures(filed("2026-11-09", "2026-11-06"), on="2026-12-01").registered

    assert (found.months, found.declared, found.collected) == (1, 0, 1)
    assert found.collected_share is NoShare.REGISTER_NOT_DECLARED
    assert found.disclosed_share is NoShare.REGISTER_NOT_DECLARED


def test_a_month_that_runs_is_not_asked_for_and_does_not_spoil_the_year() -> None:
    """Its own line says so; declared before its end it counts."""
    stories = filed("2026-10-08", "2026-10-08"), filed("2026-11-09", "2026-11-06")
    october = {register(Month(2026, 10)): declaration(2, 2)}
    running = told(*stories, on="2026-11-30", registers=october)
    early = told(*stories, on="2026-11-30", registers={**october, register(): declaration(2, 2)})

    assert [row.figures.registered.collected_share for row in running] == [Share(1, 2), NoShare.MONTH_RUNNING]
    assert year_of(running).figures.registered.collected_share == Share(1, 2)
    assert year_of(early).figures.registered.collected_share == Share(2, 4)


def test_rates_are_what_is_there_among_what_was_declared() -> None:
    """One of two collected, and the one that is public by law disclosed."""
    found = figures(filed("2026-11-09", "2026-11-06"), on="2026-11-30", declared=(2, 1))

    assert found.registered.collected_share == Share(1, 2)
    assert found.registered.disclosed_share == Share(1, 1)


def test_a_zero_report_is_a_report_and_no_percentage() -> None:
    """零报告: nothing to collect, nothing to disclose, and nothing missing."""
    (row,) = told(on="2026-11-30", registers={register(): declaration(0, 0)})

    assert (row.issuer, row.item, row.month) == (UNIT, PENALTY, NOVEMBER)
    assert (row.figures.registered.months, row.figures.registered.declared) == (1, 1)
    assert row.figures.registered.collected_share is NoShare.NOTHING_TO_COLLECT
    assert row.figures.registered.disclosed_share is NoShare.NOTHING_TO_DISCLOSE


def test_more_collected_than_declared_is_flagged_and_not_clipped() -> None:
    """After a zero report as well."""
    two = [filed("2026-11-09", "2026-11-06"), filed("2026-11-09", "2026-11-06")]
    one_declared, none_declared = (figures(*two, on="2026-11-30", declared=(n, n)) for n in (1, 0))

    assert (one_declared.registered.collected_share, one_declared.registered.disclosed_share) == (
        Share(2, 1, 1),
        Share(2, 1, 1),
    )
    assert none_declared.registered.collected_share == Share(2, 0, 2)


def test_a_revoked_record_stands_for_no_decision() -> None:
    """Else one filed twice and revoked once would make up for one that was never filed."""
    wrong, right = filed("2026-11-09", "2026-11-06"), filed("2026-11-09", "2026-11-06")
    wrong.revoke()
    found = figures(wrong, right, on="2026-11-30", declared=(2, 2))

    assert (found.filed, found.revoked, found.collected) == (2, 1, 1)
    assert (found.registered.collected_share, found.registered.disclosed_share) == (Share(1, 2), Share(1, 2))
    assert found.immediate == 0
    assert found.tally(Duty.COLLECTION) == Tally(kept=2)


def test_silence_is_seen_from_the_month_in_which_the_ledger_first_heard_of_the_item() -> None:
    """No row for the months before it; the month that runs is not asked for yet."""
    story = filed("2026-09-10", "2026-07-31")
    rows = told(story, on="2026-11-20", registers={register(Month(2026, 10)): declaration(0, 0, "2026-11-02")})

    assert [(str(row.month), row.figures.filed, row.figures.registered.collected_share) for row in rows] == [
        ("2026-07", 1, NoShare.REGISTER_NOT_DECLARED),
        ("2026-09", 0, NoShare.REGISTER_NOT_DECLARED),
        ("2026-10", 0, NoShare.NOTHING_TO_COLLECT),
    ]


# ---- warnings, immediate collection ----------------------------------------------------------------------------------


def test_warnings_are_told_by_the_nature_of_the_item() -> None:
    """警示信息 are, a penalty is not: a share is of what was collected."""
    warning = filed("2026-11-09", "2026-11-06", None, item=WARNING)
    rows = told(warning, filed("2026-11-09", "2026-11-06"), on="2026-11-20")
    total = lines_of(rows, Grain.YEAR)[-1]

    assert {row.item: row.figures.warning_share for row in rows} == {WARNING: Share(1, 1), PENALTY: Share(0, 1)}
    assert (total.level, total.figures.warning_share) == (Level.TOTAL, Share(1, 2))


def test_immediate_is_the_day_of_the_decision_or_the_next_one_of_the_calendar() -> None:
    """24 hours, in days: Monday is three days after Friday, whatever is worked in between."""
    for today, expected in (("2026-11-06", 1), ("2026-11-07", 1), ("2026-11-08", 0), ("2026-11-09", 0)):
        assert figures(filed(today, "2026-11-06"), on=today).immediate == expected


def test_growth_of_immediate_collection_is_held_against_thirty_percent_a_year_on_average() -> None:
    """从基年起: 10, 13, 16, 22 by years; (1.3)² is 16.9 and (1.3)³ is 21.97."""
    counts = [(UNIT, 2023, 10), (UNIT, 2024, 6), (UNIT, 2024, 7), (UNIT, 2025, 16), (UNIT, 2026, 22)]
    years = immediate_years(counts, 2026)

    assert [(each.year, each.immediate, each.growth, each.goal) for each in years] == [
        (2023, 10, None, GoalState.NO_BASE),
        (2024, 13, Share(3, 10), GoalState.MET),
        (2025, 16, Share(3, 13), GoalState.NOT_MET),
        (2026, 22, Share(6, 16), GoalState.MET),
    ]
    assert {each.base_year for each in years} == {None, 2023}


def test_a_year_that_runs_may_still_reach_the_goal_and_a_fall_is_below_zero() -> None:
    """A year without any still counts; what never was has no growth."""
    years = immediate_years([(UNIT, 2024, 4), (UNIT, 2026, 2), (OTHER, 2026, 0)], 2026)

    assert years == (
        YearOfImmediate(UNIT, 2024, 4, 0, None, GoalState.NO_BASE),
        YearOfImmediate(UNIT, 2025, 0, 4, 2024, GoalState.NOT_MET),
        YearOfImmediate(UNIT, 2026, 2, 0, 2024, GoalState.YEAR_RUNNING),
        YearOfImmediate(OTHER, 2026, 0, 0, None, GoalState.NO_BASE),
    )
    assert [each.growth for each in years] == [None, Share(-4, 4), None, None]


# ---- totals ----------------------------------------------------------------------------------------------------------


def test_rows_add_up_by_department_item_and_period() -> None:
    """Each level by itself makes the total."""
    stories = (
        filed("2026-09-30", "2026-09-30"),
        filed("2026-10-08", "2026-10-08"),
        filed("2026-10-08", "2026-10-08", None, item=LICENCE),
        filed("2026-10-08", "2026-10-08", issuer=OTHER),
    )
    rows = told(*stories, on="2026-10-20")
    lines = lines_of(rows, Grain.QUARTER)

    assert [(line.level, line.issuer, line.item, line.period, line.figures.filed) for line in lines] == [
        (Level.DETAIL, UNIT, LICENCE, "2026-Q4", 1),
        (Level.DETAIL, UNIT, PENALTY, "2026-Q3", 1),
        (Level.DETAIL, UNIT, PENALTY, "2026-Q4", 1),
        (Level.DETAIL, OTHER, PENALTY, "2026-Q4", 1),
        (Level.DEPARTMENT, UNIT, None, "2026-Q3", 1),
        (Level.DEPARTMENT, UNIT, None, "2026-Q4", 2),
        (Level.DEPARTMENT, OTHER, None, "2026-Q4", 1),
        (Level.ITEM, None, LICENCE, "2026-Q4", 1),
        (Level.ITEM, None, PENALTY, "2026-Q3", 1),
        (Level.ITEM, None, PENALTY, "2026-Q4", 2),
        (Level.PERIOD, None, None, "2026-Q3", 1),
        (Level.PERIOD, None, None, "2026-Q4", 3),
        (Level.TOTAL, None, None, None, 4),
    ]
    assert lines[-1].figures.tally(Duty.COLLECTION) == Tally(kept=4)


def test_one_register_that_is_missing_leaves_a_year_without_a_rate() -> None:
    """Nobody knows how many decisions the missing month has."""
    story, key = filed("2026-10-08", "2026-10-08"), register(Month(2026, 10))
    partly = year_of(told(story, on="2026-12-01", registers={key: declaration(1, 1)}))
    both = {key: declaration(1, 1), register(): declaration(1, 1)}
    whole = year_of(told(story, on="2026-12-01", registers=both))

    assert (partly.figures.registered.months, partly.figures.registered.declared) == (2, 1)
    assert partly.figures.registered.collected_share is NoShare.REGISTER_NOT_DECLARED
    assert whole.figures.registered.collected_share == Share(1, 2)


def test_the_surplus_of_one_month_does_not_make_up_for_what_another_lacks() -> None:
    """Two of two in all, and yet one was never collected: the contradiction stays to be seen."""
    stories = (filed("2026-10-08", "2026-10-08"), filed("2026-10-08", "2026-10-08"))
    registers = {register(Month(2026, 10)): declaration(1, 1), register(): declaration(1, 1)}

    assert year_of(told(*stories, on="2026-12-01", registers=registers)).figures.registered.collected_share == Share(
        2, 2, 1
    )


def test_a_selection_picks_departments_items_and_months_and_leaves_the_base_year() -> None:
    """Growth is measured from the first year, whichever months are asked for."""
    rows = told(filed("2025-11-04", "2025-11-04"), filed("2026-11-06", "2026-11-06", issuer=OTHER), on="2026-11-30")
    ours = Selection(issuer=UNIT, first=Month(2026, 1), last=Month(2026, 12))

    assert {(row.issuer, str(row.month)) for row in rows if ours.has(row)} == {
        (UNIT, f"2026-{number:02d}") for number in range(1, 11)
    }
    assert [(each.issuer, each.year, each.immediate) for each in years_of(rows, ours, 2026)] == [
        (UNIT, 2025, 1),
        (UNIT, 2026, 0),
    ]
    assert [row.item for row in rows if Selection(item=LICENCE).has(row)] == []
    assert (ours.whole_years, Selection(first=NOVEMBER).whole_years) == (True, False)
    assert Selection(last=NOVEMBER).whole_years is False


def test_an_empty_ledger_has_no_figures() -> None:
    """And no total."""
    assert coverage([], {}, {}, SHIPPED, date(2026, 11, 30)) == ()
    assert lines_of([], Grain.YEAR) == ()


def year_of(rows: tuple[CoverageRow, ...]) -> Line:
    """The one line of the department's year."""
    (line,) = (line for line in lines_of(rows, Grain.YEAR) if line.level is Level.DEPARTMENT)
    return line
