"""What may be said of a record next: an audit finds what the ledger would have refused, and nothing else."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from ledger.domain.events import AnyBody, RecordRevoked, read_body, recorded
from ledger.domain.record import CreditRecord, Disclosure, decide, evolve
from ledger.errors import RuleBroken
from ledger.vocabulary import ObjectionOutcome
from tests.verify.log_builder import ITEM, LOG_KEY, LogBuilder, MemorySource
from verify.audit import audit
from verify.commitment import Opening
from verify.entry import Entry, EntryHeader
from verify.finding import Fault, Finding
from verify.note import SignedNote
from verify.order import LogOrder
from verify.statement import Statement
from verify.strict import JsonValue

Act = Callable[[LogBuilder], object]
WRONG: dict[str, tuple[Act, Fault, str]] = {}
ALLOWED: dict[str, Act] = {}


def wrong(fault: Fault, said: str) -> Callable[[Act], Act]:
    """Register an act whose last entry is wrong: the finding's fault and a part of its sentence."""

    def register(act: Act) -> Act:
        WRONG[act.__name__] = act, fault, said
        return act

    return register


def allowed(act: Act) -> Act:
    """Register an act in which nothing is wrong."""
    ALLOWED[act.__name__] = act
    return act


def log() -> LogBuilder:
    """Two departments and one item; entries 4 and 5 file two disclosed records of one subject, 6 a hidden one."""
    built = LogBuilder.ready(7)
    one = built.file("dept.one")
    built.file("dept.one", value=one.value)
    built.file("dept.one", disclose=False)
    return built


def audited(built: LogBuilder) -> tuple[Finding, ...]:
    """The findings of an audit of the whole log."""
    return audit(MemorySource(built.archive()), log_key=LOG_KEY.verifier).findings


# ---- a revoked record


@wrong(Fault.RULE_BROKEN, "rule record-stands; found record.corrected of a record that entry 7 revoked")
def a_correction_of_a_revoked_record(built: LogBuilder) -> None:
    built.revoke(built.records[0])
    built.correct(built.records[0])


@wrong(Fault.RULE_BROKEN, "rule record-stands; found objection.raised of a record that entry 7 revoked")
def an_objection_to_a_revoked_record(built: LogBuilder) -> None:
    built.revoke(built.records[0])
    built.object(built.records[0], built.identifier())


@wrong(Fault.RULE_BROKEN, "rule record-stands; found record.revoked of a record that entry 7 revoked")
def a_second_revocation(built: LogBuilder) -> None:
    built.revoke(built.records[0])
    built.follow("record.revoked", built.records[0])


@wrong(Fault.RULE_BROKEN, "rule record-stands")
def a_correction_of_a_hidden_record_that_was_revoked(built: LogBuilder) -> None:
    built.follow("record.revoked", built.records[2])
    built.correct(built.records[2])


@wrong(Fault.RULE_BROKEN, "rule item-kept")
def a_correction_under_another_item(built: LogBuilder) -> None:
    built.publish(item="another-item")
    built.correct(built.records[0], catalogue={"item": "another-item", "version": 1})


@allowed
def an_objection_resolved_after_the_revocation_it_led_to(built: LogBuilder) -> None:
    objection, other = built.identifier(), built.identifier()
    built.object(built.records[0], objection)
    built.object(built.records[0], other)
    built.revoke(built.records[0], objection=objection, superseded_by=built.records[1].id)
    built.resolve(built.records[0], objection)
    built.resolve(built.records[0], other)


@allowed
def a_correction_for_an_objection_and_one_without(built: LogBuilder) -> None:
    objection = built.identifier()
    built.object(built.records[0], objection)
    built.correct(built.records[0], objection=objection)
    built.resolve(built.records[0], objection)
    built.correct(built.records[0])
    built.revoke(built.records[0])


# ---- objections


@wrong(Fault.RULE_BROKEN, "rule objection-open; found objection.resolved for an objection never raised")
def an_objection_resolved_that_nobody_raised(built: LogBuilder) -> None:
    built.resolve(built.records[0], built.identifier())


