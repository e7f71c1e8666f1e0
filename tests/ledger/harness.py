"""A small ledger for tests: an operator, two departments on test codes, the shipped catalogue, a clock set by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

from api.opening import open_ledger
from ledger.administration import (
    Pen,
    addition_statement,
    application_statement,
    catalogue_statement,
    opening_statement,
    rules_statement,
)
from ledger.beijing import beijing_day
from ledger.catalogue import CatalogueItem, parse_item, shipped_definitions
from ledger.home import LedgerHome, create_home
from ledger.rulebook.book import shipped_rules
from ledger.sequencer import Accepted
from ledger.service import Ledger, WritableLedger, open_for_reading
from ledger.store.audit_source import DatabaseSource
from ledger.store.sqlite import open_file
from ledger.subjects import Subject, subject_value
from ledger.vocabulary import ObjectionOutcome
from verify.audit import AuditReport, audit
from verify.finding import Finding
from verify.note import SigningKey
from verify.statement_type import StatementType
from verify.strict import JsonValue, format_instant
from verify.submission import Draft, Random, Submission, uuid7

ORIGIN = "credit.example/test"
OPERATOR = "operator.example"
MARKET = SigningKey.from_seed("12110000000000000K/1", bytes(32))
MARKET_TOO = SigningKey.from_seed("12110000000000000K/2", bytes([7]) * 32)
"""A second official of the same department, registered where the rules are: decisions on lists and repairs need two."""
TAX = SigningKey.from_seed("12110000000000001N/1", bytes([1]) * 32)
STRANGER = SigningKey.from_seed("12110000000000002R/1", bytes([2]) * 32)
NOON = datetime(2026, 11, 20, 4, 0, 0, tzinfo=UTC)
_ITEMS = {item.item: item for item in map(parse_item, shipped_definitions())}
LICENCE, PENALTY = _ITEMS["administrative-licence"], _ITEMS["administrative-penalty"]
ENTERPRISE = Subject("uscc", "91110000MA00000077", "测试企业有限公司")
OTHER_ENTERPRISE = Subject("uscc", "91110105MA0000015F", "测试商贸有限公司")
ENTRIES_OF_A_NEW_LEDGER = 5
"""Opening, two catalogue items, two departments."""


def randomness(seed: int) -> Random:
    """Bytes that look random and are the same in every run."""
    return random.Random(seed).randbytes


@dataclass(slots=True)
class Clock:
    """A clock that is set by hand."""

    moment: datetime = NOON

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.moment

    def advance(self, seconds: float) -> None:
        """Set it forward, or back."""
        self.moment += timedelta(seconds=seconds)


def penalty(subject: Subject = ENTERPRISE, **changed: JsonValue) -> dict[str, JsonValue]:
    """Values of a made-up penalty, some of them changed."""
    values: dict[str, JsonValue] = {item.code: None for item in PENALTY.fields}
    values |= {
        "CF_XDR_MC": subject.name,
        "CF_XDR_LB": "法人及非法人组织",
        "CF_XDR_SHXYM": subject.code,
        "CF_FRDB": "测试人",
        "CF_WSH": "京测罚〔2026〕1号",
        "CF_WFXW": "测试违法行为",
        "CF_SY": "测试违法事实",
        "CF_YJ": "测试依据",
        "CF_CFLB": ["警告", "罚款"],
        "CF_NR": "警告，罚款1万元",
        "CF_NR_FK": 1_000_000,
        "CF_JDRQ": "2026-11-20",
        "CF_YXQ": "2099-12-31",
        "CF_CFJG": "测试机关",
        "CF_CFJGDM": "12110000000000000K",
        "CF_SJLY": "测试机关",
        "CF_SJLYDM": "12110000000000000K",
    }
    return values | changed


EVIDENCE: list[JsonValue] = ["ab" * 32]


def act(on: str, reason: str = "经核实", **more: JsonValue) -> dict[str, JsonValue]:
    """What every decision commits to, and `more`."""
    return {
        "on": on,
        "operator": "测试经办人",
        "basis": "测试规定（2026年版）第一条",
        "reason": reason,
        "evidence": EVIDENCE,
        **more,
    }


def plea(on: str, claim: str = "金额不符", **more: JsonValue) -> dict[str, JsonValue]:
    """What a subject says, and `more`."""
    return {"on": on, "operator": "测试经办人", "claim": claim, "evidence": [], **more}


def publicity(dishonesty_class: str | None = "ordinary", **more: JsonValue) -> dict[str, JsonValue]:
    """The value of `publicity`."""
    none: dict[str, JsonValue] = dict.fromkeys(("withheld", "need", "chosen_end", "sector"))
    return {"class": dishonesty_class, "summary_procedure": False, **none, **more}


def item_reference(item: CatalogueItem = PENALTY) -> dict[str, JsonValue]:
    """`about.catalogue` of an item."""
    return {"item": item.item, "version": item.version}


def record_values(subject: Subject, data: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """What a filing commits to."""
    return {"subject": dict(subject_value(subject)), **{f"data/{code}": value for code, value in data.items()}}


@dataclass(slots=True)
class Desk:
    """Everybody around one ledger: its folder, its clock, and statements signed by whoever is asked to."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    random: Random = field(default_factory=lambda: randomness(20261120))
    vault_random: Random = field(default_factory=lambda: randomness(2026))
    """Apart from `random`, because the sequencer's thread draws from it whenever it likes."""
    _home: LedgerHome | None = None

    @property
    def home(self) -> LedgerHome:
        """The ledger's home, made when first asked for."""
        if self._home is None:
            self._home = create_home(self.folder, origin=ORIGIN, operator=OPERATOR, random=self.random)
        return self._home

    @contextmanager
    def found(
        self, *items: CatalogueItem, simulated_clock: bool = False, rules: bool = False
    ) -> Iterator[WritableLedger]:
        """Create the ledger: opening, catalogue (two shipped items and `items`), both departments.

        With `rules` also all other shipped items, the shipped rules, and a second key of the market department.
        """
        operator, key = self.home.operator_key(), self.home.log_key().verifier
        with open_ledger(self.home, clock=self.clock, random=self.vault_random, new=True) as ledger:
            put(ledger, opening_statement(self.pen(operator), key, simulated_clock=simulated_clock))
            others = [item for name, item in _ITEMS.items() if rules and item not in (LICENCE, PENALTY)]
            for item in (LICENCE, PENALTY, *others, *items):
                put(ledger, catalogue_statement(self.pen(operator), item))
            for department, name in ((MARKET, "测试市场监管局"), (TAX, "测试税务局")):
                put(ledger, application_statement(self.pen(department), name).countersign(operator))
            if rules:
                for rule in shipped_rules():
                    put(ledger, rules_statement(self.pen(operator), rule))
                added = addition_statement(self.pen(MARKET), MARKET_TOO.verifier).countersign(MARKET_TOO)
                put(ledger, added.countersign(operator))
            yield ledger

    def copy(self, folder: Path) -> Desk:
        """The same ledger in another folder, with a desk of its own; nobody may have this one open."""
        copytree(self.folder, folder)
        return Desk(folder, Clock(self.clock.moment), randomness(1), randomness(2), LedgerHome(folder))

    @contextmanager
    def open(self) -> Iterator[WritableLedger]:
        """Open the ledger again as its writer."""
        with open_ledger(self.home, clock=self.clock, random=self.vault_random) as ledger:
            yield ledger

    @contextmanager
    def read(self) -> Iterator[Ledger]:
        """Open the ledger beside its writer."""
        with open_for_reading(self.home, self.vault_random) as ledger:
            yield ledger

    def pen(self, key: SigningKey) -> Pen:
        """The key in its owner's hand, now."""
        now = self.clock()
        return Pen(key, int(now.timestamp() * 1000), format_instant(now), self.random)

    @property
    def today(self) -> str:
        """The day in Beijing that the clock shows."""
        return beijing_day(format_instant(self.clock())).isoformat()

    def new_id(self) -> str:
        """A fresh UUIDv7."""
        return uuid7(int(self.clock().timestamp() * 1000), self.random(10))

    def sign(
        self,
        kind: StatementType,
        about: Mapping[str, JsonValue],
        values: Mapping[str, JsonValue],
        key: SigningKey = MARKET,
        identifier: str | None = None,
        *,
        too: SigningKey | None = None,
    ) -> Submission:
        """A statement of the issuer that `key` belongs to; `too` signs as well."""
        return Draft(kind.value, about, values).sign(
            [key] if too is None else [key, too],
            identifier=identifier or self.new_id(),
            issuer=key.verifier.name.partition("/")[0],
            made_at=format_instant(self.clock()),
            random=self.random,
        )

    def file(
        self,
        record: str | None = None,
        *,
        key: SigningKey = MARKET,
        subject: Subject = ENTERPRISE,
        item: CatalogueItem = PENALTY,
        identifier: str | None = None,
        data: Mapping[str, JsonValue] | None = None,
        **changed: JsonValue,
    ) -> Submission:
        """`record.filed`: a made-up penalty, or `data` of another item."""
        about: dict[str, JsonValue] = {"catalogue": item_reference(item), "record": record or self.new_id()}
        values = record_values(subject, penalty(subject, **changed) if data is None else data)
        return self.sign(StatementType.RECORD_FILED, about, values, key, identifier)

    def correct(
        self, record: str, *, key: SigningKey = MARKET, subject: Subject = ENTERPRISE, objection: str | None = None
    ) -> Submission:
        """`record.corrected`: the fine is halved."""
        about: dict[str, JsonValue] = {"catalogue": item_reference(), "record": record}
        if objection is not None:
            about["objection"] = objection
        values = {**record_values(subject, penalty(subject, CF_NR_FK=500_000)), **act(self.today, "罚款数额有误")}
        return self.sign(StatementType.RECORD_CORRECTED, about, values, key)

    def revoke(self, record: str, *, key: SigningKey = MARKET, objection: str | None = None) -> Submission:
        """`record.revoked`."""
        about: dict[str, JsonValue] = {"record": record}
        if objection is not None:
            about["objection"] = objection
        return self.sign(StatementType.RECORD_REVOKED, about, act(self.today, "决定被撤销"), key)

    def object(self, record: str, objection: str, *, key: SigningKey = MARKET) -> Submission:
        """`objection.raised`."""
        about: dict[str, JsonValue] = {"objection": objection, "record": record}
        return self.sign(StatementType.OBJECTION_RAISED, about, plea(self.today, origin="subject"), key)

    def resolve(
        self, record: str, objection: str, outcome: ObjectionOutcome, *, key: SigningKey = MARKET
    ) -> Submission:
        """`objection.resolved`."""
        about: dict[str, JsonValue] = {"objection": objection, "record": record}
        values = act(self.today, outcome=outcome.value, unit="测试市场监管局")
        return self.sign(StatementType.OBJECTION_RESOLVED, about, values, key)


