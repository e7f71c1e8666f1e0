"""Every legal term of the ledger: code on the wire, Chinese term, legal basis. The one place with Chinese literals.

Identifier schemes, outcomes and states. Statement types are named in ``verify.statement_type``, which an auditor needs
alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from ledger.codes import IdentifierScheme
from ledger.rulebook.sharing import Recipient, SharingMethod, SharingType
from verify.statement_type import StatementType


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
    """信用记录状态 (status of a record) as far as this version knows it."""

    STANDING = "standing"
    DISPUTED = "disputed"
    REVOKED = "revoked"


TERMS: dict[StrEnum, Term] = {
    StatementType.LEDGER_OPENED: Term("账本启用", "S001 L38, L80 (社会信用区块链)"),
    StatementType.DEPARTMENT_REGISTERED: Term("信息提供单位登记", "S000 L26"),
    StatementType.KEY_ROTATED: Term("签名密钥更换", "S000 L30"),
    StatementType.KEY_REVOKED: Term("签名密钥注销", "S000 L30"),
    StatementType.CATALOGUE_PUBLISHED: Term("归集目录发布", "S003 L41, S001 L38"),
    StatementType.RULES_PUBLISHED: Term("规则发布", "S004 L41, S001 L38"),
    StatementType.RECORD_FILED: Term("信息归集", "S000 L26"),
    StatementType.RECORD_CORRECTED: Term("更正", "S001 L40, S004 L30"),
    StatementType.RECORD_REVOKED: Term("撤销", "S001 L40, S004 L30, 行政处罚法 第四十八条"),
    StatementType.OBJECTION_RAISED: Term("异议申请", "S004 L30"),
    StatementType.OBJECTION_RESOLVED: Term("异议处理结果", "S001 L40, S004 L30"),
    ObjectionOutcome.CORRECTED: Term("属实更正", "S001 L40"),
    ObjectionOutcome.REVOKED: Term("属实撤销", "S001 L40"),
    ObjectionOutcome.UPHELD: Term("不属实维持", "S001 L40"),
    IdentifierScheme.USCC: Term("统一社会信用代码", "GB 32100-2015"),
    IdentifierScheme.ORGANISATION_CODE: Term("组织机构代码", "GB 11714-1997"),
    IdentifierScheme.REGISTRATION_NUMBER: Term("工商注册号", "GS 15-2006"),
    IdentifierScheme.OLD_REGISTRATION_NUMBER: Term("旧工商注册号", "S003 L49 (存量代码)"),
    IdentifierScheme.TW_EPA_FACILITY: Term("管制编号", "test data only"),
    SharingType.UNCONDITIONAL: Term("无条件共享", "S003 L45, 国发〔2016〕51号"),
    SharingType.CONDITIONAL: Term("有条件共享", "S003 L45, 国发〔2016〕51号"),
    SharingType.WITHHELD: Term("不予共享", "S003 L45, 国发〔2016〕51号"),
    Recipient.CITY_DEPARTMENTS: Term("市级部门", "S003 L45"),
    Recipient.DISTRICT_DEPARTMENTS: Term("区级部门", "S003 L45"),
    Recipient.JUDICIAL_ORGANS: Term("司法机关", "S000 L29"),
    Recipient.NATIONAL_PLATFORM: Term("全国信用信息共享平台", "S003 L53"),
    Recipient.REGIONAL_PLATFORMS: Term("区域信用平台", "S001 L58 (异地互认)"),
    Recipient.CREDIT_SERVICE_INSTITUTIONS: Term("信用服务机构", "S003 L99"),
    Recipient.FINANCIAL_INSTITUTIONS: Term("金融机构", "S000 L29"),
    Recipient.INDUSTRY_ASSOCIATIONS: Term("行业协会商会", "S004 L25"),
    Recipient.PUBLIC: Term("社会公众", "S004 L16"),
    SharingMethod.INTERFACE: Term("数据接口", "S003 L45"),
    SharingMethod.BATCH: Term("批量交换", "S003 L45, L99"),
    SharingMethod.QUERY: Term("在线查询", "S003 L45"),
    SharingMethod.VERIFICATION: Term("核验", "S003 L45"),
    RecordStatus.STANDING: Term("公示中", "S004 L16"),
    RecordStatus.DISPUTED: Term("异议标注", "征信业管理条例 第二十五条"),
    RecordStatus.REVOKED: Term("已撤销", "S001 L40"),
}
"""Chinese term and basis of every member above and of every statement type."""