@wrong(Fault.RULE_BROKEN, "rule objection-open; found objection.resolved for an objection never raised")
def an_objection_resolved_on_another_record(built: LogBuilder) -> None:
    objection = built.identifier()
    built.object(built.records[0], objection)
    built.resolve(built.records[1], objection)


@wrong(Fault.RULE_BROKEN, "rule objection-open; found objection.resolved for an objection that was resolved before")
def an_objection_resolved_twice(built: LogBuilder) -> None:
    objection = built.identifier()
    built.object(built.records[0], objection)
    built.resolve(built.records[0], objection)
    built.resolve(built.records[0], objection)


@wrong(Fault.RULE_BROKEN, "rule objection-raised-once")
def an_objection_raised_twice(built: LogBuilder) -> None:
    objection = built.identifier()
    built.object(built.records[0], objection)
    built.object(built.records[0], objection)


@wrong(Fault.RULE_BROKEN, "rule objection-raised-once")
def an_objection_raised_again_after_it_was_resolved(built: LogBuilder) -> None:
    objection = built.identifier()
    built.object(built.records[0], objection)
    built.resolve(built.records[0], objection)
    built.object(built.records[0], objection)


@wrong(Fault.RULE_BROKEN, "rule objection-open; found record.corrected for an objection never raised")
def a_correction_for_an_objection_that_nobody_raised(built: LogBuilder) -> None:
    built.correct(built.records[0], objection=built.identifier())


@wrong(Fault.RULE_BROKEN, "rule objection-open; found record.revoked for an objection that was resolved")
def a_revocation_for_an_objection_that_was_resolved(built: LogBuilder) -> None:
    objection = built.identifier()
    built.object(built.records[0], objection)
    built.resolve(built.records[0], objection)
    built.revoke(built.records[0], objection=objection)


@allowed
def the_same_objection_id_on_two_records(built: LogBuilder) -> None:
    """The ledger counts objections by record."""
    objection = built.identifier()
    for record in built.records[:2]:
        built.object(record, objection)
        built.resolve(record, objection)


# ---- references


@wrong(Fault.ENTRY_MALFORMED, "about/objection must be a lower-case UUIDv7")
def free_text_as_an_objection(built: LogBuilder) -> None:
    built.object(built.records[0], "张三 owes 5")


@wrong(Fault.ENTRY_MALFORMED, "about/objection must be a lower-case UUIDv7")
def an_objection_written_in_capitals(built: LogBuilder) -> None:
    built.object(built.records[0], "0193F000-0000-7000-8000-000000000020")


@wrong(Fault.ENTRY_MALFORMED, "about/objection must be a string")
def an_objection_that_is_an_object(built: LogBuilder) -> None:
    built.correct(built.records[0], objection={"name": "张三"})


@wrong(Fault.ENTRY_MALFORMED, "about/superseded_by must be a lower-case UUIDv7")
def free_text_as_a_successor(built: LogBuilder) -> None:
    built.revoke(built.records[0], superseded_by="张三 owes 5")


@wrong(Fault.ENTRY_MALFORMED, "about/catalogue")
def free_text_as_the_name_of_an_item(built: LogBuilder) -> None:
    built.publish(item="张三 owes 5")


# ---- disclosure


@wrong(Fault.DISCLOSURE_WRONG, "only record.revoked withdraws; found objection.raised withdraws entry 4")
def an_objection_that_hides_its_record(built: LogBuilder) -> None:
    built.object(built.records[0], built.identifier(), withdraws=[4])


@wrong(Fault.DISCLOSURE_WRONG, "only record.revoked withdraws; found record.corrected withdraws entry 4")
def a_correction_that_hides_its_record(built: LogBuilder) -> None:
    about: dict[str, JsonValue] = {"catalogue": {"item": ITEM, "version": 1}}
    built.follow("record.corrected", built.records[0], about, withdraws=[4])


@wrong(Fault.DISCLOSURE_WRONG, "only record.revoked withdraws; found record.filed withdraws entry 4")
def a_filing_that_hides_another(built: LogBuilder) -> None:
    built.file("dept.one", value=built.records[0].value, withdraws=[4])


@wrong(Fault.DISCLOSURE_WRONG, "only record.revoked withdraws; found catalogue.published withdraws entry 4")
def administration_that_hides_a_record(built: LogBuilder) -> None:
    built.publish(item="another-item", withdraws=[4])


