"""A ledger's home: the folder with its stores and keys, and who may write to it.

ledger.db             events, entries, tiles, openings, checkpoints
keys/subjects.db      data keys of the subjects, erasable          } neither belongs in a backup set
signer/journal.db     every checkpoint ever signed, forward only   } together with ledger.db
keys/*.key, keys/kek  log key, operator key, key-encryption key (0600)
auditor.token         opens entry bundles and full records over HTTP (0600)
ledger.lock           held by the one process that writes
rebuild.lock          held by the one process that builds or checks the tables of the read side
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import LedgerError
from ledger.store.vault import KEY_BYTES, Random
from verify.errors import Malformed
from verify.note import SigningKey
from verify.strict import encode_base64

_SECRET_MODE = 0o600
_FOLDER_MODE = 0o700


class NoLedger(LedgerError):
    """The folder holds no ledger, or a file of it is missing."""


class LedgerExists(LedgerError):
    """The folder already holds something; a ledger is created only in an empty or new one."""


class LedgerLocked(LedgerError):
    """Another process writes to this ledger."""


@dataclass(frozen=True, slots=True)
class LedgerHome:
    """Paths of one ledger's folder, and its secrets on demand."""

    folder: Path

    @property
    def database(self) -> Path:
        """The main database."""
        return self.folder / "ledger.db"

    @property
    def key_store(self) -> Path:
        """The subjects' data keys."""
        return self.folder / "keys" / "subjects.db"

    @property
    def signer_journal(self) -> Path:
        """The signer journal."""
        return self.folder / "signer" / "journal.db"

    def log_key(self) -> SigningKey:
        """The key that signs checkpoints."""
        return self._signing_key("log.key")

    def operator_key(self) -> SigningKey:
        """The key that signs the ledger's own statements."""
        return self._signing_key("operator.key")

    def key_encryption_key(self) -> bytes:
        """The key that wraps the subjects' keys."""
        text = self._read(self.folder / "keys" / "kek")
        try:
            key = bytes.fromhex(text.strip())
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            message = "keys/kek must be 64 hexadecimal digits"
            raise NoLedger(message)
        return key

    def auditor_token(self) -> str:
        """The bearer token of auditors and regulators."""
        return self._read(self.folder / "auditor.token").strip()

    def require(self) -> None:
        """Raise `NoLedger` unless there is a ledger here."""
        if not self.database.is_file():
            message = f"{self.folder} holds no ledger; create one with: kesu init {self.folder}"
            raise NoLedger(message)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one process that writes; raises `LedgerLocked` at once if another is."""
        self.require()
        with (self.folder / "ledger.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                message = f"another process (kesu serve?) writes to {self.folder}; give its address with --url instead"
                raise LedgerLocked(message) from None
            yield

    def _signing_key(self, name: str) -> SigningKey:
        try:
            return SigningKey.parse(self._read(self.folder / "keys" / name))
        except Malformed as error:
            message = f"keys/{name}: {error.rule}"
            raise NoLedger(message) from None

    def _read(self, path: Path) -> str:
        try:
            return path.read_text("ascii")
        except (OSError, UnicodeDecodeError):
            message = f"{path.relative_to(self.folder)} of the ledger in {self.folder} cannot be read"
            raise NoLedger(message) from None


def create_home(folder: Path, *, origin: str, operator: str, random: Random) -> LedgerHome:
    """Create folders, keys and token of a new ledger; the database follows with `ledger.opened`.

    `origin` names the log (a scheme-less URL prefix, C2SP tlog-checkpoint), `operator` the issuer of its statements.
    """
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder} is not empty; a ledger is created only in a new folder"
        raise LedgerExists(message)
    log_key = SigningKey.from_seed(origin, random(KEY_BYTES))
    operator_key = SigningKey.from_seed(f"{operator}/1", random(KEY_BYTES))
    for name in ("", "keys", "signer"):
        (folder / name).mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    write_secret(folder / "keys" / "log.key", log_key.secret())
    write_secret(folder / "keys" / "operator.key", operator_key.secret())
    write_secret(folder / "keys" / "kek", random(KEY_BYTES).hex() + "\n")
    write_secret(
        folder / "auditor.token",
        encode_base64(random(KEY_BYTES)).rstrip("=").replace("+", "-").replace("/", "_") + "\n",
    )
    return LedgerHome(folder)


def write_secret(path: Path, text: str) -> None:
    """Write a file only its owner may read; refuses to replace one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _SECRET_MODE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
