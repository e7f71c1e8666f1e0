"""The procedures that a case goes through: objections, repairs, lists. Each verb is one signed statement of today."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.subjects import Subject, subject_value
from tests.ledger.harness import ENTERPRISE, MARKET, MARKET_TOO, act, plea, record_values
from tests.scenarios.office import Office, Values
from tests.scenarios.papers import item_reference, paper
from verify.note import SigningKey
from verify.statement_type import StatementType
from verify.strict import JsonValue


@dataclass(frozen=True, slots=True)
class Complaint:
    """异议 (objection) to a record."""

    office: Office
    record: str
    objection: str

    @property
    def about(self) -> dict[str, JsonValue]:
        """What every statement on it names."""
        return {"objection": self.objection, "record": self.record}

    def forward(self) -> None:
        """转办: the platform hands it to the providing unit."""
        values = act(self.office.today, "转信息提供单位")
        self.office.say(StatementType.OBJECTION_FORWARDED, self.about, values, self.office.platform)

    def extend(self, to_working_days: int, reason: str = "需调取登记档案", by: SigningKey = MARKET) -> None:
        """延长核实."""
        values = act(self.office.today, reason, to_working_days=to_working_days)
        self.office.say(StatementType.OBJECTION_EXTENDED, self.about, values, by)

    def resolve(self, outcome: str, by: SigningKey = MARKET, **changed: JsonValue) -> None:
        """核实结论, by the unit that verified."""
        values = act(self.office.today, outcome=outcome, unit="测试市场监管局执法总队")
        self.office.say(StatementType.OBJECTION_RESOLVED, self.about, values | changed, by)

    def deliver(self, by: SigningKey = MARKET) -> None:
        """送达: the subject knows the outcome."""
        self.office.say(StatementType.OBJECTION_DELIVERED, self.about, act(self.office.today, "邮寄送达"), by)

    def ask_for_review(self) -> None:
        """申请复核, which the platform takes in."""
        values = plea(self.office.today, "对核实结论不服")
        self.office.say(StatementType.REVIEW_REQUESTED, self.about, values, self.office.platform)

    def decide_review(self, outcome: str, by: SigningKey = MARKET) -> None:
        """复核结论."""
        values = act(self.office.today, outcome=outcome, unit="测试市场监管局法制处")
        self.office.say(StatementType.REVIEW_DECIDED, self.about, values, by)


@dataclass(frozen=True, slots=True)
class RepairFile:
    """信用修复 (repair) that was applied for."""

    office: Office
    record: str
    repair: str

    @property
    def about(self) -> dict[str, JsonValue]:
        """What every statement on it names."""
        return {"record": self.record, "repair": self.repair}

    def forward(self) -> None:
        """推送认定单位."""
        self._say(StatementType.REPAIR_FORWARDED, self.office.platform)

    def accept(self, by: SigningKey = MARKET) -> None:
        """受理."""
        self._say(StatementType.REPAIR_ACCEPTED, by)

    def decline(self) -> None:
        """不予受理."""
        self._say(StatementType.REPAIR_DECLINED, MARKET)

    def extend(self) -> None:
        """延长办理: 案情复杂或需核查."""
        self._say(StatementType.REPAIR_EXTENDED, MARKET)

    def verify(self, by: SigningKey = MARKET) -> None:
        """核查."""
        self._say(StatementType.REPAIR_VERIFIED, by)

    def grant(self, by: SigningKey = MARKET, too: SigningKey | None = MARKET_TOO) -> None:
        """准予修复, which two sign."""
        self._say(StatementType.REPAIR_GRANTED, by, too)

    def refuse(self, too: SigningKey | None = MARKET_TOO) -> None:
        """不予修复, which two sign."""
        self._say(StatementType.REPAIR_REFUSED, MARKET, too)

    def revoke(self, abuse: str, too: SigningKey | None = MARKET_TOO) -> None:
        """撤销修复: it was abused, and two sign that it was."""
        self._say(StatementType.REPAIR_REVOKED, MARKET, too, abuse=abuse)

    def grant_in_all_steps(self) -> None:
        """推送、受理、核查、准予, all today."""
        self.forward()
        self.accept()
        self.verify()
        self.grant()

    def _say(self, kind: StatementType, by: SigningKey, too: SigningKey | None = None, **more: JsonValue) -> None:
        self.office.say(kind, self.about, {**act(self.office.today), **more}, by, too)


@dataclass(frozen=True, slots=True)
class Listing:
    """列入 (being put on a list): what the standard of the list asks for, in its order."""

    office: Office
    name: str
    cases: tuple[str, ...]
    record: str
    subject: Subject = ENTERPRISE

    @property
    def about(self) -> dict[str, JsonValue]:
        """The item, its standard, and the entry."""
        standard: dict[str, JsonValue] = {"name": f"list/{self.name}", "version": 1}
        return {"catalogue": item_reference(self.name), "record": self.record, "rules": standard}

    def notify(self, by: SigningKey = MARKET) -> None:
        """拟列入告知."""
        subject = dict(subject_value(self.subject))
        values = act(self.office.today, "拟列入", subject=subject, cases=[*self.cases])
        self.office.say(StatementType.LISTING_NOTIFIED, self.about, values, by)

    def defend(self) -> None:
        """陈述申辩, which the platform takes in."""
        values = plea(self.office.today, "已主动消除危害后果")
        self.office.say(StatementType.LISTING_DEFENDED, {"record": self.record}, values, self.office.platform)

    def drop(self) -> None:
        """不予列入."""
        self.office.say(StatementType.LISTING_DROPPED, {"record": self.record}, act(self.office.today))

    def decide(
        self,
        *,
        by: SigningKey = MARKET,
        too: SigningKey | None = MARKET_TOO,
        defence: str | None = None,
        prolonged_by: int = 0,
        **written: JsonValue,
    ) -> None:
        """列入决定 of today, which two sign; `defence` is the answer to what the subject said."""
        today = self.office.today
        values = record_values(self.subject, paper(self.name, self.subject, today, **written))
        values |= act(today, "决定列入", cases=[*self.cases], prolonged_by=prolonged_by)
        if defence is not None:
            values["defence"] = defence
        self.office.say(StatementType.LISTING_DECIDED, self.about, values, by, too)

    def remove(self, removal: str, *, too: SigningKey | None = MARKET_TOO, **about: JsonValue) -> None:
        """移出, which two sign."""
        values = act(self.office.today, "决定移出", removal=removal)
        self.office.say(StatementType.LISTING_REMOVED, {"record": self.record, **about}, values, MARKET, too)


def raise_objection(
    office: Office, record: str, *, by: SigningKey | None = None, origin: str = "subject", on: str | None = None
) -> Complaint:
    """异议申请: the platform takes it in for the subject, or a department says what it found."""
    complaint = Complaint(office, record, office.desk.new_id())
    values = plea(on or office.today, "处罚对象并非本公司", origin=origin)
    office.say(StatementType.OBJECTION_RAISED, complaint.about, values, by or office.platform)
    return complaint


def apply_for_repair(
    office: Office,
    record: str,
    facts: JsonValue,
    *,
    rules: str = "repair/order-36",
    by: SigningKey | None = None,
    on: str | None = None,
) -> RepairFile:
    """信用修复申请: the platform takes it in for the subject, or the determining unit itself."""
    repair = RepairFile(office, record, office.desk.new_id())
    about: Values = {**repair.about, "rules": {"name": rules, "version": 1}}
    office.say(StatementType.REPAIR_APPLIED, about, act(on or office.today, facts=facts), by or office.platform)
    return repair


def begin_listing(office: Office, name: str, *cases: str, subject: Subject = ENTERPRISE) -> Listing:
    """Begin an entry of a list, of which nothing is said yet."""
    return Listing(office, name, cases, office.desk.new_id(), subject)
