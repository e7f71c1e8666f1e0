"""Links between subjects in the log: on streams of their own, decided in order, one subject under several codes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.domain.link import identity_of
from ledger.errors import NotEntitled, RuleBroken
from ledger.service import WritableLedger
from ledger.store.links import Links
from ledger.vocabulary import LinkKind
from tests.ledger.harness import (
    ENTERPRISE,
    MARKET,
    MARKET_TOO,
    PENALTY,
    TAX,
    Desk,
    act,
    findings,
    item_reference,
    penalty,
    publicity,
    put,
    record_values,
)
from tests.ledger.linking import OLD, OLDER, REGISTERED, TWIN, link, separate
from verify.entry import Entry
from verify.statement_type import StatementType
from verify.strict import JsonValue
from verify.submission import Submission


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Everybody around a ledger that is not founded yet."""
    return Desk(tmp_path / "ledger")


@pytest.fixture
def ledger(desk: Desk) -> Iterator[WritableLedger]:
    """A founded ledger; at the end the whole log must audit clean."""
    with desk.found() as ledger:
        yield ledger
        assert findings(ledger) == []


def handles(ledger: WritableLedger, handle: str) -> tuple[str, ...]:
    """All handles of a subject, today's first."""
    return identity_of(handle, Links(ledger.recorder.engine).now()).handles


def batch(ledger: WritableLedger, *submissions: Submission) -> list[str | None]:
    """Append in one batch; the field that each refusal names."""
    admitted = [ledger.sequencer.admit(each.statement, each.openings) for each in submissions]
    futures = [ledger.sequencer.submit(each) for each in admitted]
    ledger.sequencer.start()
    errors = [future.exception(20) for future in futures]
    assert all(error is None or isinstance(error, RuleBroken) for error in errors)
    return [error.faults[0].field if isinstance(error, RuleBroken) else None for error in errors]


def refusal(ledger: WritableLedger, submission: Submission) -> str:
    """The field that the refusal of a statement names."""
    with pytest.raises(RuleBroken) as error:
        put(ledger, submission)
    return error.value.faults[0].field


def test_a_link_advances_a_stream_of_its_own_under_today_s_handle(desk: Desk, ledger: WritableLedger) -> None:
    """So does its separation, which says nothing of the subject itself."""
    identifier = desk.new_id()
    first = put(ledger, link(desk, identifier, REGISTERED)).seq
    last = put(ledger, separate(desk, identifier)).seq
    headers = [Entry.parse(raw).header for _seq, raw in ledger.reader.entries(first, last + 1)]

    assert [(header.stream, header.version, header.subject) for header in headers] == [
        (identifier, 1, ENTERPRISE.handle),
        (identifier, 2, ENTERPRISE.handle),
    ]
    assert not any(header.discloses or header.withdraws for header in headers)


def test_the_rules_hold_within_a_batch(desk: Desk, ledger: WritableLedger) -> None:
    """Each statement finds what those before it have led to, though nothing of it is written yet."""
    first, second, third = (desk.new_id() for _ in range(3))
    fields = batch(
        ledger,
        link(desk, first, OLD),
        link(desk, first, OLDER),
        link(desk, second, OLD, TWIN),
        link(desk, second, ENTERPRISE, OLD),
        link(desk, second, OLDER, OLD),
        separate(desk, third),
        separate(desk, first),
        separate(desk, first),
        link(desk, third, OLD, TWIN, kind=LinkKind.MERGED, valid_until=None),
    )

    assert fields == [
        None, "about/link", "about/handle", "about/handle", None, "about/link", None, "about/link", None
    ]  # fmt: skip
    assert handles(ledger, OLDER.handle) == (TWIN.handle, OLD.handle, OLDER.handle)
    assert handles(ledger, ENTERPRISE.handle) == (ENTERPRISE.handle,)


