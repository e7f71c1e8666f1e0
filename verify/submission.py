"""Submissions: a signed statement with the openings that travel beside it, made on the department's side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from verify.commitment import SALT_BYTES, Opening, check_path, commit, openings_json, parse_openings
from verify.errors import Malformed
from verify.note import SignedNote, SigningKey
from verify.statement import Statement, text_of
from verify.strict import JsonValue, load_json

Random = Callable[[int], bytes]
"""``random(n)`` gives n unpredictable bytes, as `os.urandom` does."""

_UUID_RANDOM_BYTES = 10


@dataclass(frozen=True, slots=True)
class Submission:
    """What is sent to the ledger: ``{"openings": {path: [salt, value]}, "statement": "<signed note>"}``."""

    statement: bytes
    openings: Mapping[str, Opening]

    def to_json(self) -> dict[str, JsonValue]:
        """The JSON form."""
        return {"openings": openings_json(self.openings), "statement": self.statement.decode()}

    @classmethod
    def parse(cls, data: bytes) -> Submission:
        """Read the JSON form strictly."""
        match load_json(data):
            case {"openings": openings, "statement": str(statement), **rest} if not rest:
                try:
                    raw = statement.encode()
                except UnicodeEncodeError:
                    raise Malformed("statement", "has a lone surrogate") from None
                return cls(raw, parse_openings(openings))
        raise Malformed("body", 'must be {"openings": {path: [salt, value]}, "statement": "<signed note>"}')

    def countersign(self, key: SigningKey) -> Submission:
        """The same statement with one more signature."""
        return Submission(SignedNote.parse(self.statement, "statement").countersign(key).to_bytes(), self.openings)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be said, before it is committed to and signed."""

    type: str
    about: Mapping[str, JsonValue]
    values: Mapping[str, JsonValue]

    @classmethod
    def parse(cls, data: bytes) -> Draft:
        """Read ``{"about": {...}, "type": "...", "values": {path: value}}`` strictly."""
        match load_json(data):
            case {"type": str(kind), "about": dict(about), "values": dict(values), **rest} if not rest:
                return cls(kind, about, values)
        raise Malformed("draft", 'must be {"about": {...}, "type": "record.filed", "values": {path: value}}')

    def sign(
        self, keys: Sequence[SigningKey], *, identifier: str, issuer: str, made_at: str, random: Random
    ) -> Submission:
        """Commit to every value under a fresh salt and sign. `identifier` is a UUIDv7, `made_at` an instant."""
        statement, openings = self.state(keys, identifier=identifier, issuer=issuer, made_at=made_at, random=random)
        return Submission(statement.raw, openings)

    def state(
        self, keys: Sequence[SigningKey], *, identifier: str, issuer: str, made_at: str, random: Random
    ) -> tuple[Statement, dict[str, Opening]]:
        """As `sign`; gives the statement as `Statement.parse` would read it back, if id and issuer are well formed."""
        salts = random(SALT_BYTES * len(self.values))
        openings = {
            path: Opening(salts[number * SALT_BYTES : (number + 1) * SALT_BYTES], value)
            for number, (path, value) in enumerate(self.values.items())
        }
        committed = {
            check_path(path, "committed"): commit(path, salt, value) for path, (salt, value) in openings.items()
        }
        text = text_of(
            id=identifier, issuer=issuer, made_at=made_at, type=self.type, about=self.about, committed=committed
        )
        note = SignedNote.sign(text, keys)
        statement = Statement(note.to_bytes(), note, self.about, committed, identifier, issuer, made_at, self.type)
        return statement, openings


def uuid7(milliseconds: int, entropy: bytes) -> str:
    """A UUIDv7 (RFC 9562 section 5.7) of a Unix time with 74 bits of `entropy`, which has 10 bytes."""
    if len(entropy) != _UUID_RANDOM_BYTES:
        raise Malformed("uuid", f"needs {_UUID_RANDOM_BYTES} random bytes")
    bits = int.from_bytes(entropy, "big")
    value = milliseconds << 80 | 0x7 << 76 | (bits >> 62 & 0xFFF) << 64 | 0b10 << 62 | bits & (1 << 62) - 1
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
