"""What travels over HTTP, as pydantic models: the source of the OpenAPI description and its examples."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

_STATEMENT = (
    '{"about":{"catalogue":{"item":"administrative-penalty","version":1},'
    '"record":"0193f000-0000-7000-8000-000000000020"},"committed":{"data/BZ":"3BpAI0gWjL8GaLVesMg6+6Zv9JyLCM5LRvFX4pCo138=",'
    '"...":"..."},"id":"0193f000-0000-7000-8000-000000000002","issuer":"11110000MB0000001A",'
    '"made_at":"2026-11-22T08:00:01.000000Z","type":"record.filed","v":1}\n\n'
    "— 11110000MB0000001A/2026-1 1FRMKMp4Al7AQPYo0vy/s7Fh...\n"
)
_SALT = "BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU="
_RECEIPT: JsonDict = {
    "entry": 'kesu/entry/v1\n{"previous":"e9ae02...","recorded_at":"2026-11-22T08:00:04.000000Z",...}\n{"about":...',
    "kind": "kesu/receipt/v1",
    "proof": "c2sp.org/tlog-proof@v1\nindex 1\noPUKJSGIZClwlQN5az5/hsuyv8CqXdkN9mXdSAsP9ws=\n\ncredit.example/...",
}


class SubmissionModel(BaseModel):
    """A signed statement with the openings of all its commitments."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"statement": _STATEMENT, "openings": {"data/BZ": [_SALT, None], "...": ["...", "..."]}}
        }
    )

    statement: Annotated[
        str, Field(description="The signed note, verbatim: one line of RFC 8785 JSON, signatures below")
    ]
    openings: Annotated[
        dict[str, tuple[str, Any]], Field(description="For every committed path: [base64 of the 32-byte salt, value]")
    ]


class FaultModel(BaseModel):
    """One broken rule."""

    field: str
    rule: str
    fix: str


class ProblemModel(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "/problems/not-admissible",
                "title": "The statement, its openings or its values break a rule",
                "status": 422,
                "instance": "/v1/statements",
                "remedy": "Each fault names the field, the rule and the fix. Nothing was recorded.",
                "request_id": "5f0c9c0e7b0d4a51b7f3b2f0a6f0f6d1",
                "errors": [
                    {"field": "data/CF_WSH", "rule": "CF_WSH is required.", "fix": "Send a value instead of null."}
                ],
            }
        }
    )

    type: str
    title: str
    status: int
    instance: str
    remedy: str
    request_id: Annotated[str, Field(description="That of the answer's X-Request-Id: name it when you ask about it")]
    detail: str | None = None
    errors: list[FaultModel] | None = None


class ReceiptModel(BaseModel):
    """An entry of the log and the offline proof that it is in the signed tree."""

    model_config = ConfigDict(json_schema_extra={"example": _RECEIPT})

    kind: str
    entry: Annotated[str, Field(description="The entry's bytes, as text")]
    proof: Annotated[str, Field(description="A C2SP tlog-proof: index, inclusion path, checkpoint")]


class AcceptedModel(BaseModel):
    """The answer to a statement that is in the log under a published checkpoint."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"seq": 1, "repeated": False, "warnings": [], "receipt": _RECEIPT}}
    )

    seq: Annotated[int, Field(description="The entry's number")]
    repeated: Annotated[bool, Field(description="True if the identical statement had been accepted before")]
    warnings: list[FaultModel]
    receipt: ReceiptModel


class AwaitedModel(BaseModel):
    """The answer to a statement whose receipt was not there in the time that the client wanted to wait."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "0193f000-0000-7000-8000-000000000002",
                "receipt": "/v1/receipts/0193f000-0000-7000-8000-000000000002",
            }
        }
    )

    id: Annotated[str, Field(description="The statement's id")]
    receipt: Annotated[str, Field(description="Where its receipt will be; 404 until then, and if it is refused")]


class IdentifiersModel(BaseModel):
    """Statement ids to ask about."""

    model_config = ConfigDict(json_schema_extra={"example": {"ids": ["0193f000-0000-7000-8000-000000000002"]}})

    ids: Annotated[list[str], Field(max_length=2000)]


class KnownModel(BaseModel):
    """Those of the ids asked about that are in the log."""

    known: list[str]


class SubjectModel(BaseModel):
    """The subject of a record."""

    scheme: str
    code: str
    name: str


