"""The key store: a data key a subject, wrapped by a key-encryption key. Destroying a data key is what erasure rests on.

It is a database of its own and belongs in no backup set with the ledger (architecture.md, Stores).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import LedgerError
from ledger.store.sqlite import open_file

KEY_BYTES = 32
NONCE_BYTES = 12
_CACHED_KEYS = 20_000
"""Unwrapped keys kept in memory; a key object is a few hundred bytes."""

Random = Callable[[int], bytes]


class Unsealable(LedgerError):
    """Sealed bytes that their key does not open: they were changed, or belong to another event."""


class KeyStore:
    """Seals and opens values under the key of their subject."""

    def __init__(self, path: Path, key_encryption_key: bytes, random: Random) -> None:
        """Open or create the store. `random(n)` gives n unpredictable bytes."""
        self._random = random
        self._wrapping = AESGCM(key_encryption_key)
        self._lock = threading.Lock()
        self._keys: OrderedDict[str, AESGCM] = OrderedDict()
        self._connection = open_file(path)
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS subject_keys (subject TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID"
        )

    def ensure(self, subjects: Iterable[str]) -> None:
        """Make a durable key for every subject that has none. Must return before anything is sealed under it."""
        with self._lock:
            missing = [subject for subject in set(subjects) if self._find(subject) is None]
            if not missing:
                return
            made = {subject: self._random(KEY_BYTES) for subject in missing}
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "INSERT INTO subject_keys VALUES (?, ?)",
                [(subject, self._wrap(subject, key)) for subject, key in made.items()],
            )
            self._connection.execute("COMMIT")
            for subject, key in made.items():
                self._keep(subject, AESGCM(key))

    def seal(self, subject: str, context: bytes, plaintext: bytes) -> bytes:
        """Encrypt under the subject's key; `context` binds the result to its place. `ensure` must have made the key."""
        with self._lock:
            key = self._find(subject)
        if key is None:
            message = "a value cannot be sealed: its subject has no key"
            raise Unsealable(message)
        nonce = self._random(NONCE_BYTES)
        return nonce + key.encrypt(nonce, plaintext, context)

    def open(self, subject: str, context: bytes, sealed: bytes) -> bytes | None:
        """Decrypt; None if the subject's key was destroyed, `Unsealable` if the bytes are not what was sealed."""
        opener = self.opener(subject)
        return None if opener is None else opener(context, sealed)

    def opener(self, subject: str) -> Callable[[bytes, bytes], bytes] | None:
        """What opens the sealed values of one subject, as `open` does; None if its key was destroyed."""
        with self._lock:
            key = self._find(subject)
        return None if key is None else partial(_open, key.decrypt)

    def load(self, first: str, end: str) -> None:
        """Unwrap the keys of the subjects from handle `first` up to and without `end`, which are about to be asked for.

        One query for all of them takes a tenth of one for each. Raises `Unsealable`.
        """
        query = "SELECT subject, wrapped FROM subject_keys WHERE subject >= ? AND subject < ? LIMIT ?"
        with self._lock:
            for subject, wrapped in self._connection.execute(query, (first, end, _CACHED_KEYS)).fetchall():
                if subject not in self._keys:
                    self._keep(subject, self._unwrap(subject, wrapped))

    def close(self) -> None:
        """Close the store."""
        self._connection.close()

    def _find(self, subject: str) -> AESGCM | None:
        key = self._keys.get(subject)
        if key is None:
            row = self._connection.execute("SELECT wrapped FROM subject_keys WHERE subject = ?", (subject,)).fetchone()
            if row is None:
                return None
            key = self._unwrap(subject, row[0])
            self._keep(subject, key)
        return key

    def _unwrap(self, subject: str, wrapped: bytes) -> AESGCM:
        try:
            return AESGCM(self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], subject.encode()))
        except (InvalidTag, ValueError):
            message = "a subject's key cannot be unwrapped: the key store or the key-encryption key was changed"
            raise Unsealable(message) from None

    def _keep(self, subject: str, key: AESGCM) -> None:
        self._keys[subject] = key
        if len(self._keys) > _CACHED_KEYS:
            self._keys.popitem(last=False)

    def _wrap(self, subject: str, key: bytes) -> bytes:
        nonce = self._random(NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, key, subject.encode())


def _open(decrypt: Callable[[bytes, bytes, bytes], bytes], context: bytes, sealed: bytes) -> bytes:
    try:
        return decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except (InvalidTag, ValueError):
        message = "the sealed values were changed, or their key was"
        raise Unsealable(message) from None
