"""Values are sealed under the key of their subject: readable with it, useless without, and never in clear on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.domain.events import Erased
from ledger.store.vault import KEY_BYTES, NONCE_BYTES, KeyStore, Unsealable
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, Desk, execute, findings, put, query, randomness
from verify.commitment import Opening

KEK = bytes(range(KEY_BYTES))
PLAIN, PLACE = "测试企业".encode(), b"place"


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[KeyStore]:
    """A key store with a key for A."""
    vault = KeyStore(tmp_path / "subjects.db", KEK, randomness(1))
    vault.ensure(["A"])
    yield vault
    vault.close()


def reopened(tmp_path: Path, kek: bytes = KEK) -> KeyStore:
    """The same file, opened by another process."""
    return KeyStore(tmp_path / "subjects.db", kek, randomness(2))


def test_what_is_sealed_can_be_opened(vault: KeyStore) -> None:
    """With the subject's key and in its place."""
    sealed = vault.seal("A", PLACE, PLAIN)

    assert vault.open("A", PLACE, sealed) == PLAIN
    assert PLAIN not in sealed


def test_no_two_seals_are_alike(vault: KeyStore) -> None:
    """A nonce is never used twice; equal values cannot be recognised."""
    sealed = {vault.seal("A", PLACE, PLAIN) for _ in range(100)}

    assert len({item[:NONCE_BYTES] for item in sealed}) == 100


def test_a_seal_is_bound_to_its_place(vault: KeyStore) -> None:
    """Values of one event cannot be shown as those of another, nor those of one subject as another's."""
    vault.ensure(["B"])
    sealed = vault.seal("A", PLACE, PLAIN)

    with pytest.raises(Unsealable):
        vault.open("A", b"another place", sealed)
    with pytest.raises(Unsealable):
        vault.open("B", PLACE, sealed)


@pytest.mark.parametrize("length", [0, 5, NONCE_BYTES, NONCE_BYTES + 1, NONCE_BYTES + 16, -1])
def test_a_seal_that_was_cut_off_is_not_opened(vault: KeyStore, length: int) -> None:
    """At whatever length."""
    with pytest.raises(Unsealable):
        vault.open("A", PLACE, vault.seal("A", PLACE, PLAIN)[:length])


def test_any_changed_byte_is_noticed(vault: KeyStore) -> None:
    """Nonce, ciphertext and tag."""
    sealed = vault.seal("A", PLACE, PLAIN)
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(Unsealable):
            vault.open("A", PLACE, bytes(changed))


def test_a_key_is_durable_before_it_is_used(tmp_path: Path, vault: KeyStore) -> None:
    """Another process opens what was sealed, without this one having been closed."""
    other = reopened(tmp_path)

    assert other.open("A", PLACE, vault.seal("A", PLACE, PLAIN)) == PLAIN
    other.close()


def test_nothing_is_sealed_without_a_durable_key(vault: KeyStore) -> None:
    """A key that exists in memory alone would be an erasure at the next restart."""
    with pytest.raises(Unsealable, match="has no key"):
        vault.seal("B", PLACE, PLAIN)


def test_keys_are_made_once(tmp_path: Path, vault: KeyStore) -> None:
    """A second key for a subject would make everything sealed before unreadable."""
    sealed = vault.seal("A", PLACE, PLAIN)
    vault.ensure(["A", "B", "A"])
    other = reopened(tmp_path)
    other.ensure(["A", "B"])

    assert other.open("A", PLACE, sealed) == PLAIN
    assert other.open("B", PLACE, vault.seal("B", PLACE, PLAIN)) == PLAIN
    other.close()
    assert len(query(tmp_path / "subjects.db", "SELECT subject FROM subject_keys")) == 2


def test_another_key_encryption_key_opens_nothing(tmp_path: Path, vault: KeyStore) -> None:
    """And says so, instead of taking the values for erased."""
    sealed = vault.seal("A", PLACE, PLAIN)
    other = reopened(tmp_path, bytes(KEY_BYTES))

    with pytest.raises(Unsealable, match="cannot be unwrapped"):
        other.open("A", PLACE, sealed)
    other.close()


def test_a_key_cannot_be_given_to_another_subject(tmp_path: Path, vault: KeyStore) -> None:
    """A wrapped key is bound to its subject: copying it does not bring back what was destroyed."""
    sealed = vault.seal("A", PLACE, PLAIN)
    execute(tmp_path / "subjects.db", "UPDATE subject_keys SET subject = 'B'")
    other = reopened(tmp_path)

    with pytest.raises(Unsealable, match="cannot be unwrapped"):
        other.open("B", PLACE, sealed)
    other.close()


