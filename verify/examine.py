"""The part of an audit that needs one entry bundle and no other: bytes, signatures, openings. Runs in workers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from verify.commitment import Opening, parse_openings, wrong_openings
from verify.entry import Entry, EntryHeader
from verify.errors import EvidenceError, Incompetent, Malformed, SignatureInvalid
from verify.finding import Fault, Finding, entry_finding
from verify.handle import organisation_handle
from verify.merkle import Frontier
from verify.note import SignedNote, VerifierKey
from verify.registry import Registry
from verify.statement import Statement
from verify.statement_type import ADMINISTRATIVE, StatementType
from verify.strict import JsonValue, load_json
from verify.tiles import TILE_WIDTH, bundle_path, parse_bundle, split_hashes

_LINKED: str = StatementType.SUBJECT_LINKED.value
_NO_NOTE = SignedNote(b"", ())


@dataclass(frozen=True, slots=True)
class BundleJob:
    """One bundle as it was read (None: missing), with the registry known when the job was given out."""

    first: int
    width: int
    bundle: bytes | None
    leaves: bytes
    openings: bytes | None
    registry: Registry
    checkpoint_sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ExaminedEntry:
    """An entry's own facts; `signers` is None where the registry given was too old to tell."""

    seq: int
    leaf: bytes
    digest: bytes
    header: EntryHeader | None
    statement: Statement | None
    signers: frozenset[VerifierKey] | None


@dataclass(frozen=True, slots=True)
class ExaminedBundle:
    """A bundle's facts.

    `frontiers` maps wanted tree sizes, and the bundle's end, to the bundle's frontier nodes; a size is left out when a
    leaf before it is known from neither entry nor tile.
    """

    entries: tuple[ExaminedEntry | None, ...]
    mismatches: tuple[tuple[int, bytes, bytes], ...]
    frontiers: dict[int, tuple[bytes, ...]]
    tile_nodes: tuple[bytes, ...]
    findings: tuple[Finding, ...]
    signatures: int
    openings: int


def examine_bundle(job: BundleJob) -> ExaminedBundle:
    """Check everything about a bundle that needs nothing but the bundle."""
    findings: list[Finding] = []
    raws = _align(job, findings)
    tile = split_hashes(job.leaves)
    tile_frontier, frontier = Frontier(), Frontier()
    openings = _read_openings(job, findings)
    entries: list[ExaminedEntry | None] = []
    mismatches, frontiers, signatures, opened, whole = [], {}, 0, 0, True
    for position in range(job.width):
        raw, seq = raws[position], job.first + position
        in_tile = tile[position] if position < len(tile) else None
        examined = None
        if raw is not None:
            examined, checked = _examine_entry(raw, seq, job.registry, openings.get(seq), findings)
            signatures += checked
            opened += len(openings.get(seq, ()))
        entries.append(examined)
        leaf = examined.leaf if examined else in_tile
        if examined and in_tile is not None and examined.leaf != in_tile:
            mismatches.append((seq, in_tile, examined.leaf))
        if leaf is None:
            whole = False
        else:
            frontier.append(leaf)
            tile_frontier.append(in_tile or leaf)
        if whole and (seq + 1 in job.checkpoint_sizes or position + 1 == job.width):
            frontiers[seq + 1] = tuple(frontier.nodes)
    return ExaminedBundle(
        tuple(entries),
        tuple(mismatches),
        frontiers,
        tuple(tile_frontier.nodes),
        tuple(findings),
        signatures,
        opened,
    )


