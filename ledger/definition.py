"""Definitions (定义文件): the strict readers that every rule of the ledger is read with, and the fault they name.

A definition is plain JSON without floats, fit for RFC 8785, because a ledger takes it over by committing it. It is read
strictly: what is not understood is refused, since a misspelt word must not change what a rule does. Paths are those of
RFC 9535 (``$.entries[3].item``), so that a long definition can be mended where it is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Final, NoReturn, TypeVar

from ledger.catalogue_item import MAX_TEXT, MAX_WHOLE, is_calendar_date, is_fit_text
from verify.strict import JsonValue

_SLUG: Final = re.compile(r"(?=.{1,64}\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
_Choice = TypeVar("_Choice", bound=StrEnum)
_Element = TypeVar("_Element")


class DefinitionFault(ValueError):
    """A definition breaks a rule: where (a path into the JSON), which rule, and what to do about it."""

    def __init__(self, path: str, rule: str, fix: str) -> None:
        """Keep the three parts apart, so that each interface can show them in its own way."""
        super().__init__(path, rule, fix)
        self.path, self.rule, self.fix = path, rule, fix

    def __str__(self) -> str:
        """Join the parts for a person who reads a log."""
        return f"{self.path}: {self.rule} {self.fix}"


def refuse(path: str, rule: str, fix: str) -> NoReturn:
    """Raise `DefinitionFault`."""
    raise DefinitionFault(path, rule, fix)


def read_members(
    value: JsonValue, path: str, needed: Collection[str], optional: Collection[str] = ()
) -> Mapping[str, JsonValue]:
    """An object with all of `needed`, perhaps some of `optional`, and nothing else."""
    if not isinstance(value, dict):
        refuse(path, "This must be a JSON object.", f"Give an object with the keys {', '.join(sorted(needed))}.")
    known = {*needed, *optional}
    unknown = sorted(str(key) for key in value if key not in known)
    if unknown:
        refuse(path, f"The key {unknown[0][:64]!r} is not known here.", f"Use only {', '.join(sorted(known))}.")
    missing = sorted(key for key in needed if key not in value)
    if missing:
        refuse(path, f"The key {missing[0]!r} is missing.", "Add it.")
    return value


def read_whole(value: JsonValue, path: str, low: int = 1, high: int = MAX_WHOLE) -> int:
    """A whole number from `low` to `high`."""
    if type(value) is not int or not low <= value <= high:
        refuse(path, f"This must be a whole number from {low} to {high}.", "Give an integer, no text or float.")
    return value


def read_flag(value: JsonValue, path: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        refuse(path, "This must be true or false.", "Give one of the two, without quotes.")
    return value


def read_text(value: JsonValue, path: str) -> str:
    """A text that can be shown."""
    if not isinstance(value, str) or not is_fit_text(value) or len(value) > MAX_TEXT:
        refuse(path, f"This must be a text of 1 to {MAX_TEXT} characters that can be shown.", "Give such a text.")
    return value


def read_day(value: JsonValue, path: str) -> date:
    """A day of the calendar."""
    if not isinstance(value, str) or not is_calendar_date(value):
        refuse(path, "This must be a day of the calendar as text.", "Write it YYYY-MM-DD, for example 2026-10-01.")
    return date.fromisoformat(value)


def read_slug(value: JsonValue, path: str) -> str:
    """A name for machines."""
    if not isinstance(value, str) or _SLUG.fullmatch(value) is None:
        refuse(path, "This must be a name of lower-case words.", "Use a-z and 0-9, words joined by hyphens.")
    return value


def read_choice(value: JsonValue, path: str, choices: type[_Choice]) -> _Choice:
    """One member of an enumeration, by its value."""
    names = [choice.value for choice in choices]
    if not isinstance(value, str) or value not in names:
        refuse(path, "This is none of the choices.", f"Choose one of {', '.join(names)}.")
    return choices(value)


def read_list(
    value: JsonValue, path: str, read: Callable[[JsonValue, str], _Element], most: int = 1024
) -> tuple[_Element, ...]:
    """One element or more, none of them twice, each read by `read(value, path)`."""
    if not isinstance(value, list) or not 0 < len(value) <= most:
        refuse(path, f"This must be a list of 1 to {most} elements.", "Give a JSON list, or leave the key out.")
    elements: list[_Element] = []
    for index, each in enumerate(value):
        element = read(each, f"{path}[{index}]")
        if element in elements:
            refuse(f"{path}[{index}]", "This element stands in the list twice.", "Leave one of them out.")
        elements.append(element)
    return tuple(elements)
