"""Import of a change stream through a real server, and the audit of what it wrote, signatures included.

The real stream (KESU_SHARED_DATA, or ../shared/data) if it is there, and a generated sample at two sizes, 1x and 10x,
so that a cost that grows with the log shows.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from api.cli.catalogue import read_item
from api.cli.imports import run_import
from api.cli.ledger import create_ledger
from api.cli.place import open_place, pen
from api.client import LedgerClient
from api.sampling.tables import write_sample
from bench.peers import ed25519_verifications_per_second, eventsourcing_saves_per_second
from ledger.administration import application_statement, catalogue_statement
from ledger.home import LedgerHome, create_home, write_secret
from projections.as_of import day_begins
from verify.note import SigningKey

_ROOT = Path(__file__).parent.parent
_STREAM = "tw_epa_penalty_events.jsonl.gz"
_MEBIBYTE_KIB = 1024


def main() -> None:
    """Print everything."""
    saves, verifications = eventsourcing_saves_per_second(), ed25519_verifications_per_second()
    print(f"peer  eventsourcing Application.save(), SQLite, one event a commit   {saves:8.0f}/s")
    print(f"peer  Ed25519 verify, one core                                        {verifications:8.0f}/s")
    shared = Path(os.environ.get("KESU_SHARED_DATA", _ROOT.parent / "shared" / "data")) / _STREAM
    with tempfile.TemporaryDirectory() as folder:
        if shared.exists():
            mapping = _ROOT / "tests" / "data" / "tw_epa.mapping.toml"
            _run("real stream", Path(folder) / "real", shared, mapping, saves, verifications)
        else:
            print(f"(the real stream is not here: {shared})")
        for name, rows in (("sample 1x", 4_000), ("sample 10x", 40_000)):
            target = Path(folder) / name.replace(" ", "-")
            sample = write_sample(
                target / "sample", seed=7, companies=rows // 4, penalties=rows, licences=1, today=date(2026, 11, 20)
            )
            _run(name, target, sample.penalties, sample.penalties_mapping, saves, verifications)


def _run(name: str, folder: Path, source: Path, mapping: Path, saves: float, verifications: float) -> None:
    home, key = _ledger(folder)
    vkey = home.log_key().verifier
    with _server(home.folder) as (address, process), LedgerClient(address, log_key=vkey) as client:
        started = time.perf_counter()
        result, _faults = run_import(source, mapping, key, client)
        seconds = time.perf_counter() - started
        server_mib = _peak_mib(process.pid)
    own_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEBIBYTE_KIB
    rate = result.accepted / seconds
    print(
        f"{name}: import {result.accepted} in {seconds:.1f} s = {rate:.0f}/s, {rate / saves:.2f} x eventsourcing; "
        f"peak memory server {server_mib:.0f} MiB, importer {own_mib:.0f} MiB; {result.faults} faults"
    )
    started = time.perf_counter()
    arguments = [sys.executable, "-m", "api.cli", "verify", str(home.folder)]
    verdict = subprocess.run(arguments, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    audit_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / _MEBIBYTE_KIB
    rate = result.accepted / seconds
    print(
        f"{name}: full audit in {seconds:.1f} s = {rate:.0f}/s, {rate / verifications:.2f} x Ed25519 on one core; "
        f"largest process {audit_mib:.0f} MiB; exit {verdict.returncode}"
    )


def _ledger(folder: Path) -> tuple[LedgerHome, Path]:
    folder.mkdir(exist_ok=True)
    home = create_home(folder / "ledger", origin="credit.example/bench", operator="operator.example", random=os.urandom)
    create_ledger(home, simulated_from=day_begins("2016-01-01"))
    key, file = SigningKey.from_seed("12110000000000000K/bench", os.urandom(32)), folder / "department.key"
    write_secret(file, key.secret())
    operator = home.operator_key()
    with open_place(home.folder, None) as place:
        place.submit(application_statement(pen(key), "测试局").countersign(operator))
        item = read_item(_ROOT / "tests" / "data" / "tw-epa-penalty.item.toml")
        place.submit(catalogue_statement(pen(operator), item))
    return home, file


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    arguments = [sys.executable, "-m", "api.cli", "serve", str(folder), "--port", "0"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().rpartition(" ")[2].strip(), process
    finally:
        process.terminate()
        process.wait()


def _peak_mib(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return float("nan")  # no /proc: not Linux
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / _MEBIBYTE_KIB