def test_the_rules_hold_from_batch_to_batch_and_after_a_restart(desk: Desk) -> None:
    """What is in force is read from the rows, what a link is from its events."""
    first, second = desk.new_id(), desk.new_id()
    with desk.found() as ledger:
        put(ledger, link(desk, first, OLD))
        assert refusal(ledger, link(desk, second, OLD, TWIN)) == "about/handle"
    with desk.open() as ledger:
        assert refusal(ledger, link(desk, first, OLDER)) == "about/link"
        assert refusal(ledger, link(desk, second, OLD, TWIN)) == "about/handle"
        assert refusal(ledger, link(desk, second, ENTERPRISE, OLD)) == "about/handle"
        assert refusal(ledger, separate(desk, first, key=TAX)) == "issuer"
        put(ledger, separate(desk, first))
        put(ledger, link(desk, second, ENTERPRISE, OLD))

        assert handles(ledger, ENTERPRISE.handle) == (OLD.handle, ENTERPRISE.handle)
        assert findings(ledger) == []


def test_the_operator_does_not_link(desk: Desk, ledger: WritableLedger) -> None:
    """The registers are the departments'."""
    with pytest.raises(NotEntitled):
        put(ledger, link(desk, desk.new_id(), OLD, key=desk.home.operator_key()))


@pytest.mark.parametrize("how", ["in the batch", "in memory", "in the database"])
def test_streams_are_not_mixed(desk: Desk, how: str) -> None:
    """A link is not made under a record's id or the ledger's, nor is a record filed under a link's."""
    record, linked = desk.new_id(), desk.new_id()
    begun = [desk.file(record), link(desk, linked, OLD)]
    with desk.found() as ledger:
        opening = Entry.parse(ledger.reader.entries(0, 1)[0][1]).header.stream
        if how == "in the database":
            assert batch(ledger, *begun) == [None, None]
    mixed = [
        link(desk, record, OLDER),
        separate(desk, record),
        link(desk, opening, OLDER),
        separate(desk, opening),
        desk.file(linked),
        desk.revoke(linked),
        desk.file(opening),
    ]
    with desk.open() as ledger:
        if how == "in memory":
            for submission in begun:
                put(ledger, submission)
        fields = batch(ledger, *(begun if how == "in the batch" else ()), *mixed)[-len(mixed) :]

        assert fields == ["about/link"] * 4 + ["about/record"] * 3
        assert findings(ledger) == []


def test_a_bar_follows_the_subject_to_its_other_codes(desk: Desk) -> None:
    """Who abused a repair does not get around the bar by changing its code; who turns out another is not barred."""
    old, new, linked = (desk.new_id() for _ in range(3))
    repair, again = desk.new_id(), desk.new_id()
    with desk.found(rules=True) as ledger:
        for record, subject in ((old, OLD), (new, ENTERPRISE)):
            about: dict[str, JsonValue] = {"catalogue": item_reference(PENALTY), "record": record}
            values = {**record_values(subject, penalty(subject)), "publicity": publicity(), "operator": "测试经办人"}
            put(ledger, desk.sign(StatementType.RECORD_FILED, about, values))
        put(ledger, link(desk, linked, OLD))
        desk.clock.advance(150 * 86_400)
        put(ledger, apply(desk, old, repair))
        for kind in (StatementType.REPAIR_ACCEPTED, StatementType.REPAIR_VERIFIED, StatementType.REPAIR_GRANTED):
            put(ledger, step(desk, kind, old, repair))
        put(ledger, step(desk, StatementType.REPAIR_REVOKED, old, repair, abuse="false-material"))
        with pytest.raises(RuleBroken, match="barred from repair until"):
            put(ledger, apply(desk, new, again))
        put(ledger, separate(desk, linked))
        put(ledger, apply(desk, new, again))

        assert findings(ledger) == []


def apply(desk: Desk, record: str, repair: str) -> Submission:
    """`repair.applied`, taken in by the determining unit, with every condition met."""
    day = "2026-11-25"
    facts = act(
        desk.today,
        facts={"corrected_on": day, "performed_on": day, "committed_on": day, "other": [], "supplementary": []},
    )
    rules: dict[str, JsonValue] = {"name": "repair/order-36", "version": 1}
    about: dict[str, JsonValue] = {"record": record, "repair": repair, "rules": rules}
    return desk.sign(StatementType.REPAIR_APPLIED, about, facts)


def step(desk: Desk, kind: StatementType, record: str, repair: str, **more: str) -> Submission:
    """A later step of the repair, signed by two where two decide."""
    too = MARKET_TOO if kind in {StatementType.REPAIR_GRANTED, StatementType.REPAIR_REVOKED} else None
    return desk.sign(kind, {"record": record, "repair": repair}, act(desk.today, **more), MARKET, too=too)
