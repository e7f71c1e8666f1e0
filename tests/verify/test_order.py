"""The order of a log, entry after entry. What is wrong in whole logs stands in test_audit.py."""

from __future__ import annotations

from collections.abc import Iterable

from tests.verify.log_builder import LogBuilder
from verify.entry import Entry
from verify.finding import Fault
from verify.order import LogOrder


def faults(entries: Iterable[bytes | None], unsound: Iterable[int] = ()) -> list[tuple[Fault, int | None]]:
    """What the order says of these entries; None is one that is missing."""
    order = LogOrder()
    found: list[tuple[Fault, int | None]] = []
    for seq, raw in enumerate(entries):
        if raw is None:
            order.skip(None)
            continue
        entry = Entry.parse(raw)
        findings = order.add(entry.header, entry.statement, entry.digest, sound=seq not in set(unsound))
        found.extend((finding.fault, finding.seq) for finding in findings)
    return found


def log() -> list[bytes]:
    """Sixty everyday entries."""
    return LogBuilder.ready(4).fill(60).entries


def test_a_true_log_is_in_order() -> None:
    """From the first entry on."""
    assert faults(log()) == []


def test_the_chain_links_every_entry_to_the_whole_of_the_one_before() -> None:
    """A change of entry 10 is seen at entry 11."""
    entries = log()
    entries[10] = entries[10].replace(b'"made_at":"2026', b'"made_at":"2025')

    assert faults(entries) == [(Fault.CHAIN_BROKEN, 11)]


def test_a_link_to_an_entry_known_to_be_changed_is_not_said_again() -> None:
    """The tree has said which of the two was changed."""
    entries = log()
    entries[10] = entries[10].replace(b'"made_at":"2026', b'"made_at":"2025')

    assert faults(entries, unsound=[10]) == []


def test_entries_after_a_missing_one_are_checked_all_the_same() -> None:
    """The gap itself is another's finding; order, time and ids go on."""
    entries: list[bytes | None] = [*log()]
    entries[59] = None
    assert faults(entries) == []

    entries[58] = entries[57]
    found = faults(entries)
    assert (Fault.ENTRY_OUT_OF_ORDER, 58) in found
    assert (Fault.STATEMENT_REPEATED, 58) in found
    assert (Fault.CHAIN_BROKEN, 58) in found


def test_swapped_entries_are_out_of_order() -> None:
    """Both say which they are."""
    entries = log()
    entries[20], entries[21] = entries[21], entries[20]
    found = faults(entries)

    assert {(Fault.ENTRY_OUT_OF_ORDER, 20), (Fault.ENTRY_OUT_OF_ORDER, 21)} <= set(found)
    assert {(Fault.CHAIN_BROKEN, 20), (Fault.CHAIN_BROKEN, 21), (Fault.CHAIN_BROKEN, 22)} <= set(found)
    assert (Fault.TIME_BACKWARDS, 21) in found


def test_time_may_stand_still_but_not_go_back() -> None:
    """And after it went back, the latest time seen still rules."""
    built = LogBuilder.ready(4)
    record = built.file("dept.one")
    moments = ["2026-11-22T09:00:00.000000Z", "2026-11-22T09:00:00.000000Z", "2026-11-22T08:59:59.999999Z"]
    for moment in [*moments, "2026-11-22T08:59:59.999999Z", "2026-11-22T09:00:00.000000Z"]:
        built.follow("objection.raised", record, {"objection": built.identifier()}, recorded_at=moment)

    assert faults(built.entries) == [(Fault.TIME_BACKWARDS, 7), (Fault.TIME_BACKWARDS, 8)]


def test_a_statement_about_no_record_is_malformed() -> None:
    """about/record must be an id; the entry's own stream stands in for what follows."""
    built = LogBuilder.ready(4)
    said = built.say("record.revoked", {"record": "张三"}, issuer="dept.one", keys=[built.keys["dept.one"]])
    built.append(said, stream=built.identifier(), version=1, subject="A" * 32)

    assert faults(built.entries) == [(Fault.ENTRY_MALFORMED, 4), (Fault.VERSION_WRONG, 4)]
