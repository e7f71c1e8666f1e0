"""Stories that together go through every step that a record can take."""

from __future__ import annotations

from collections.abc import Callable

from tests.ledger.domain.story import (
    ABNORMAL,
    DEBTOR,
    OPERATOR,
    SERIOUS,
    UNIT,
    VOLUNTARY,
    Story,
    T,
    calendar_2027,
    facts_of,
)
from tests.ledger.harness import publicity
from verify.statement_type import Clock
from verify.strict import JsonValue

OTHER: JsonValue = {"text": "已缴清欠款", "citation": "《测试办法》第三条", "met_on": "2027-11-29"}


def a_penalty() -> Story:
    """Disputed, reviewed, sued over, corrected, masked, repaired, abused, repaired again, changed, revoked."""
    story = Story()
    story.file(publicity("ordinary"))
    story.object()
    story.at("2026-11-23").forward()
    story.extend(10)
    story.at("2026-11-25").correct(objection="o1", decided_on="2026-11-19")
    story.resolve("corrected")
    story.deliver()
    story.object("o2", issuer=UNIT)
    story.at("2026-11-26").correct(objection="o2")
    story.resolve("corrected", "o2")
    story.request_review()
    story.at("2026-11-27").review("upheld")
    story.deliver(issuer=OPERATOR)
    story.open_remedy()
    story.at("2026-12-01").close_remedy(outcome="changed")
    story.correct(remedy="r1")
    story.determine(publicity("serious", sector=None))
    story.at("2026-12-18").mask()
    story.unmask()
    story.mask("m2")
    story.at("2026-12-19").unmask("m2", outcome="failed")
    facts: dict[str, JsonValue] = {"other": [OTHER], "supplementary": ["参加社区志愿服务20小时"]}
    story.at("2027-12-01").apply(facts=facts_of("2027-12-01", **facts))
    story.step(T.REPAIR_FORWARDED)
    story.at("2027-12-02").step(T.REPAIR_ACCEPTED)
    story.step(T.REPAIR_EXTENDED)
    story.at("2027-12-03").step(T.REPAIR_VERIFIED)
    story.step(T.REPAIR_GRANTED)
    story.at("2028-01-03").abuse()
    story.change(superseded_by="next")
    story.revoke()
    return story


def a_late_penalty() -> Story:
    """Filed late over the turn of the year, its deadlines moved and missed, and ended by itself."""
    story = Story("2027-01-05")
    story.file(publicity("ordinary", chosen_end="2027-06-01"), decided_on="2026-12-18")
    story.publish(calendar_2027()).recompute(story.due(Clock.COLLECT))
    story.miss(story.due(Clock.COLLECT))
    story.miss(story.due(Clock.DISCLOSE))
    story.at("2027-06-02").fall_due(T.PUBLICITY_ENDED, "2027-06-01", "publicity/order-36")
    story.grant()
    return story


def an_entry_of_a_list() -> Story:
    """Notified, defended, decided, ended by itself."""
    story = Story("2026-05-06")
    story.notify()
    story.at("2026-05-08").defend(on="2026-05-07")
    story.at("2026-05-20").enlist(defence="陈述不成立，已逐条答复")
    story.at("2029-05-21").fall_due(T.LISTING_EXPIRED, "2029-05-20", f"list/{SERIOUS}")
    return story


def an_abnormal_operation() -> Story:
    """经营异常: decided, and taken off."""
    story = Story("2026-05-20")
    story.enlist(item=ABNORMAL)
    story.at("2026-11-02").remove("early-repair", on="2026-10-30")
    return story


def a_judgment_debtor() -> Story:
    """Decided by a court, for a year more than others."""
    story = Story("2026-05-20")
    story.enlist("evasion", "property-report", item=DEBTOR, prolonged_by=12)
    return story


def a_dropped_entry() -> Story:
    """Notified, defended, dropped."""
    story = Story("2026-05-06")
    story.notify()
    story.at("2026-05-08").defend()
    story.at("2026-05-20").drop(on="2026-05-19")
    return story


def a_withdrawn_consent() -> Story:
    """Registered by the subject itself, who took the authorisation back."""
    story = Story("2026-05-06")
    story.file(item=VOLUNTARY)
    story.at("2026-05-20").withdraw("2026-05-20")
    return story


STORIES: list[Callable[[], Story]] = [
    a_penalty,
    a_late_penalty,
    an_entry_of_a_list,
    an_abnormal_operation,
    a_judgment_debtor,
    a_dropped_entry,
    a_withdrawn_consent,
]
