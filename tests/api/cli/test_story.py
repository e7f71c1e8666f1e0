"""The commands as their users type them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ledger.codes import uscc_check_character
from tests.commands import kesu_here
from tests.ledger.harness import ENTERPRISE, penalty, publicity, record_values
from tests.processes import kesu, serving

CODE = "12110000000000000K"
COMMANDS = (
    "init", "serve", "sign", "submit", "import", "records", "verify", "demo",
    "archive tiles", "archive export", "archive replay",
    "department apply", "department register", "key new", "key add", "key rotate", "key revoke", "catalogue publish",
    "rules list", "clock run", "clock list", "register declare", "coverage",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    """`--help` of a first-time user."""
    shown = kesu_here(*command.split(), "--help")

    assert (shown.code, "usage" in shown.out.lower()) == (0, True)


def test_a_department_joins_files_is_audited_and_its_key_ends(tmp_path: Path) -> None:
    """From an empty folder to a tampered archive, through the real commands and a real server.

    What begins the ledger, what reaches the server and what accuses are programs, whose codes a shell sees.
    """
    ledger, key, other = tmp_path / "ledger", tmp_path / "bureau.key", tmp_path / "next.key"
    assert kesu("init", ledger).code == 0
    vkey = kesu_here("key", "new", CODE, key).out.strip()
    assert key.stat().st_mode & 0o777 == 0o600
    assert kesu_here("department", "apply", "测试局", "--key", key, "--out", tmp_path / "apply.json").code == 0
    assert kesu_here("department", "register", tmp_path / "apply.json", "--ledger", ledger).code == 0
    (tmp_path / "draft.json").write_text(json.dumps(draft(), ensure_ascii=False), "utf-8")
    assert kesu_here("sign", tmp_path / "draft.json", "--key", key, "--out", tmp_path / "signed.json").code == 0
    with serving(ledger) as server:
        to_server = ("submit", tmp_path / "signed.json", "--url", server.address)
        sent = kesu(*to_server, "--receipt", tmp_path / "receipt.json")
        again = kesu_here(*to_server)
        locked = kesu_here("department", "register", tmp_path / "apply.json", "--ledger", ledger)
        online = kesu_here("verify", server.address, "--token-file", ledger / "auditor.token")
        without = kesu_here("verify", server.address)
        log_vkey = str(json.loads(server.get("/v1/ledger").body)["vkey"])
    receipt = kesu_here("verify", tmp_path / "receipt.json", "--vkey", log_vkey)
    listed = kesu_here("records", ledger, f"uscc:{ENTERPRISE.code}", "--format", "json")
    earlier = kesu_here("records", ledger, f"uscc:{ENTERPRISE.code}", "--as-of", "2020-01-01", "--format", "json")
    assert kesu_here("archive", "tiles", ledger, tmp_path / "copy", "--openings").code == 0
    clean = kesu_here("verify", tmp_path / "copy", "--vkey", log_vkey)
    shutil.copytree(tmp_path / "copy", tmp_path / "tampered")
    bundle = next((tmp_path / "tampered" / "tile" / "entries").glob("000.p/*"))
    bundle.write_bytes(bundle.read_bytes().replace(b'"record.filed"', b'"record.fixed"'))
    tampered = kesu("verify", tmp_path / "tampered", "--vkey", log_vkey)
    assert kesu_here("key", "new", CODE, other, "--label", "2").code == 0
    rotated = kesu_here("key", "rotate", "--key", key, "--new", other, "--ledger", ledger)
    (tmp_path / "draft2.json").write_text(json.dumps(draft(), ensure_ascii=False), "utf-8")
    kesu_here("sign", tmp_path / "draft2.json", "--key", key, "--out", tmp_path / "signed2.json")
    old_key = kesu_here("submit", tmp_path / "signed2.json", "--ledger", ledger)

    assert (sent.code, "its receipt verifies" in sent.out) == (0, True)
    assert "had been recorded before" in again.out
    assert (locked.code, locked.err.count("\n")) == (2, 1)
    assert (online.code, without.code) == (0, 3)
    assert (receipt.code, "PROVED" in receipt.out) == (0, True)
    assert [record["status"] for record in json.loads(listed.out)] == ["standing"]
    assert json.loads(earlier.out) == []
    assert clean.code == 0
    filing = json.loads(listed.out)[0]["entries"][0]
    assert (tampered.code, f"entry {filing}: entry-changed" in tampered.out) == (1, True)
    assert rotated.code == 0
    assert (old_key.code, "was ended by entry" in old_key.err) == (2, True)
    assert vkey.startswith(f"{CODE}/1+")


def test_mistakes_are_one_line_and_exit_code_2(tmp_path: Path) -> None:
    """Each names what is wrong."""
    (tmp_path / "nonsense.key").write_text("nonsense")
    for arguments in (
        ("records", tmp_path / "nowhere", "--all"),
        ("serve", tmp_path / "nowhere"),
        ("key", "show", tmp_path / "nonsense.key"),
        ("key", "show", tmp_path / "missing.key"),
        ("verify", tmp_path / "nowhere"),
        ("verify", tmp_path, "--vkey", "nonsense"),
        ("init", tmp_path),
    ):
        wrong = kesu_here(*arguments)

        assert (wrong.code, wrong.err.count("\n"), wrong.out) == (2, 1, ""), arguments


def test_the_demo_ends_clean_without_a_terminal(tmp_path: Path) -> None:
    """What `make demo` shows."""
    shown = kesu("demo", "--folder", tmp_path / "demo", "--rows", "40")

    assert (shown.code, "CLEAN" in shown.out) == (0, True)
    assert "A publicly shown penalty of" in shown.out


def draft() -> dict[str, object]:
    """A penalty of the test enterprise; the check character of the department's own code is right."""
    assert uscc_check_character(CODE[:17]) == CODE[17]
    return {
        "type": "record.filed",
        "about": {"catalogue": {"item": "administrative-penalty", "version": 1}},
        "values": {**record_values(ENTERPRISE, penalty()), "publicity": publicity()},
    }
