"""What travels over HTTP, as pydantic models: the source of the OpenAPI description and its examples."""

from __future__ import annotations

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
    status: Annotated[str, Field(description="standing, disputed or revoked")]
    status_zh: str
    disclosed: Annotated[bool, Field(description="Whether the record is publicly disclosed")]
    filed_at: str
    changed_at: str
    subject: SubjectModel | None
    values: Annotated[dict[str, Any] | None, Field(description="Money in fen 分; null where the values were erased")]
    entries: Annotated[list[int], Field(description="Numbers of the log entries the record is made of")]
    superseded_by: str | None


class RecordsModel(BaseModel):
    """A subject's records, and the checkpoint that covers everything the answer rests on."""

    scheme: str
    code: str
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