@wrong(Fault.DISCLOSURE_WRONG, "withdraws the disclosed filing of its own record; found withdraws entry 5")
def a_revocation_that_hides_another_record_of_the_subject(built: LogBuilder) -> None:
    built.follow("record.revoked", built.records[0], withdraws=[4, 5])


@wrong(Fault.DISCLOSURE_WRONG, "withdraws the filing that it revokes; found leaves disclosed entry 4")
def a_revocation_that_hides_nothing(built: LogBuilder) -> None:
    built.follow("record.revoked", built.records[0])


@wrong(Fault.DISCLOSURE_WRONG, "withdraws the disclosed filing of its own record; found withdraws entry 6")
def a_revocation_that_hides_what_is_hidden(built: LogBuilder) -> None:
    built.revoke(built.records[2])


@wrong(Fault.DISCLOSURE_WRONG, "only record.filed discloses; found record.corrected discloses entry 6")
def a_correction_that_shows_a_hidden_record(built: LogBuilder) -> None:
    about: dict[str, JsonValue] = {"catalogue": {"item": ITEM, "version": 1}}
    built.follow("record.corrected", built.records[2], about, discloses=[6])


@wrong(Fault.DISCLOSURE_WRONG, "a filing that discloses itself; found discloses entry 6")
def a_filing_that_shows_a_hidden_record(built: LogBuilder) -> None:
    built.file("dept.one", value=built.records[0].value, discloses=[6])


@wrong(Fault.DISCLOSURE_WRONG, "only record.filed discloses; found catalogue.published discloses entry 6")
def administration_that_shows_a_hidden_record(built: LogBuilder) -> None:
    built.publish(item="another-item", discloses=[6])


@allowed
def a_hidden_record_revoked(built: LogBuilder) -> None:
    built.follow("record.revoked", built.records[2])


@pytest.mark.parametrize("name", WRONG)
def test_what_the_ledger_would_refuse_is_found_and_the_rule_named(name: str) -> None:
    """Each log is signed throughout by those entitled to it: only the rules about records speak against it."""
    act, fault, said = WRONG[name]
    built = log()
    act(built)

    found = audited(built)

    assert [finding.fault for finding in found] == [fault]
    assert found[0].where == f"entry {len(built.entries) - 1}"
    assert said in found[0].sentence()
    assert "张三" not in found[0].sentence()


@pytest.mark.parametrize("name", ALLOWED)
def test_what_the_ledger_would_take_is_clean(name: str) -> None:
    """The audit is not stricter than the ledger."""
    built = log()
    ALLOWED[name](built)

    assert audited(built) == ()


def test_a_department_that_came_back_with_a_new_key_is_clean() -> None:
    """Revoked, registered again, and its own records are its own still."""
    built = log()
    built.revoke_key("dept.one")
    built.register("dept.one", label="2")
    built.correct(built.records[0])
    built.file("dept.one")

    assert audited(built) == ()


def test_a_record_filed_again_is_not_disclosed_by_that() -> None:
    """The second filing is no filing of its own record, which has one already."""
    built, record = log(), log().records[0]
    built.file("dept.one", record=record.id, value=record.value, version=2)

    found = audited(built)

    assert [finding.fault for finding in found] == [Fault.VERSION_WRONG, Fault.DISCLOSURE_WRONG]


def test_a_record_whose_filing_is_missing_is_nobodys_in_particular() -> None:
    """Whose record it is and of which item stood in the missing entry: no accusation is made up in its place."""
    built = LogBuilder.ready(7)
    record = built.file("dept.one")
    built.object(record, built.identifier())
    built.correct(record)
    order = LogOrder()
    found = []
    for seq, raw in enumerate(built.entries):
        if seq == record.filing:
            order.skip(None)
            continue
        entry = Entry.parse(raw)
        found += list(order.add(entry.header, entry.statement, entry.digest, sound=True))

    assert {finding.fault for finding in found} == {Fault.VERSION_WRONG}


# ---- the ledger's own decision as the judge

RECORD, SUBJECT = "0193f000-0000-7000-8000-000000000020", "A" * 32
OBJECTIONS = [f"0193f000-0000-7000-8000-00000000003{number}" for number in range(3)]
KINDS = ["record.filed", "record.corrected", "record.revoked", "objection.raised", "objection.resolved"]


