"""C2SP signed notes and verifier keys: the one signature format of the system (transparency-logs.md section 1).

    <text, UTF-8, ends in LF>
    <empty line>
    — <key name> <base64( 4-byte key ID || signature )>          (one or more)

The signed bytes are the text with its last LF; the empty line before the signatures is the last one of the note.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from verify.errors import Malformed, SignatureInvalid
from verify.strict import decode_base64, decode_utf8, encode_base64

ED25519 = 0x01
"""Type byte: Ed25519 over the note text."""

MAX_SIGNATURES = 32
"""C2SP asks for at least 16; a cap keeps a hostile note from costing a signature check per line."""

MAX_NOTE_BYTES = 128 * 1024
"""Checked before parsing. Entries are at most 65,535 bytes; 32 ML-DSA-44 lines of a checkpoint would be 107 kB."""

_CONTROL = bytes(range(ord(" "))).replace(b"\n", b"")
_NOT_IN_NAMES = re.compile(r"[\s+\x00-\x20\x85\xa0\ud800-\udfff]")
_DASH = "— "
_KEY_ID_BYTES = 4
_PUBLIC_BYTES = 32
_PRIME = 2**255 - 19
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _PRIME - 1,
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little")
        & (2**255 - 1),
    }
)
"""y coordinates of the points of order 1, 2, 4 and 8: a signature under such a key can fit any message."""


@lru_cache(maxsize=1024)
def _public_key(public_key: bytes) -> Ed25519PublicKey:
    """Decoding a point costs a fifth of verifying with it, and few keys sign much."""
    return Ed25519PublicKey.from_public_bytes(public_key)


def _key_id(name: str, algorithm: int, public_key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + public_key).digest()[:_KEY_ID_BYTES]


def check_key_name(name: str, part: str = "key name") -> str:
    """Return `name` if a key may be called so: not empty, no white space, no plus sign, no lone surrogate."""
    if not name or _NOT_IN_NAMES.search(name):
        raise Malformed(part, "must not be empty nor contain spaces or '+'")
    return name


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name, written as a *vkey* ``<name>+<key ID>+<base64(type || key)>``."""

    name: str
    public_key: bytes
    key_id: bytes = field(compare=False)

    @classmethod
    def of(cls, name: str, public_key: bytes) -> VerifierKey:
        """An Ed25519 key; refuses non-canonical and small-order points."""
        check_key_name(name)
        if len(public_key) != _PUBLIC_BYTES:
            raise Malformed("vkey", "an Ed25519 public key is 32 bytes")
        y = int.from_bytes(public_key, "little") & (2**255 - 1)
        if y >= _PRIME or y in _SMALL_ORDER_Y:
            raise Malformed("vkey", "is a non-canonical or small-order Ed25519 key")
        return cls(name, public_key, _key_id(name, ED25519, public_key))

    @classmethod
    def parse(cls, vkey: str) -> VerifierKey:
        """Read a vkey; only Ed25519 (0x01) is known to this version."""
        match vkey.split("+", 2):
            case [name, key_id, encoded]:
                pass
            case _:
                raise Malformed("vkey", "must be <name>+<8 hexadecimal digits>+<base64>")
        data = decode_base64(encoded, "vkey")
        if len(data) != 1 + _PUBLIC_BYTES or data[0] != ED25519:
            raise Malformed("vkey", "is not an Ed25519 key (type 0x01)")
        key = cls.of(name, data[1:])
        if key.key_id.hex() != key_id:
            raise Malformed("vkey", "its key ID does not match its name and key")
        return key

    def __str__(self) -> str:
        """The vkey."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([ED25519]) + self.public_key)}"

    def verify(self, text: bytes, signature: bytes) -> None:
        """Check a signature over the note text; raises `SignatureInvalid`."""
        try:
            _public_key(self.public_key).verify(signature, text)
        except (InvalidSignature, ValueError):
            raise SignatureInvalid(self.name, "does not verify") from None


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """The line as it stands in a note, with its LF."""
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with its name; printed only by `secret`."""

    verifier: VerifierKey
    _seed: bytes = field(repr=False)
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> SigningKey:
        """The Ed25519 key of a 32-byte seed; the caller brings the randomness."""
        if len(seed) != _PUBLIC_BYTES:
            raise Malformed("private key", "an Ed25519 seed is 32 bytes")
        private = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(VerifierKey.of(name, private.public_key().public_bytes_raw()), seed, private)

    @classmethod
    def parse(cls, secret: str) -> SigningKey:
        """Read the form of Go's note package: ``PRIVATE+KEY+<name>+<key ID>+<base64(type || seed)>``."""
        match secret.removesuffix("\n").split("+", 4):
            case ["PRIVATE", "KEY", name, key_id, encoded]:
                pass
            case _:
                raise Malformed("private key", "must be PRIVATE+KEY+<name>+<8 hexadecimal digits>+<base64>")
        data = decode_base64(encoded, "private key")
        if len(data) != 1 + _PUBLIC_BYTES or data[0] != ED25519:
            raise Malformed("private key", "is not an Ed25519 key (type 0x01)")
        key = cls.from_seed(name, data[1:])
        if key.verifier.key_id.hex() != key_id:
            raise Malformed("private key", "its key ID does not match its name and key")
        return key

    def secret(self) -> str:
        """The private key as a line of text; keep it."""
        encoded = encode_base64(bytes([ED25519]) + self._seed)
        return f"PRIVATE+KEY+{self.verifier.name}+{self.verifier.key_id.hex()}+{encoded}\n"

    def sign(self, text: bytes) -> NoteSignature:
        """Sign a note text."""
        return NoteSignature(self.verifier.name, self.verifier.key_id, self._private.sign(text))


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A note as received: `text` ends in LF and is what was signed."""

    text: bytes
    signatures: tuple[NoteSignature, ...]

    @classmethod
    def parse(cls, data: bytes, part: str = "note", max_bytes: int = MAX_NOTE_BYTES) -> SignedNote:
        """Read a note strictly; checks no signature."""
        if len(data) > max_bytes:
            raise Malformed(part, f"is {len(data)} bytes, more than {max_bytes}")
        content = decode_utf8(data, part)
        if len(data.translate(None, _CONTROL)) != len(data):
            raise Malformed(part, "has a control character other than LF")
        head, separator, tail = content.rpartition("\n\n")
        if not separator or not head or not tail.endswith("\n"):
            raise Malformed(part, "must be a text, an empty line and signature lines, ending in LF")
        lines = tail[:-1].split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise Malformed(part, f"has more than {MAX_SIGNATURES} signatures")
        signatures = tuple(_parse_line(line, part) for line in lines)
        if len({(signature.name, signature.key_id) for signature in signatures}) != len(signatures):
            raise Malformed(part, "has two signatures of one key")
        return cls(head.encode() + b"\n", signatures)

    @classmethod
    def sign(cls, text: bytes, keys: Iterable[SigningKey]) -> SignedNote:
        """Sign `text`, which ends in LF."""
        return cls(text, tuple(key.sign(text) for key in keys))

    def countersign(self, key: SigningKey) -> SignedNote:
        """The same note with one more signature."""
        return SignedNote(self.text, (*self.signatures, key.sign(self.text)))

    def to_bytes(self) -> bytes:
        """The whole note."""
        return self.text + b"\n" + "".join(signature.line() for signature in self.signatures).encode()

    def signers(self, keys: Sequence[VerifierKey]) -> tuple[VerifierKey, ...]:
        """Those of `keys` that signed; lines of unknown keys are ignored, a bad line of a known key is an error."""
        known = {(key.name, key.key_id): key for key in keys}
        verified = []
        for signature in self.signatures:
            key = known.get((signature.name, signature.key_id))
            if key is not None:
                key.verify(self.text, signature.signature)
                verified.append(key)
        return tuple(verified)


def _parse_line(line: str, part: str) -> NoteSignature:
    if not line.startswith(_DASH):
        raise Malformed(part, "a signature line begins with an em dash and a space")
    name, separator, encoded = line.removeprefix(_DASH).partition(" ")
    if not separator:
        raise Malformed(part, "a signature line is: dash, key name, base64")
    data = decode_base64(encoded, f"{part} signature")
    if len(data) <= _KEY_ID_BYTES:
        raise Malformed(part, "a signature line is too short")
    return NoteSignature(check_key_name(name, f"{part} key name"), data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])
