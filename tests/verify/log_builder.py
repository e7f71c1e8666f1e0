"""Builds small real logs with the functions of `verify` alone. It checks nothing: faults go in just as easily."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from verify.canonical import canonical_json
from verify.checkpoint import Checkpoint
from verify.commitment import Opening, openings_json
from verify.entry import NO_PREVIOUS, EntryHeader, entry_bytes
from verify.errors import SourceMissing
from verify.examine import ExaminedEntry
from verify.finding import Finding
from verify.handle import organisation_handle
from verify.merkle import leaf_hash, tree_root
from verify.note import SigningKey
from verify.statement_type import TWO_SIGN
from verify.strict import JsonValue
from verify.submission import Draft, Submission, uuid7
from verify.tiles import TILE_WIDTH, bundle_path, format_bundle, openings_path, tile_path, tile_width, tiles_of

ORIGIN = "credit.example/kesu"
OPERATOR = "operator.example"
ITEM = "administrative-penalty"
START_MS = 1_795_000_000_000
Files = dict[str, bytes]


def make_key(name: str) -> SigningKey:
    """A key whose seed is the hash of its name; for tests only."""
    return SigningKey.from_seed(name, hashlib.sha256(name.encode()).digest())


LOG_KEY = make_key(ORIGIN)
OPERATOR_KEY = make_key(f"{OPERATOR}/1")


@dataclass
class Record:
    """A record's stream, as far as the builder has written it."""

    id: str
    issuer: str
    subject: str
    value: dict[str, JsonValue]
    filing: int
    version: int = 1
    item: str = ITEM


