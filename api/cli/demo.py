"""`kesu demo`: the whole story on generated data, with a real server, real signatures and a real audit."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from api.cli.imports import run_import
from api.cli.ledger import create_ledger
from api.cli.place import now, open_place, pen, read_key
from api.cli.verification import verify_place
from api.client import LedgerClient
from api.sampling.tables import company_code, write_sample
from ledger.administration import application_statement
from ledger.beijing import BEIJING
from ledger.codes import uscc_check_character
from ledger.errors import LedgerError
from ledger.home import LedgerHome, create_home, write_secret
from verify import command
from verify.note import SigningKey, VerifierKey
from verify.statement_type import StatementType
from verify.strict import JsonValue
from verify.submission import uuid7

_SEED = 20_261_123
_BUREAU = "1211000000000000"
_SEED_BYTES = 32
_COMPANIES = 120


class DemoFailed(LedgerError):
    """A step of the demo did not do what it shows."""


def demo(
    *,
    folder: Annotated[Path | None, typer.Option(help="New folder to work in; default: a temporary one")] = None,
    port: Annotated[int, typer.Option(help="Port to serve on; 0 takes a free one")] = 0,
    rows: Annotated[int, typer.Option(help="Penalties to generate; half as many licences")] = 600,
    once: Annotated[bool, typer.Option("--once", help="Stop after the audit (also when there is no terminal)")] = False,
) -> None:
    """Create a ledger, import a generated sample over HTTP, dispute and correct a public one, audit it, serve it."""
    folder = folder or Path(tempfile.mkdtemp(prefix="kesu-demo-"))
    story = _Story(folder, LedgerHome(folder / "ledger"))
    story.create()
    log_key, token = story.home.log_key().verifier, story.home.auditor_token()
    with (
        _server(story.home.folder, port) as address,
        LedgerClient(address, log_key=log_key, token=token) as client,
        LedgerClient(address, log_key=log_key) as anybody,
    ):
        story.load(client, rows)
        record = story.dispute(client, anybody)
        typer.echo("\n4. Audit, as an auditor would run it: kesu verify --vkey KEY FOLDER")
        verdict = story.audit()
        if verdict != command.CLEAN:
            raise typer.Exit(verdict)
        _what_to_open(story, address, record)
        if not once and sys.stdout.isatty():
            typer.echo("\nServing until you press Ctrl-C.")
            try:
                _wait_for_ever()
            except KeyboardInterrupt:
                typer.echo("")
    typer.echo("The demo has stopped cleanly.")


@dataclass(frozen=True, slots=True)
class _Disputed:
    record: str
    code: str


@dataclass(frozen=True, slots=True)
class _Story:
    folder: Path
    home: LedgerHome

    def key_file(self, number: int) -> Path:
        return self.folder / f"bureau-{number}.key"

    def create(self) -> None:
        """Ledger, catalogue, two departments."""
        create_home(self.home.folder, origin="credit.example/demo", operator="operator.example", random=os.urandom)
        create_ledger(self.home)
        typer.echo(f"1. Created a ledger in {self.home.folder}")
        for number, name in ((1, "测试市场监督管理局"), (2, "测试信用中心")):
            body = f"{_BUREAU}{number}"
            key = SigningKey.from_seed(f"{body}{uscc_check_character(body)}/demo", os.urandom(_SEED_BYTES))
            write_secret(self.key_file(number), key.secret())
            application = application_statement(pen(key), name).countersign(self.home.operator_key())
            with open_place(self.home.folder, None) as place:
                place.submit(application)
            typer.echo(f"   registered {name} with key {key.verifier}")

    def load(self, client: LedgerClient, rows: int) -> None:
        """Import the generated sample, bad rows included."""
        today = now().astimezone(BEIJING).date()
        sample = write_sample(
            self.folder / "sample",
            seed=_SEED,
            companies=_COMPANIES,
            penalties=rows,
            licences=rows // 2,
            today=today,
            bad_rows=True,
        )
        typer.echo(f"2. Importing {sample.penalties} and {sample.licences.name}, signed with the department's key")
        for source, mapping in (
            (sample.penalties, sample.penalties_mapping),
            (sample.licences, sample.licences_mapping),
        ):
            result, faults = run_import(source, mapping, self.key_file(1), client)
            typer.echo(f"   {source.name}: {result.accepted} accepted, {result.faults} rows sent back")
            for line in result.first_faults:
                typer.echo(f"     {line}")
            if result.faults:
                typer.echo(f"     to be mended in {faults}")

    def dispute(self, client: LedgerClient, anybody: LedgerClient) -> _Disputed:
        """A publicly shown record's story: an objection, the providing unit's correction, the outcome."""
        company, record = _shown_penalty(anybody)
        view = _full_record(client, record)
        objection = _identifier()
        raised: dict[str, JsonValue] = {"objection": objection, "record": record}
        center, bureau = (read_key(self.key_file(number)) for number in (2, 1))
        self._say(client, center, StatementType.OBJECTION_RAISED, raised, _plea("处罚决定书文号录入有误"))
        values = dict(view["values"]) if isinstance(view["values"], dict) else {}
        values["BZ"] = "更正：文号录入错误"
        corrected: dict[str, JsonValue] = {f"data/{code}": value for code, value in values.items()}
        corrected |= {"subject": view["subject"], **_act("经核实，文号录入错误")}
        about: dict[str, JsonValue] = {
            "catalogue": {"item": view["item"], "version": view["item_version"]},
            "objection": objection,
            "record": record,
        }
        self._say(client, bureau, StatementType.RECORD_CORRECTED, about, corrected)
        outcome = {**_act("属实，已更正"), "outcome": "corrected", "unit": "测试市场监督管理局"}
        self._say(client, bureau, StatementType.OBJECTION_RESOLVED, raised, outcome)
        self._say(client, bureau, StatementType.OBJECTION_DELIVERED, raised, _act("处理结果已送达"))
        if record not in _shown_penalties(anybody, company):
            raise DemoFailed("the corrected record is not publicly shown any more")
        typer.echo(
            f"3. A publicly shown penalty of {company} was disputed, corrected by its providing unit, "
            "and the objection resolved"
        )
        return _Disputed(record, company)

    def audit(self) -> int:
        """The auditor's command on the ledger's folder."""
        key = self.home.log_key().verifier
        return verify_place(["--vkey", str(key), str(self.home.folder)])

    @staticmethod
    def _say(
        client: LedgerClient,
        key: SigningKey,
        kind: StatementType,
        about: dict[str, JsonValue],
        values: dict[str, JsonValue],
    ) -> None:
        client.submit(pen(key).write(kind, about, values))


def _shown_penalty(anybody: LedgerClient) -> tuple[str, str]:
    """The first test company with a penalty that everybody may see: its code and the record."""
    for number in range(1, _COMPANIES + 1):
        code = company_code(number)
        shown = _shown_penalties(anybody, code)
        if shown:
            return code, shown[0]
    raise DemoFailed("no penalty of the sample is publicly shown")


def _shown_penalties(anybody: LedgerClient, code: str) -> list[str]:
    answer = anybody.get_json(f"/v1/subjects/uscc/{code}/records")
    listed = answer.get("records") if isinstance(answer, dict) else None
    views = [view for view in listed if isinstance(view, dict)] if isinstance(listed, list) else []
    return [str(view["record"]) for view in views if view.get("item") == "administrative-penalty"]


def _full_record(auditor: LedgerClient, record: str) -> dict[str, JsonValue]:
    """The record with all its fields: a correction says every one of them again."""
    answer = auditor.get_json(f"/v1/records/{record}")
    view = answer.get("record") if isinstance(answer, dict) else None
    if not isinstance(view, dict):
        raise DemoFailed(f"the ledger does not show record {record} to its auditor")
    return view


def _plea(claim: str) -> dict[str, JsonValue]:
    return {"on": _today(), "operator": "测试窗口人员", "claim": claim, "origin": "department", "evidence": []}


def _act(reason: str) -> dict[str, JsonValue]:
    document = hashlib.sha256(reason.encode()).hexdigest()
    basis = "京政办发〔2020〕27号分工表第5项"
    return {"on": _today(), "operator": "测试经办人", "basis": basis, "reason": reason, "evidence": [document]}


def _today() -> str:
    return now().astimezone(BEIJING).date().isoformat()


def _identifier() -> str:
    return uuid7(int(now().timestamp() * 1000), os.urandom(10))


@contextmanager
def _server(folder: Path, port: int) -> Iterator[str]:
    """A server process of its own, as in real life; gives its address."""
    arguments = [sys.executable, "-m", "api.cli", "serve", str(folder), "--port", str(port)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    try:
        line = process.stdout.readline() if process.stdout else ""
        address = line.rpartition(" ")[2].strip()
        if not address.startswith("http"):
            raise DemoFailed("the server did not start; see above")
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for_ever() -> None:
    threading.Event().wait()


def _what_to_open(story: _Story, address: str, disputed: _Disputed) -> None:
    key: VerifierKey = story.home.log_key().verifier
    token = story.home.folder / "auditor.token"
    typer.echo(
        f"""
5. Open or try
   {address}/docs   the API, to try in the browser
   {address}/v1/subjects/uscc/{disputed.code}/records   what everybody may see of one company
   {address}/checkpoint   the signed head of the log
   kesu records {story.home.folder} uscc:{disputed.code}
   kesu verify {address} --token-file {token} --vkey {key}"""
    )
