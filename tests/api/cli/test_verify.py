"""`kesu verify` on a ledger's folder, where the audit itself cannot be carried out."""

from __future__ import annotations

from pathlib import Path

from tests.api.service import body_of, running
from tests.commands import kesu_here


def test_a_damaged_database_cannot_be_audited(tmp_path: Path) -> None:
    """Exit code 3 and one line: nothing was found out about the log."""
    with running(tmp_path / "ledger") as service:
        for _ in range(20):
            service.server.post("/v1/statements", body_of(service.desk.file()))
    database = tmp_path / "ledger" / "ledger.db"
    data = bytearray(database.read_bytes())
    for page in range(4096, len(data), 4096):
        data[page : page + 16] = b"\xff" * 16
    database.write_bytes(data)
    verdict = kesu_here("verify", tmp_path / "ledger")

    assert (verdict.code, "Traceback" in verdict.err) == (3, False)
