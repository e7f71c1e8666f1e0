"""The ledger's own statements: what `kesu init` and the operator say. Pure: keys, time, randomness are passed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from ledger.catalogue import CatalogueItem, item_definition
from ledger.rulebook.book import Rule, rule_definition, rule_name
from verify.commitment import Opening
from verify.note import SigningKey, VerifierKey
from verify.registry import STATEMENT_CLOCK
from verify.statement import Statement
from verify.statement_type import StatementType
from verify.strict import JsonValue
from verify.submission import Draft, Random, Submission, uuid7


@dataclass(frozen=True, slots=True)
class Pen:
    """Who signs, when and with which randomness. `milliseconds` is Unix time, `made_at` the same as an instant."""

    key: SigningKey
    milliseconds: int
    made_at: str
    random: Random

    @property
    def issuer(self) -> str:
        """The issuer that the key belongs to."""
        return self.key.verifier.name.partition("/")[0]

    def write(self, kind: StatementType, about: Mapping[str, JsonValue], values: Mapping[str, JsonValue]) -> Submission:
        """Sign a statement of this issuer."""
        statement, openings = self.state(kind, about, values)
        return Submission(statement.raw, openings)

    def state(
        self, kind: StatementType, about: Mapping[str, JsonValue], values: Mapping[str, JsonValue]
    ) -> tuple[Statement, dict[str, Opening]]:
        """As `write`; gives the statement and its openings."""
        return Draft(kind.value, about, values).state(
            [self.key],
            identifier=uuid7(self.milliseconds, self.random(10)),
            issuer=self.issuer,
            made_at=self.made_at,
            random=self.random,
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """决定台账 (register): decisions made in a month, and those of them that are public by law."""

    decided: int
    public: int


def opening_statement(pen: Pen, log_key: VerifierKey, *, simulated_clock: bool) -> Submission:
    """`ledger.opened`: entry 0. `simulated_clock` marks a sample or history ledger for ever."""
    about: dict[str, JsonValue] = {"log": str(log_key), "operator": str(pen.key.verifier)}
    if simulated_clock:
        about["clock"] = STATEMENT_CLOCK
    return pen.write(StatementType.LEDGER_OPENED, about, {})


def catalogue_statement(pen: Pen, item: CatalogueItem) -> Submission:
    """`catalogue.published`: one version of an item, signed by the operator."""
    about: dict[str, JsonValue] = {"catalogue": {"item": item.item, "version": item.version}}
    return pen.write(
        StatementType.CATALOGUE_PUBLISHED, about, {"definition": cast("dict[str, JsonValue]", item_definition(item))}
    )


def rules_statement(pen: Pen, rule: Rule) -> Submission:
    """`rules.published`: one version of a rule, signed by the operator."""
    about: dict[str, JsonValue] = {"rules": {"name": rule_name(rule), "version": rule.version}}
    return pen.write(StatementType.RULES_PUBLISHED, about, {"definition": rule_definition(rule)})


def application_statement(pen: Pen, name: str) -> Submission:
    """`department.registered` as the department signs it: its name and first key. The operator countersigns."""
    about: dict[str, JsonValue] = {"department": pen.issuer, "key": str(pen.key.verifier)}
    return pen.write(StatementType.DEPARTMENT_REGISTERED, about, {"name": name})


def addition_statement(pen: Pen, new: VerifierKey) -> Submission:
    """`key.added` as a key in force signs it; the new key and the operator countersign."""
    about: dict[str, JsonValue] = {"department": pen.issuer, "key": str(new)}
    return pen.write(StatementType.KEY_ADDED, about, {})


def rotation_statement(pen: Pen, new: SigningKey) -> Submission:
    """`key.rotated`: signed by the key in force and by the new one."""
    about: dict[str, JsonValue] = {
        "department": pen.issuer,
        "key": str(new.verifier),
        "replaces": str(pen.key.verifier),
    }
    return pen.write(StatementType.KEY_ROTATED, about, {}).countersign(new)


def revocation_statement(pen: Pen, key: VerifierKey, reason: str) -> Submission:
    """`key.revoked`: by a key of the department or by the operator."""
    about: dict[str, JsonValue] = {"department": key.name.partition("/")[0], "key": str(key)}
    return pen.write(StatementType.KEY_REVOKED, about, {"reason": reason})


def register_statement(pen: Pen, item: str, month: str, counted: Counted, *, on: date, operator: str) -> Submission:
    """`register.declared`: a department's register 决定台账 of one item and month; zero is a report too.

    It names the first version of the item, which every published item has: which one is named does not matter.
    """
    about: dict[str, JsonValue] = {"catalogue": {"item": item, "version": 1}, "month": month}
    numbers: dict[str, JsonValue] = {"decided": counted.decided, "public": counted.public}
    return pen.write(StatementType.REGISTER_DECLARED, about, {"on": on.isoformat(), "operator": operator, **numbers})