def random_statement(chance: random.Random, seq: int) -> Statement:
    """Anything that may be said about the one record, in its form."""
    kind = chance.choices(KINDS, [1, 3, 1, 4, 4])[0]
    about: dict[str, JsonValue] = {"record": RECORD}
    if kind in {"record.filed", "record.corrected"}:
        about["catalogue"] = {"item": chance.choice([ITEM, ITEM, ITEM, "another-item"]), "version": 1}
    if kind.startswith("objection") or (kind != "record.filed" and chance.random() < 0.5):
        about["objection"] = chance.choice(OBJECTIONS)
    issuer = chance.choice(["dept.one", "dept.one", "dept.one", "dept.two"])
    identifier = f"0193f000-0000-7000-8000-{seq:012d}"
    return Statement(b"", SignedNote(b"", ()), about, {}, identifier, issuer, "2026-11-22T08:00:00.000000Z", kind)


def header_of(state: CreditRecord | None, seq: int, effect: Disclosure) -> EntryHeader:
    """The header that the sequencer would write."""
    filing = state.filing if state else seq
    return EntryHeader(
        seq=seq,
        previous=bytes(32),
        recorded_at="2026-11-22T08:00:00.000000Z",
        stream=RECORD,
        version=state.version + 1 if state else 1,
        subject=SUBJECT,
        discloses=(filing,) if effect is Disclosure.DISCLOSE else (),
        withdraws=(filing,) if effect is Disclosure.WITHDRAW else (),
    )


def decided(state: CreditRecord | None, body: AnyBody, issuer: str, *, public: bool) -> tuple[Disclosure, str | None]:
    """What the ledger says to it: the effect and, if it refuses, the field at fault; then the effect a liar writes."""
    try:
        return decide(state, body, issuer, subject=SUBJECT, item_is_public=public), None
    except RuleBroken as refusal:
        withdraws = isinstance(body, RecordRevoked) and state is not None and state.disclosed
        return Disclosure.WITHDRAW if withdraws else Disclosure.UNCHANGED, refusal.faults[0].field


def found_by(order: LogOrder, header: EntryHeader, statement: Statement) -> list[Finding]:
    """What the audit says to it; `order` is left as it was."""
    tried = copy.deepcopy(order)
    return list(tried.add(header, statement, bytes(32), sound=True))


@pytest.mark.parametrize("seed", range(40))
def test_the_audit_finds_what_the_ledger_refuses_and_nothing_else(seed: int) -> None:
    """Sixty statements about one record, each judged by both; only the outcome, which is no public word, sets apart."""
    chance, order = random.Random(seed), LogOrder()
    state: CreditRecord | None = None
    public, seq, refusals = chance.random() < 0.7, 0, 0
    for number in range(60):
        statement, outcome = random_statement(chance, number), chance.choice(list(ObjectionOutcome))
        openings = {"outcome": Opening(bytes(32), outcome.value)}
        body = read_body(statement, openings)
        effect, refused = decided(state, body, statement.issuer, public=public)
        if refused is not None:
            refusals += 1
            found = found_by(order, header_of(state, seq, effect), statement)
            assert found or refused == "outcome"
            continue
        header = header_of(state, seq, effect)
        for change in another_effect(header, statement, state):
            assert Fault.DISCLOSURE_WRONG in {finding.fault for finding in found_by(order, change, statement)}
        assert list(order.add(header, statement, bytes(32), sound=True)) == []
        state = evolve(state, recorded(header, statement, body, openings))
        seq += 1
    assert refusals > 5


def another_effect(header: EntryHeader, statement: Statement, state: CreditRecord | None) -> Iterator[EntryHeader]:
    """The header with a disclosure that `decide` did not yield; whether an item is public no header tells."""
    filing = state.filing if state else header.seq
    if header.withdraws:
        yield replace(header, withdraws=())
        yield replace(header, withdraws=(filing, 9))
    else:
        yield replace(header, withdraws=(filing,))
    yield replace(header, discloses=(9,))
    if statement.type != "record.filed":
        yield replace(header, discloses=(filing,))
