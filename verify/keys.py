"""Whose key is whose, at one position of the log: the keys of departments as ledgered so far."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from verify.errors import Incompetent
from verify.note import VerifierKey
from verify.statement import Statement

TWO = 2
"""Keys of its issuer that a decision needs which puts a subject on a list or repairs its credit."""


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """A department's key and from which entry on it was revoked or replaced (None = in force)."""

    key: VerifierKey
    issuer: str
    ended_by: int | None = None


@dataclass(frozen=True, slots=True)
class DepartmentKeys:
    """Every key that a department ever had; a value."""

    keys: Mapping[tuple[str, bytes], RegisteredKey] = field(default_factory=dict)

    @property
    def departments(self) -> frozenset[str]:
        """Every issuer that was ever registered, with a key in force or without."""
        return frozenset(item.issuer for item in self.keys.values())

    def with_key(self, *keys: RegisteredKey) -> Mapping[tuple[str, bytes], RegisteredKey]:
        """The keys and these, which take the place of what was known of them."""
        changed = {(item.key.name, item.key.key_id): item for item in keys}
        return {**self.keys, **changed}

    def in_force(self, issuer: str, key: VerifierKey) -> bool:
        """Say whether `issuer` may speak with this key."""
        registered = self.keys.get((key.name, key.key_id))
        return (
            registered is not None
            and registered.key == key
            and registered.issuer == issuer
            and registered.ended_by is None
        )

    def has_key_in_force(self, issuer: str) -> bool:
        """Say whether `issuer` may speak at all."""
        return any(item.issuer == issuer and item.ended_by is None for item in self.keys.values())

    def require_in_force(
        self, statement: Statement, signers: Collection[VerifierKey], others: Collection[VerifierKey | None]
    ) -> None:
        """Require that each signer is a key in force of the issuer or one of `others`."""
        for key in signers:
            if key in others or self.in_force(statement.issuer, key):
                continue
            registered = self.keys.get((key.name, key.key_id))
            if registered is None:
                raise Incompetent("key-unknown", f"key {key.name} is not registered at this position of the log")
            if registered.ended_by is not None:
                raise Incompetent("key-ended", f"key {key.name} was ended by entry {registered.ended_by}")
            raise Incompetent("key-of-another", f"key {key.name} does not belong to issuer {statement.issuer}")

    def require_department(self, statement: Statement, signers: Collection[VerifierKey]) -> None:
        """Require that the issuer's own key signed, whoever else did."""
        if not any(self.in_force(statement.issuer, key) for key in signers):
            raise Incompetent("department-signs", f"no key in force of issuer {statement.issuer} signed the statement")

    def require_two(self, statement: Statement, signers: Collection[VerifierKey]) -> None:
        """Require two different keys of the issuer, so that nobody decides such a thing alone."""
        if len({key.public_key for key in signers if self.in_force(statement.issuer, key)}) < TWO:
            raise Incompetent("two-sign", f"{statement.type} needs two keys in force of issuer {statement.issuer}")

    def require_free(self, key: VerifierKey, issuer: str) -> None:
        """Require that `key` may come to `issuer`: of the right name, and nobody had it or its name before."""
        if not key.name.startswith(f"{issuer}/") or key.name == f"{issuer}/":
            raise Incompetent("key-name", f"a key of {issuer} is named {issuer}/<label>")
        if any(item.key.public_key == key.public_key for item in self.keys.values()):
            raise Incompetent("key-reused", f"the public key of {key.name} was registered before")
        if any(item.key.name == key.name for item in self.keys.values()):
            raise Incompetent("key-name-reused", f"a key named {key.name} was registered before")