def test_without_its_key_a_value_is_erased(tmp_path: Path, vault: KeyStore) -> None:
    """None, which is not an error: everything else about the event is still there."""
    sealed = vault.seal("A", PLACE, PLAIN)
    execute(tmp_path / "subjects.db", "DELETE FROM subject_keys WHERE subject = 'A'")
    other = reopened(tmp_path)

    assert other.open("A", PLACE, sealed) is None
    other.close()


def test_keys_are_not_stored_in_clear(tmp_path: Path, vault: KeyStore) -> None:
    """The store alone opens nothing."""
    key = randomness(1)(KEY_BYTES)

    assert key not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert vault.open("A", PLACE, vault.seal("A", PLACE, PLAIN)) == PLAIN


def test_a_destroyed_key_erases_the_subject_and_nothing_else(tmp_path: Path) -> None:
    """Readers get `Erased` with the entry's number; every signature, hash and proof of the log still holds."""
    desk = Desk(tmp_path / "ledger")
    with desk.found() as ledger:
        gone, kept = put(ledger, desk.file()), put(ledger, desk.file(subject=OTHER_ENTERPRISE))
    execute(desk.home.key_store, "DELETE FROM subject_keys WHERE subject = ?", ENTERPRISE.handle)
    with desk.read() as reading:
        (erased,) = map(reading.mapper.to_domain_event, reading.recorder.select_subject(ENTERPRISE.handle))
        (standing,) = map(reading.mapper.to_domain_event, reading.recorder.select_subject(OTHER_ENTERPRISE.handle))

        assert erased.openings == Erased(gone.seq)
        assert erased.values() == Erased(gone.seq)
        assert (erased.facts.seq, erased.facts.issuer) == (gone.seq, "12110000000000000K")
        assert isinstance(standing.openings, dict)
        assert standing.facts.seq == kept.seq
        assert standing.openings["data/CF_XDR_MC"].value == OTHER_ENTERPRISE.name
        assert findings(reading) == []


def test_what_is_read_is_what_was_sent(tmp_path: Path) -> None:
    """Through sealing, storing and opening, every salt and value comes back."""
    desk = Desk(tmp_path / "ledger")
    submission = desk.file()
    with desk.found() as ledger:
        put(ledger, submission)
        (event,) = map(ledger.mapper.to_domain_event, ledger.recorder.select_subject(ENTERPRISE.handle))

        assert event.openings == submission.openings
        assert event.values() == {path: opening.value for path, opening in submission.openings.items()}


def test_no_value_but_the_name_of_an_organisation_stands_in_clear_anywhere(tmp_path: Path) -> None:
    """Neither in the tables, nor in their indexes, nor in what the write-ahead log keeps; it is found by that name."""
    desk = Desk(tmp_path / "ledger")
    record = desk.new_id()
    submissions = [desk.file(record), desk.correct(record), desk.object(record, desk.new_id()), desk.revoke(record)]
    with desk.found() as ledger:
        for submission in submissions:
            put(ledger, submission)
        open_files = contents(desk.folder)
    needles = [needle for submission in submissions for needle in spellings(submission.openings)]

    for files in (open_files, contents(desk.folder)):
        assert [(name, needle) for name, content in files.items() for needle in needles if needle in content] == []
    assert len(needles) > 60
    assert {"ledger.db", "ledger.db-wal", "subjects.db"} <= open_files.keys()


def contents(folder: Path) -> dict[str, bytes]:
    """All files under a folder."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


_ALSO_IN_CLEAR = {"data/CF_CFJGDM", "data/CF_SJLYDM", "data/CF_JDRQ", "on", "origin"}
"""Codes of the authority, which as the issuer every entry names; days that are also those of the recording, and which
the rows of deadlines are counted from; a word that is the name of a column.
"""


def spellings(openings: dict[str, Opening] | object) -> Iterator[bytes]:
    """Every text among the values, as it would stand in a file, and every salt."""
    assert isinstance(openings, dict)
    for path, opening in openings.items():
        yield opening.salt
        values = opening.value.values() if isinstance(opening.value, dict) else [opening.value]
        for value in values:
            known = path in _ALSO_IN_CLEAR or value in (ENTERPRISE.name, ENTERPRISE.code, ENTERPRISE.scheme)
            if isinstance(value, str) and len(value) > 3 and not known:
                yield value.encode()
                yield value.encode("utf-16-le")
