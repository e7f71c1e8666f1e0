"""Backups: the ledger's database in one place, the keys in another, and the signer journal in none.

With keys and database in one set an erased value would come back: its key with the one, its ciphertext with the other.
So a set of keys is replaced by the next, and sets of databases may be kept for as long as one likes. A journal that was
restored would have forgotten what it signed (architecture.md, Stores).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from ledger.errors import BackupUnsound, NotFit
from ledger.home import LedgerHome
from ledger.log_end import log_end
from ledger.manifest import Kind, Manifest, file_of, read_manifest
from ledger.snapshot import Progress, copy_database, looking_engine, quick_check
from ledger.staging import PlaceTaken, appearing, replacing
from ledger.store.reader import LogReader
from verify.strict import encode_base64

DATABASE = "ledger.db"
KEY_STORE = "keys/subjects.db"
TOKEN = "auditor.token"  # noqa: S105 - a file's name

_SPARE_BYTES = 64 << 20
"""What a disk must have besides the copy: a full disk would stop whoever else writes to it."""

FreeSpace = Callable[[Path], int]


def free_bytes(place: Path) -> int:
    """Bytes that the disk of a folder has free."""
    return shutil.disk_usage(place).free


def require_apart(home: LedgerHome, target: Path | None, keys: Path | None) -> None:
    """Raise `PlaceTaken` unless ledger, backup and backup of the keys are three places, none within another."""
    named = (("FOLDER", home.folder), ("TARGET", target), ("--keys", keys))
    places = [(name, place.resolve()) for name, place in named if place is not None]
    for name, place in places:
        for other, outer in places:
            if name != other and place.is_relative_to(outer):
                raise PlaceTaken(f"{name}: lies within {other}, they must be kept apart; name another folder")


def back_up(
    home: LedgerHome, target: Path, *, made_at: str, free: FreeSpace, progress: Progress = lambda _done, _all: None
) -> Manifest:
    """Copy the database to a new folder as it is at one moment, while a server may be writing to it.

    Raises `BackupUnsound`, and leaves nothing, if the copy contradicts itself: a good one must not give way to it.
    """
    home.require()
    with appearing(target) as unfinished:
        size = home.database.stat().st_size
        left = free(unfinished)
        if left < size + _SPARE_BYTES:
            raise NotFit(
                f"{target.parent}: {left >> 20} MiB are free and the copy needs {(size + _SPARE_BYTES) >> 20}; "
                "make room or name another disk"
            )
        copy = unfinished / DATABASE
        copy_database(home.database, copy, progress)
        manifest = _manifest_of(copy, made_at)
        manifest.write(unfinished)
    return manifest


def back_up_keys(home: LedgerHome, target: Path, *, made_at: str) -> Manifest:
    """Copy the key store and all keys to a folder of their own, in the place of the copy that is there.

    The earlier copy is removed: it may hold the keys of values that were erased since.
    """
    home.require()
    origin = home.log_key().verifier.name
    if target.exists() and read_manifest(target, Kind.KEYS).origin != origin:
        raise PlaceTaken(f"--keys: {target} holds the keys of another log; name another folder")
    with replacing(target) as unfinished:
        (unfinished / "keys").mkdir(mode=0o700)
        copy_database(home.key_store, unfinished / KEY_STORE)
        for name in (*_key_files(home), TOKEN):
            shutil.copy2(home.folder / name, unfinished / name)
        files = tuple(file_of(unfinished, name) for name in (KEY_STORE, *_key_files(home), TOKEN))
        manifest = Manifest(Kind.KEYS, origin, made_at, 0, "", "", files)
        manifest.write(unfinished)
    return manifest


def _key_files(home: LedgerHome) -> list[str]:
    """Log key, operator key and key-encryption key."""
    folder = home.folder / "keys"
    return sorted(f"keys/{path.name}" for path in folder.iterdir() if path.name == "kek" or path.suffix == ".key")


def _manifest_of(copy: Path, made_at: str) -> Manifest:
    engine = looking_engine(copy, still=True)
    try:
        faults = quick_check(engine)
        end = None if faults else log_end(LogReader(engine))
    finally:
        engine.dispose()
    faults += [] if end is None else end.faults
    if end is None or end.founding is None or end.checkpoint is None or faults:
        first = faults[0] if faults else "it has no entry"
        raise BackupUnsound(f"the ledger is not sound and was not copied: {first}; run kesu doctor and kesu verify")
    checkpoint = end.checkpoint
    return Manifest(
        kind=Kind.LEDGER,
        origin=end.founding.log.name,
        made_at=made_at,
        size=end.head.size,
        root=encode_base64(checkpoint.root),
        checkpoint=checkpoint.raw.decode(),
        files=(file_of(copy.parent, DATABASE),),
    )
