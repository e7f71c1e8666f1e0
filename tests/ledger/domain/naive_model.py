"""A second opinion on credit records, from docs/statements.md, domain.md and the numbers of the rules alone.

What was accepted is one list, and every answer is worked out anew from the whole of it, days counted one by one.
Nothing of `ledger` or `verify` is used, so that one fault is not made twice. It is slow, and meant to be dull.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

Numbers = dict[str, Any]
DAY: Final = timedelta(days=1)
OPERATOR: Final = "operator.example"

ITEMS: Final[dict[str, Numbers]] = {
    "administrative-penalty": {"adverse": True, "public": True, "decided": "CF_JDRQ", "collect": 10, "disclose": 7},
    "administrative-licence": {"adverse": False, "public": True, "decided": "XK_JDRQ", "collect": 10, "disclose": 7},
    "administrative-payment-person": {"adverse": False, "public": False, "decided": "JFR_JDRQ", "collect": 10},
    "public-servant-breach": {"adverse": True, "public": False, "decided": "ZWR_JDRQ", "collect": 10},
    "serious-dishonesty-list": {"adverse": True, "public": True, "decided": "YZ_LRRQ", "collect": 10, "disclose": 7},
    "abnormal-operation-list": {"adverse": True, "public": True, "decided": "YC_LRRQ", "collect": 10, "disclose": 20},
    "key-attention-list": {"adverse": False, "public": False, "decided": "GZ_LRRQ", "collect": 10},
    "dishonest-judgment-debtor": {"adverse": True, "public": True, "decided": "SB_JDRQ", "collect": 10, "disclose": 7},
    "trustworthy-subject": {"adverse": False, "public": True, "decided": "SX_RDRQ", "collect": 10, "disclose": 7},
}
"""Of each item: 性质, 公开程度, the field of 认定之日, and the working days of its two clocks."""

SECOND_VERSIONS: Final[dict[tuple[str, int], Numbers]] = {("administrative-penalty", 2): {"collect": 5, "disclose": 3}}
"""What a made-up second version of an item has instead."""

_ORDER_36: Final[Numbers] = {
    "from": date(2026, 4, 1),
    "summary_never_shown": False,
    "minor": {"shown": False, "shortest": None, "longest": 3},
    "ordinary": {"shown": True, "shortest": 3, "longest": 12},
    "serious": {"shown": True, "shortest": 12, "longest": 36},
}
_ORDER_58: Final[Numbers] = {
    "from": date(2023, 5, 1),
    "summary_never_shown": True,
    "minor": {"shown": False, "shortest": None, "longest": None},
    "ordinary": {"shown": True, "shortest": 3, "longest": 36},
    "serious": {"shown": True, "shortest": 12, "longest": 36},
}
_REPAIR_36: Final[Numbers] = {
    "from": date(2026, 4, 1),
    "until": date.max,
    "publicity": "order-36",
    "push": 1,
    "accept": 3,
    "decide": 10,
    "extension": 10,
    "ban": 36,
    "other": True,
}
_OBJECTION: Final[Numbers] = {
    "from": date(2020, 12, 29),
    "extensions": 1,
    "reviews": 1,
    "withdraw": 3,
    "annotate": 1,
    "forward": 1,
    "verify": 5,
    "extended_to": 20,
    "act": 3,
    "review": 5,
}
_SERIOUS: Final[Numbers] = {
    "from": date(2026, 4, 1),
    "defence": 5,
    "publish": 7,
    "shortest": 12,
    "longest": 36,
    "removals": {"expiry", "early-repair", "annulment"},
    "restorable": True,
    "cases": {"health-and-life", "market-and-social-order", "credibility-of-state-organs", "national-defence"},
}
NUMBERS: Final[dict[tuple[str, int], Numbers]] = {
    ("publicity/order-58", 1): _ORDER_58,
    ("publicity/order-36", 1): _ORDER_36,
    ("publicity/order-36", 2): {**_ORDER_36, "ordinary": {"shown": True, "shortest": 2, "longest": 6}},
    ("repair/order-58", 1): {
        **_REPAIR_36,
        "from": date(2023, 5, 1),
        "until": date(2026, 3, 31),
        "publicity": "order-58",
        "extension": None,
        "other": False,
    },
    ("repair/order-36", 1): _REPAIR_36,
    ("repair/order-36", 2): {**_REPAIR_36, "accept": 5, "decide": 7, "ban": 12},
    ("objection/default", 1): _OBJECTION,
    ("objection/default", 2): {**_OBJECTION, "verify": 7, "act": 2, "extended_to": 15, "reviews": 2, "withdraw": 5},
    ("list/serious-dishonesty-list", 1): _SERIOUS,
    ("list/serious-dishonesty-list", 2): {**_SERIOUS, "defence": 3, "publish": 4, "shortest": 6, "longest": 24},
    ("list/abnormal-operation-list", 1): {
        "from": date(2014, 10, 1),
        "publish": 20,
        "removals": {"early-repair", "corrected-removal", "annulment"},
        "restorable": True,
        "shown_after_removal": True,
        "cases": {
            "annual-report-not-published",
            "ordered-information-not-published",
            "information-concealed-or-false",
            "unreachable-at-registered-address",
        },
    },
    ("list/key-attention-list", 1): {
        "from": date(2020, 12, 29),
        "defence": 5,
        "shortest": 3,
        "longest": 12,
        "removals": {"expiry", "early-repair", "escalation", "annulment"},
        "restorable": True,
        "cases": {"below-the-standard-of-sanctions"},
    },
    ("list/dishonest-judgment-debtor", 1): {
        "from": date(2017, 5, 1),
        "publish": 7,
        "longest": 24,
        "prolonged_by": 36,
        "removals": {"expiry", "early-repair", "annulment"},
        "restorable": False,
        "cases": {"able-but-refusing", "obstruction", "evasion", "property-report"},
        "endless": {"able-but-refusing"},
    },
    ("list/trustworthy-subject", 1): {
        "from": date(2017, 3, 31),
        "publish": 7,
        "longest": 12,
        "removals": {"expiry", "disqualification", "annulment"},
        "restorable": False,
        "cases": {"moral-model", "other"},
    },
}
"""The shipped numbers, and for some rules those of a made-up second version."""

SHOWING: Final = {
    "record.filed",
    "listing.decided",
    "publicity.determined",
    "record.corrected",
    "mask.lifted",
    "repair.revoked",
}
HIDING: Final = {
    "record.revoked",
    "record.changed",
    "repair.granted",
    "publicity.ended",
    "listing.expired",
    "mask.applied",
    "listing.removed",
    "publicity.determined",
    "record.corrected",
}
CLOSINGS: Final = {
    "objection.resolved",
    "objection.delivered",
    "review.decided",
    "remedy.closed",
    "deadline.missed",
    "deadline.recomputed",
    "bar.ended",
}
AUTOMATIC: Final = {
    "publicity.ended",
    "listing.expired",
    "bar.ended",
    "deadline.missed",
    "deadline.recomputed",
}
TWO: Final = {"listing.decided", "listing.removed", "repair.granted", "repair.refused", "repair.revoked"}
BEGINNINGS: Final = {"record.filed", "listing.notified", "listing.decided"}


class No(Exception):
    """This may not be said, and why; `public` says that headers and statements alone show it."""

    def __init__(self, why: str, *, public: bool) -> None:
        super().__init__(why)
        self.public = public


def must(truth: object, why: str) -> None:
    """Nothing is said against it, or `No`, for a reason that stands in openings or is not held against the log."""
    if not truth:
        raise No(why, public=False)


def must_openly(truth: object, why: str) -> None:
    """Nothing is said against it, or `No`, for a reason that an auditor without openings sees too."""
    if not truth:
        raise No(why, public=True)


def months_after(start: date, months: int) -> date:
    """The same-numbered day so many months later, or the last of that month."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


