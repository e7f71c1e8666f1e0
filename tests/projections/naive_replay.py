"""A second opinion on a record's status and public view, read from entry bytes and openings alone.

It follows docs/history.md, docs/statements.md, docs/format.md and the rule data in the log, and uses nothing of
`ledger`, `projections` or `verify`, so that one fault is not made twice. Every answer is worked out anew from all that
was known. It is slow, and meant to be dull. `months_after` is shared with the naive model of the rules.

Readings, where the documents leave something open:

1.  The day of an act or a plea is its `on`; where that was erased, the day it was recorded.
2.  "The day it was raised" of an objection, "the request for a review", the opening of a remedy, the application and
    the lifting of a mask, and the day of an ending are days of acts (`on`). "Its outcome was recorded" is the day on
    which the entry was recorded, and likewise that of `remedy.closed`.
3.  A record expires on the day after its last, also before the ledger's clock has said so ("from the day after its
    last"; "a period that has passed hides a record at once"). The last day is that of `publicity.ended` or
    `listing.expired`, or the one that follows from what is known, whichever is earlier. A record that is not for the
    public (withheld, no class, a class not shown, a restricted item) has no last day; an entry of a list has the one
    that its standard gives, seen or not.
4.  A granted repair that was revoked ends the record from its day until the day before it was revoked, as with masks:
    in between nobody saw the record. ("Undoes" could also mean: on every day.)
5.  Publicity is judged by what was last determined by `as_of`, also for earlier days; so is the item's version, the
    values and the day of the decision. Only endings, masks, objections and remedies have days of their own.
6.  The rules of publicity are those of the day of the determining document, of all that the log held before the entry
    that determined publicity: the filing, the decision to list, or the last `publicity.determined`. Of versions of one
    generation the newest; for a decision older than every generation, the oldest.
7.  "The log had disclosed it by `on`": some entry recorded on that day or before disclosed it. From the day of `as_of`
    on, its last effect must be a disclosure. `standing` is what the log had disclosed in this sense, `stored` is not.
8.  A list entry that was dropped is `notified` until the day before; its effective day is that of the notice. One that
    was decided has the day of its decision, and is no part of an answer for a day between notice and decision.
9.  `values_from` and `decided_on` are None for an entry that is only being considered. `decided_on` is None too where
    the values were erased; such a record is not shown, and its effective day is the day it was filed.
10. With neither `as_of` nor `on` the day is today's, which a replay cannot know: it must be given. With `on` alone, the
    day of `as_of` is that of the last entry.
11. The public fields are those of the item's version that the filing or the last correction names, nulls included.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cached_property
from typing import Any, Final

from tests.ledger.domain.naive_model import months_after

Openings = Mapping[int, Mapping[str, Any]]
"""Of each entry, what it committed to; an entry whose values were erased is left out."""

BEIJING: Final = timezone(timedelta(hours=8))
DAY: Final = timedelta(days=1)
DATE_LENGTH: Final = len("2026-11-20")


@dataclass(frozen=True)
class Row:
    """One record of an answer, with the columns of docs/history.md and what everybody could see of it."""

    record: str
    subject: str
    issuer: str
    item: str
    item_version: int
    status: str
    shown: bool
    in_force: bool
    decided_on: date | None
    entries: tuple[int, ...]
    values_from: int | None
    public_values: Mapping[str, Any] | None


@dataclass(frozen=True)
class Noted:
    """One entry, as its bytes say it, and the openings that are still there."""

    seq: int
    recorded_at: str
    subject: str
    discloses: tuple[int, ...]
    withdraws: tuple[int, ...]
    kind: str
    issuer: str
    about: dict[str, Any]
    values: Mapping[str, Any]

    @cached_property
    def recorded_on(self) -> date:
        """The day in Beijing on which it was recorded."""
        return beijing_day(self.recorded_at)

    @cached_property
    def on(self) -> date:
        """The day on which it was done."""
        return date.fromisoformat(self.values["on"]) if "on" in self.values else self.recorded_on


@dataclass(frozen=True)
class Rule:
    """A published version of an item or of a rule, and the entry from which on it is known."""

    seq: int
    name: str
    version: int
    text: dict[str, Any]

    def in_force(self, day: date) -> bool:
        """Whether it had begun by a day, and not ended."""
        until = self.text.get("effective_until")
        return self.begins <= day and (until is None or day <= date.fromisoformat(until))

    @property
    def begins(self) -> date:
        """Its first day."""
        return date.fromisoformat(self.text["effective_from"])


def beijing_day(instant: str) -> date:
    """The day in Beijing of an instant."""
    return datetime.fromisoformat(instant).astimezone(BEIJING).date()


def last_instant(as_of: str) -> str:
    """A date is its last microsecond in Beijing, an instant itself; instants compare as text."""
    if len(as_of) > DATE_LENGTH:
        return as_of
    midnight = datetime.combine(date.fromisoformat(as_of) + DAY, datetime.min.time(), BEIJING)
    return (midnight - timedelta(microseconds=1)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_entry(raw: bytes, openings: Openings) -> Noted:
    """Read an entry: a line that says so, the header, then the statement, whose first line is JSON."""
    first, header_line, statement_line, _rest = raw.split(b"\n", 3)
    assert first == b"kesu/entry/v1"
    header, statement = json.loads(header_line), json.loads(statement_line)
    return Noted(
        seq=header["seq"],
        recorded_at=header["recorded_at"],
        subject=header["subject"],
        discloses=tuple(header.get("discloses", ())),
        withdraws=tuple(header.get("withdraws", ())),
        kind=statement["type"],
        issuer=statement["issuer"],
        about=statement["about"],
        values=openings.get(header["seq"], {}),
    )


@dataclass
class Story:
    """What was known of one record at a time, and what follows from it for a day."""

    log: Log
    said: list[Noted]
    known_on: date
    """The day of `as_of`."""

    def of(self, *kinds: str) -> list[Noted]:
        """What was said of the record, of these types."""
        return [each for each in self.said if each.kind in kinds]

    # ---- what it is

    @cached_property
    def filing(self) -> Noted | None:
        """The filing or the decision to list."""
        return next(iter(self.of("record.filed", "listing.decided")), None)

    @cached_property
    def valued(self) -> Noted | None:
        """The entry that its values are from."""
        spoken = self.of("record.filed", "listing.decided", "record.corrected")
        return spoken[-1] if spoken else None

    @cached_property
    def named(self) -> dict[str, Any]:
        """The item, and its version, under which it now stands."""
        reference: dict[str, Any] = (self.valued or self.said[0]).about["catalogue"]
        return reference

    @cached_property
    def item(self) -> dict[str, Any]:
        """The definition of that version of the item."""
        return self.log.find(f"catalogue/{self.named['item']}", self.named["version"]).text

    @cached_property
    def standard(self) -> dict[str, Any] | None:
        """The standard of the list by which it was decided, or so far notified; None: it is no list entry."""
        steps = self.of("listing.notified", "listing.decided")
        if not steps:
            return None
        reference = steps[-1].about["rules"]
        return self.log.find(reference["name"], reference["version"]).text

    @cached_property
    def decided_on(self) -> date | None:
        """认定之日: the day of the determining document, by the last that said it."""
        path = f"data/{self.item.get('decided_on')}"
        if self.valued is None or self.valued.values.get(path) is None:
            return None
        return date.fromisoformat(self.valued.values[path])

    @cached_property
    def effective_on(self) -> date:
        """The first day for which it belongs to an answer."""
        if self.filing is None:
            return self.said[0].on
        return self.decided_on or self.filing.recorded_on

    # ---- its publicity

    def is_public(self) -> bool:
        """Whether it is for the public at all, and not held back for a reason."""
        return self.item["openness"] == "public" and self._terms.get("withheld") is None

    @cached_property
    def _determined(self) -> Noted | None:
        told = self.of("record.filed", "listing.decided", "publicity.determined")
        return told[-1] if told else None

    @cached_property
    def _terms(self) -> dict[str, Any]:
        return {} if self._determined is None else self._determined.values.get("publicity", {})

    def _class(self) -> dict[str, Any] | None:
        """What the rules of its time say of its class; None: it is not shown by its class."""
        assert self._determined is not None
        assert self.decided_on is not None
        rules = self.log.publicity_rules(self.decided_on, self._determined.seq)
        if rules is None or (self._terms.get("summary_procedure") and rules["summary_procedure"]["never_shown"]):
            return None
        given = [each for each in rules["classes"] if each["class"] == self._terms.get("class")]
        if not given or "longest_months" not in given[0]:
            return None
        return given[0] if given[0]["shown"] or self._terms.get("need") is not None else None

    @cached_property
    def may_be_seen(self) -> bool:
        """Whether class, list, item and secrecy gate let everybody see it, on days of its period."""
        if self.filing is None or self.decided_on is None or not self.is_public():
            return False
        if self.standard is not None:
            return "publish" in self.standard
        return self.item.get("nature") != "adverse" or self._class() is not None

    @cached_property
    def last_day(self) -> date | None:
        """The last day of its publicity, or on its list, as it follows from what is known."""
        if self.decided_on is None:
            return None
        if self.standard is not None:
            return self._last_on_list(self.standard, self.decided_on)
        if self.item.get("nature") != "adverse" or not self.may_be_seen:
            return None
        given = self._class()
        assert given is not None
        longest = months_after(self.decided_on, given["longest_months"])
        chosen = self._terms.get("chosen_end")
        last = longest if chosen is None else date.fromisoformat(chosen)
        sector = self._terms.get("sector")
        if sector is None or last != longest:
            return last
        return None if sector["until"] is None else max(last, date.fromisoformat(sector["until"]))

    def _last_on_list(self, standard: dict[str, Any], decided: date) -> date | None:
        assert self.filing is not None
        endless = {case["code"] for case in standard["criteria"]["cases"] if not case.get("ends", True)}
        cases = self.filing.values.get("cases")
        if "longest" not in standard or cases is None or endless & set(cases):
            return None
        return months_after(decided, standard["longest"]["months"] + self.filing.values["prolonged_by"])

    # ---- a day

    def endings(self, day: date) -> list[str]:
        """By what it had ended on a day, the one that is shown first."""
        found = ["revoked"] if self.of("record.revoked") else []
        found += ["changed"] if any(each.on <= day for each in self.of("record.changed")) else []
        found += ["repaired"] if any(self._repaired(each, day) for each in self.of("repair.granted")) else []
        found += ["removed"] if any(each.on <= day for each in self.of("listing.removed")) else []
        passed = [each.on for each in self.of("publicity.ended", "listing.expired")]
        follows = self.last_day
        if any(last < day for last in [*passed, *([] if follows is None else [follows])]):
            found.append("expired")
        return found

    def _repaired(self, granted: Noted, day: date) -> bool:
        undone = [each for each in self.of("repair.revoked") if each.about["repair"] == granted.about["repair"]]
        return granted.on <= day and not any(each.on <= day for each in undone)

    def masked(self, day: date) -> bool:
        """Whether a mask lay on it."""
        for applied in self.of("mask.applied"):
            lifted = [each for each in self.of("mask.lifted") if each.about["mask"] == applied.about["mask"]]
            if applied.on <= day and not any(each.on <= day for each in lifted):
                return True
        return False

    def disputed(self, day: date) -> bool:
        """Whether somebody objected, and waited for an outcome, or a court or an authority had it before it."""
        return self._waiting(
            "objection", day, {"objection.raised", "review.requested"}, {"objection.resolved", "review.decided"}
        ) or self._waiting("remedy", day, {"remedy.opened"}, {"remedy.closed"})

    def _waiting(self, what: str, day: date, asked: set[str], answered: set[str]) -> bool:
        for question in self.of(*asked):
            answers = [
                each
                for each in self.of(*answered)
                if each.about[what] == question.about[what] and each.seq > question.seq
            ]
            if question.on <= day and not any(each.recorded_on <= day for each in answers):
                return True
        return False

    def disclosed(self, day: date) -> bool:
        """Whether the log had disclosed it by a day and, where the day is not over, not withdrawn it."""
        effects = [each for each in self.said if each.discloses or each.withdraws]
        if day >= self.known_on:
            return bool(effects and effects[-1].discloses)
        return any(each.discloses and each.recorded_on <= day for each in effects)

    def shown(self, day: date) -> bool:
        """Whether everybody could see it."""
        ended = set(self.endings(day))
        if self.standard is not None and self.standard.get("shown_after_removal"):
            ended.discard("removed")
        return self.disclosed(day) and self.may_be_seen and not ended and not self.masked(day)

    def status(self, day: date) -> str:
        """The first word that holds."""
        ended = self.endings(day)
        if ended:
            return ended[0]
        if self.filing is None:
            return "dropped" if any(each.on <= day for each in self.of("listing.dropped")) else "notified"
        if self.masked(day):
            return "masked"
        if self.disputed(day):
            return "disputed"
        return "standing" if self.disclosed(day) else "stored"

    def row(self, record: str, day: date) -> Row:
        """All columns."""
        shown = self.shown(day)
        return Row(
            record=record,
            subject=self.said[0].subject,
            issuer=self.said[0].issuer,
            item=self.named["item"],
            item_version=self.named["version"],
            status=self.status(day),
            shown=shown,
            in_force=self.filing is not None and not self.endings(day),
            decided_on=self.decided_on,
            entries=tuple(each.seq for each in self.said),
            values_from=None if self.valued is None else self.valued.seq,
            public_values=self._public_fields() if shown else None,
        )

    def _public_fields(self) -> dict[str, Any]:
        assert self.valued is not None
        codes = [each["code"] for each in self.item["fields"] if each["public"]]
        values = self.valued.values
        return {code: values[f"data/{code}"] for code in codes if f"data/{code}" in values}


@dataclass
class Log:
    """A whole log, read once; `at` answers for any instant and day."""

    entries: list[Noted] = field(default_factory=list)
    rules: dict[tuple[str, int], Rule] = field(default_factory=dict)
    records: dict[str, list[Noted]] = field(default_factory=dict)

    def publish(self, noted: Noted, name: str, version: int) -> None:
        """Keep a version that was published."""
        self.rules[name, version] = Rule(noted.seq, name, version, noted.values["definition"])

    def find(self, name: str, version: int) -> Rule:
        """A published version of an item or a rule."""
        return self.rules[name, version]

    def publicity_rules(self, decided: date, seq: int) -> dict[str, Any] | None:
        """The rules of publicity for a decision of a day, as entry `seq` found them."""
        known = [rule for rule in self.rules.values() if rule.name.startswith("publicity/") and rule.seq < seq]
        if not known:
            return None
        fit = [rule for rule in known if rule.in_force(decided)]
        if not fit:
            oldest = min(rule.begins for rule in known)
            fit = [rule for rule in known if rule.begins == oldest]
        return max(fit, key=lambda rule: (rule.begins, rule.version)).text

    def at(self, as_of: str | None, on: date | None) -> dict[str, Row]:
        """Answer for what was known at `as_of` and in force on `on`, in the order in which the records began."""
        until = self.entries[-1].recorded_at if as_of is None else last_instant(as_of)
        if as_of is None and on is None:
            message = "say for which day: a replay does not know today's"
            raise ValueError(message)
        known_on = beijing_day(until)
        day = known_on if on is None else on
        rows = {}
        for record, whole in self.records.items():
            said = [each for each in whole if each.recorded_at <= until]
            story = Story(self, said, known_on)
            if said and story.effective_on <= day:
                rows[record] = story.row(record, day)
        return rows


def read_log(entries: Iterable[bytes], openings: Openings) -> Log:
    """Read a log from its entries in their order, and what is left of its openings."""
    log = Log()
    for raw in entries:
        noted = read_entry(raw, openings)
        log.entries.append(noted)
        if "record" in noted.about:
            log.records.setdefault(noted.about["record"], []).append(noted)
        elif noted.kind == "catalogue.published":
            reference = noted.about["catalogue"]
            log.publish(noted, f"catalogue/{reference['item']}", reference["version"])
        elif noted.kind == "rules.published":
            log.publish(noted, noted.about["rules"]["name"], noted.about["rules"]["version"])
    return log


def replay(entries: Iterable[bytes], openings: Openings, as_of: str | None, on: date | None) -> dict[str, Row]:
    """Answer for what was known at `as_of` and in force on `on`, from nothing but entries and openings."""
    return read_log(entries, openings).at(as_of, on)
