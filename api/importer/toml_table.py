"""A TOML table read key by key: each key must have the right type, and a key that nobody asked for is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from verify.strict import MAX_SAFE_INTEGER, JsonValue


class MappingFault(ValueError):
    """A mapping file that does not say what to do: the TOML key, the rule it breaks and the way out."""

    def __init__(self, path: str, rule: str, fix: str) -> None:
        super().__init__(f"{path or 'the mapping file'} {rule}; {fix}")
        self.path = path
        self.rule = rule
        self.fix = fix


class TomlTable:
    """One table of a TOML document at `path`; every method raises `MappingFault` naming the whole key."""

    def __init__(self, path: str, members: Mapping[str, object]) -> None:
        self.path = path
        self._members = members
        self._asked: set[str] = set()

    def has(self, name: str) -> bool:
        """Say whether the key is there, without counting it as asked for."""
        return name in self._members

    def names(self) -> tuple[str, ...]:
        """Return the keys in the order of the file."""
        return tuple(self._members)

    def table(self, name: str) -> TomlTable:
        """Return a table that must be there."""
        found = self.optional_table(name)
        if found is None:
            raise MappingFault(self._key(name), "is missing", f"add a table [{self._key(name)}]")
        return found

    def optional_table(self, name: str) -> TomlTable | None:
        """Return a table, or None when it is not there."""
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise MappingFault(self._key(name), "must be a table", f"write [{self._key(name)}]")
        return TomlTable(self._key(name), value)

    def tables(self, name: str) -> tuple[TomlTable, ...]:
        """Return a list of tables that must be there and may be empty; their paths count from 1."""
        value = self._take(name)
        if not isinstance(value, list) or not all(isinstance(member, dict) for member in value):
            raise MappingFault(self._key(name), "must be a list of tables", f"write {name} = [{{ ... }}, {{ ... }}]")
        return tuple(TomlTable(f"{self._key(name)}[{number}]", member) for number, member in enumerate(value, 1))

    def text(self, name: str) -> str:
        """Return a text that must be there and not be empty."""
        value = self.optional_text(name)
        if value is None:
            raise MappingFault(self._key(name), "is missing", f'add {name} = "..."')
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a text that is not empty, or None when it is not there."""
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value:
            raise MappingFault(self._key(name), "must be a text that is not empty", f'write {name} = "..."')
        return value

    def matching(self, name: str, pattern: re.Pattern[str], shape: str) -> str:
        """Return a text that must be there and match `pattern`; `shape` says in words what that is."""
        value = self.text(name)
        if not pattern.fullmatch(value):
            raise MappingFault(self._key(name), "has the wrong shape", f"write {shape}")
        return value

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """Return one of the allowed texts, or None when the key is not there."""
        value = self.optional_text(name)
        if value is not None and value not in allowed:
            raise MappingFault(self._key(name), f"is none of {', '.join(allowed)}", "write one of them")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return one text or a list of different texts; at least one must be there."""
        value = self.optional_texts(name)
        if not value:
            raise MappingFault(self._key(name), "is missing", f'add {name} = ["..."]')
        return value

    def optional_texts(self, name: str) -> tuple[str, ...]:
        """Return one text or a list of different texts; nothing when the key is not there."""
        value = self._take(name)
        if value is None:
            return ()
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(text, str) and text for text in found):
            raise MappingFault(self._key(name), "must be a text or a list of texts", f'write {name} = ["..."]')
        if len(set(found)) != len(found):
            raise MappingFault(self._key(name), "names the same text twice", "keep one")
        return tuple(found)

    def labels(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return a table of texts as pairs; nothing when the key is not there."""
        value = self._take(name)
        if value is None:
            return ()
        labels = value.values() if isinstance(value, dict) else ()
        if not isinstance(value, dict) or not labels or not all(text and isinstance(text, str) for text in labels):
            raise MappingFault(self._key(name), "must be a table of texts", f'write {name} = {{ "1" = "..." }}')
        return tuple(value.items())

    def positive(self, name: str) -> int:
        """Return a whole number from 1 that must be there."""
        value = self._take(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_SAFE_INTEGER:
            raise MappingFault(self._key(name), "must be a whole number from 1", f"write {name} = 1")
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean; false when the key is not there."""
        value = self._take(name)
        if not isinstance(value, bool | None):
            raise MappingFault(self._key(name), "must be true or false", f"write {name} = true")
        return value is True

    def scalar(self, name: str) -> JsonValue:
        """Return a text, whole number, boolean or list of texts that must be there; dates are written as text."""
        value = self._take(name)
        if isinstance(value, list) and value and all(isinstance(text, str) for text in value):
            return list(value)
        if isinstance(value, int) and abs(value) > MAX_SAFE_INTEGER:
            raise MappingFault(self._key(name), "is too large", "write it as text")
        if not isinstance(value, str | int):
            rule = "must be a text, a whole number, true, false or a list of texts"
            raise MappingFault(self._key(name), rule, "write a date as text")
        return value

    def accept(self, name: str, attempt: Callable[[], object]) -> None:
        """Run `attempt` and turn its ``ValueError`` into a fault of this key."""
        try:
            attempt()
        except ValueError as error:
            raise MappingFault(self._key(name), str(error), "put it right") from None

    def refuse_unknown(self) -> None:
        """Refuse a key that nobody asked for: a misspelt key would silently change nothing."""
        for name in self._members:
            if name not in self._asked:
                known = ", ".join(sorted(self._asked))
                raise MappingFault(self._key(name), "is not known here", f"remove it or write one of: {known}")

    def _take(self, name: str) -> object:
        self._asked.add(name)
        return self._members.get(name)

    def _key(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name