@dataclass
class Said:
    """One accepted or proposed statement on a record: when it was recorded, by whom it was said, and what."""

    seq: int
    day: date
    kind: str
    record: str
    subject: str
    issuer: str
    signers: int
    about: dict[str, Any]
    values: dict[str, Any]
    effect: str = ""

    @property
    def on(self) -> date:
        """The day on which it was done."""
        return date.fromisoformat(self.values["on"]) if "on" in self.values else self.day

    def names(self, what: str) -> Any:  # noqa: ANN401 - an id, a number, or nothing
        """What `about` names, None if it does not."""
        return self.about.get(what)


@dataclass
class Published:
    """A version of a rule, and the entry from which on it is known."""

    seq: int
    name: str
    version: int
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    numbers: Numbers = field(default_factory=dict)


Started = tuple[str, Said, date, int, tuple[str, int], date | None]
"""A clock: its name, what started it, from which day, for how many working days, by which rule, and when it stopped."""


def first(said: Iterable[Said], after: int = -1) -> date | None:
    """The day on which the first of these was recorded, of those after an entry."""
    return next((each.day for each in said if each.seq > after), None)


def class_rule(terms: Numbers, rules: Published | None) -> Numbers | None:
    """What the rules say of the class that was given."""
    given = terms.get("class")
    return None if given is None or rules is None else rules.numbers[given]


