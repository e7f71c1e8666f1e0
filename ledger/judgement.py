"""校验 (judging): does a record hold what its catalogue item demands, and if not, which field breaks which rule.

Judging stands in the way of every submission, so whatever depends on the item alone, sentences included, is made once
per item. No sentence repeats a value: values may be personal, and faults end up in logs.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ledger.catalogue_item import (
    FIELD_CODE,
    MAX_TEXT,
    MAX_WHOLE,
    CatalogueItem,
    Field,
    FieldKind,
    holds_label,
    is_calendar_date,
    is_fit_text,
)
from ledger.codes import IdentifierScheme, uscc_fault, uscc_warning
from ledger.errors import Fault

SUBJECT: Final = "subject"
"""The `field` of a fault that is about the record's subject, not about one of its values."""
UNNAMED: Final = ""
"""The `field` of a fault about a key that could be no field code and is therefore not repeated."""
# A submission can carry any number of keys nobody asked for; naming them all would make the answer as large.
MAX_UNKNOWN_REPORTED: Final = 20
# A ledger has tens of items in a few versions each; what falls out is only made again.
_PLANS_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Judgement:
    """校验结果 (result of judging): faults refuse a record, warnings only go with it."""

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


_Check = Callable[[object, list[Fault]], Fault | None]
"""Takes a value that is not null and the list for warnings, gives back the fault."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What can be known of an item before any value is seen."""

    codes: frozenset[str]
    steps: tuple[tuple[str, _Check, Fault | None, Field | None], ...]
    """Code, check, the fault of a null (None: null is fine), the field if null is a fault only under conditions."""
    orders: tuple[tuple[str, str, Fault], ...]
    """A date field, the date field it may not precede, the fault if it does."""


def judge_values(
    item: CatalogueItem,
    subject_scheme: str | None,
    subject_code: str | None,
    subject_name: str | None,
    values: Mapping[str, object],
) -> Judgement:
    """Judge a record's values against its catalogue item; never raises, whatever the values are.

    Every field must be there as a key, null where it has no value. Faults come in the order keys, fields, order of
    dates, subject. What is None of the subject is not known and not compared (a correction does not name its subject
    again). The code of a `uscc` subject is compared with the one among the values, but not itself checked.
    """
    plan = _plan(item)
    warnings: list[Fault] = []
    faults = [] if values.keys() == plan.codes else list(_key_faults(plan.codes, values))
    for code, check, null_fault, conditional in plan.steps:
        value = values.get(code)
        if value is not None:
            fault = check(value, warnings)
            if fault is not None:
                faults.append(fault)
        elif null_fault is not None and (conditional is None or _is_demanded(conditional, values)) and code in values:
            faults.append(null_fault)
    for code, other, fault in plan.orders:
        if _precedes(values.get(code), values.get(other)):
            faults.append(fault)
    faults.extend(_subject_faults(item, (subject_scheme, subject_code, subject_name), values))
    return Judgement(tuple(faults), tuple(warnings))


def _key_faults(codes: frozenset[str], values: Mapping[str, object]) -> Iterator[Fault]:
    for code in sorted(codes - values.keys()):
        rule = f"{code} is missing; every field of the catalogue item is committed, so that presence tells nothing."
        yield Fault(code, rule, "Send the field with null if it has no value.")
    unknown = sorted(str(key) for key in values if key not in codes)
    for key in unknown[:MAX_UNKNOWN_REPORTED]:
        name = key if FIELD_CODE.fullmatch(key) else UNNAMED
        rule = "The key is not a field of this version of the catalogue item."
        yield Fault(name, rule, "Leave the key out, or name the version of the item that has it.")


def _is_demanded(field: Field, values: Mapping[str, object]) -> bool:
    if field.required_with is not None and values.get(field.required_with) is not None:
        return True
    if field.required_when is None or not holds_label(values, field.required_when):
        return False
    return field.required_unless is None or values.get(field.required_unless) is None


def _precedes(day: object, other: object) -> bool:
    """Compare as text, which is right for valid days; a day that is not valid has its own fault already."""
    if not (isinstance(day, str) and isinstance(other, str) and day < other):
        return False
    return is_calendar_date(day) and is_calendar_date(other)


def _subject_faults(
    item: CatalogueItem,
    subject: tuple[str | None, str | None, str | None],
    values: Mapping[str, object],
) -> Iterator[Fault]:
    scheme, code, name = subject
    if scheme is not None and scheme not in item.schemes:
        rule = "The catalogue item does not take subjects that are identified in this scheme."
        yield Fault(SUBJECT, rule, f"Identify the subject in one of the schemes {', '.join(item.schemes)}.")
    fix = "Correct the field, or file the record under the subject that the decision names."
    if _differs(item.subject_name_field, values, name):
        yield Fault(str(item.subject_name_field), "The name is not the name of the record's subject.", fix)
    if scheme == IdentifierScheme.USCC and _differs(item.subject_code_field, values, code):
        yield Fault(str(item.subject_code_field), "The code is not the code of the record's subject.", fix)


def _differs(code: str | None, values: Mapping[str, object], expected: str | None) -> bool:
    value = None if code is None or expected is None else values.get(code)
    return isinstance(value, str) and value != expected