@dataclass
class LogBuilder:
    """A growing log. Every method appends one entry and returns its number or what it is about."""

    seed: int = 0
    log_key: SigningKey = LOG_KEY
    entries: list[bytes] = field(default_factory=list)
    openings: dict[int, Mapping[str, Opening]] = field(default_factory=dict)
    keys: dict[str, SigningKey] = field(default_factory=dict)
    second_keys: dict[str, SigningKey] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.ledger_stream = self.identifier()
        self.ledger_version = 0

    # ---- parts

    def identifier(self) -> str:
        """A fresh UUIDv7."""
        return uuid7(START_MS + len(self.entries), self.random.randbytes(10))

    def instant(self, seq: int) -> str:
        """The moment at which entry `seq` is recorded."""
        minutes, seconds = divmod(seq, 60)
        return f"2026-11-22T{8 + minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}.000000Z"

    def say(
        self,
        kind: str,
        about: Mapping[str, JsonValue],
        values: Mapping[str, JsonValue] | None = None,
        *,
        issuer: str,
        keys: Sequence[SigningKey],
        identifier: str | None = None,
    ) -> Submission:
        """A signed statement with its openings."""
        return Draft(kind, about, values or {}).sign(
            keys,
            identifier=identifier or self.identifier(),
            issuer=issuer,
            made_at=self.instant(len(self.entries)),
            random=self.random.randbytes,
        )

    def append(
        self,
        said: Submission,
        *,
        stream: str,
        version: int,
        subject: str = "",
        discloses: Sequence[int] = (),
        withdraws: Sequence[int] = (),
        recorded_at: str | None = None,
        previous: bytes | None = None,
        seq: int | None = None,
    ) -> int:
        """Append an entry; the last three arguments are for logs that are wrong."""
        number = len(self.entries)
        if previous is None:
            previous = hashlib.sha256(self.entries[-1]).digest() if self.entries else NO_PREVIOUS
        header = EntryHeader(
            seq=number if seq is None else seq,
            previous=previous,
            recorded_at=recorded_at or self.instant(number),
            stream=stream,
            version=version,
            subject=subject,
            discloses=tuple(discloses),
            withdraws=tuple(withdraws),
        )
        self.entries.append(entry_bytes(header, said.statement))
        if said.openings:
            self.openings[number] = said.openings
        return number

    def administer(
        self,
        kind: str,
        about: Mapping[str, JsonValue],
        *,
        issuer: str = OPERATOR,
        keys: Sequence[SigningKey],
        discloses: Sequence[int] = (),
        withdraws: Sequence[int] = (),
    ) -> int:
        """An entry on the ledger's own stream."""
        self.ledger_version += 1
        said = self.say(kind, about, issuer=issuer, keys=keys)
        return self.append(
            said, stream=self.ledger_stream, version=self.ledger_version, discloses=discloses, withdraws=withdraws
        )

    # ---- administration

    def open(self, **about: JsonValue) -> int:
        """Append ledger.opened."""
        named: dict[str, JsonValue] = {"log": str(self.log_key.verifier), "operator": str(OPERATOR_KEY.verifier)}
        return self.administer("ledger.opened", named | about, keys=[OPERATOR_KEY])

    def register(self, issuer: str, keys: Sequence[SigningKey] | None = None, label: str = "1") -> int:
        """Append department.registered, signed by operator and department unless told otherwise."""
        key = make_key(f"{issuer}/{label}")
        self.keys[issuer] = key
        about: dict[str, JsonValue] = {"department": issuer, "key": str(key.verifier)}
        return self.administer("department.registered", about, issuer=issuer, keys=keys or [OPERATOR_KEY, key])

    def add_key(self, issuer: str, keys: Sequence[SigningKey] | None = None, label: str = "second") -> int:
        """Append key.added, signed by operator, old key and new unless told otherwise."""
        key = make_key(f"{issuer}/{label}")
        self.second_keys[issuer] = key
        about: dict[str, JsonValue] = {"department": issuer, "key": str(key.verifier)}
        signers = keys or [OPERATOR_KEY, self.keys[issuer], key]
        return self.administer("key.added", about, issuer=issuer, keys=signers)

    def rotate(self, issuer: str, label: str, keys: Sequence[SigningKey] | None = None) -> int:
        """Append key.rotated, signed by the old key and the new unless told otherwise."""
        old, new = self.keys[issuer], make_key(f"{issuer}/{label}")
        self.keys[issuer] = new
        about: dict[str, JsonValue] = {
            "department": issuer,
            "key": str(new.verifier),
            "replaces": str(old.verifier),
        }
        return self.administer("key.rotated", about, issuer=issuer, keys=keys or [old, new])

    def revoke_key(self, issuer: str) -> int:
        """Append key.revoked by the operator."""
        about: dict[str, JsonValue] = {"department": issuer, "key": str(self.keys[issuer].verifier)}
        return self.administer("key.revoked", about, keys=[OPERATOR_KEY])

    def publish(
        self,
        version: int = 1,
        keys: Sequence[SigningKey] | None = None,
        *,
        item: str = ITEM,
        discloses: Sequence[int] = (),
        withdraws: Sequence[int] = (),
    ) -> int:
        """Append catalogue.published."""
        about: dict[str, JsonValue] = {"catalogue": {"item": item, "version": version}}
        return self.administer(
            "catalogue.published", about, keys=keys or [OPERATOR_KEY], discloses=discloses, withdraws=withdraws
        )

    def publish_rules(self, name: str, version: int = 1) -> int:
        """Append rules.published."""
        return self.administer("rules.published", {"rules": {"name": name, "version": version}}, keys=[OPERATOR_KEY])

    def signers(self, kind: str, issuer: str) -> list[SigningKey]:
        """The keys with which an issuer says such a thing: the operator's one, or a department's one or two."""
        if issuer == OPERATOR:
            return [OPERATOR_KEY]
        return [self.keys[issuer], self.second_keys[issuer]] if kind in TWO_SIGN else [self.keys[issuer]]

    # ---- records

    def subject_value(self) -> dict[str, JsonValue]:
        """One of forty made-up organisations."""
        number = self.random.randrange(40)
        return {"code": f"TEST{number:014d}", "name": f"测试{number}号有限公司", "scheme": "uscc"}

    def file(
        self,
        issuer: str,
        *,
        keys: Sequence[SigningKey] | None = None,
        subject: str | None = None,
        value: dict[str, JsonValue] | None = None,
        record: str | None = None,
        identifier: str | None = None,
        disclose: bool = True,
        discloses: Sequence[int] = (),
        withdraws: Sequence[int] = (),
        version: int = 1,
        item_version: int = 1,
        recorded_at: str | None = None,
    ) -> Record:
        """Append record.filed; `discloses` instead of itself, for logs that are wrong."""
        value = value or self.subject_value()
        handle = organisation_handle(str(value["scheme"]), str(value["code"])) if subject is None else subject
        made = Record(record or self.identifier(), issuer, handle, value, len(self.entries))
        about: dict[str, JsonValue] = {"catalogue": {"item": ITEM, "version": item_version}, "record": made.id}
        said = self.say(
            "record.filed",
            about,
            {"subject": value, "data/CF_NR_FK": self.random.randrange(10**9), "data/CF_WSH": "京测罚字〔2026〕1号"},
            issuer=issuer,
            keys=keys or [self.keys[issuer]],
            identifier=identifier,
        )
        self.append(
            said,
            stream=made.id,
            version=version,
            subject=handle,
            discloses=discloses or ([made.filing] if disclose else []),
            withdraws=withdraws,
            recorded_at=recorded_at,
        )
        self.records.append(made)
        return made

    def follow(
        self,
        kind: str,
        record: Record,
        about: Mapping[str, JsonValue] | None = None,
        values: Mapping[str, JsonValue] | None = None,
        *,
        issuer: str | None = None,
        keys: Sequence[SigningKey] | None = None,
        discloses: Sequence[int] = (),
        withdraws: Sequence[int] = (),
        subject: str | None = None,
        version: int | None = None,
        recorded_at: str | None = None,
        previous: bytes | None = None,
        seq: int | None = None,
    ) -> int:
        """Append a later statement about a record."""
        speaker = issuer or record.issuer
        named: dict[str, JsonValue] = {"record": record.id, **(about or {})}
        said = self.say(kind, named, values, issuer=speaker, keys=keys or self.signers(kind, speaker))
        record.version += 1
        return self.append(
            said,
            stream=record.id,
            version=record.version if version is None else version,
            subject=record.subject if subject is None else subject,
            discloses=discloses,
            withdraws=withdraws,
            recorded_at=recorded_at,
            previous=previous,
            seq=seq,
        )

    def correct(self, record: Record, issuer: str | None = None, **about: JsonValue) -> int:
        """Append record.corrected."""
        named: dict[str, JsonValue] = {"catalogue": {"item": ITEM, "version": 1}}
        values: dict[str, JsonValue] = {"subject": record.value, "data/CF_NR_FK": self.random.randrange(10**9)}
        return self.follow("record.corrected", record, named | about, values, issuer=issuer)

    def revoke(self, record: Record, issuer: str | None = None, **about: JsonValue) -> int:
        """Append record.revoked, which withdraws the filing."""
        return self.follow("record.revoked", record, about, issuer=issuer, withdraws=[record.filing])

    def object(self, record: Record, objection: str, *, withdraws: Sequence[int] = ()) -> int:
        """Append objection.raised by the operator."""
        return self.follow(
            "objection.raised",
            record,
            {"objection": objection},
            {"reason": "金额有误"},
            issuer=OPERATOR,
            withdraws=withdraws,
        )

    def resolve(self, record: Record, objection: str) -> int:
        """Append objection.resolved by the providing unit."""
        return self.follow("objection.resolved", record, {"objection": objection}, {"outcome": "upheld"})

    def dispute(self, record: Record) -> tuple[int, int]:
        """Append objection.raised by the operator and objection.resolved by the providing unit."""
        objection = self.identifier()
        return self.object(record, objection), self.resolve(record, objection)

    # ---- whole logs

    @classmethod
    def ready(cls, seed: int = 0) -> LogBuilder:
        """A log with two departments and one catalogue item: four entries."""
        log = cls(seed)
        log.open()
        log.register("dept.one")
        log.register("dept.two")
        log.publish()
        return log

    def fill(self, size: int) -> LogBuilder:
        """Append everyday entries of every kind until there are `size`."""
        while len(self.entries) < size:
            issuer = self.random.choice(["dept.one", "dept.two"])
            standing = [record for record in self.records if record.version < 4]
            choice = self.random.random()
            if not standing or choice < 0.7:
                self.file(issuer)
                continue
            record = self.random.choice(standing)
            if choice < 0.8:
                self.correct(record)
            elif choice < 0.9 and len(self.entries) + 2 <= size:
                self.dispute(record)
            elif choice < 0.97:
                self.revoke(record)
                record.version += 100  # not to be chosen again
            else:
                self.rotate(issuer, f"{len(self.entries)}")
        return self

    # ---- what is published

    @property
    def leaves(self) -> list[bytes]:
        """The leaf hashes."""
        return [leaf_hash(entry) for entry in self.entries]

    def checkpoint(self, size: int | None = None, key: SigningKey | None = None) -> bytes:
        """The signed checkpoint of the first `size` entries."""
        leaves = self.leaves[:size]
        return Checkpoint.sign(key or self.log_key, len(leaves), tree_root(leaves)).raw

    def archive(self) -> Files:
        """All files of the log as an archive with openings."""
        files = tile_files(self.leaves)
        for first in range(0, len(self.entries), TILE_WIDTH):
            entries = self.entries[first : first + TILE_WIDTH]
            number, width = first // TILE_WIDTH, len(entries)
            files[bundle_path(number, width)] = format_bundle(entries)
            files[openings_path(number, width)] = openings_lines(
                {seq: self.openings[seq] for seq in range(first, first + width) if seq in self.openings}
            )
        files["checkpoint"] = self.checkpoint()
        return files


