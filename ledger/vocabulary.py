"""Every legal term of the ledger: code on the wire, Chinese term, legal basis. The one place with Chinese literals.

Identifier schemes, outcomes and states. Statement types are named in ``verify.statement_type``, which an auditor needs
alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from ledger.codes import IdentifierScheme
from ledger.rulebook.lists import Removal
from ledger.rulebook.publicity_rules import DishonestyClass, WithheldReason
from ledger.rulebook.repair import AbuseKind
from ledger.rulebook.sharing import Recipient, SharingMethod, SharingType
from verify.statement_type import Clock, StatementType


@dataclass(frozen=True, slots=True)
class Term:
    """A term of law: today's Chinese word and where it comes from."""

    zh: str
    basis: str


@unique
class ObjectionOutcome(StrEnum):
    """异议处理结果 (outcome of an objection), S001 L40: verified by the providing unit, mended if wrong."""

    CORRECTED = "corrected"
    REVOKED = "revoked"
    UPHELD = "upheld"


@unique
class RecordStatus(StrEnum):
    """信用记录状态 (status of a record), domain.md 2.5: the one that is shown where several hold."""

    NOTIFIED = "notified"
    DROPPED = "dropped"
    STORED = "stored"
    STANDING = "standing"
    DISPUTED = "disputed"
    MASKED = "masked"
    CHANGED = "changed"
    REPAIRED = "repaired"
    REMOVED = "removed"
    EXPIRED = "expired"
    REVOKED = "revoked"


@unique
class Origin(StrEnum):
    """异议来源 (origin of an objection), S004 L30: the subject's, or found by a department itself."""

    SUBJECT = "subject"
    DEPARTMENT = "department"


@unique
class RemedyKind(StrEnum):
    """救济途径 (remedy at law)."""

    RECONSIDERATION = "reconsideration"
    LITIGATION = "litigation"


@unique
class RemedyOutcome(StrEnum):
    """复议、诉讼结果 (outcome of a remedy)."""

    UPHELD = "upheld"
    CHANGED = "changed"
    ANNULLED = "annulled"
    WITHDRAWN = "withdrawn"


@unique
class MaskOutcome(StrEnum):
    """解除屏蔽的原因 (why a mask was lifted): the plan was performed, or it failed."""

    PERFORMED = "performed"
    FAILED = "failed"


@unique
class LinkKind(StrEnum):
    """主体关联 (why two identifiers are one subject's)."""

    CODE_CHANGED = "code-changed"
    MERGED = "merged"


@unique
class ReportSection(StrEnum):
    """公共信用信息报告栏目 (sections of the public credit report), domain.md 3.4, in their order."""

    ADMINISTRATION = "administration"
    GOOD_FAITH = "good-faith"
    SERIOUS_DISHONESTY = "serious-dishonesty"
    ABNORMAL_OPERATION = "abnormal-operation"
    COMMITMENTS = "commitments"
    EVALUATIONS = "evaluations"
    JUDGMENTS = "judgments"
    OTHER = "other"


@unique
class InformationCategory(StrEnum):
    """信息类别 (category of information) of an item, domain.md 3.1: those that have a section of the report."""

    ADMINISTRATION = "administration"
    HONOURS = "honours"
    SERIOUS_DISHONESTY = "serious-dishonesty"
    ABNORMAL_OPERATION = "abnormal-operation"
    COMMITMENTS = "commitments"
    EVALUATIONS = "evaluations"
    JUDGMENTS = "judgments"


@unique
class Audience(StrEnum):
    """查询对象 (audience): who asks what is known of a subject."""

    PUBLIC = "public"
    SUBJECT = "subject"
    DEPARTMENT = "department"
    JUDICIAL = "judicial"
    CREDIT_SERVICE = "credit-service"
    AUDITOR = "auditor"