@lru_cache(maxsize=_PLANS_KEPT)
def _plan(item: CatalogueItem) -> _Plan:
    steps = tuple((field.code, _CHECKS[field.kind](field), *_null_rule(field)) for field in item.fields)
    ordered = ((field.code, field.not_before) for field in item.fields if field.not_before is not None)
    orders = tuple((code, other, _order_fault(code, other)) for code, other in ordered)
    return _Plan(frozenset(field.code for field in item.fields), steps, orders)


def _order_fault(code: str, other: str) -> Fault:
    return Fault(code, f"{code} may not be before {other}.", "Correct one of the two days.")


def _null_rule(field: Field) -> tuple[Fault | None, Field | None]:
    if field.required:
        return Fault(field.code, f"{field.code} is required.", "Send a value instead of null."), None
    reasons = []
    if field.required_when is not None:
        held = " or ".join(f"{code} is {', '.join(labels)}" for code, labels in field.required_when)
        lifted = "" if field.required_unless is None else f" and {field.required_unless} has no value"
        reasons.append(held + lifted)
    if field.required_with is not None:
        reasons.append(f"{field.required_with} has a value")
    if not reasons:
        return None, None
    rule = f"{field.code} is required because {', or because '.join(reasons)}."
    return Fault(field.code, rule, "Send a value instead of null, or correct the other field."), field


def _text_check(field: Field) -> _Check:
    code, limit = field.code, field.max_length
    usual = MAX_TEXT if limit is None else limit
    wrong = Fault(
        code,
        f"{code} must be a text with something to read and without control or direction characters.",
        "Send null if there is no value, and remove characters that cannot be seen.",
    )
    huge = Fault(code, f"{code} is longer than {MAX_TEXT} characters.", "Shorten the text; name an annex instead.")
    over = Fault(
        code,
        f"{code} is longer than the {limit} characters of the standard.",
        "Shorten the text if an exchange partner cuts it off; the record is taken as it is.",
    )

    def check(value: object, warnings: list[Fault]) -> Fault | None:
        if not isinstance(value, str):
            return wrong
        if len(value) > usual:
            if len(value) > MAX_TEXT:
                return huge
            warnings.append(over)
        return None if is_fit_text(value) else wrong

    return check


def _date_check(field: Field) -> _Check:
    rule = f"{field.code} must be a real day of the calendar, written YYYY-MM-DD as a text."
    wrong = Fault(field.code, rule, "Send the day in ASCII digits with hyphens, for example 2026-11-20.")
    return lambda value, _: None if isinstance(value, str) and is_calendar_date(value) else wrong


def _money_check(field: Field) -> _Check:
    rule = f"{field.code} must be a whole number of fen (0.01 yuan), zero or more."
    wrong = Fault(field.code, rule, "Send an integer: 10,000 yuan are 1000000 fen.")
    return lambda value, _: None if type(value) is int and 0 <= value <= MAX_WHOLE else wrong


def _integer_check(field: Field) -> _Check:
    wrong = Fault(field.code, f"{field.code} must be a whole number within 2^53.", "Send an integer, not a text.")
    return lambda value, _: None if type(value) is int and -MAX_WHOLE <= value <= MAX_WHOLE else wrong


def _label_check(field: Field) -> _Check:
    known = frozenset(field.labels)
    fix = f"Send one of: {', '.join(field.labels)}."
    wrong = Fault(field.code, f"{field.code} must be one of its labels as a text.", fix)
    return lambda value, _: None if isinstance(value, str) and value in known else wrong


def _labels_check(field: Field) -> _Check:
    known = frozenset(field.labels)
    fix = f"Send a list of one or more of: {', '.join(field.labels)}."
    wrong = Fault(field.code, f"{field.code} must be a list of its labels, none of them twice.", fix)

    def check(value: object, _: list[Fault]) -> Fault | None:
        # The length comes first: a list longer than the labels repeats one, however long it is.
        if not isinstance(value, list) or not 0 < len(value) <= len(known):
            return wrong
        fits = all(isinstance(label, str) and label in known for label in value)
        return None if fits and len(set(value)) == len(value) else wrong

    return check


def _uscc_check(field: Field) -> _Check:
    code = field.code
    fix = "Compare the code with the certificate; send null if there is none."
    accepted = "Compare the code with the certificate; the record is taken as it is."
    wrong = Fault(code, f"{code} must be a unified social credit code as a text.", fix)

    def check(value: object, warnings: list[Fault]) -> Fault | None:
        if not isinstance(value, str):
            return wrong
        broken = uscc_fault(value)
        if broken is not None:
            return Fault(code, f"{code}: {broken}", fix)
        doubt = uscc_warning(value)
        if doubt is not None:
            warnings.append(Fault(code, f"{code}: {doubt}", accepted))
        return None

    return check


_CHECKS: Final[Mapping[FieldKind, Callable[[Field], _Check]]] = {
    FieldKind.TEXT: _text_check,
    FieldKind.DATE: _date_check,
    FieldKind.MONEY: _money_check,
    FieldKind.LABEL: _label_check,
    FieldKind.LABELS: _labels_check,
    FieldKind.USCC: _uscc_check,
    FieldKind.INTEGER: _integer_check,
}
