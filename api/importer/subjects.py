"""Whom a row is about: the subject's identifier and name, or those that the record had before."""

from __future__ import annotations

from api.importer.cells import Columns, is_empty, required_text
from api.importer.conversion import ConversionFault, code_reader
from api.importer.declaration import Subject as SubjectRules
from api.importer.outcome import Problem
from ledger.subjects import Subject


class Subjects:
    """Reads subjects by the rules of one mapping; remembers nothing of the rows."""

    def __init__(self, rules: SubjectRules) -> None:
        self._rules = rules
        self._schemes = dict(rules.schemes)

    @property
    def columns(self) -> frozenset[str]:
        """What subjects are read from."""
        rules = self._rules
        return frozenset({rules.code, rules.name, *(() if rules.scheme_column is None else (rules.scheme_column,))})

    def read(self, columns: Columns, before: Subject | None, problems: list[Problem]) -> Subject | None:
        """Return the subject of a row; what it leaves out is that of `before`. None where there were problems."""
        rules = self._rules
        earlier = len(problems)
        scheme = self._scheme(columns, before, problems)
        if before is not None and is_empty(columns, rules.code):
            code = before.code
        else:
            code = _code(columns, rules.code, scheme or "", problems)
        if before is not None and is_empty(columns, rules.name):
            name: str | None = before.name
        else:
            name = required_text(columns, "subject.name", rules.name, problems)
        if len(problems) > earlier or scheme is None or name is None:
            return None
        if before is not None and (before.scheme, before.code) != (scheme, code):
            reason = "is another subject than before: revoke the record and file it again"
            problems.append(Problem("subject.code", rules.code, reason))
        return Subject(scheme, code, name)

    def _scheme(self, columns: Columns, before: Subject | None, problems: list[Problem]) -> str | None:
        column, scheme = self._rules.scheme_column, self._rules.scheme
        if column is not None and not (before is not None and is_empty(columns, column)):
            cell = required_text(columns, "subject.scheme", column, problems)
            scheme = self._schemes.get(cell) if self._schemes and cell else cell
            if cell and scheme is None:
                problems.append(Problem("subject.scheme", column, f"is none of: {', '.join(self._schemes)}"))
        return before.scheme if scheme is None and before is not None else scheme


def _code(columns: Columns, column: str, scheme: str, problems: list[Problem]) -> str:
    try:
        code = code_reader(scheme)(columns.get(column))
    except ConversionFault as fault:
        problems.append(Problem("subject.code", column, fault.reason))
        return ""
    if code is None:
        problems.append(Problem("subject.code", column, "must name the subject"))
    return str(code)
