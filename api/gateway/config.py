"""The configuration: which ledger, whose key, which folders and views. Paths are relative to the file's own folder.

[ledger]      url, vkey
[department]  key, numbering
[gateway]     journal; settle_seconds, poll_seconds, retry_seconds
[[folder]]    name, path, mapping
[[view]]      name, path, mapping; url_env | url_file; table, version, key; sweep_seconds
"""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.gateway.errors import ConfigFault
from api.importer.declaration import Mapping as RowMapping
from api.importer.declaration import SourceFormat
from api.importer.mapping import load_mapping
from api.importer.toml_table import MappingFault, TomlTable
from verify.errors import EvidenceError
from verify.note import SigningKey, VerifierKey

_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ADDRESS: Final = re.compile(r"https?://[^\s@/]+(?:/[!-~]*)?")
_COLUMN: Final = re.compile(r"\w+")
_TABLE: Final = re.compile(r"\w+(?:\.\w+)?")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

SETTLE_SECONDS: Final = 10
"""A program that writes a table rarely pauses longer; who does renames it in when it is whole."""

POLL_SECONDS: Final = 5
RETRY_SECONDS: Final = 300
"""The longest pause between two attempts to reach a ledger that is gone."""

SWEEP_SECONDS: Final = 86_400
"""Rows that were committed late, with a version that had been passed, are found within a day."""


@dataclass(frozen=True, slots=True)
class ViewRules:
    """Where the rows of a view are, and what tells that one is new."""

    url_env: str | None
    url_file: Path | None
    table: str
    version: str
    key: tuple[str, ...]
    sweep_seconds: int

    def address(self, environment: Mapping[str, str]) -> str:
        """The SQLAlchemy URL, which may hold a password; raises `ConfigFault`, never saying what it read."""
        if self.url_file is not None:
            if self.url_file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise ConfigFault("view.url_file", "may be read by others", "run chmod 600 on it")
            return self.url_file.read_text("utf-8").strip()
        found = environment.get(self.url_env or "", "")
        if not found:
            raise ConfigFault("view.url_env", f"names {self.url_env}, which is not set", "set it to an SQLAlchemy URL")
        return found


@dataclass(frozen=True, slots=True)
class SourceRules:
    """A folder that tables come into, or a view that they are made of."""

    name: str
    path: Path
    mapping: RowMapping
    view: ViewRules | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """A whole configuration, checked."""

    url: str
    vkey: VerifierKey | None
    key: SigningKey
    numbering: Path
    journal: Path
    sources: tuple[SourceRules, ...]
    settle_seconds: float = SETTLE_SECONDS
    poll_seconds: float = POLL_SECONDS
    retry_seconds: float = RETRY_SECONDS


def load_config(path: Path) -> Config:
    """Read a configuration and the mappings it names; raises `ConfigFault` or ``OSError``."""
    try:
        return _config(TomlTable("", tomllib.loads(path.read_bytes().decode("utf-8-sig"))), path.parent)
    except UnicodeDecodeError:
        raise ConfigFault(path.name, "is not UTF-8", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigFault(path.name, f"is not TOML: {error}", "put that line right") from None
    except MappingFault as fault:
        raise ConfigFault(fault.path or path.name, fault.rule, fault.fix) from None


def _config(root: TomlTable, home: Path) -> Config:
    ledger, department = root.table("ledger"), root.table("department")
    gateway = root.optional_table("gateway") or TomlTable("gateway", {})
    key_file = home / department.text("key")
    config = Config(
        url=ledger.matching("url", _ADDRESS, "an address such as http://127.0.0.1:8321"),
        vkey=_vkey(ledger.optional_text("vkey")),
        key=_key(key_file),
        numbering=home / (department.optional_text("numbering") or f"{key_file}.numbering"),
        journal=home / (gateway.optional_text("journal") or "gateway.db"),
        sources=tuple(_sources(root, home)),
        settle_seconds=_seconds(gateway, "settle_seconds", SETTLE_SECONDS),
        poll_seconds=_seconds(gateway, "poll_seconds", POLL_SECONDS),
        retry_seconds=_seconds(gateway, "retry_seconds", RETRY_SECONDS),
    )
    for table in (ledger, department, gateway, root):
        table.refuse_unknown()
    if not config.sources:
        raise ConfigFault("folder", "is missing, and so is view", "add a table [[folder]] or [[view]]")
    for what, found in (("name", [each.name for each in config.sources]), ("path", _places(config.sources))):
        if len(set(found)) != len(found):
            raise ConfigFault(what, "is that of two sources", "give each its own")
    return config


def _places(sources: tuple[SourceRules, ...]) -> list[str]:
    return [str(each.path.resolve()) for each in sources]


def _sources(root: TomlTable, home: Path) -> Iterator[SourceRules]:
    for kind in ("folder", "view"):
        for table in root.tables(kind) if root.has(kind) else ():
            mapping_file = home / table.text("mapping")
            name = table.matching("name", _NAME, "a name such as penalties")
            path = home / table.text("path")
            rules = _view(table, home) if kind == "view" else None
            table.refuse_unknown()
            try:
                mapping = load_mapping(mapping_file)
            except MappingFault as fault:
                raise ConfigFault(f"{mapping_file.name}: {fault.path or 'the file'}", fault.rule, fault.fix) from None
            except OSError as error:
                raise _unread(f"{table.path}.mapping", error) from None
            if rules is not None and mapping.source.format is SourceFormat.CSV:
                raise ConfigFault(f"{mapping_file.name}: source.format", "is csv, but views are jsonl", "remove it")
            yield SourceRules(name, path, mapping, rules)


def _view(table: TomlTable, home: Path) -> ViewRules:
    if table.has("url"):
        raise ConfigFault(f"{table.path}.url", "may hold a password", "write url_env or url_file instead")
    variable, file = table.optional_text("url_env"), table.optional_text("url_file")
    if (variable is None) is (file is None):
        raise ConfigFault(table.path, "needs either url_env or url_file", 'write url_env = "KESU_VIEW_URL"')
    if variable is not None:
        table.matching("url_env", _VARIABLE, "the name of an environment variable")
    key = table.texts("key")
    for column in key:
        if not _COLUMN.fullmatch(column):
            raise ConfigFault(f"{table.path}.key", "is no column", "write column names")
    return ViewRules(
        url_env=variable,
        url_file=None if file is None else home / file,
        table=table.matching("table", _TABLE, "the name of a view, or schema.view"),
        version=table.matching("version", _COLUMN, "the name of a column"),
        key=key,
        sweep_seconds=_seconds(table, "sweep_seconds", SWEEP_SECONDS),
    )


def _seconds(table: TomlTable, name: str, default: int) -> int:
    return table.positive(name) if table.has(name) else default


def _vkey(text: str | None) -> VerifierKey | None:
    try:
        return None if text is None else VerifierKey.parse(text)
    except EvidenceError as error:
        raise ConfigFault("ledger.vkey", f"is no verifier key ({error})", "copy the one the ledger publishes") from None


def _key(path: Path) -> SigningKey:
    try:
        return SigningKey.parse(path.read_text("ascii", "replace"))
    except EvidenceError:
        raise ConfigFault("department.key", "names a file that is no private key", "make one: kesu key new") from None
    except OSError as error:
        raise _unread("department.key", error) from None


def _unread(field: str, error: OSError) -> ConfigFault:
    return ConfigFault(field, f"cannot be read: {error.strerror}", "name a file that is there")
