"""`kesu timeline`: a subject's full story in order, now or as known at a date."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from unicodedata import east_asian_width
from uuid import UUID

import typer

from api.cli.records import Format
from api.episodes import EFFECTS, episode_json
from ledger.beijing import BEIJING
from ledger.domain.link import Identity, identity_of
from ledger.errors import NotFound
from ledger.home import LedgerHome
from ledger.service import open_for_reading
from ledger.subjects import check_identifier
from projections.as_of import parse_as_of
from projections.clock_changes import ClockEffect
from projections.links import links_at
from projections.publications import publications
from projections.timeline import timeline
from projections.timeline_history import timeline_events, unit_names
from verify.checkpoint import Checkpoint
from verify.handle import organisation_handle
from verify.strict import check_uuid7

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so."""

_LABEL_WIDTH: Final = 8
"""Columns of the longest label, four Chinese characters."""

_CSV_COLUMNS: Final = (
    "entry",
    "record",
    "link",
    "item",
    "item_version",
    "item_zh",
    "type",
    "type_zh",
    "outcome",
    "recorded_at",
    "recorded_on",
    "effective_on",
    "issuer",
    "issuer_name",
    "erased",
    "operator",
    "basis",
    "reason",
    "claim",
    "verified_by",
    "status_before",
    "status_after",
    "visibility",
)
"""Members that are one value each; what holds several is put into one cell after them."""

_REFERENCES: Final = {
    "objection": "异议",
    "remedy": "复议诉讼",
    "mask": "屏蔽",
    "repair": "修复",
    "superseded_by": "替代信息",
    "handle": "原代码",
}


