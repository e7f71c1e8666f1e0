"""What the public sees of a penalty, by its class: not at all, for a while, or only when there is no secret in it."""

from __future__ import annotations

import pytest

from ledger.vocabulary import RecordStatus
from tests.ledger.harness import publicity
from tests.scenarios.office import Office
from tests.scenarios.papers import LICENCE, PENALTY
from verify.strict import JsonValue

ORDER = "publicity/order-36"
SECRET: dict[str, JsonValue] = {"reason": "trade-secret", "text": "处罚决定载有未公开的配方，权利人要求保密"}
NEED = "涉及校园食品安全，确有必要公示"


def test_a_minor_penalty_is_not_shown_unless_there_is_need(office: Office) -> None:
    """轻微: 原则上不予公示; 确有必要 for three months at most, with the reason recorded."""
    office.on("2026-05-20")
    record = office.file_penalty(grade="minor")

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.STORED
    assert office.clocks(record) == {}, "what is not to be shown is not late"

    office.on("2026-05-25")
    office.determine(record, ORDER, publicity("minor", need=NEED))

    assert office.sees(record) is not None
    assert office.value(record, "publicity.determined", "publicity") == publicity("minor", need=NEED)
    assert office.clocks(record) == {"publicity-end": "2026-08-20"}

    office.on("2026-08-20")
    assert office.sees(record) is not None
    office.on("2026-08-21")

    assert office.run_clock() == ["publicity.ended on 2026-08-20"]
    assert office.sees(record) is None
    assert office.audit() == []


def test_a_need_that_is_seen_later_makes_nobody_late(office: Office) -> None:
    """A minor penalty that is not to be shown has no day by which it must be; the need is a new decision."""
    office.on("2026-05-20")
    record = office.file_penalty(grade="minor")
    office.on("2026-06-15")
    office.determine(record, ORDER, publicity("minor", need=NEED))
    office.on("2026-06-16")

    assert office.run_clock() == []
    assert office.audit() == []


def test_a_summary_penalty_was_never_shown_under_the_old_order(office: Office) -> None:
    """简易程序: not collected for publicity before 2026-04-01, a minor one since."""
    office.on("2026-04-01")
    terms = publicity("minor", need=NEED, summary_procedure=True)
    old = office.file(PENALTY, "2026-03-31", terms=terms)
    new = office.file(PENALTY, "2026-04-01", terms=terms)

    assert office.sees(old) is None
    assert office.sees(new) is not None
    assert office.clocks(old) == {}
    assert office.clocks(new) == {"publicity-end": "2026-07-01"}
    assert office.audit() == []


def test_an_ordinary_penalty_is_no_longer_shown_after_a_year(office: Office) -> None:
    """最长公示期届满自动停止公示: on the day after, by the clock, once; also before anybody looks."""
    office.on("2026-05-20")
    record = office.file_penalty()
    office.on("2027-05-20")

    assert office.sees(record) is not None
    assert office.run_clock() == []

    office.on("2027-05-21")

    assert office.sees(record) is None
    assert office.run_clock() == ["publicity.ended on 2027-05-20"]
    assert office.run_clock() == []
    assert office.status(record) is RecordStatus.EXPIRED
    with office.refuses("about/record"):
        office.determine(record, ORDER, publicity("serious"))
    assert office.audit() == []


def test_a_secret_is_not_shown_and_its_reason_is_recorded(office: Office) -> None:
    """不予公开, 审查: the reason and its text stand in the ledger; when the secret is none any more, all is shown."""
    office.on("2026-05-20")
    with office.refuses("publicity/withheld/text"):
        office.file(PENALTY, terms=publicity(withheld={"reason": "trade-secret", "text": ""}))
    record = office.file(PENALTY, terms=publicity(withheld=SECRET))
    licence = office.file(LICENCE, terms=publicity(None, withheld=SECRET))

    assert office.sees(record) is office.sees(licence) is None
    assert office.value(record, "record.filed", "publicity") == publicity(withheld=SECRET)
    assert office.clocks(record) == office.clocks(licence) == {}

    office.on("2026-10-12")
    assert office.run_clock() == [], "who withholds with a reason is not late"
    office.determine(record, ORDER, publicity("ordinary"))

    assert office.sees(record) is not None
    assert office.clocks(record) == {"publicity-end": "2027-05-20"}, "counted from the decision all the same"

    office.on("2026-12-31")

    assert office.run_clock() == [], "and nobody was late before the secret was lifted"
    assert office.audit() == []


def test_a_penalty_can_turn_out_to_hold_a_secret(office: Office) -> None:
    """What everybody saw is withdrawn by the determination, and no longer shown."""
    office.on("2026-05-20")
    record = office.file_penalty()
    office.on("2026-05-21")
    office.determine(record, ORDER, publicity(withheld=SECRET))

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.STORED
    assert office.clocks(record) == {}
    assert office.audit() == []


def test_a_class_that_is_given_late_is_shown_late(office: Office) -> None:
    """七个工作日内公开: without its class the penalty cannot be shown, and that is the unit's own fault."""
    office.on("2026-09-18")
    record = office.file_penalty(grade=None)

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.STORED
    assert office.clocks(record) == {"disclose": "2026-09-29"}

    office.on("2026-09-30")
    office.determine(record, ORDER, publicity("ordinary"))

    assert office.sees(record) is not None
    assert office.run_clock() == ["disclose missed, due 2026-09-29"]
    assert office.run_clock() == []
    assert office.clocks(record) == {"publicity-end": "2027-09-18"}
    assert office.audit() == []


def test_an_end_is_chosen_between_the_shortest_and_the_longest_period(office: Office) -> None:
    """一般: three months to a year from the decision; the unit may choose, and nothing beyond."""
    office.on("2026-05-20")
    for day in ("2026-08-19", "2027-05-21"):
        with office.refuses("publicity/chosen_end") as answer:
            office.file(PENALTY, terms=publicity("ordinary", chosen_end=day))
        assert answer.says("not between 2026-08-20 and 2027-05-20")
    record = office.file(PENALTY, terms=publicity("ordinary", chosen_end="2026-11-20"))
    with office.refuses("publicity/chosen_end"):
        office.determine(record, ORDER, publicity("serious", chosen_end="2027-05-19"))

    assert office.clocks(record) == {"publicity-end": "2026-11-20"}

    office.on("2026-11-21")

    assert office.run_clock() == ["publicity.ended on 2026-11-20"]
    assert office.sees(record) is None
    assert office.audit() == []


@pytest.mark.parametrize("until", ["2028-05-20", None])
def test_a_rule_of_the_sector_shows_on_what_was_not_performed(office: Office, until: str | None) -> None:
    """届满但未纠正: 按行业主管部门有关规定执行, to a day or until the duty is done; determined on the last day."""
    office.on("2026-05-20")
    record = office.file_penalty()
    office.on("2027-05-20")
    sector: dict[str, JsonValue] = {"citation": "《测试行业信用管理办法》第五条", "until": until}
    office.determine(record, ORDER, publicity("ordinary", sector=sector))
    office.on("2027-05-21")

    assert office.run_clock() == []
    assert office.sees(record) is not None

    office.on("2028-05-21")

    assert office.run_clock() == ([] if until is None else ["publicity.ended on 2028-05-20"])
    assert (office.sees(record) is None) is (until is not None)
    assert office.audit() == []
