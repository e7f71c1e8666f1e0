"""Restoring a backup into a new folder: every digest, then the whole audit, and only then the folder appears.

The signer journal is in no backup, so that a restored ledger signs nothing by itself. Whoever moves the journal here
from where the ledger was written last has the signer compare: it refuses a database that is behind what was signed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.application import RecordedMapper
from ledger.backup import KEY_STORE
from ledger.errors import BackupUnsound
from ledger.home import LedgerHome
from ledger.manifest import Kind, Manifest, read_manifest, require_files
from ledger.snapshot import looking_engine
from ledger.staging import appearing
from ledger.store.audit_source import DatabaseSource
from ledger.store.reader import LogReader
from ledger.store.recorder import LedgerRecorder
from ledger.store.vault import KEY_BYTES, KeyStore, Random
from verify.audit import AuditReport, audit
from verify.note import VerifierKey
from verify.source import LogSource
from verify.sweep import Progress


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, what the audit of it says, and when the backup of the keys was made, if one was named."""

    manifest: Manifest
    report: AuditReport
    keys_made_at: str | None


def restore(
    target: Path, folder: Path, *, keys: Path | None, random: Random, workers: int = 1, progress: Progress | None = None
) -> Restored:
    """Restore the backup in `target` to the new `folder`, with the keys if `keys` names a backup of them.

    Raises `BackupUnsound`, and leaves nothing, if a file is not what the manifest says or the audit finds anything.
    """
    manifest = read_manifest(target, Kind.LEDGER)
    key_manifest = None if keys is None else read_manifest(keys, Kind.KEYS)
    if key_manifest is not None and key_manifest.origin != manifest.origin:
        raise BackupUnsound(
            f"--keys: are of the log {key_manifest.origin}, the backup is of {manifest.origin}; name its own keys"
        )
    with appearing(folder) as unfinished:
        _copy(target, manifest, unfinished)
        if keys is not None and key_manifest is not None:
            (unfinished / "keys").mkdir(mode=0o700)
            _copy(keys, key_manifest, unfinished)
        home = LedgerHome(unfinished)
        with _source(home, random, with_keys=keys is not None) as source:
            log_key = None if keys is None else home.log_key().verifier
            report = _audited(source, manifest, log_key, workers, progress)
    return Restored(manifest, report, None if key_manifest is None else key_manifest.made_at)


def _copy(source: Path, manifest: Manifest, folder: Path) -> None:
    for file in manifest.files:
        (folder / file.path).touch(mode=0o600, exist_ok=False)
        try:
            shutil.copyfile(source / file.path, folder / file.path, follow_symlinks=False)
        except FileNotFoundError:
            raise BackupUnsound(f"{source / file.path}: is missing from the backup; take another") from None
    require_files(folder, manifest.files, source)


@contextmanager
def _source(home: LedgerHome, random: Random, *, with_keys: bool) -> Iterator[LogSource]:
    """The restored database for the auditor; without the keys all values are as if erased."""
    engine = looking_engine(home.database, still=True)
    with tempfile.TemporaryDirectory() as nowhere:
        place = home.folder / KEY_STORE if with_keys else Path(nowhere) / "subjects.db"
        vault = KeyStore(place, home.key_encryption_key() if with_keys else bytes(KEY_BYTES), random)
        try:
            yield DatabaseSource(LogReader(engine), LedgerRecorder(engine), RecordedMapper(vault))
        finally:
            vault.close()
            engine.dispose()


def _audited(
    source: LogSource, manifest: Manifest, log_key: VerifierKey | None, workers: int, progress: Progress | None
) -> AuditReport:
    report = audit(source, log_key=log_key, workers=workers, progress=progress)
    if not report.clean:
        raise BackupUnsound(
            f"the audit of the restored database has {report.findings_in_all} findings, the first: "
            f"{report.findings[0].sentence()}; nothing was restored, take another backup"
        )
    if report.checkpoint is None or report.checkpoint.raw.decode() != manifest.checkpoint:
        raise BackupUnsound("the restored database has another checkpoint than the manifest; take another backup")
    return report
