"""The public report as it travels over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ledger.vocabulary import Audience, RecordStatus, ReportSection


class ReportedSubjectModel(BaseModel):
    """Whom was asked about."""

    scheme: str
    code: str
    name: Annotated[str | None, Field(description="As the last record below names it; null where there is none")]


class ReportedFieldModel(BaseModel):
    """数据项 with its value."""

    code: str
    zh: str
    value: Annotated[Any, Field(description="Money in fen 分; personal values are masked, as 张*")]


class ReportedRecordModel(BaseModel):
    """One record that is publicly shown."""

    record: str
    item: str
    item_version: int
    zh: Annotated[str, Field(description="The item's name")]
    unit: Annotated[str, Field(description="信息提供单位")]
    status: RecordStatus
    status_zh: str
    disputed: Annotated[bool, Field(description="异议标注, 复议、诉讼标注: an objection or a remedy at law is open")]
    decided_on: Annotated[date | None, Field(description="认定文书之日")]
    ends_on: Annotated[date | None, Field(description="The last day of publicity, or on the list")]
    fields: Annotated[list[ReportedFieldModel], Field(description="Public fields with a value, in catalogue order")]
    entries: Annotated[list[int], Field(description="The log entry that filed it, and the one that holds its values")]


class ReportedPartModel(BaseModel):
    """报告栏目 with its records, in the order of filing."""

    section: ReportSection
    zh: str
    records: list[ReportedRecordModel]


class ReportModel(BaseModel):
    """The public report on a subject, and the checkpoint that covers everything it rests on."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "subject": {"scheme": "uscc", "code": "91110000MA00000077", "name": "测试一号有限公司"},
                "audience": "public",
                "audience_zh": "社会公众",
                "on": "2026-11-22",
                "sections": [
                    {
                        "section": "administration",
                        "zh": "行政管理",
                        "records": [
                            {
                                "record": "0193f000-0000-7000-8000-000000000020",
                                "item": "administrative-penalty",
                                "item_version": 1,
                                "zh": "行政处罚",
                                "unit": "11110000MB0000001A",
                                "status": "disputed",
                                "status_zh": "异议标注",
                                "disputed": True,
                                "decided_on": "2026-11-20",
                                "ends_on": "2027-11-20",
                                "fields": [
                                    {"code": "CF_WSH", "zh": "行政处罚决定书文号", "value": "京测罚字〔2026〕1号"}
                                ],
                                "entries": [1],
                            }
                        ],
                    },
                    {"section": "good-faith", "zh": "诚实守信", "records": []},
                ],
                "checkpoint": "credit.example/...",
            }
        }
    )

    subject: ReportedSubjectModel
    audience: Audience
    audience_zh: str
    on: date
    sections: Annotated[list[ReportedPartModel], Field(description="All eight, empty ones too")]
    checkpoint: str
