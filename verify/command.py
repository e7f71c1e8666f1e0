"""The auditor's command: ``kesu verify PLACE`` or, with this folder alone, ``python -m verify PLACE``.

Exit codes: 0 clean, 1 findings, 2 wrong use, 3 could not finish.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from verify.audit import audit
from verify.errors import EvidenceError, Malformed, SourceUnavailable
from verify.note import MAX_NOTE_BYTES, VerifierKey
from verify.receipt import Receipt, verify_receipt
from verify.report import report_json, report_text
from verify.source import LogSource, open_source
from verify.strict import JsonValue, encode_base64, format_instant
from verify.sweep import Progress

CLEAN, FINDINGS, WRONG_USE, NOT_FINISHED = range(4)

OpenSource = Callable[[str, str | None], LogSource | None]

_MAX_RECEIPT_BYTES = 1 << 20
_MAX_WORKERS = 64
_BAR_SECONDS = 0.1
"""Ten times a second looks smooth."""

_LINE_SECONDS = 5
"""Where standard error is a file, a line now and then is enough."""


def main(arguments: Sequence[str], *, opener: OpenSource = open_source, program: str = "python -m verify") -> int:
    """Run the command and return its exit code. `opener` may know more kinds of place than this package does."""
    try:
        return _run(arguments, opener, program)
    except (SourceUnavailable, BrokenExecutor) as error:
        # A server that is down or a worker that was killed says nothing about the log: no finding.
        sys.stderr.write(f"{program}: could not finish: {error}\n")
        return NOT_FINISHED


def _run(arguments: Sequence[str], opener: OpenSource, program: str) -> int:
    parser = _parser(program)
    try:
        options = parser.parse_args(arguments)
        key = None if options.vkey is None else VerifierKey.parse(options.vkey)
    except Malformed as error:
        return _wrong_use(program, f"--vkey: {error.rule}; give the line the log's operator published")
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        place = Path(options.place)
        if place.is_file():
            return _receipt(place, key, program, as_json=options.json, with_earlier=bool(options.earlier))
        earlier = {str(path): _note(path) for path in options.earlier}
        token = options.token_file.read_text("ascii").strip() if options.token_file else None
        source = opener(options.place, token)
    except (OSError, ValueError) as error:
        return _wrong_use(program, f"{error}; check the path")
    if source is None:
        return _wrong_use(program, f"{options.place} is no folder, file or http(s) URL; give one that is")
    return _audit(source, key, earlier, workers=options.workers, as_json=options.json)


def _audit(
    source: LogSource, key: VerifierKey | None, earlier: Mapping[str, bytes], *, workers: int, as_json: bool
) -> int:
    started = time.monotonic()
    report = audit(
        source,
        log_key=key,
        earlier=earlier,
        now=format_instant(datetime.now(UTC)),
        workers=workers,
        progress=_progress(quiet=as_json),
    )
    if as_json:
        _print_json(report_json(report))
    else:
        sys.stdout.write(f"{report_text(report)}\n  time        {time.monotonic() - started:.1f} s\n")
    return CLEAN if report.clean else FINDINGS


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line; argparse would put its usage before it."""
        self.exit(WRONG_USE, f"{self.prog}: {message}; --help says more\n")


def _parser(program: str) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=program,
        description="Audit a Kesu log: every entry's bytes, the hash chain, tiles, root, checkpoint and statement "
        "signatures, openings, and that every entry was allowed at its place. Or check one receipt.",
        epilog="Exit codes: 0 clean, 1 findings, 2 wrong use, 3 could not finish.",
    )
    parser.add_argument("place", help="an archive folder, a log's http(s) URL, or a receipt file (.json)")
    parser.add_argument("--vkey", help="the log's published key; without it the key named by entry 0 is believed")
    parser.add_argument(
        "--earlier",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a checkpoint of this log that you saved before, or a witness's copy: the log must still contain it, "
        "or it was forked or cut back; may be given several times",
    )
    parser.add_argument("--token-file", type=Path, help="file with the bearer token that opens entry bundles over HTTP")
    parser.add_argument("--json", action="store_true", help="print the report as JSON, and no progress")
    parser.add_argument(
        "--workers", type=_workers, default=os.cpu_count() or 1, help="processes to use (default: one for each core)"
    )
    return parser


def _workers(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _MAX_WORKERS:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to {_MAX_WORKERS}")
    return int(text)


def _wrong_use(program: str, message: str) -> int:
    sys.stderr.write(f"{program}: {message}\n")
    return WRONG_USE


def _note(path: Path) -> bytes:
    """A note's bytes, or as many as show that it is none."""
    with path.open("rb") as file:
        return file.read(MAX_NOTE_BYTES + 1)


def _receipt(path: Path, key: VerifierKey | None, program: str, *, as_json: bool, with_earlier: bool) -> int:
    if with_earlier:
        return _wrong_use(program, "--earlier is compared with a whole log, not with a receipt; leave it out")
    if key is None:
        return _wrong_use(program, "a receipt is checked against the log's key; give it with --vkey")
    data = path.read_bytes()
    if len(data) > _MAX_RECEIPT_BYTES:
        return _wrong_use(program, f"{path} is more than {_MAX_RECEIPT_BYTES} bytes; give a receipt")
    try:
        verified = verify_receipt(Receipt.parse(data), key)
        statement = verified.entry.statement
    except EvidenceError as error:
        if as_json:
            _print_json({"clean": False, "problem": str(error)})
        else:
            sys.stdout.write(f"NOT PROVED: {error}\n")
        return FINDINGS
    header, checkpoint = verified.header, verified.checkpoint
    if as_json:
        facts: dict[str, JsonValue] = {
            "clean": True,
            "id": statement.id,
            "issuer": statement.issuer,
            "recorded_at": header.recorded_at,
            "root": encode_base64(checkpoint.root),
            "seq": header.seq,
            "size": checkpoint.size,
            "type": statement.type,
        }
        _print_json(facts)
    else:
        sys.stdout.write(
            f"PROVED: statement {statement.id} ({statement.type} by {statement.issuer}) is entry {header.seq} "
            f"of {checkpoint.origin}, recorded {header.recorded_at}, covered by the signed checkpoint of size "
            f"{checkpoint.size}.\n"
            "  The issuer's own signature is checked by an audit, which knows the registered keys.\n"
        )
    return CLEAN


def _print_json(value: dict[str, JsonValue]) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def _progress(*, quiet: bool) -> Progress | None:
    if quiet:
        return None
    terminal = sys.stderr.isatty()
    last = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if terminal and (now - last > _BAR_SECONDS or done == total):
            last = now
            filled = 30 * done // total
            sys.stderr.write(f"\r  [{'#' * filled}{'.' * (30 - filled)}] {done}/{total} entries")
            sys.stderr.write("\n" if done == total else "")
        elif not terminal and now - last > _LINE_SECONDS:
            last = now
            sys.stderr.write(f"  {done}/{total} entries\n")

    return show
