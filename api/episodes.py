"""Episodes of a timeline as JSON: the one shape that the command prints and the server answers with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ledger.domain.deadlines import Period
from ledger.domain.events import Erased
from ledger.vocabulary import TERMS, RecordStatus
from projections.clock_changes import ClockChange, ClockEffect
from projections.timeline import Account, Episode, Visibility, proof_link
from verify.statement_type import Clock
from verify.strict import JsonValue

PERIODS: Final[Mapping[Period, str]] = {
    Period.PUBLICITY: "公示期",
    Period.LISTING: "列入期",
    Period.BAR: "限制申请期",
}
EFFECTS: Final[Mapping[ClockEffect, str]] = {
    ClockEffect.STARTED: "起算",
    ClockEffect.MOVED: "改期",
    ClockEffect.KEPT: "按期",
    ClockEffect.LATE: "逾期完成",
    ClockEffect.MISSED: "逾期",
    ClockEffect.ENDED: "终止",
}
VISIBILITIES: Final[Mapping[Visibility, str]] = {
    Visibility.DISCLOSED: "开始公开",
    Visibility.WITHDRAWN: "停止公开",
}


def clock_zh(clock: Clock | Period) -> str:
    """The Chinese term of a clock or period."""
    return PERIODS[clock] if isinstance(clock, Period) else TERMS[clock].zh


def episode_json(episode: Episode, size: int, units: Mapping[str, str]) -> dict[str, JsonValue]:
    """An episode with its terms and its proof in the tree of `size` leaves; `units` are names of departments."""
    item, outcome, visibility = episode.item, episode.outcome, episode.visibility
    proof = proof_link(episode, size)
    return {
        "entry": episode.seq,
        "statement": episode.statement_id,
        "record": None if item is None else str(episode.stream),
        "link": str(episode.stream) if item is None else None,
        "subject_handle": episode.subject,
        "item": None if item is None else item.name,
        "item_version": None if item is None else item.version,
        "item_zh": None if item is None else item.zh,
        "type": episode.kind.value,
        "type_zh": TERMS[episode.kind].zh,
        "outcome": None if outcome is None else outcome.value,
        "outcome_zh": None if outcome is None else TERMS[outcome].zh,
        "references": dict(episode.references),
        "recorded_at": episode.recorded_at,
        "recorded_on": episode.recorded_on.isoformat(),
        "effective_on": episode.effective_on.isoformat(),
        "issuer": episode.issuer,
        "issuer_name": units.get(episode.issuer),
        **_account_json(episode.account),
        "rules": [{"name": name, "version": version} for name, version in episode.rules],
        "status_before": _status(episode.status_before),
        "status_before_zh": _status_zh(episode.status_before),
        "status_after": _status(episode.status_after),
        "status_after_zh": _status_zh(episode.status_after),
        "visibility": None if visibility is None else visibility.value,
        "visibility_zh": None if visibility is None else VISIBILITIES[visibility],
        "disclosed": episode.disclosed,
        "clocks": [_clock_json(change) for change in episode.clocks],
        "proof": {
            "leaf_index": proof.leaf_index,
            "tree_size": proof.tree_size,
            "receipt": proof.receipt,
            "bundle": proof.bundle,
            "position": proof.position,
        },
    }


def _account_json(account: Account | Erased) -> dict[str, JsonValue]:
    """What was erased is null, and said to be."""
    erased = isinstance(account, Erased)
    told = Account(None, None, None, None, None, ()) if isinstance(account, Erased) else account
    return {
        "erased": erased,
        "operator": told.operator,
        "basis": told.basis,
        "reason": told.reason,
        "claim": told.claim,
        "verified_by": told.verified_by,
        "evidence": None if erased else list(told.evidence),
    }


def _clock_json(change: ClockChange) -> dict[str, JsonValue]:
    return {
        "effect": change.effect.value,
        "effect_zh": EFFECTS[change.effect],
        "clock": change.clock.value,
        "clock_zh": clock_zh(change.clock),
        "since": change.since,
        "day": None if change.day is None else change.day.isoformat(),
        "provisional": change.provisional,
        "was": None if change.was is None else change.was.isoformat(),
        "rule": change.rule[0],
        "rule_version": change.rule[1],
    }


def _status(status: RecordStatus | None) -> str | None:
    return None if status is None else status.value


def _status_zh(status: RecordStatus | None) -> str | None:
    return None if status is None else TERMS[status].zh
