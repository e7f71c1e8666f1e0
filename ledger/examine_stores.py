"""What the stores are asked: files, log, signer journal, keys, and the tables that the writer keeps for itself.

The journal is read before and after the database: what was signed before must be in it, and what is published in it
must have been signed after.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.examination import Check, Examination, Examined, Level, fault
from ledger.log_end import LogEnd, log_end, root_at
from ledger.signer import Signed
from ledger.snapshot import quick_check
from ledger.store.append_only import unguarded
from ledger.store.deadlines import Deadlines
from ledger.store.links import Links
from ledger.store.reader import LogReader
from ledger.store.vault import NONCE_BYTES
from verify.merkle import EMPTY_ROOT


def examine_stores(examined: Examined) -> Iterator[Check]:
    """Is every store there, and whole as a file?"""
    home = examined.home
    named = (
        ("ledger.db", home.database, examined.ledger, "restore the newest backup"),
        ("keys/subjects.db", home.key_store, examined.keys, "bring the newest key store back"),
        ("signer/journal.db", home.signer_journal, examined.journal, "bring the newest journal back, never an older"),
    )
    for name, path, engine, remedy in named:
        found = quick_check(engine) if path.is_file() else ["is missing"]
        if found:
            yield fault("integrity", f"{name}: {found[0]}; {remedy}")
        else:
            yield Check(Level.OK, "integrity", f"{name}: quick_check finds nothing")


def examine_log(examined: Examined) -> Iterator[Check]:
    """Do head, last entries, checkpoint and signer journal agree?"""
    reader, journal = examined.reader, examined.home.signer_journal.is_file()  # that it is missing, is said above
    signed = _last_signed(examined.journal) if journal else None
    end = log_end(reader)
    for each in end.faults:
        yield fault("log", f"{each}; run kesu verify, then restore the newest backup that is clean")
    if not end.faults and end.checkpoint is not None:
        yield Check(Level.OK, "log", f"{end.head.size} entries, checkpoint of size {end.checkpoint.size} and its root")
    if signed is not None:
        yield from _journal_checks(reader, end, signed, _last_signed(examined.journal))


def _journal_checks(reader: LogReader, end: LogEnd, signed: Signed, signed_after: Signed) -> Iterator[Check]:
    size, published = end.head.size, end.checkpoint.size if end.checkpoint else 0
    if signed.size > size:
        yield fault(
            "signer",
            f"the journal has signed {signed.size} entries, the database holds {size}: an old copy, which will sign "
            f"nothing; bring back the database with entries {size} to {signed.size - 1}",
        )
    elif published > signed_after.size:
        yield fault(
            "signer",
            f"a checkpoint of size {published} is published, the journal stands at {signed_after.size}: it is missing "
            "or an old copy; bring back the newest one",
        )
    elif root_at(reader, signed.size) != signed.root:
        yield fault(
            "signer", f"the journal signed another root at size {signed.size}; one of the two is of another log"
        )
    elif size > signed_after.size:
        yield Check(
            Level.WARNING,
            "signer",
            f"{size - signed_after.size} entries are not signed yet; a running server, or the next start, does it",
        )
    else:
        yield Check(Level.OK, "signer", f"the journal stands at size {signed.size}, with the database's root")


def examine_keys(examined: Examined) -> Iterator[Check]:
    """Are the keys those of this ledger?"""
    home, founding = examined.home, log_end(examined.reader).founding
    if founding is None:
        return
    for name, key, named in (
        ("log.key", home.log_key().verifier, founding.log),
        ("operator.key", home.operator_key().verifier, founding.operator),
    ):
        if key == named:
            yield Check(Level.OK, "keys", f"keys/{name} is the one that entry 0 names")
        else:
            yield fault("keys", f"keys/{name} is {key}, entry 0 names {named}; put the ledger's own key back")


def examine_subject_keys(examined: Examined) -> Iterator[Check]:
    """Does the key-encryption key open the subjects' keys, and has every subject with values one?"""
    if not examined.home.key_store.is_file():
        return  # said above
    with examined.ledger.connect() as connection:  # first: keys are made before what is sealed under them
        subjects = set(connection.exec_driver_sql(_SUBJECTS_WITH_VALUES).scalars())
    wrapping = AESGCM(examined.home.key_encryption_key())
    opened = shut = 0
    with examined.keys.connect() as connection:
        for subject, wrapped in connection.exec_driver_sql("SELECT subject, wrapped FROM subject_keys"):
            subjects.discard(subject)
            try:
                wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], subject.encode())
                opened += 1
            except (InvalidTag, ValueError):
                shut += 1
    if shut:
        found = f"keys/kek does not open {shut} of {opened + shut} subjects' keys; put back the key that wrapped them"
        yield fault("subject keys", found)
    else:
        yield Check(Level.OK, "subject keys", f"keys/kek opens all {opened}")
    if subjects:
        found = f"{len(subjects)} subjects have values and no key: erased, or keys/subjects.db is an old copy"
        yield Check(Level.WARNING, "subject keys", f"{found}; bring back the newest key store")


_SUBJECTS_WITH_VALUES: Final = """
    SELECT DISTINCT subject FROM events WHERE EXISTS (SELECT 1 FROM openings WHERE openings.position = events.position)
"""


def examine_folds(examined: Examined) -> Iterator[Check]:
    """Do the writer's own tables reflect the whole log?"""
    with examined.ledger.connect() as connection:
        present = sa.inspect(connection).get_table_names()
    size = examined.reader.size()  # first: a table that is read later can only be further
    for name, table in (("deadlines", Deadlines), ("subject_links", Links)):
        folded = table(examined.ledger).folded_size() if {name, "folded"} <= set(present) else 0
        if folded < size:
            found = f"{name} reflects {folded} of {size} entries; the next kesu serve brings it up to date"
            yield Check(Level.WARNING, "tables", found)
        else:
            yield Check(Level.OK, "tables", f"{name} reflects all entries")


def _last_signed(journal: sa.Engine) -> Signed:
    with journal.connect() as connection:
        if not sa.inspect(connection).has_table("signed"):
            return Signed(0, EMPTY_ROOT)
        row = connection.exec_driver_sql("SELECT size, root FROM signed ORDER BY size DESC LIMIT 1").first()
    return Signed(0, EMPTY_ROOT) if row is None else Signed(row[0], bytes(row[1]))


def examine_guards(examined: Examined) -> Iterator[Check]:
    """Does the database itself refuse to change the log?"""
    with examined.ledger.connect() as connection:
        bare = unguarded(connection)
    if bare:
        found = (
            f"{', '.join(bare)}: changes are not refused; kesu serve guards them again, kesu verify tells what changed"
        )
        yield Check(Level.WARNING, "guards", found)
    else:
        yield Check(Level.OK, "guards", "the database refuses to change or remove rows of the log")


STORES: Final[tuple[Examination, ...]] = (
    examine_stores,
    examine_log,
    examine_keys,
    examine_subject_keys,
    examine_folds,
    examine_guards,
)