def _align(job: BundleJob, findings: list[Finding]) -> list[bytes | None]:
    """The raw entries by position; when their number is wrong, each goes where it says it belongs."""
    if job.bundle is None:
        return [None] * job.width  # the giver of the job has said so
    where = bundle_path(job.first // TILE_WIDTH, job.width)
    try:
        raws: list[bytes | None] = list(parse_bundle(job.bundle))
    except Malformed as error:
        findings.append(Finding(Fault.BUNDLE_MALFORMED, where, "entries with their lengths", error.rule, seq=job.first))
        return [None] * job.width
    if len(raws) == job.width:
        return raws
    placed: list[bytes | None] = [None] * job.width
    for number, raw in enumerate(raws):
        try:
            position = Entry.parse(raw or b"").header.seq - job.first
        except Malformed as error:
            near = job.first + min(number, job.width - 1)
            expected = f"{job.width} readable entries"
            findings.append(
                Finding(
                    Fault.BUNDLE_MALFORMED, where, expected, f"{len(raws)}, of which the {number}. {error}", seq=near
                )
            )
            continue
        if not 0 <= position < job.width or placed[position] is not None:
            findings.append(
                entry_finding(Fault.ENTRY_EXTRA, job.first + position, "every entry once", "one more in the bundle")
            )
        else:
            placed[position] = raw
    findings.extend(
        entry_finding(Fault.ENTRY_MISSING, job.first + position, "an entry", "none")
        for position, raw in enumerate(placed)
        if raw is None
    )
    return placed


def _read_openings(job: BundleJob, findings: list[Finding]) -> dict[int, dict[str, Opening]]:
    openings: dict[int, dict[str, Opening]] = {}
    for number, line in enumerate((job.openings or b"").split(b"\n")):
        if not line:
            continue
        try:
            seq, opened = _read_line(line)
            if seq in openings:
                findings.append(entry_finding(Fault.OPENING_UNREADABLE, seq, "openings once", "openings again"))
            elif isinstance(opened, str):
                findings.append(entry_finding(Fault.OPENING_UNREADABLE, seq, "readable openings", opened))
            else:
                openings[seq] = opened
        except Malformed as error:
            where = job.first + min(number, job.width - 1)
            findings.append(entry_finding(Fault.OPENING_UNREADABLE, where, "openings", f"line {number + 1}: {error}"))
    findings.extend(
        entry_finding(Fault.OPENING_WRONG, seq, "openings of entries in the bundle", "openings of no entry")
        for seq in openings
        if not job.first <= seq < job.first + job.width
    )
    return openings


def _read_line(line: bytes) -> tuple[int, dict[str, Opening] | str]:
    """An entry's number with its openings, or with the reason why the store cannot read them."""
    match load_json(line):
        case {"seq": int(seq), "openings": value, **rest} if not rest and not isinstance(seq, bool):
            return seq, parse_openings(value)
        case {"seq": int(seq), "unreadable": str(reason), **rest} if not rest and not isinstance(seq, bool):
            return seq, reason
    raise Malformed("openings", "a line is an object of seq and openings")


def _examine_entry(
    raw: bytes, seq: int, registry: Registry, openings: dict[str, Opening] | None, findings: list[Finding]
) -> tuple[ExaminedEntry, int]:
    try:
        entry = Entry.parse(raw)
    except Malformed as error:
        findings.append(entry_finding(Fault.ENTRY_MALFORMED, seq, f"{error.part} {error.rule}", "another form"))
        from_bytes = _bare(raw)
        return ExaminedEntry(seq, from_bytes.leaf, from_bytes.digest, None, None, frozenset()), 0
    statement, signers, checked = entry.statement, None, 0
    if statement.type not in ADMINISTRATIVE:
        try:
            signers = registry.signers(statement)
            checked = len(statement.note.signatures)
        except Incompetent:
            signers = None  # perhaps registered by an entry the giver of this job had not seen: the audit asks again
        except SignatureInvalid as error:
            findings.append(
                entry_finding(Fault.SIGNATURE_INVALID, seq, f"a signature by {error.key_name}", error.reason)
            )
            signers = frozenset()
    if openings:
        findings.extend(_check_openings(entry, seq, openings))
    if signers is not None:
        statement = replace(statement, raw=b"", note=_NO_NOTE, committed={})
    return ExaminedEntry(seq, entry.leaf, entry.digest, entry.header, statement, signers), checked


def _bare(raw: bytes) -> Entry:
    """An entry whose bytes can be hashed though not read."""
    return Entry(raw, EntryHeader(0, b"", "", "", 1, ""), Statement(b"", _NO_NOTE, {}, {}, "", "", "", ""))


def _check_openings(entry: Entry, seq: int, openings: dict[str, Opening]) -> list[Finding]:
    try:
        wrong = wrong_openings(entry.statement.committed, openings)
    except EvidenceError as error:
        return [entry_finding(Fault.OPENING_WRONG, seq, "values that can be committed to", str(error))]
    findings = [
        entry_finding(Fault.OPENING_WRONG, seq, f"an opening of the commitment at {path}", "salt or value differs")
        for path in wrong
    ]
    handles = {"subject": entry.header.subject}
    if entry.statement.type == _LINKED:
        handles["former"] = str(entry.statement.about.get("handle"))
    for path, handle in handles.items():
        if path in openings and path not in wrong and _handle_of(openings[path].value) != handle:
            expected = f"the handle of the committed {path}"
            actual = (handle or "none") if path == "subject" else "another value"
            findings.append(entry_finding(Fault.SUBJECT_WRONG, seq, expected, actual))
    return findings


def _handle_of(subject: JsonValue) -> str | None:
    match subject:
        case {"scheme": str(scheme), "code": str(code)}:
            return organisation_handle(scheme, code)
    return None
