"""What a backup says of itself: of which log and moment it is, and the digest of every file.

`manifest.json` holds all of it, `manifest.sha256` the digest of that file, in the form that `sha256sum -c` reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import cast

from ledger.errors import BackupUnsound
from ledger.home import write_secret
from verify.canonical import canonical_json
from verify.errors import EvidenceError
from verify.strict import JsonValue, load_json

_NAME, _SEAL = "manifest.json", "manifest.sha256"
_VERSION = 1
_READ_BYTES = 1 << 20
_MAX_BYTES = 1 << 20
"""A manifest has a line a file; nothing larger is read into memory."""


class Kind(StrEnum):
    """What is in a backup: the two kinds never lie in one place."""

    LEDGER = "ledger"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A file by its path in the ledger's folder."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup. `size` entries are in it, `checkpoint` is the latest note among them; keys have neither."""

    kind: Kind
    origin: str
    made_at: str
    size: int
    root: str
    checkpoint: str
    files: tuple[BackupFile, ...]

    def write(self, folder: Path) -> None:
        """Write both files; the digests of all others must be right by now."""
        body = canonical_json(
            {
                "checkpoint": self.checkpoint,
                "files": [{"path": file.path, "sha256": file.sha256, "size": file.size} for file in self.files],
                "kind": self.kind.value,
                "made_at": self.made_at,
                "origin": self.origin,
                "root": self.root,
                "size": self.size,
                "v": _VERSION,
            }
        )
        (folder / _NAME).touch(mode=0o600, exist_ok=False)
        (folder / _NAME).write_bytes(body)
        write_secret(folder / _SEAL, f"{hashlib.sha256(body).hexdigest()}  {_NAME}\n")


def read_manifest(folder: Path, kind: Kind) -> Manifest:
    """Read a backup's manifest; raises `BackupUnsound` for one that was changed, is of another kind or not there."""
    try:
        body, seal = _read(folder / _NAME), _read(folder / _SEAL)
    except (FileNotFoundError, NotADirectoryError):
        raise BackupUnsound(f"{folder}: holds no whole backup; name the folder that kesu backup made") from None
    if seal != f"{hashlib.sha256(body).hexdigest()}  {_NAME}\n".encode():
        raise BackupUnsound(f"{folder / _NAME}: is not what kesu backup wrote; take another backup")
    try:
        manifest = _parsed(load_json(body))
    except (EvidenceError, KeyError, TypeError, ValueError):
        raise BackupUnsound(f"{folder / _NAME}: is not of a version that this kesu can read") from None
    if manifest.kind is not kind:
        raise BackupUnsound(
            f"{folder}: is a backup of kind {manifest.kind.value}, wanted is {kind.value}; name that one"
        )
    return manifest


def file_of(folder: Path, path: str) -> BackupFile:
    """A file as it is now."""
    digest, size = hashlib.sha256(), 0
    with (folder / path).open("rb") as file:
        while part := file.read(_READ_BYTES):
            digest.update(part)
            size += len(part)
    return BackupFile(path, size, digest.hexdigest())


def require_files(folder: Path, files: Iterable[BackupFile], said_by: Path) -> None:
    """Raise `BackupUnsound`, naming the file, unless each in `folder` is what the manifest in `said_by` says."""
    for file in files:
        found = file_of(folder, file.path)
        if found != file:
            raise BackupUnsound(
                f"{said_by / file.path}: has {found.size} bytes with sha256 {found.sha256}, the manifest says "
                f"{file.size} with {file.sha256}; the backup was changed, take another"
            )


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MAX_BYTES)


def _parsed(value: JsonValue) -> Manifest:
    fields = cast("Mapping[str, JsonValue]", value)
    if fields["v"] != _VERSION:
        raise ValueError(_NAME)
    files = tuple(_file(item) for item in cast("list[Mapping[str, JsonValue]]", fields["files"]))
    return Manifest(
        Kind(str(fields["kind"])),
        str(fields["origin"]),
        str(fields["made_at"]),
        int(cast("int", fields["size"])),
        str(fields["root"]),
        str(fields["checkpoint"]),
        files,
    )


def _file(item: Mapping[str, JsonValue]) -> BackupFile:
    path = PurePosixPath(str(item["path"]))
    if path.is_absolute() or ".." in path.parts:  # a manifest names places in a new folder, and nowhere else
        raise ValueError(_NAME)
    return BackupFile(str(path), int(cast("int", item["size"])), str(item["sha256"]))