class Terms(Mapping[StrEnum, Term]):
    """Terms by member. Members of two kinds may share a code and are then equal as texts: the kind is in the key."""

    def __init__(self, terms: Iterable[tuple[StrEnum, Term]]) -> None:
        self._terms = {(type(member), member): term for member, term in terms}

    def __getitem__(self, member: StrEnum) -> Term:
        return self._terms[type(member), member]

    def __iter__(self) -> Iterator[StrEnum]:
        return (member for _kind, member in self._terms)

    def __len__(self) -> int:
        return len(self._terms)


TERMS: Final = Terms(
    (
        (StatementType.LEDGER_OPENED, Term("账本启用", "S001 L38, L80 (社会信用区块链)")),
        (StatementType.DEPARTMENT_REGISTERED, Term("信息提供单位登记", "S000 L26")),
        (StatementType.KEY_ADDED, Term("签名密钥增加", "S000 L30")),
        (StatementType.KEY_ROTATED, Term("签名密钥更换", "S000 L30")),
        (StatementType.KEY_REVOKED, Term("签名密钥注销", "S000 L30")),
        (StatementType.CATALOGUE_PUBLISHED, Term("归集目录发布", "S003 L41, S001 L38")),
        (StatementType.RULES_PUBLISHED, Term("规则发布", "S004 L41, S001 L38")),
        (StatementType.REGISTER_DECLARED, Term("决定台账申报", "S000 L18, S004 L17")),
        (StatementType.RECORD_FILED, Term("信息归集", "S000 L26")),
        (StatementType.RECORD_CORRECTED, Term("更正", "S001 L40, S004 L30")),
        (StatementType.RECORD_REVOKED, Term("撤销", "S001 L40, S004 L30, 行政处罚法 第四十八条")),
        (StatementType.RECORD_CHANGED, Term("变更、废止", "行政处罚法 第四十八条, 行政许可法 第四十九条")),
        (StatementType.PUBLICITY_DETERMINED, Term("公示认定", "国家发展改革委令第36号, S001 L66")),
        (StatementType.PUBLICITY_ENDED, Term("公示期满", "国家发展改革委令第36号")),
        (StatementType.MASK_APPLIED, Term("临时屏蔽", "国家发展改革委令第36号, 国办发〔2025〕22号")),
        (StatementType.MASK_LIFTED, Term("解除屏蔽", "国家发展改革委令第36号, 国办发〔2025〕22号")),
        (StatementType.REMEDY_OPENED, Term("复议、诉讼标注", "国家发展改革委令第36号, 行政处罚法 第七十三条")),
        (StatementType.REMEDY_CLOSED, Term("复议、诉讼终结", "国家发展改革委令第36号")),
        (StatementType.LISTING_NOTIFIED, Term("拟列入告知", "国办发〔2020〕49号")),
        (StatementType.LISTING_DEFENDED, Term("陈述申辩", "国办发〔2020〕49号")),
        (StatementType.LISTING_DROPPED, Term("不予列入", "国办发〔2020〕49号")),
        (StatementType.LISTING_DECIDED, Term("列入决定", "国办发〔2020〕49号, S004 L28")),
        (StatementType.LISTING_REMOVED, Term("移出", "S004 L30, 国办发〔2020〕49号")),
        (StatementType.LISTING_EXPIRED, Term("期满移出", "国办发〔2020〕49号, S004 L30")),
        (StatementType.OBJECTION_RAISED, Term("异议申请", "S004 L30")),
        (StatementType.OBJECTION_FORWARDED, Term("异议转办", "S004 L30")),
        (StatementType.OBJECTION_EXTENDED, Term("延长核实", "S001 L40")),
        (StatementType.OBJECTION_RESOLVED, Term("异议处理结果", "S001 L40, S004 L30")),
        (StatementType.OBJECTION_DELIVERED, Term("异议结果送达", "S001 L40")),
        (StatementType.REVIEW_REQUESTED, Term("申请复核", "S001 L40")),
        (StatementType.REVIEW_DECIDED, Term("复核结论", "S001 L40")),
        (StatementType.REPAIR_APPLIED, Term("信用修复申请", "国家发展改革委令第36号, S001 L76")),
        (StatementType.REPAIR_FORWARDED, Term("推送认定单位", "国办发〔2025〕22号")),
        (StatementType.REPAIR_ACCEPTED, Term("受理", "国办发〔2025〕22号")),
        (StatementType.REPAIR_DECLINED, Term("不予受理", "国办发〔2025〕22号")),
        (StatementType.REPAIR_EXTENDED, Term("延长办理", "国办发〔2025〕22号")),
        (StatementType.REPAIR_VERIFIED, Term("核查", "国办发〔2025〕22号")),
        (StatementType.REPAIR_GRANTED, Term("准予修复", "国家发展改革委令第36号, S001 L76")),
        (StatementType.REPAIR_REFUSED, Term("不予修复", "国家发展改革委令第36号")),
        (StatementType.REPAIR_REVOKED, Term("撤销修复", "国家发展改革委令第36号")),
        (StatementType.BAR_ENDED, Term("限制申请期满", "国家发展改革委令第36号")),
        (StatementType.DEADLINE_MISSED, Term("逾期", "S000 L26, S004 L16")),
        (StatementType.DEADLINE_RECOMPUTED, Term("期限重算", "全国年节及纪念日放假办法")),
        (StatementType.SUBJECT_LINKED, Term("新旧代码映射、主体合并", "S003 L49")),
        (StatementType.SUBJECT_SEPARATED, Term("取消映射", "S003 L49")),
        (ObjectionOutcome.CORRECTED, Term("属实更正", "S001 L40")),
        (ObjectionOutcome.REVOKED, Term("属实撤销", "S001 L40")),
        (ObjectionOutcome.UPHELD, Term("不属实维持", "S001 L40")),
        (IdentifierScheme.USCC, Term("统一社会信用代码", "GB 32100-2015")),
        (IdentifierScheme.ORGANISATION_CODE, Term("组织机构代码", "GB 11714-1997")),
        (IdentifierScheme.REGISTRATION_NUMBER, Term("工商注册号", "GS 15-2006")),
        (IdentifierScheme.OLD_REGISTRATION_NUMBER, Term("旧工商注册号", "S003 L49 (存量代码)")),
        (IdentifierScheme.TW_EPA_FACILITY, Term("管制编号", "test data only")),
        (SharingType.UNCONDITIONAL, Term("无条件共享", "S003 L45, 国发〔2016〕51号")),
        (SharingType.CONDITIONAL, Term("有条件共享", "S003 L45, 国发〔2016〕51号")),
        (SharingType.WITHHELD, Term("不予共享", "S003 L45, 国发〔2016〕51号")),
        (Recipient.CITY_DEPARTMENTS, Term("市级部门", "S003 L45")),
        (Recipient.DISTRICT_DEPARTMENTS, Term("区级部门", "S003 L45")),
        (Recipient.JUDICIAL_ORGANS, Term("司法机关", "S000 L29")),
        (Recipient.NATIONAL_PLATFORM, Term("全国信用信息共享平台", "S003 L53")),
        (Recipient.REGIONAL_PLATFORMS, Term("区域信用平台", "S001 L58 (异地互认)")),
        (Recipient.CREDIT_SERVICE_INSTITUTIONS, Term("信用服务机构", "S003 L99")),
        (Recipient.FINANCIAL_INSTITUTIONS, Term("金融机构", "S000 L29")),
        (Recipient.INDUSTRY_ASSOCIATIONS, Term("行业协会商会", "S004 L25")),
        (Recipient.PUBLIC, Term("社会公众", "S004 L16")),
        (SharingMethod.INTERFACE, Term("数据接口", "S003 L45")),
        (SharingMethod.BATCH, Term("批量交换", "S003 L45, L99")),
        (SharingMethod.QUERY, Term("在线查询", "S003 L45")),
        (SharingMethod.VERIFICATION, Term("核验", "S003 L45")),
        (RecordStatus.NOTIFIED, Term("拟列入", "国办发〔2020〕49号")),
        (RecordStatus.DROPPED, Term("不予列入", "国办发〔2020〕49号")),
        (RecordStatus.STORED, Term("已入库", "S000 L26")),
        (RecordStatus.STANDING, Term("公示中", "S004 L16")),
        (RecordStatus.DISPUTED, Term("异议标注", "征信业管理条例 第二十五条")),
        (RecordStatus.MASKED, Term("临时屏蔽", "国家发展改革委令第36号, 国办发〔2025〕22号")),
        (RecordStatus.CHANGED, Term("已变更", "行政处罚法 第四十八条")),
        (RecordStatus.REPAIRED, Term("已修复", "国家发展改革委令第36号, S001 L76")),
        (RecordStatus.REMOVED, Term("已移出", "S004 L30")),
        (RecordStatus.EXPIRED, Term("期满停止公示", "国家发展改革委令第36号")),
        (RecordStatus.REVOKED, Term("已撤销", "S001 L40")),
        (Origin.SUBJECT, Term("主体异议", "S004 L30")),
        (Origin.DEPARTMENT, Term("主动发现", "S004 L30")),
        (RemedyKind.RECONSIDERATION, Term("行政复议", "行政处罚法 第七十三条")),
        (RemedyKind.LITIGATION, Term("行政诉讼", "行政处罚法 第七十三条")),
        (RemedyOutcome.UPHELD, Term("维持", "行政复议法 第六十八条")),
        (RemedyOutcome.CHANGED, Term("变更", "行政复议法 第六十三条")),
        (RemedyOutcome.ANNULLED, Term("撤销、确认违法或者无效", "行政复议法 第六十四条, 行政处罚法 第四十八条")),
        (RemedyOutcome.WITHDRAWN, Term("撤回", "行政复议法 第七十四条")),
        (MaskOutcome.PERFORMED, Term("重整计划执行完毕", "国办发〔2025〕22号")),
        (MaskOutcome.FAILED, Term("重整计划终止", "国办发〔2025〕22号")),
        (LinkKind.CODE_CHANGED, Term("代码变更", "S003 L49")),
        (LinkKind.MERGED, Term("主体合并", "S003 L49")),
        (DishonestyClass.MINOR, Term("轻微", "国家发展改革委令第36号")),
        (DishonestyClass.ORDINARY, Term("一般", "国家发展改革委令第36号")),
        (DishonestyClass.SERIOUS, Term("严重", "国家发展改革委令第36号")),
        (WithheldReason.STATE_SECRET, Term("国家秘密", "政府信息公开条例 第十四条")),
        (WithheldReason.FORBIDDEN_BY_LAW, Term("法律、行政法规禁止公开", "政府信息公开条例 第十四条")),
        (
            WithheldReason.PUBLIC_SECURITY,
            Term("国家安全、公共安全、经济安全、社会稳定", "政府信息公开条例 第十四条, S001 L66"),
        ),
        (WithheldReason.TRADE_SECRET, Term("商业秘密", "政府信息公开条例 第十五条")),
        (WithheldReason.PERSONAL_PRIVACY, Term("个人隐私", "政府信息公开条例 第十五条")),
        (Removal.EXPIRY, Term("期满移出", "国办发〔2020〕49号")),
        (Removal.EARLY_REPAIR, Term("提前移出", "S004 L30")),
        (Removal.ANNULMENT, Term("撤销列入", "国办发〔2020〕49号")),
        (Removal.CORRECTED, Term("更正移出", "企业经营异常名录管理办法")),
        (Removal.DISQUALIFICATION, Term("取消资格", "S004 L28")),
        (Removal.ESCALATION, Term("转为严重失信主体", "S001 L68")),
        (AbuseKind.FALSE_MATERIAL, Term("提供虚假材料", "国家发展改革委令第36号")),
        (AbuseKind.UNTRUE_COMMITMENT, Term("信用承诺严重不实", "国家发展改革委令第36号")),
        (AbuseKind.BROKEN_COMMITMENT, Term("故意不履行承诺", "国家发展改革委令第36号")),
        (Clock.COLLECT, Term("归集", "S000 L26")),
        (Clock.DISCLOSE, Term("公开", "S004 L16, S003 L57, S001 L66")),
        (Clock.ANNOTATE, Term("异议标注", "S001 L40")),
        (Clock.FORWARD, Term("转办", "S004 L30")),
        (Clock.VERIFY, Term("核实", "S001 L40")),
        (Clock.ACT, Term("执行并送达", "S001 L40")),
        (Clock.REVIEW, Term("复核", "S001 L40")),
        (Clock.WITHDRAW, Term("撤回", "行政处罚法 第四十八条")),
        (Clock.REPAIR_PUSH, Term("推送认定单位", "国办发〔2025〕22号")),
        (Clock.REPAIR_ACCEPT, Term("修复受理", "国办发〔2025〕22号")),
        (Clock.REPAIR_DECIDE, Term("修复决定", "国办发〔2025〕22号")),
        (ReportSection.ADMINISTRATION, Term("行政管理", "《公共信用信息报告标准》（2021年版）")),
        (ReportSection.GOOD_FAITH, Term("诚实守信", "《公共信用信息报告标准》（2021年版）")),
        (ReportSection.SERIOUS_DISHONESTY, Term("严重失信主体名单", "《公共信用信息报告标准》（2021年版）")),
        (ReportSection.ABNORMAL_OPERATION, Term("经营异常", "《公共信用信息报告标准》（2021年版）")),
        (ReportSection.COMMITMENTS, Term("信用承诺", "《公共信用信息报告标准》（2021年版）")),
        (ReportSection.EVALUATIONS, Term("信用评价", "《公共信用信息报告标准》（2021年版）")),
        (ReportSection.JUDGMENTS, Term("司法判决", "《公共信用信息报告标准》（2021年版）")),
        (ReportSection.OTHER, Term("其他", "《公共信用信息报告标准》（2021年版）")),
        (InformationCategory.ADMINISTRATION, Term("行政管理信息", "全国公共信用信息基础目录")),
        (InformationCategory.HONOURS, Term("诚实守信相关荣誉信息", "全国公共信用信息基础目录")),
        (InformationCategory.SERIOUS_DISHONESTY, Term("严重失信主体名单信息", "全国公共信用信息基础目录")),
        (InformationCategory.ABNORMAL_OPERATION, Term("经营（活动）异常名录（状态）信息", "全国公共信用信息基础目录")),
        (InformationCategory.COMMITMENTS, Term("信用承诺及履行情况信息", "全国公共信用信息基础目录")),
        (InformationCategory.EVALUATIONS, Term("信用评价结果信息", "全国公共信用信息基础目录")),
        (InformationCategory.JUDGMENTS, Term("司法裁判及执行信息", "全国公共信用信息基础目录")),
        (Audience.PUBLIC, Term("社会公众", "S004 L16, S000 L34")),
        (Audience.SUBJECT, Term("信用主体", "S004 L30")),
        (Audience.DEPARTMENT, Term("行政机关", "S004 L15, S003 L45")),
        (Audience.JUDICIAL, Term("司法机关、监管机构", "S000 L29")),
        (Audience.CREDIT_SERVICE, Term("信用服务机构", "S003 L99")),
        (Audience.AUDITOR, Term("审计机构", "S001 L40 (可查、可核、可溯)")),
    )
)
"""Chinese term and basis of every member above and of every statement type."""
