"""异议、复议诉讼 (objections and remedies) of one record: each is begun once, and what names one names one begun.

An objection goes raised, [forwarded, extended], resolved, [delivered], [review requested, review decided, delivered].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from verify.finding import Finding, broken
from verify.statement_type import StatementType


class _Objection(Enum):
    """How far an objection is, in words for a finding."""

    OPEN = "that is open"
    RESOLVED = "that was resolved before"
    UNDER_REVIEW = "that is under review"


_UNRESOLVED = frozenset({_Objection.OPEN, _Objection.UNDER_REVIEW})
_RESOLVED = frozenset({_Objection.RESOLVED})

_MAY_NAME: Mapping[str, tuple[str, frozenset[_Objection]]] = {
    StatementType.OBJECTION_FORWARDED: ("objection-open", _UNRESOLVED),
    StatementType.OBJECTION_EXTENDED: ("objection-open", _UNRESOLVED),
    StatementType.OBJECTION_RESOLVED: ("objection-open", frozenset({_Objection.OPEN})),
    StatementType.OBJECTION_DELIVERED: ("objection-resolved", _RESOLVED),
    StatementType.REVIEW_REQUESTED: ("objection-resolved", _RESOLVED),
    StatementType.REVIEW_DECIDED: ("objection-under-review", frozenset({_Objection.UNDER_REVIEW})),
    StatementType.RECORD_CORRECTED: ("objection-open", _UNRESOLVED),
    StatementType.RECORD_CHANGED: ("objection-open", _UNRESOLVED),
    StatementType.RECORD_REVOKED: ("objection-open", _UNRESOLVED),
}
"""The rule and the objections it allows: a review opens one again, and is ended by its own decision."""

_BECOMES: Mapping[str, _Objection] = {
    StatementType.OBJECTION_RESOLVED: _Objection.RESOLVED,
    StatementType.REVIEW_REQUESTED: _Objection.UNDER_REVIEW,
    StatementType.REVIEW_DECIDED: _Objection.RESOLVED,
}

_RAISED: str = StatementType.OBJECTION_RAISED.value
_OPENED: str = StatementType.REMEDY_OPENED.value
_CLOSED: str = StatementType.REMEDY_CLOSED.value


@dataclass(slots=True)
class Objections:
    """What was raised against one record so far."""

    _objections: dict[str, _Objection] = field(default_factory=dict)
    _remedies: dict[str, bool] = field(default_factory=dict)
    """By id whether it is still open."""

    def take_objection(self, kind: str, objection: str, seq: int) -> Iterator[Finding]:
        """Check a statement that names an objection, and take it in."""
        known = self._objections.get(objection)
        if kind == _RAISED:
            if known is not None:
                yield broken(seq, "objection-raised-once", "an objection that was raised on this record before")
            else:
                self._objections[objection] = _Objection.OPEN
        elif kind in _MAY_NAME:
            rule, allowed = _MAY_NAME[kind]
            if known is None:
                yield broken(seq, rule, f"{kind} for an objection never raised on this record")
            elif known not in allowed:
                yield broken(seq, rule, f"{kind} for an objection {known.value}")
            else:
                self._objections[objection] = _BECOMES.get(kind, known)

    def take_remedy(self, kind: str, remedy: str, seq: int) -> Iterator[Finding]:
        """Check a statement that names a remedy, and take it in; a record may be changed after it as well."""
        known = self._remedies.get(remedy)
        if kind == _OPENED:
            if known is not None:
                yield broken(seq, "remedy-opened-once", "a remedy that was opened on this record before")
            else:
                self._remedies[remedy] = True
        elif known is None:
            yield broken(seq, "remedy-opened", f"{kind} for a remedy never opened on this record")
        elif kind == _CLOSED:
            if not known:
                yield broken(seq, "remedy-closed-once", "a remedy that was closed before")
            self._remedies[remedy] = False