def openings_lines(openings: Mapping[int, Mapping[str, Opening]]) -> bytes:
    """The openings file of a bundle."""
    return b"\n".join(
        canonical_json({"openings": openings_json(opened), "seq": seq}) for seq, opened in sorted(openings.items())
    )


def tile_files(leaves: Sequence[bytes]) -> Files:
    """All hash tiles of a tree."""
    rows = [list(leaves)]
    while len(rows[-1]) >= TILE_WIDTH:
        below = rows[-1]
        full = len(below) // TILE_WIDTH * TILE_WIDTH
        rows.append([tree_root(below[start : start + TILE_WIDTH]) for start in range(0, full, TILE_WIDTH)])
    return {
        tile_path(level, number, width): b"".join(rows[level][number * TILE_WIDTH : number * TILE_WIDTH + width])
        for level, number, width in tiles_of(len(leaves))
    }


def write_files(files: Files, folder: Path) -> Path:
    """Write an archive as files."""
    for path, data in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return folder


class MemorySource:
    """A `verify.source.LogSource` over files in memory, which also remembers earlier checkpoints."""

    def __init__(self, files: Files, earlier: Iterable[bytes] = ()) -> None:
        self.files = files
        self.earlier = list(earlier)

    def checkpoint(self) -> bytes:
        """The file ``checkpoint``."""
        return self._read("checkpoint")

    def earlier_checkpoints(self) -> Iterable[bytes]:
        """Those given."""
        return self.earlier

    def tile(self, level: int, number: int, width: int) -> bytes:
        """A tile."""
        return self._read(tile_path(level, number, width))

    def bundle(self, number: int, width: int) -> bytes:
        """A bundle."""
        return self._read(bundle_path(number, width))

    def openings(self, number: int, width: int) -> bytes | None:
        """The openings of a bundle."""
        return self.files.get(openings_path(number, width))

    def own_findings(
        self,
        first: int,
        entries: Sequence[ExaminedEntry | None],
    ) -> Iterable[Finding]:
        """None: this is a mere copy."""
        return ()

    def closing_findings(self) -> Iterable[Finding]:
        """None: this is a mere copy."""
        return ()

    def _read(self, path: str) -> bytes:
        if path not in self.files:
            raise SourceMissing(path)
        return self.files[path]


def bundle_of(seq: int, size: int) -> str:
    """Path of the bundle that holds entry `seq`."""
    return bundle_path(seq // TILE_WIDTH, tile_width(0, seq // TILE_WIDTH, size))