def show(
    folder: Annotated[Path, typer.Argument(help="The ledger's folder (a server may have it open)")],
    subject: Annotated[str, typer.Argument(help="The subject as SCHEME:CODE, e.g. uscc:91110000MA00000077")],
    *,
    as_of: Annotated[
        str | None,
        typer.Option(help="As known at the end of this day in Beijing (YYYY-MM-DD), or at an instant (...Z)"),
    ] = None,
    record: Annotated[str | None, typer.Option(help="Only what was said about this record, or this link")] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print")] = Format.TEXT,
) -> None:
    """Tell a subject's full story in the order of the log, as the operator and regulators see it.

    For each step: who, when recorded, when effective, under which rule, what it changed, and where its proof is.
    """
    instant = parse_as_of(as_of) if as_of is not None else None
    only = UUID(check_uuid7(record, "--record")) if record is not None else None
    scheme, _, code = subject.partition(":")
    check_identifier(scheme, code)
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger:
        recorder, mapper = ledger.recorder, ledger.mapper
        size = Checkpoint.parse(ledger.reader.checkpoint()).size  # what it does not cover cannot be proved
        identity = identity_of(organisation_handle(scheme, code), links_at(recorder, mapper, size, instant))
        catalogue, book = publications(recorder, mapper)
        episodes = timeline(timeline_events(recorder, mapper, identity, size), catalogue.items, book, instant)
        units = unit_names(recorder, mapper)
    if only is not None:
        episodes = [episode for episode in episodes if episode.stream == only]
        if not episodes:
            raise NotFound("no record or link of this subject has this id")
    told = [episode_json(episode, size, units) for episode in episodes]
    if output is Format.JSON:
        json.dump(told, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    elif output is Format.CSV:
        writer = csv.writer(sys.stdout)
        writer.writerow([*_CSV_COLUMNS, *_several({})])
        writer.writerows(map(_csv_row, told))
    else:
        _print_text(identity, told)


def _print_text(identity: Identity, told: list[dict[str, Any]]) -> None:
    typer.echo(f"主体 {identity.subject_handle}")
    for handle in identity.linked_handles:
        typer.echo(f"关联 {handle}")
    for episode in told:
        outcome = f"（{episode['outcome_zh']}）" if episode["outcome_zh"] else ""
        typer.echo(f"\n#{episode['entry']}  {episode['type_zh']}{outcome}  {episode['type']}")
        if episode["subject_handle"] != identity.subject_handle:
            typer.echo(f"  {_padded('主体')}  {episode['subject_handle']}")
        for label, text in _lines(episode):
            typer.echo(f"  {_padded(label)}  {text}")
    typer.echo(f"\n共 {len(told)} 步")


def _lines(episode: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Label and text, of what there is."""
    if episode["record"] is not None:
        yield "信息", f"{episode['record']}  {episode['item_zh'] or ''} {episode['item']} v{episode['item_version']}"
    else:
        yield "关联", episode["link"]
    for name, value in episode["references"].items():
        yield _REFERENCES[name], value
    moment = datetime.fromisoformat(episode["recorded_at"]).astimezone(BEIJING)
    yield "记入", f"{moment:%Y-%m-%d %H:%M:%S} 北京时间（{episode['recorded_at']}）"
    yield "生效", episode["effective_on"] + ("（所载日期已删除，以记入日代）" if episode["erased"] else "")
    yield "单位", " ".join(filter(None, (episode["issuer_name"], episode["issuer"])))
    if episode["erased"]:
        yield "内容", "已删除，其余不变"
    for label, name in (("经办人", "operator"), ("核实单位", "verified_by")):
        if episode[name] is not None:
            yield label, episode[name]
    if episode["rules"]:
        yield "规则", "、".join(f"{rule['name']} v{rule['version']}" for rule in episode["rules"])
    for label, name in (("依据", "basis"), ("理由", "reason"), ("陈述", "claim")):
        if episode[name] is not None:
            yield label, " ".join(episode[name].split())
    for digest in episode["evidence"] or ():
        yield "证据", f"sha256 {digest}"
    yield from _effects(episode)
    proof = episode["proof"]
    yield "凭证", f"第 {proof['leaf_index']} 叶 / 树 {proof['tree_size']}  {proof['receipt']}"
    yield "", f"{proof['bundle']} 第 {proof['position']} 条"


def _effects(episode: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    before, after = episode["status_before_zh"], episode["status_after_zh"]
    if after is not None:
        yield "状态", after if before == after else f"{before or '无'} → {after}"
    if episode["visibility_zh"] is not None:
        yield "公开", episode["visibility_zh"]
    for effect in ClockEffect:
        clocks = [_clock(change) for change in episode["clocks"] if change["effect"] == effect.value]
        if clocks:
            yield EFFECTS[effect], "、".join(clocks)


def _clock(change: Mapping[str, Any]) -> str:
    was = f"{change['was']} 改为 " if change["was"] else ""
    provisional = "（暂定）" if change["provisional"] else ""
    return f"{change['clock_zh']} {was}{change['day'] or '已删除'}{provisional}"


def _padded(label: str) -> str:
    columns = sum(2 if east_asian_width(character) in "WF" else 1 for character in label)
    return label + " " * max(0, _LABEL_WIDTH - columns)


def _csv_row(episode: Mapping[str, Any]) -> list[str]:
    cells = [*(episode[name] for name in _CSV_COLUMNS), *_several(episode).values()]
    texts = ["" if cell is None else str(cell) for cell in cells]
    return [f"'{text}" if text.startswith(_FORMULA) else text for text in texts]


def _several(episode: Mapping[str, Any]) -> dict[str, str]:
    """What an episode has several of, by column; of nothing the columns alone."""
    proof = episode.get("proof", {})
    return {
        "references": _joined(f"{name} {value}" for name, value in episode.get("references", {}).items()),
        "evidence": _joined(episode.get("evidence") or ()),
        "rules": _joined(f"{rule['name']} v{rule['version']}" for rule in episode.get("rules", ())),
        "clocks": _joined(
            f"{change['effect']} {change['clock']} {change['day'] or ''}{' provisional' * change['provisional']}"
            for change in episode.get("clocks", ())
        ),
        "receipt": proof.get("receipt", ""),
        "bundle": proof.get("bundle", ""),
    }


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(texts)
