"""Admitted steps as bytes, from the process that plans ahead to the one that appends: a fifth of what pickle takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from ledger.admission import Admitted, Catalogue
from ledger.domain.bodies import AnyBody
from ledger.errors import Fault
from ledger.subjects import Subject
from verify.commitment import COMMITMENT_BYTES, SALT_BYTES, Opening
from verify.note import NoteSignature, SignedNote, VerifierKey
from verify.registry import Registry
from verify.statement import Statement


class _Parcel(msgspec.Struct, array_like=True, gc=False):
    """A step; what the other process knows by itself is named, not sent."""

    at: datetime
    raw: bytes
    signatures: list[tuple[str, bytes, bytes]]
    about: dict[str, Any]
    id: str
    issuer: str
    made_at: str
    type: str
    paths: list[str]
    commitments: bytes
    salts: bytes
    values: list[Any]
    body: AnyBody
    subject: tuple[str, str, str] | None
    item: tuple[str, int] | None
    warnings: list[tuple[str, str, str]]


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(list[_Parcel])


def pack(steps: Sequence[tuple[datetime, Admitted]]) -> bytes:
    """Steps as bytes."""
    return _ENCODER.encode([_parcel(at, step) for at, step in steps])


def unpack(data: bytes, registry: Registry, catalogue: Catalogue) -> Iterator[tuple[datetime, Admitted]]:
    """The steps again; the keys and items that they name are those of the first entries."""
    for parcel in _DECODER.decode(data):
        yield parcel.at, _step(parcel, registry, catalogue)


def _parcel(at: datetime, step: Admitted) -> _Parcel:
    said, openings, subject, item = step.statement, step.openings.values(), step.subject, step.item
    return _Parcel(
        at,
        said.raw,
        [(each.name, each.key_id, each.signature) for each in said.note.signatures],
        dict(said.about),
        said.id,
        said.issuer,
        said.made_at,
        said.type,
        list(step.openings),
        b"".join([said.committed[path] for path in step.openings]),
        b"".join([opening.salt for opening in openings]),
        [opening.value for opening in openings],
        step.body,
        None if subject is None else (subject.scheme, subject.code, subject.name),
        None if item is None else (item.item, item.version),
        [(fault.field, fault.rule, fault.fix) for fault in step.warnings],
    )


def _step(parcel: _Parcel, registry: Registry, catalogue: Catalogue) -> Admitted:
    count, commitments, salts = len(parcel.paths), parcel.commitments, parcel.salts
    committed = [commitments[end - COMMITMENT_BYTES : end] for end in _ends(count, COMMITMENT_BYTES)]
    salted = [salts[end - SALT_BYTES : end] for end in _ends(count, SALT_BYTES)]
    signatures = tuple([NoteSignature(*each) for each in parcel.signatures])
    text = parcel.raw[: parcel.raw.index(b"\n") + 1]
    statement = Statement(
        raw=parcel.raw,
        note=SignedNote(text, signatures),
        about=parcel.about,
        committed=dict(zip(parcel.paths, committed, strict=True)),
        id=parcel.id,
        issuer=parcel.issuer,
        made_at=parcel.made_at,
        type=parcel.type,
    )
    return Admitted(
        statement=statement,
        openings=dict(zip(parcel.paths, map(Opening._make, zip(salted, parcel.values, strict=True)), strict=True)),
        signers=frozenset([_key(each, registry) for each in signatures]),
        body=parcel.body,
        subject=None if parcel.subject is None else Subject(*parcel.subject),
        item=None if parcel.item is None else catalogue.items[parcel.item],
        warnings=tuple([Fault(*each) for each in parcel.warnings]),
    )


def _ends(count: int, width: int) -> range:
    return range(width, (count + 1) * width, width)


def _key(signature: NoteSignature, registry: Registry) -> VerifierKey:
    registered = registry.keys.get((signature.name, signature.key_id))
    if registered is not None:
        return registered.key
    if registry.operator is None:
        raise KeyError(signature.name)
    return registry.operator
