"""What a replay is as it travels: pydantic models of `api.replay_rows`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from api.http.models import SubjectModel

_ROW: JsonDict = {
    "subject": "KNTILXCMRND45RTB5WH3WQQAUMDID5ML",
    "record": "0193f000-0000-7000-8000-000000000020",
    "issuer": "11110000MB0000001A",
    "item": "administrative-penalty",
    "item_version": 1,
    "status": "standing",
    "shown": True,
    "in_force": True,
    "effective_on": "2026-11-20",
    "ended_on": None,
    "values_from": 61,
    "entries": [61],
    "status_zh": "公示中",
}
_ASKED: JsonDict = {
    "as_of": "2026-11-22T15:59:59.999999Z",
    "known_on": "2026-11-22",
    "on": "2026-11-22",
    "size": 62,
    "checkpoint": "credit.example/test\n62\noPUKJSGIZClwlQN5az5/hsuyv8CqXdkN9mXdSAsP9ws=\n\n— ...",
}


class StandingModel(BaseModel):
    """One record by what was known then, on the day that was asked for. It holds no values."""

    subject: Annotated[str, Field(description="Handle")]
    record: str
    issuer: Annotated[str, Field(description="The providing unit 信息提供单位")]
    item: str
    item_version: int
    status: str
    shown: Annotated[bool, Field(description="Whether everybody could see it 公示")]
    in_force: Annotated[bool, Field(description="Decided, and not ended")]
    effective_on: Annotated[date, Field(description="The day of the document; else of the filing, or of the notice")]
    ended_on: date | None
    values_from: Annotated[int | None, Field(description="The entry whose openings hold its values then")]
    entries: Annotated[list[int], Field(description="All entries it is made of, by then")]
    status_zh: str


class AskedModel(BaseModel):
    """The two times as they were understood, and the log that the answer rests on."""

    as_of: Annotated[
        str | None,
        Field(description="Entries recorded by this instant are known; without one in the request, that of the last"),
    ]
    known_on: Annotated[date, Field(description="The day of as_of in Beijing; without one in the request, today")]
    on: Annotated[date, Field(description="The day on which things are looked at")]
    size: Annotated[int, Field(description="Number of entries known; the checkpoint covers them")]
    checkpoint: str


class SubjectReplayModel(AskedModel):
    """One subject's records, under all codes that were linked by then."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                **_ASKED,
                "scheme": "uscc",
                "code": "91110000MA00000077",
                "subject_handle": "KNTILXCMRND45RTB5WH3WQQAUMDID5ML",
                "linked_handles": [],
                "records": [_ROW],
            }
        }
    )

    scheme: str
    code: str
    subject_handle: str
    linked_handles: list[str]
    records: list[StandingModel]


class PageModel(AskedModel):
    """A page of records, subject by subject."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                **_ASKED,
                "records": [_ROW],
                "names": {
                    "KNTILXCMRND45RTB5WH3WQQAUMDID5ML": {
                        "scheme": "uscc",
                        "code": "91110000MA00000077",
                        "name": "测试企业有限公司",
                    }
                },
                "next_after": None,
            }
        }
    )

    records: list[StandingModel]
    names: Annotated[dict[str, SubjectModel], Field(description="Who the handles are, as they are named now")]
    next_after: Annotated[str | None, Field(description="`after` of the next page; null: this is the last")]