class RecordModel(BaseModel):
    """One credit record."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "record": "0193f000-0000-7000-8000-000000000020",
                "item": "administrative-penalty",
                "item_version": 1,
                "issuer": "11110000MB0000001A",
                "status": "standing",
                "status_zh": "公示中",
                "disclosed": True,
                "filed_at": "2026-11-22T08:00:04.000000Z",
                "changed_at": "2026-11-22T08:00:04.000000Z",
                "subject": {"scheme": "uscc", "code": "91110000MA00000077", "name": "测试一号有限公司"},
                "values": {"CF_WSH": "京测罚字〔2026〕1号", "CF_NR_FK": 1000000, "CF_JDRQ": "2026-11-20"},
                "entries": [1],
                "superseded_by": None,
            }
        }
    )

    record: str
    item: str
    item_version: int
    issuer: str
    status: Annotated[str, Field(description="standing, stored, disputed, masked, repaired, expired, revoked, ...")]
    status_zh: str
    disclosed: Annotated[bool, Field(description="Whether the record is publicly disclosed")]
    filed_at: str
    changed_at: str
    subject: SubjectModel | None
    values: Annotated[dict[str, Any] | None, Field(description="Money in fen 分; null where the values were erased")]
    entries: Annotated[list[int], Field(description="Numbers of the log entries the record is made of")]
    superseded_by: str | None


class DeadlineModel(BaseModel):
    """A clock or period of a record, with all that is needed to compute its last day again."""

    clock: Annotated[str, Field(description="collect, disclose, verify ...; publicity-end, listing-end, bar-end")]
    since: Annotated[int, Field(description="Number of the entry that started it")]
    start: Annotated[date, Field(description="The day it runs from, which does not count")]
    working_days: Annotated[int | None, Field(description="null for a period of months")]
    day: Annotated[date, Field(description="The last day")]
    provisional: Annotated[bool, Field(description="暂定: it runs into a year whose calendar is not published")]
    done_on: date | None
    settled: Annotated[bool, Field(description="Done in time, dropped, or followed by its automatic event")]
    rule: str
    rule_version: int
    calendar: Annotated[list[tuple[int, int]], Field(description="Year and version of each calendar it was counted by")]


class EndingModel(BaseModel):
    """One way in which a record has ended."""

    kind: Annotated[str, Field(description="revoked, changed, repaired, removed or expired")]
    on: date
    entry: int
    superseded_by: str | None


class RecordDetailModel(BaseModel):
    """One record with everything that is open or over."""

    record: RecordModel
    decided_on: Annotated[date | None, Field(description="认定文书之日")]
    masked: bool
    endings: list[EndingModel]
    open_objections: list[str]
    open_remedies: list[str]
    repairs: Annotated[dict[str, str], Field(description="Stage of each repair by its id")]
    deadlines: list[DeadlineModel]


class ConditionModel(BaseModel):
    """One condition of credit repair."""

    condition: str
    zh: str
    citation: str
    met: bool
    met_on: Annotated[date | None, Field(description="The day it was or will be met; null: nobody can know")]


class RepairConditionsModel(BaseModel):
    """信用修复条件: what an application of that day would find."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "on": "2027-02-19",
                "may_apply": False,
                "earliest_on": "2027-02-20",
                "barred_until": None,
                "conditions": [
                    {
                        "condition": "shortest-period",
                        "zh": "达到最短公示期限",
                        "citation": "《信用修复管理办法》（国家发展改革委令第36号）：申请信用修复的条件之一",
                        "met": False,
                        "met_on": "2027-02-20",
                    }
                ],
                "rule": "repair/order-36",
                "rule_version": 1,
                "unconfirmed": ["publicity.withholding"],
            }
        }
    )

    on: date
    may_apply: bool
    earliest_on: Annotated[date | None, Field(description="The first day on which all holds, as far as it is known")]
    barred_until: date | None
    conditions: list[ConditionModel]
    rule: str
    rule_version: int
    unconfirmed: Annotated[list[str], Field(description="What rests on a default that no text confirmed")]


class RecordsModel(BaseModel):
    """A subject's records, and the checkpoint that covers everything the answer rests on."""

    scheme: str
    code: str
    subject_handle: Annotated[str, Field(description="Handle of today's identifier; with as_of, of that day's")]
    linked_handles: Annotated[list[str], Field(description="Handles of its other identifiers: 新旧代码映射、主体合并")]
    as_of: str | None
    view: Annotated[str, Field(description="public: what everybody may see; full: for auditors and regulators")]
    records: list[RecordModel]
    checkpoint: str


class LedgerModel(BaseModel):
    """What a client needs to know of the log before it trusts it; compare `vkey` with the published one."""

    origin: str
    vkey: str
    size: int
    simulated_clock: bool
    items: dict[str, int]


class HealthModel(BaseModel):
    """Whether the process works."""

    status: str
    size: int
    waiting: int