class Naive:
    """Everything accepted so far, and what follows from it."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.said: dict[str, list[Said]] = {}
        self.rules: list[Published] = []
        self.items: set[tuple[str, int]] = set()

    # ---- rules, as an entry found them

    def known(self, name: str, seq: int) -> list[Published]:
        """Versions of the rule that entry `seq` found, oldest first."""
        return [rule for rule in self.rules if rule.name == name and rule.seq < seq]

    def generation(self, kind: str, day: date, seq: int) -> Published | None:
        """The rules of a kind in force on a day: of those that had begun the last, of that one the newest version."""
        names = sorted({rule.name for rule in self.rules if rule.name.startswith(f"{kind}/") and rule.seq < seq})
        versions = [rule for name in names for rule in self.known(name, seq)]
        fit = [r for r in versions if r.numbers["from"] <= day <= r.numbers.get("until", date.max)]
        return max(fit, key=lambda rule: (rule.numbers["from"], rule.version), default=None)

    def publicity_rules(self, decided: date, seq: int) -> Published | None:
        """The generation of a decision; for a decision before all of them the oldest."""
        found = self.generation("publicity", decided, seq)
        if found is None:
            first = min((r.numbers["from"] for r in self.rules if r.name.startswith("publicity/")), default=None)
            found = None if first is None else self.generation("publicity", first, seq)
        return found

    def count(self, start: date, days: int, seq: int) -> tuple[date, bool, list[list[int]]]:
        """The last of so many working days after `start`, whether that is provisional, and the calendars used."""
        day, left, years = start, days, {}
        provisional = False
        while left:
            day += DAY
            known = self.known(f"calendar/{day.year}", seq)
            worked = day.weekday() < 5
            if known:
                years[day.year] = known[-1].version
                worked = (worked and day not in known[-1].off) or day in known[-1].worked
            else:
                provisional = True
            left -= worked
        return day, provisional, [[year, years[year]] for year in sorted(years)]

    # ---- facts of one record

    def of(self, record: str, *kinds: str) -> list[Said]:
        """What was said of the record, of these types or at all."""
        said = self.said.get(record, [])
        return [each for each in said if each.kind in kinds] if kinds else said

    def about(self, record: str, what: str, name: str | None, *kinds: str) -> list[Said]:
        """What was said of one objection, remedy, mask or repair of the record."""
        return [said for said in self.of(record, *kinds) if said.names(what) == name]

    def filing(self, record: str) -> Said | None:
        """The filing or the decision to list."""
        return next(iter(self.of(record, "record.filed", "listing.decided")), None)

    def item(self, record: str) -> Numbers:
        """The item of the record."""
        return ITEMS[self.of(record)[0].about["catalogue"]["item"]]

    def decided_on(self, record: str) -> date | None:
        """认定之日, by the last that said it."""
        spoken = self.of(record, "record.filed", "listing.decided", "record.corrected")
        return date.fromisoformat(spoken[-1].values[f"data/{self.item(record)['decided']}"]) if spoken else None

    def told(self, record: str) -> list[Said]:
        """Everything that determined the publicity of the record, be it by saying nothing at the filing."""
        return self.of(record, "record.filed", "listing.decided", "publicity.determined")

    def terms(self, record: str) -> tuple[Numbers, int]:
        """What was last determined about publicity, and the entry whose rules it keeps to."""
        told = self.told(record)
        return (told[-1].values.get("publicity", {}), told[-1].seq) if told else ({}, 0)

    def standard(self, record: str) -> Published | None:
        """The standard by which the entry was decided, or as long as it is not, notified."""
        steps = self.of(record, "listing.notified", "listing.decided")
        if not steps:
            return None
        ref = steps[-1].about["rules"]
        return next(rule for rule in self.rules if (rule.name, rule.version) == (ref["name"], ref["version"]))

    def ended_by(self, record: str) -> dict[str, Said]:
        """How the record has ended, and what ended it."""
        ends = {
            "record.revoked": "revoked",
            "record.changed": "changed",
            "repair.granted": "repaired",
            "listing.removed": "removed",
            "publicity.ended": "expired",
            "listing.expired": "expired",
        }
        found = {ends[said.kind]: said for said in self.of(record, *ends)}
        granted = found.get("repaired")
        if granted is not None and self.stage(record, granted.about["repair"]) == "revoked":
            del found["repaired"]
        return found

    def endings(self, record: str) -> set[str]:
        """How the record has ended."""
        return set(self.ended_by(record))

    def masked(self, record: str) -> str | None:
        """The mask that lies on the record."""
        steps = self.of(record, "mask.applied", "mask.lifted")
        return steps[-1].about["mask"] if steps and steps[-1].kind == "mask.applied" else None

    def named(self, record: str, what: str) -> list[str]:
        """Every objection, remedy or repair that was begun, in order."""
        begins = {"objection": "objection.raised", "remedy": "remedy.opened", "repair": "repair.applied"}
        return [said.about[what] for said in self.of(record, begins[what])]

    def open_objection(self, record: str, objection: str | None) -> bool:
        """Whether it waits for an outcome, the first or that of a review."""
        asked = self.about(record, "objection", objection, "objection.raised", "review.requested")
        answered = self.about(record, "objection", objection, "objection.resolved", "review.decided")
        return len(asked) > len(answered)

    def open_remedy(self, record: str, remedy: str) -> bool:
        """Whether it is under way."""
        return not self.about(record, "remedy", remedy, "remedy.closed")

    def running(self, record: str, repair: str) -> bool:
        """Whether an application still waits for a decision."""
        return self.stage(record, repair) in {"applied", "accepted"}

    def stage(self, record: str, repair: str) -> str:
        """How far a repair has come."""
        stages = {"applied", "accepted", "declined", "granted", "refused", "revoked"}
        words = [said.kind.partition(".")[2] for said in self.about(record, "repair", repair)]
        return [word for word in words if word in stages][-1]

    def disclosed(self, record: str) -> bool:
        """Whether everybody sees it."""
        effects = [said.effect for said in self.of(record) if said.effect]
        return effects[-1:] == ["+"]

    def status(self, record: str) -> str:
        """The one that is shown."""
        for name in ("revoked", "changed", "repaired", "removed", "expired"):
            if name in self.endings(record):
                return name
        if self.filing(record) is None:
            return "dropped" if self.of(record, "listing.dropped") else "notified"
        if self.masked(record):
            return "masked"
        disputed = any(self.open_objection(record, each) for each in self.named(record, "objection"))
        if disputed or any(self.open_remedy(record, each) for each in self.named(record, "remedy")):
            return "disputed"
        return "standing" if self.disclosed(record) else "stored"

    # ---- publicity and periods

    def span(  # noqa: PLR0911 - one case a rule
        self, record: str, terms: Numbers, seq: int
    ) -> tuple[bool, date | None]:
        """Whether by these terms the record is for the public, as far as its class and item go, and its last day."""
        decided = self.decided_on(record)
        item = self.item(record)
        if decided is None or not item["public"] or terms.get("withheld"):
            return False, None
        standard = self.standard(record)
        if standard is not None:
            return "publish" in standard.numbers, self.listing_end(record)
        if not item["adverse"]:
            return True, None
        rules = self.publicity_rules(decided, seq)
        rule = class_rule(terms, rules)
        if rules is None or rule is None or rule["longest"] is None:
            return False, None
        if terms.get("summary_procedure") and rules.numbers["summary_never_shown"]:
            return False, None
        if not rule["shown"] and terms.get("need") is None:
            return False, None
        longest = months_after(decided, rule["longest"])
        last = date.fromisoformat(terms["chosen_end"]) if terms.get("chosen_end") else longest
        if terms.get("sector") and last == longest:
            until = terms["sector"]["until"]
            return True, None if until is None else max(last, date.fromisoformat(until))
        return True, last

    def listing_end(self, record: str) -> date | None:
        """The last day on the list."""
        standard, filing, decided = self.standard(record), self.filing(record), self.decided_on(record)
        if standard is None or filing is None or decided is None or "longest" not in standard.numbers:
            return None
        if set(filing.values["cases"]) & standard.numbers.get("endless", set()):
            return None
        return months_after(decided, standard.numbers["longest"] + filing.values["prolonged_by"])

    def shown(self, record: str, day: date) -> bool:
        """Whether everybody may see the record on a day."""
        if self.filing(record) is None or self.masked(record):
            return False
        public, last = self.span(record, *self.terms(record))
        endings = self.endings(record)
        standard = self.standard(record)
        if standard is not None and standard.numbers.get("shown_after_removal"):
            endings.discard("removed")
        return public and not endings and (last is None or day <= last)

    def shortest(self, record: str, rules: Published, seq: int) -> date | None:
        """The day on which the shortest period is reached, by rules of repair; None: nobody can know."""
        decided = self.decided_on(record)
        standard = self.standard(record)
        if decided is None:
            return None
        if standard is not None:
            return months_after(decided, standard.numbers.get("shortest", 0))
        known = self.known(f"publicity/{rules.numbers['publicity']}", seq)
        rule = class_rule(self.terms(record)[0], known[-1] if known else None)
        return None if rule is None else months_after(decided, rule["shortest"] or 0)

    def bars(self, subject: str) -> list[tuple[Said, date, Published]]:
        """Every bar that abuse has brought on the subject: the revocation, the last day, the rule."""
        found = []
        for record in self.said:
            for said in self.of(record, "repair.revoked"):
                rules = self.generation("repair", said.on, said.seq)
                assert rules is not None
                if said.subject == subject:
                    found.append((said, months_after(said.on, rules.numbers["ban"]), rules))
        return found

    def conditions(self, record: str, facts: Numbers, rules: Published, seq: int) -> list[date | None]:
        """The day on which each condition of an application is met; None: nobody can know."""
        days = [facts["corrected_on"], facts["performed_on"], facts["committed_on"]]
        days += [other["met_on"] for other in facts["other"]] if rules.numbers["other"] else []
        return [self.shortest(record, rules, seq), *(None if day is None else date.fromisoformat(day) for day in days)]

    def may_apply(self, record: str, facts: Numbers, day: date, seq: int) -> tuple[bool, date | None]:
        """Whether all conditions hold on a day, as entry `seq` finds the rules, and the first day on which they do."""
        rules = self.generation("repair", day, seq)
        days = [None] if rules is None else self.conditions(record, facts, rules, seq)
        known = sorted(each for each in days if each is not None)
        return None not in days and known[-1] <= day, None if None in days else known[-1]

    def barred(self, record: str, day: date) -> bool:
        """Whether a bar on the subject of the record still holds on a day."""
        bars = self.bars(self.of(record)[0].subject)
        return any(day <= last and not self.bar_ended(by) for by, last, _ in bars)

    def bar_ended(self, by: Said) -> bool:
        """Whether it was said that the bar ended that a revocation began."""
        return bool(self.about(by.record, "repair", by.about["repair"], "bar.ended"))

    def repairable(self, record: str) -> bool:
        """Whether the record is of a kind that can be repaired."""
        standard = self.standard(record)
        return self.item(record)["adverse"] if standard is None else "early-repair" in standard.numbers["removals"]

    # ---- what anybody can see

    def view(self, record: str) -> Numbers:
        """All that is compared after each step."""
        clocks = self.clocks(record)
        return {
            "status": self.status(record),
            "disclosed": self.disclosed(record),
            "endings": self.endings(record),
            "mask": self.masked(record),
            "objections": {each for each in self.named(record, "objection") if self.open_objection(record, each)},
            "remedies": {each for each in self.named(record, "remedy") if self.open_remedy(record, each)},
            "repairs": {each: self.stage(record, each) for each in self.named(record, "repair")},
            "periods": self.periods(record),
            "clocks": {
                (clock["clock"], clock["since"]): {
                    name: value for name, value in clock.items() if name not in {"clock", "since"}
                }
                for clock in clocks
            },
        }

    def periods(self, record: str) -> set[tuple[str, date, tuple[str, int]]]:
        """Periods that will end by themselves, each with its last day and its rule."""
        found = set()
        end = self.ending_of(record)
        if end is not None and not self.endings(record):
            found.add(end)
        for said, last, rules in self.bars(self.of(record)[0].subject):
            if said.record == record and not self.bar_ended(said):
                found.add(("bar-end", last, (rules.name, rules.version)))
        return found

    def ending_of(self, record: str) -> tuple[str, date, tuple[str, int]] | None:
        """The end of the publicity or of the listing, if it has one."""
        standard, decided = self.standard(record), self.decided_on(record)
        if standard is not None:
            last = self.listing_end(record)
            return None if last is None else ("listing-end", last, (standard.name, standard.version))
        _, last = self.span(record, *self.terms(record))
        rules = None if decided is None else self.publicity_rules(decided, self.terms(record)[1])
        return None if last is None or rules is None else ("publicity-end", last, (rules.name, rules.version))

    # ---- clocks

    def clocks(self, record: str) -> list[Numbers]:
        """Every clock of working days that has started, with the day on which it ends."""
        found = []
        said_of = {kind: self.of(record, f"deadline.{kind}") for kind in ("recomputed", "missed")}
        started = [*self._of_filing(record), *self._of_objections(record), *self._of_remedies(record)]
        for clock, by, on, days, rule, done in [*started, *self._of_repairs(record)]:
            told = {
                kind: [each.seq for each in said if (each.about["clock"], each.about["since"]) == (clock, by.seq)]
                for kind, said in said_of.items()
            }
            last, provisional, years = self.count(on, days, [by.seq, *told["recomputed"]][-1])
            settled = bool(told["missed"]) or (done is not None and done <= last)
            found.append(
                {
                    "clock": clock,
                    "since": by.seq,
                    "start": on,
                    "days": days,
                    "rule": rule,
                    "day": last,
                    "provisional": provisional,
                    "calendar": years,
                    "done": done,
                    "missed": bool(told["missed"]),
                    "settled": settled,
                }
            )
        return found

    def _of_filing(self, record: str) -> Iterator[Started]:
        filing, decided = self.filing(record), self.decided_on(record)
        if filing is None or decided is None:
            return
        standard, reference = self.standard(record), filing.about["catalogue"]
        item = self.item(record) | SECOND_VERSIONS.get((reference["item"], reference["version"]), {})
        own = f"catalogue/{reference['item']}", reference["version"]
        yield "collect", filing, decided, item["collect"], own, filing.day
        if not self.to_be_shown(record, *self.terms(record)):
            return
        since, on = filing, decided
        told = self.told(record)
        for earlier, later in pairwise(told):
            # What was not to be shown had no day by which it had to be.
            if not self.to_be_shown(record, earlier.values.get("publicity", {}) | {"chosen_end": None}, earlier.seq):
                since, on = later, later.on
        shown = next((said.day for said in self.of(record) if said.effect == "+"), None)
        shown = shown or min((said.day for said in self.ended_by(record).values()), default=None)
        if standard is None:
            yield "disclose", since, on, item["disclose"], own, shown
        else:
            yield "disclose", since, on, standard.numbers["publish"], (standard.name, standard.version), shown

    def _of_objections(self, record: str) -> Iterator[Started]:
        for objection in self.named(record, "objection"):
            steps = self.about(record, "objection", objection)
            raised = steps[0]
            rules = self.generation("objection", raised.on, raised.seq)
            assert rules is not None
            days, rule = rules.numbers, (rules.name, rules.version)
            answers = [said for said in steps if said.kind in {"objection.resolved", "review.decided"}]
            requests = [said for said in steps if said.kind == "review.requested"]
            yield "annotate", raised, raised.on, days["annotate"], rule, raised.day
            sent = next((said for said in steps if said.kind == "objection.forwarded"), None)
            sent = raised if raised.issuer == self.of(record)[0].issuer else sent
            # The unit may answer without waiting for the platform: then it is clear that it knows.
            knows = sent or (answers[0] if answers else None)
            yield "forward", raised, raised.on, days["forward"], rule, None if knows is None else knows.day
            if knows is not None:
                longer = [said.values["to_working_days"] for said in steps if said.kind == "objection.extended"]
                yield "verify", sent or raised, knows.day, [days["verify"], *longer][-1], rule, first(answers)
            for answer in answers:
                told = [said for said in steps if said.kind in {"objection.delivered", "review.requested"}]
                yield "act", answer, answer.day, days["act"], rule, first(told, after=answer.seq)
            for request in requests:
                asked = max(request.on, *(said.day for said in answers if said.seq < request.seq))
                yield "review", request, asked, days["review"], rule, first(answers, after=request.seq)

    def _of_remedies(self, record: str) -> Iterator[Started]:
        for closed in self.of(record, "remedy.closed"):
            rules = self.generation("objection", closed.on, closed.seq)
            if closed.values["outcome"] not in {"changed", "annulled"} or rules is None:
                continue
            corrected = self.about(record, "remedy", closed.about["remedy"], "record.corrected")[:1]
            deeds = [*corrected, *self.of(record, "record.revoked", "record.changed")]
            done = min((deed.day for deed in deeds), default=None)
            yield "withdraw", closed, closed.on, rules.numbers["withdraw"], (rules.name, rules.version), done

    def _of_repairs(self, record: str) -> Iterator[Started]:
        for repair in self.named(record, "repair"):
            steps = self.about(record, "repair", repair)
            applied, kinds = steps[0], [said.kind for said in steps]
            rules = self.generation("repair", applied.on, applied.seq)
            assert rules is not None
            days, rule = rules.numbers, (rules.name, rules.version)
            # What was revoked has nothing to repair, and who waited for an answer waits for none.
            over = first(self.of(record, "record.revoked")) if self.running(record, repair) else None
            sent = next((said for said in steps if said.kind == "repair.forwarded"), None)
            sent = applied if applied.issuer == self.of(record)[0].issuer else sent
            answered = [said for said in steps if said.kind in {"repair.accepted", "repair.declined"}]
            decided = [said for said in steps if said.kind in {"repair.declined", "repair.granted", "repair.refused"}]
            yield "repair-push", applied, applied.on, days["push"], rule, over if sent is None else sent.day
            if sent is not None:
                yield "repair-accept", sent, sent.day, days["accept"], rule, first(answered) or over
            length = days["decide"] + (days["extension"] if "repair.extended" in kinds else 0)
            yield "repair-decide", applied, applied.on, length, rule, first(decided) or over

    def to_be_shown(self, record: str, terms: Numbers, seq: int) -> bool:
        """Whether by these terms the record is for the public, or will be once its class is given."""
        decided, item = self.decided_on(record), self.item(record)
        if self.standard(record) is None and item["adverse"] and terms.get("class") is None and decided is not None:
            rules = self.publicity_rules(decided, seq)
            never = bool(terms.get("summary_procedure")) and rules is not None and rules.numbers["summary_never_shown"]
            return bool(item["public"]) and not terms.get("withheld") and not never
        return self.span(record, terms, seq)[0]

    # ---- what may be said

    def refusal(self, said: Said) -> No | None:
        """Why this may not be said now; None if it may."""
        try:
            self._judge(said)
        except No as no:
            return no
        return None

    def accept(self, said: Said) -> None:
        """It is said."""
        self.said.setdefault(said.record, []).append(said)

    def effect(self, said: Said) -> str:
        """What saying it does to disclosure: "+", "-" or nothing."""
        before = self.disclosed(said.record) if self.of(said.record) else False
        self.accept(said)
        after, ended = self.shown(said.record, said.day), self.endings(said.record)
        self.said[said.record].pop()
        if said.kind in SHOWING and after and not before and not ended:
            return "+"
        return "-" if said.kind in HIDING and before and not after else ""

    def _judge(self, said: Said) -> None:
        kind, record = said.kind, said.record
        facts = self.of(record)
        must(kind == "deadline.recomputed" or said.on <= said.day, "not done yet")
        must(said.signers >= (2 if kind in TWO else 1), "two sign")
        item = said.names("catalogue")
        must(item is None or (item["item"], item["version"]) in self.items, "no such item")
        must_openly(facts or kind in BEGINNINGS, "nothing is known of it")
        must_openly(not facts or kind not in {"record.filed", "listing.notified"}, "begun before")
        must_openly(kind != "listing.decided" or self.filing(record) is None, "decided before")
        self._may_speak(said, facts[0].issuer if facts else said.issuer)
        if facts and self.filing(record) is None:
            must_openly(kind in {"listing.defended", "listing.decided", "listing.dropped"}, "only considered so far")
            must_openly(not self.of(record, "listing.dropped"), "dropped")
        must_openly(not facts or "revoked" not in self.endings(record) or kind in CLOSINGS, "revoked")
        must_openly(not facts or said.subject == facts[0].subject, "another subject")
        getattr(self, "_" + kind.replace(".", "_"))(said)

    def _may_speak(self, said: Said, provider: str) -> None:
        if said.kind in AUTOMATIC or said.kind in {"objection.forwarded", "repair.forwarded"}:
            must(said.issuer == OPERATOR, "the operator says this")
        elif said.kind in {"objection.delivered", "listing.defended", "repair.applied"}:
            must_openly(said.issuer in {OPERATOR, provider}, "the providing unit or the operator says this")
        elif said.kind not in {"objection.raised", "review.requested"}:
            must_openly(said.issuer == provider, "the providing unit says this")
            must(said.issuer != OPERATOR, "a department says this")

    def _after(self, said: Said, earlier: Iterable[Said]) -> None:
        must(all(said.on >= each.on for each in earlier), "lies before what it follows")

    def _sound(self, said: Said) -> None:
        """What is filed, corrected or determined fits item and rules, once it is said."""
        self.accept(said)
        try:
            decided, (terms, seq) = self.decided_on(said.record), self.terms(said.record)
            must(decided is not None and decided <= said.day, "decided after it is recorded")
            assert decided is not None
            listed, chosen = self.standard(said.record), terms.get("chosen_end")
            classed = terms.get("class") or terms.get("need") or terms.get("sector")
            must(not terms.get("sector") or said.kind != "record.filed", "nobody knows yet")
            must(self.item(said.record)["adverse"] or not classed, "no class for such a record")
            must(not listed or not (terms.get("need") or chosen or terms.get("sector")), "the standard rules it")
            rule = class_rule(terms, self.publicity_rules(decided, seq))
            if chosen and rule is not None:
                must(rule["longest"] is not None, "never shown")
                first = months_after(decided, rule["shortest"] or 0)
                last = months_after(decided, rule["longest"])
                must(first <= date.fromisoformat(chosen) <= last, "the end is out of bounds")
        finally:
            self.said[said.record].pop()

    def _record_filed(self, said: Said) -> None:
        must(not self.known(f"list/{said.about['catalogue']['item']}", said.seq), "a list entry is decided")
        self._sound(said)

    def _mended(self, said: Said) -> None:
        objection, remedy = said.names("objection"), said.names("remedy")
        must_openly(objection is None or self.open_objection(said.record, objection), "the objection is not open")
        must_openly(remedy is None or remedy in self.named(said.record, "remedy"), "no such remedy")

    def _record_corrected(self, said: Said) -> None:
        must_openly(
            said.about["catalogue"]["item"] == self.of(said.record)[0].about["catalogue"]["item"], "another item"
        )
        self._mended(said)
        self._sound(said)

    def _record_changed(self, said: Said) -> None:
        must_openly("changed" not in self.endings(said.record), "changed before")
        self._mended(said)

    def _record_revoked(self, said: Said) -> None:
        self._mended(said)

    def _publicity_determined(self, said: Said) -> None:
        must(not self.endings(said.record), "ended")
        decided = self.decided_on(said.record)
        assert decided is not None
        rules = self.standard(said.record) or self.publicity_rules(decided, said.seq)
        must(rules and said.about["rules"] == {"name": rules.name, "version": rules.version}, "other rules")
        self._sound(said)

    def _ended(self, said: Said, which: str) -> None:
        must_openly(not self.of(said.record, said.kind), "ended before")
        fit = [each for each in self.periods(said.record) if each[0] == which]
        must(fit, "no such period runs")
        _, last, rule = fit[0]
        must(tuple(said.about["rules"].values()) == rule, "other rules")
        must(said.on == last < said.day, "not its day")

    def _publicity_ended(self, said: Said) -> None:
        self._ended(said, "publicity-end")

    def _mask_applied(self, said: Said) -> None:
        must(not self.endings(said.record), "ended")
        must_openly(self.masked(said.record) is None, "masked")
        must(not self.about(said.record, "mask", said.about["mask"], "mask.applied"), "used before")

    def _mask_lifted(self, said: Said) -> None:
        must_openly(self.masked(said.record) == said.about["mask"], "no such mask")
        self._after(said, self.about(said.record, "mask", said.about["mask"]))

    def _remedy_opened(self, said: Said) -> None:
        must_openly(said.about["remedy"] not in self.named(said.record, "remedy"), "opened before")

    def _remedy_closed(self, said: Said) -> None:
        remedy = said.about["remedy"]
        must_openly(remedy in self.named(said.record, "remedy") and self.open_remedy(said.record, remedy), "not open")
        self._after(said, self.about(said.record, "remedy", remedy, "remedy.opened"))

    # ---- lists

    def _right_standard(self, said: Said) -> Numbers:
        name = f"list/{said.about['catalogue']['item']}"
        fit = [rule for rule in self.known(name, said.seq) if rule.numbers["from"] <= said.on]
        must(fit and said.about["rules"] == {"name": name, "version": fit[-1].version}, "another standard")
        must(set(said.values["cases"]) <= fit[-1].numbers["cases"], "no such case")
        return fit[-1].numbers

    def _listing_notified(self, said: Said) -> None:
        must("defence" in self._right_standard(said), "no notice comes before such a decision")

    def _listing_defended(self, said: Said) -> None:
        must_openly(self.filing(said.record) is None, "decided")
        self._after(said, self.of(said.record, "listing.notified"))

    def _listing_dropped(self, said: Said) -> None:
        must_openly(self.filing(said.record) is None, "decided")
        self._after(said, self.of(said.record))

    def _listing_decided(self, said: Said) -> None:
        numbers = self._right_standard(said)
        notices = self.of(said.record, "listing.notified")
        must(bool(notices) == ("defence" in numbers), "a notice comes first, where there is one")
        if notices:
            must_openly(notices[0].about["catalogue"]["item"] == said.about["catalogue"]["item"], "another item")
            self._after(said, self.of(said.record))
            defended = self.of(said.record, "listing.defended")
            must(not defended or "defence" in said.values, "what was said is not answered")
            last, _, _ = self.count(notices[0].on, numbers["defence"], said.seq)
            must(defended or last < said.on, "the time to speak has not passed")
            decided = said.values[f"data/{self.item(said.record)['decided']}"]
            must(date.fromisoformat(decided) >= notices[0].on, "decided before the notice")
        must(said.values["prolonged_by"] <= numbers.get("prolonged_by", 0), "longer than may be")
        self._sound(said)

    def _listing_removed(self, said: Said) -> None:
        standard, decided = self.standard(said.record), self.decided_on(said.record)
        must(standard is not None and not self.endings(said.record), "ended, or no list entry")
        assert standard is not None
        assert decided is not None
        must(said.values["removal"] in standard.numbers["removals"], "no such removal")
        must(said.values["removal"] in {"early-repair", "disqualification", "escalation"}, "not by this statement")
        if said.values["removal"] == "early-repair":
            kept = standard.numbers.get("shown_after_removal")
            must(kept or not self.item(said.record)["adverse"], "what is adverse is repaired")
            must(months_after(decided, standard.numbers.get("shortest", 0)) <= said.on, "too early")
        must(decided <= said.on, "before the decision")

    def _listing_expired(self, said: Said) -> None:
        self._ended(said, "listing-end")

    # ---- objections

    def _objection_raised(self, said: Said) -> None:
        must_openly(said.about["objection"] not in self.named(said.record, "objection"), "raised before")
        must(self.generation("objection", said.on, said.seq), "no rules in force")
        must(said.issuer != OPERATOR or said.values["origin"] == "subject", "the operator speaks for the subject")

    def _steps(self, said: Said) -> list[Said]:
        steps = self.about(said.record, "objection", said.about["objection"])
        raised = [each for each in steps if each.kind == "objection.raised"]
        must_openly(raised, "no such objection")
        self._after(said, [each for each in steps if not each.kind.startswith("record.")])
        return steps

    def _with_unit(self, said: Said, steps: list[Said]) -> bool:
        own = steps[0].issuer == self.of(said.record)[0].issuer
        return own or any(each.kind == "objection.forwarded" for each in steps)

    def _objection_rules(self, said: Said) -> Numbers:
        raised = self.about(said.record, "objection", said.about["objection"], "objection.raised")[0]
        rules = self.generation("objection", raised.on, raised.seq)
        assert rules is not None
        return rules.numbers

    def _objection_forwarded(self, said: Said) -> None:
        steps = self._steps(said)
        must(not self._with_unit(said, steps), "with the unit")
        must("objection.resolved" not in [each.kind for each in steps], "resolved by the unit")

    def _objection_extended(self, said: Said) -> None:
        steps = self._steps(said)
        kinds = [each.kind for each in steps]
        must(self._with_unit(said, steps) and "objection.resolved" not in kinds, "not being verified")
        numbers = self._objection_rules(said)
        must(kinds.count("objection.extended") < numbers["extensions"], "extended before")
        must(numbers["verify"] < said.values["to_working_days"] <= numbers["extended_to"], "not so long")
        sent = [each for each in steps if each.kind in {"objection.raised", "objection.forwarded"}][-1]
        must(said.day <= self.count(sent.day, numbers["verify"], said.seq)[0], "too late")

    def _deed(self, said: Said) -> None:
        outcome, objection = said.values["outcome"], said.about["objection"]
        revoked = "revoked" in self.endings(said.record)
        asked = self.about(said.record, "objection", objection, "objection.raised", "review.requested")[-1]
        deeds = self.about(said.record, "objection", objection, "record.corrected", "record.changed", "record.revoked")
        done = {deed.kind for deed in deeds if deed.seq > asked.seq}
        must(outcome != "corrected" or done & {"record.corrected", "record.changed"}, "nothing was corrected for it")
        must(outcome != "revoked" or revoked, "nothing was revoked")
        must(outcome != "upheld" or not done, "something was done for it")

    def _objection_resolved(self, said: Said) -> None:
        steps = self._steps(said)
        must_openly("objection.resolved" not in [each.kind for each in steps], "resolved before")
        self._deed(said)

    def _objection_delivered(self, said: Said) -> None:
        steps = self._steps(said)
        must_openly(not self.open_objection(said.record, said.about["objection"]), "not resolved")
        last = [each.kind for each in steps if each.kind.partition(".")[0] != "record"][-1]
        must(last != "objection.delivered", "delivered before")

    def _review_requested(self, said: Said) -> None:
        steps = self._steps(said)
        must_openly(not self.open_objection(said.record, said.about["objection"]), "not resolved")
        used = [each.kind for each in steps].count("review.requested")
        must(used < self._objection_rules(said)["reviews"], "used up")

    def _review_decided(self, said: Said) -> None:
        steps = self._steps(said)
        must_openly(self.open_objection(said.record, said.about["objection"]), "not under review")
        must_openly("review.requested" in [each.kind for each in steps], "not under review")
        self._deed(said)

    # ---- repair

    def _repair_applied(self, said: Said) -> None:
        record = said.record
        must_openly("changed" not in self.endings(record), "changed")
        must("repaired" not in self.endings(record), "repaired")
        must_openly(said.about["repair"] not in self.named(record, "repair"), "applied before")
        must_openly(not any(self.running(record, each) for each in self.named(record, "repair")), "one at a time")
        must(self.repairable(record), "nothing to repair")
        rules = self.generation("repair", said.on, said.seq)
        must(rules and said.about["rules"] == {"name": rules.name, "version": rules.version}, "other rules")
        must(self.may_apply(record, said.values["facts"], said.on, said.seq)[0], "conditions unmet")
        must(not self.barred(record, said.on), "the subject is barred")

    def _repair_steps(self, said: Said, *stages: str) -> list[str]:
        repair = said.about["repair"]
        must_openly(repair in self.named(said.record, "repair"), "no such repair")
        must_openly(self.stage(said.record, repair) in stages, "not at that stage")
        changed = "changed" in self.endings(said.record)
        must_openly(not changed or said.kind != "repair.granted", "changed")
        must(not changed or said.kind != "repair.revoked", "changed")
        steps = self.about(said.record, "repair", repair)
        beside = {"repair.extended", "repair.verified"}
        self._after(said, [step for step in steps if said.kind not in beside or step.kind not in beside])
        kinds = [each.kind for each in steps]
        own = steps[0].issuer == self.of(said.record)[0].issuer
        return [*kinds, "repair.forwarded"] if own else kinds

    def _repair_forwarded(self, said: Said) -> None:
        must("repair.forwarded" not in self._repair_steps(said, "applied"), "with the unit")

    def _repair_accepted(self, said: Said) -> None:
        must("repair.forwarded" in self._repair_steps(said, "applied"), "not with the unit")

    _repair_declined = _repair_accepted

    def _repair_extended(self, said: Said) -> None:
        must("repair.extended" not in self._repair_steps(said, "accepted"), "extended before")
        applied = self.about(said.record, "repair", said.about["repair"], "repair.applied")[0]
        rules = self.generation("repair", applied.on, applied.seq)
        must(rules and rules.numbers["extension"], "knows no extension")
        assert rules is not None
        must(said.day <= self.count(applied.on, rules.numbers["decide"], said.seq)[0], "too late")

    def _repair_verified(self, said: Said) -> None:
        self._repair_steps(said, "accepted")

    def _repair_granted(self, said: Said) -> None:
        must("repair.verified" in self._repair_steps(said, "accepted"), "not verified")

    _repair_refused = _repair_granted

    def _repair_revoked(self, said: Said) -> None:
        self._repair_steps(said, "granted")
        standard = self.standard(said.record)
        must(standard is None or standard.numbers["restorable"], "such an entry is not restored")
        must(self.generation("repair", said.on, said.seq), "no rules in force")

    def _bar_ended(self, said: Said) -> None:
        bars = [bar for bar in self.bars(said.subject) if bar[0].record == said.record]
        mine = [bar for bar in bars if bar[0].about["repair"] == said.about["repair"]]
        must(mine, "no bar")
        must(not self.about(said.record, "repair", said.about["repair"], "bar.ended"), "ended before")
        _, last, rules = mine[0]
        must(said.about["rules"] == {"name": rules.name, "version": rules.version}, "other rules")
        must(said.on == last < said.day, "not its day")

    # ---- deadlines

    def _running(self, said: Said) -> Numbers:
        ref = said.about["clock"], said.about["since"]
        found = [each for each in self.clocks(said.record) if (each["clock"], each["since"]) == ref]
        must_openly(any(each.seq == said.about["since"] for each in self.of(said.record)), "not of this record")
        missed = bool(found) and found[0]["missed"]
        must_openly(not missed or said.kind != "deadline.missed", "missed before")
        must(found and not found[0]["settled"], "no such clock, or it has stopped")
        must(tuple(said.about["rules"].values()) == found[0]["rule"], "other rules")
        return found[0]

    def _deadline_missed(self, said: Said) -> None:
        due = self._running(said)
        must(not due["provisional"], "provisional")
        must(said.on == due["day"] < said.day, "not its day")
        must(said.values["calendar"] == due["calendar"], "other calendars")

    def _deadline_recomputed(self, said: Said) -> None:
        due = self._running(said)
        day, provisional, years = self.count(due["start"], due["days"], said.seq)
        must((day, provisional) != (due["day"], due["provisional"]), "it did not move")
        must(said.values["was"] == due["day"].isoformat(), "it was another day")
        must(said.on == day and said.values["calendar"] == years, "not its new day")