def put(ledger: WritableLedger, submission: Submission) -> Accepted:
    """Append one statement now."""
    return ledger.sequencer.append(ledger.sequencer.admit(submission.statement, submission.openings))


def report_of(ledger: Ledger) -> AuditReport:
    """Audit the whole log with the openings."""
    return audit(DatabaseSource(ledger.reader, ledger.recorder, ledger.mapper), log_key=ledger.log_key)


def findings(ledger: Ledger) -> list[Finding]:
    """Everything that an audit of the log and of the tables finds."""
    return list(report_of(ledger).findings)


def execute(database: Path, statement: str, *parameters: object) -> int:
    """Change a database behind the ledger's back; gives the number of rows changed."""
    connection = open_file(database)
    try:
        # Whoever owns the file can take the guards of the log away, and put them back.
        guards = connection.execute(
            "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB '*_no_*'"
        ).fetchall()
        for name, _table, _sql in guards:
            connection.execute(f"DROP TRIGGER {name}")
        changed = int(connection.execute(statement, parameters).rowcount)
        left = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        }
        for _name, table, sql in guards:
            if table in left:
                connection.execute(sql)
        return changed
    finally:
        connection.close()


def query(database: Path, statement: str, *parameters: object) -> list[tuple[object, ...]]:
    """Look into a database behind the ledger's back."""
    connection = open_file(database)
    try:
        return list(connection.execute(statement, parameters))
    finally:
        connection.close()
