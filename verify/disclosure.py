"""What a record's entries may do to its disclosure: `discloses` and `withdraws`, which make the public index.

Whether an item is public, and what a determination says, stands in openings and is not judged here.
"""

from __future__ import annotations

from collections.abc import Iterator

from verify.entry import EntryHeader
from verify.finding import Fault, Finding, entry_finding
from verify.statement_type import StatementType

_DISCLOSE: frozenset[str] = frozenset(
    {
        StatementType.RECORD_FILED,
        StatementType.LISTING_DECIDED,
        StatementType.PUBLICITY_DETERMINED,
        StatementType.RECORD_CORRECTED,
        StatementType.MASK_LIFTED,
        StatementType.REPAIR_REVOKED,
    }
)

_ALWAYS_WITHDRAW: frozenset[str] = frozenset(
    {
        StatementType.RECORD_REVOKED,
        StatementType.RECORD_CHANGED,
        StatementType.REPAIR_GRANTED,
        StatementType.PUBLICITY_ENDED,
        StatementType.LISTING_EXPIRED,
        StatementType.MASK_APPLIED,
    }
)

_WITHDRAW: frozenset[str] = _ALWAYS_WITHDRAW | {
    StatementType.LISTING_REMOVED,
    StatementType.PUBLICITY_DETERMINED,
    StatementType.RECORD_CORRECTED,
}


def check_disclosure(
    header: EntryHeader, kind: str, seq: int, *, filing: int | None, disclosed: bool, hidden: bool
) -> Iterator[Finding]:
    """Check an entry of a stream whose filing is entry `filing`, or which has none.

    `disclosed` says what was so before the entry, `hidden` that the record has ended or is masked after it.
    """
    for number in header.discloses:
        expected = _against_disclosing(kind, own=number == filing, disclosed=disclosed, hidden=hidden)
        if expected is not None:
            yield _wrong(seq, expected, f"{kind} discloses entry {number}")
    for number in header.withdraws:
        expected = _against_withdrawing(kind, own=number == filing, disclosed=disclosed)
        if expected is not None:
            yield _wrong(seq, expected, f"{kind} withdraws entry {number}")
    if kind in _ALWAYS_WITHDRAW and disclosed and filing not in header.withdraws:
        yield _wrong(seq, "withdrawal of the disclosed filing", f"{kind} leaves entry {filing} disclosed")


def disclosed_after(header: EntryHeader, *, filing: int | None, disclosed: bool) -> bool:
    """Say whether the filing is disclosed after the entry."""
    return (disclosed or filing in header.discloses) and filing not in header.withdraws


def _against_disclosing(kind: str, *, own: bool, disclosed: bool, hidden: bool) -> str | None:
    if kind not in _DISCLOSE:
        return "no disclosure by a statement of this type"
    if not own:
        return "disclosure of the filing of its own record"
    if disclosed:
        return "disclosure of what is not disclosed"
    return "disclosure of what has neither ended nor is masked" if hidden else None


def _against_withdrawing(kind: str, *, own: bool, disclosed: bool) -> str | None:
    if kind not in _WITHDRAW:
        return "no withdrawal by a statement of this type"
    if not own:
        return "withdrawal of the filing of its own record"
    return None if disclosed else "withdrawal of what is disclosed"


def _wrong(seq: int, expected: str, actual: str) -> Finding:
    return entry_finding(Fault.DISCLOSURE_WRONG, seq, expected, actual)
