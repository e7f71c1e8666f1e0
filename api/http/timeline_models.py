"""What a timeline is as it travels: pydantic models of `api.episodes`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class RuleModel(BaseModel):
    """One version of a rule, or of a catalogue item as ``catalogue/<item>``."""

    name: str
    version: int


class ClockChangeModel(BaseModel):
    """What the entry did to one clock or period."""

    effect: Annotated[str, Field(description="started, moved, kept, late, missed or ended")]
    effect_zh: str
    clock: Annotated[str, Field(description="collect, disclose, verify ...; publicity-end, listing-end, bar-end")]
    clock_zh: str
    since: Annotated[int, Field(description="Number of the entry that started it")]
    day: Annotated[date | None, Field(description="The last day; null where it was erased")]
    provisional: Annotated[bool, Field(description="暂定: it runs into a year whose calendar is not published")]
    was: Annotated[date | None, Field(description="The last day before it was moved")]
    rule: str
    rule_version: int


class ProofLinkModel(BaseModel):
    """Where this server proves that the signed tree holds the entry."""

    leaf_index: Annotated[int, Field(description="The entry's number is its place among the leaves")]
    tree_size: Annotated[int, Field(description="Of the checkpoint in this answer")]
    receipt: Annotated[str, Field(description="Path of the entry with its inclusion proof")]
    bundle: Annotated[str, Field(description="Path of the entry bundle: C2SP tlog-tiles, with the auditor's token")]
    position: Annotated[int, Field(description="Place of the entry in the bundle, from 0")]


class EpisodeModel(BaseModel):
    """One entry about the subject, and what it did."""

    entry: int
    statement: str
    record: Annotated[str | None, Field(description="null for an entry on a link between subjects")]
    link: str | None
    subject_handle: Annotated[str, Field(description="The handle that the entry names")]
    item: str | None
    item_version: int | None
    item_zh: str | None
    type: str
    type_zh: str
    outcome: Annotated[str | None, Field(description="Outcome, kind, way of removal or abuse, where the type has one")]
    outcome_zh: str | None
    references: Annotated[
        dict[str, str], Field(description="objection, remedy, mask, repair, superseded_by; of a link the former handle")
    ]
    recorded_at: str
    recorded_on: Annotated[date, Field(description="The same as a day in Beijing")]
    effective_on: Annotated[
        date, Field(description="The day it names, of a filing the decision's; else, or once erased, that of recording")
    ]
    issuer: Annotated[str, Field(description="The acting unit")]
    issuer_name: str | None
    erased: Annotated[bool, Field(description="Its values were destroyed; everything else stands")]
    operator: Annotated[str | None, Field(description="经办人")]
    basis: Annotated[str | None, Field(description="依据")]
    reason: str | None
    claim: Annotated[str | None, Field(description="What the subject says")]
    verified_by: Annotated[str | None, Field(description="核实单位")]
    evidence: Annotated[list[str] | None, Field(description="SHA-256 of each document; null once erased")]
    rules: Annotated[
        list[RuleModel], Field(description="Those it names and those its procedure keeps to; empty: see `basis`")
    ]
    status_before: Annotated[str | None, Field(description="null: there was no record yet")]
    status_before_zh: str | None
    status_after: Annotated[str | None, Field(description="null for an entry on a link")]
    status_after_zh: str | None
    visibility: Annotated[str | None, Field(description="disclosed or withdrawn by this entry; null: neither")]
    visibility_zh: str | None
    disclosed: Annotated[bool, Field(description="Whether the log discloses the record after it")]
    clocks: list[ClockChangeModel]
    proof: ProofLinkModel


class TimelineModel(BaseModel):
    """A subject's full story, a page at a time, and the checkpoint that covers it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "scheme": "uscc",
                "code": "91110000MA00000077",
                "subject_handle": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "linked_handles": [],
                "as_of": None,
                "episodes": [],
                "next_after": None,
                "checkpoint": "credit.example/test\n6\noPUKJSGIZClwlQN5az5/hsuyv8CqXdkN9mXdSAsP9ws=\n\n— ...",
            }
        }
    )

    scheme: str
    code: str
    subject_handle: Annotated[str, Field(description="Handle of today's identifier; with as_of, of that day's")]
    linked_handles: Annotated[list[str], Field(description="Handles of its other identifiers: 新旧代码映射、主体合并")]
    as_of: str | None
    episodes: Annotated[list[EpisodeModel], Field(description="In the order of the log")]
    next_after: Annotated[int | None, Field(description="`after` of the next page; null: this is the last")]
    checkpoint: str
