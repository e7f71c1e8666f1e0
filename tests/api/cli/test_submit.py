"""`kesu submit`: what becomes of a receipt, and of one that proves nothing."""

from __future__ import annotations

import json
from pathlib import Path

from tests.api.liar import changed, lying
from tests.api.service import body_of, running
from tests.commands import kesu_here


def test_a_receipt_that_proves_nothing_is_found_and_kept(tmp_path: Path) -> None:
    """Exit code 1, and the receipt is in a file: it is evidence against the server."""
    signed, receipt = tmp_path / "signed.json", tmp_path / "receipt.json"
    with running(tmp_path / "ledger") as service, lying(service.server.address) as liar:
        signed.write_bytes(body_of(service.desk.file()))
        liar.lies.append(changed(lambda body: body.replace(b"index ", b"index 1")))
        options = ("--vkey", service.log_key, "--receipt", receipt)
        forged = kesu_here("submit", signed, "--url", liar.address, *options)
        honest = kesu_here("submit", signed, "--url", liar.address, *options)

    assert (forged.code, "does not verify" in forged.err) == (1, True)
    assert json.loads((tmp_path / "signed.json.unproved").read_text())["kind"] == "kesu/receipt/v1"
    assert (honest.code, receipt.exists()) == (0, True)
