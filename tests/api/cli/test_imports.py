"""`kesu import`: what it says, where, and the code it ends with."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from api.cli.app import run
from api.client import LedgerClient
from api.sampling.tables import SampleFiles, write_sample
from ledger.home import write_secret
from tests.api.liar import Liar, Lie, lying, says
from tests.api.service import Service, running
from tests.commands import kesu_here
from tests.ledger.harness import MARKET, query
from tests.processes import LOOPBACK, Answer, Finished, kesu
from verify.note import SigningKey

TODAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Bureau:
    """A department's folder: its key, the sample with its four bad rows, and a sample without."""

    service: Service
    folder: Path
    bad: SampleFiles
    good: SampleFiles

    @property
    def key(self) -> Path:
        return self.folder / "key"

    @property
    def address(self) -> str:
        return self.service.server.address

    def entries(self) -> int:
        """How long the log is."""
        return int(str(query(self.service.desk.folder / "ledger.db", "SELECT size FROM head")[0][0]))


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    folder = tmp_path_factory.mktemp("bureau")
    write_secret(folder / "key", MARKET.secret())
    bad = write_sample(folder / "bad", seed=1, companies=9, penalties=20, licences=0, today=TODAY, bad_rows=True)
    good = write_sample(folder / "good", seed=2, companies=9, penalties=10, licences=0, today=TODAY)
    with running(folder / "ledger") as service:
        yield Bureau(service, folder, bad, good)


Command = Callable[..., Finished]


def words(bureau: Bureau, files: SampleFiles, *more: object) -> tuple[object, ...]:
    """As typed at a terminal."""
    source = ("import", files.penalties, "--mapping", files.penalties_mapping)
    return (*source, "--key", bureau.key, "--url", bureau.address, *more)


def imported(bureau: Bureau, files: SampleFiles, *more: object) -> Finished:
    """The same, done."""
    return kesu_here(*words(bureau, files, *more))


@pytest.fixture
def typed(bureau: Bureau, capsys: pytest.CaptureFixture[str]) -> Command:
    """The same without a process of its own, which takes a second to start; options by their names."""

    def command(source: Path = bureau.good.penalties, **changed: object) -> Finished:
        options = {"mapping": bureau.good.penalties_mapping, "key": bureau.key, "url": bureau.address} | changed
        named = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        code = run(["import", str(source), *named])
        shown = capsys.readouterr()
        return Finished(code, shown.out, shown.err)

    return command


def assert_one_line(finished: Finished, *parts: str, code: int = 2) -> None:
    """Nothing on standard output, one line on standard error that names what is wrong."""
    assert (finished.code, finished.out) == (code, "")
    assert finished.err.startswith("kesu: ")
    assert finished.err.count("\n") == 1
    for part in parts:
        assert part in finished.err


def test_0_when_every_row_is_in_the_log_now_or_was_before(bureau: Bureau, typed: Command) -> None:
    """The counts on standard output, nothing on standard error, no fault file; checked under the key that was named."""
    before, vkey = bureau.entries(), str(bureau.service.log_key)
    first = typed(vkey=vkey)
    second = typed()

    assert (first.code, first.err) == (0, "")
    assert first.out.splitlines()[0] == "10 accepted, 0 skipped (in the log before), 0 not accepted"
    assert (second.code, second.err) == (0, "")
    assert second.out.splitlines()[0] == "0 accepted, 10 skipped (in the log before), 0 not accepted"
    assert bureau.entries() == before + 10
    assert not list(bureau.good.penalties.parent.glob("*.faults*"))


def test_1_when_rows_were_not_accepted(bureau: Bureau) -> None:
    """The good rows are in; each bad one is named, and where they are to be mended."""
    before, faults = bureau.entries(), bureau.folder / "mend.csv"
    done = imported(bureau, bureau.bad, "--faults", faults)

    assert done.code == 1
    assert done.out.splitlines()[0] == "20 accepted, 0 skipped (in the log before), 4 not accepted"
    assert [line.split(":")[0].strip() for line in done.err.splitlines()[:4]] == ["row 6", "row 11", "row 16", "row 21"]
    assert str(faults) in done.err.splitlines()[4]
    assert len(done.err.splitlines()) == 5
    assert bureau.entries() == before + 20
    assert faults.is_file()


def test_1_when_the_log_takes_nothing_from_this_department(bureau: Bureau, typed: Command) -> None:
    """A key that is not registered: every row comes back with the reason."""
    stranger = bureau.folder / "stranger"
    write_secret(stranger, SigningKey.from_seed("12110000000000002R/1", bytes([2]) * 32).secret())
    before = bureau.entries()
    done = typed(key=stranger)

    assert (done.code, bureau.entries()) == (1, before)
    assert done.out == "0 accepted, 0 skipped (in the log before), 10 not accepted\n"
    assert "signature" in done.err


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("[fields.CF_WSH]", "[fields.CF_WSHH]", "fields.CF_WSHH is no field of administrative-penalty version 1"),
        ("[fields.CF_WSH]", "[fields.CF_WSHH]", "CF_WSH is required"),
        ('money = "万元"', 'money = "亿元"', "fields.CF_NR_FK.money"),
        ('scheme = "uscc"', 'sceme = "uscc"', "subject"),
        ("version = 1", "version = 7", "item: the ledger has no administrative-penalty version 7"),
        ("administrative-penalty", "administrative-praise", "item: the ledger has no administrative-praise version 1"),
        ('column = "处罚机关"', 'column = "机关"', "fields.CF_CFJG.column"),
        ("[record]", "[record", "not TOML"),
    ],
)
def test_2_when_the_mapping_is_wrong(
    bureau: Bureau, typed: Command, tmp_path: Path, right: str, wrong: str, named: str
) -> None:
    """One line that names the field or the key of the mapping; nothing is sent."""
    mapping, before = tmp_path / "mapping.toml", bureau.entries()
    mapping.write_text(bureau.good.penalties_mapping.read_text("utf-8").replace(right, wrong, 1), "utf-8")

    assert_one_line(typed(mapping=mapping), named)
    assert bureau.entries() == before


def test_rows_that_were_in_the_log_before_are_proved_where_that_is_asked_for(bureau: Bureau, tmp_path: Path) -> None:
    """A server that claims to have every row and records none is found out."""
    before = bureau.entries()
    first, second = (
        write_sample(tmp_path / str(seed), seed=seed, companies=9, penalties=10, licences=0, today=TODAY)
        for seed in (31, 32)
    )
    imported(bureau, first)
    honest = imported(bureau, first, "--check-skipped")
    with lying(bureau.address) as liar:
        liar.lies[:] = [lambda forward: forward(), lambda forward: forward(), claims_all(liar)]
        source = ("import", second.penalties, "--mapping", second.penalties_mapping, "--key", bureau.key)
        found_out = kesu(*source, "--url", liar.address, "--check-skipped")

    assert (honest.code, honest.out.splitlines()[0]) == (
        0,
        "0 accepted, 10 skipped (in the log before), 0 not accepted",
    )
    assert found_out.code == 2
    assert "no statement with this id is under a published checkpoint" in found_out.err.lower()
    assert bureau.entries() == before + 10


def test_a_server_that_fails_is_not_the_callers_fault(bureau: Bureau, typed: Command) -> None:
    """Exit code 3: the command can be repeated."""
    with lying(bureau.address) as liar:
        liar.lies.append(says(500, b'{"type":"/problems/internal","title":"The server failed","status":500}'))

        assert_one_line(typed(url=liar.address), "The server failed", code=3)


def claims_all(liar: Liar) -> Lie:
    """Everything that is asked for is known."""
    return lambda _forward: Answer(200, {}, json.dumps({"known": json.loads(liar.bodies[-1])["ids"]}).encode())


def test_3_when_the_server_cannot_be_reached(typed: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with its address. (The half minute that a server is given to come back is left out here.)"""
    monkeypatch.setitem(LedgerClient.__init__.__kwdefaults__ or {}, "patience", 0.0)
    with socket.create_server((LOOPBACK, 0)) as closed:
        address = f"{LOOPBACK}:{closed.getsockname()[1]}"

    assert_one_line(typed(url=f"http://{address}"), address, "cannot be reached", code=3)


@pytest.mark.parametrize(
    "url",
    [
        "ledger:8321",
        "http://[::1",
        "http://ledger:port",
        "http://ledger/信用",
        "http://ledger/a b",
        "http://ledger..example",
    ],
)
def test_2_when_the_address_is_none(typed: Command, url: str) -> None:
    """Said at once, with an address to copy."""
    assert_one_line(typed(url=url), "http://127.0.0.1:8321")


def test_1_when_the_server_is_another_log_than_the_one_named(bureau: Bureau, typed: Command, tmp_path: Path) -> None:
    """Its receipts prove nothing under the key that was published."""
    other = SigningKey.from_seed(bureau.service.log_key.name, bytes(32)).verifier

    files = write_sample(tmp_path, seed=3, companies=9, penalties=5, licences=0, today=TODAY)

    assert_one_line(typed(files.penalties, vkey=other), "does not verify", code=1)


@pytest.mark.parametrize("answer", [b'{"item":"administrative-penalty","version":1}', b"[]", b"<html>"])
def test_3_when_the_server_is_no_ledger(bureau: Bureau, typed: Command, answer: bytes) -> None:
    """Something else listens there, and answers whatever it is asked."""
    with lying(bureau.address) as liar:
        liar.lies.append(says(200, answer))

        assert_one_line(typed(url=liar.address), "the server answered", code=3)


def test_2_when_a_file_is_not_there_or_is_not_what_it_should_be(bureau: Bureau, typed: Command, tmp_path: Path) -> None:
    """Named, whichever it is; nothing is sent, and a secret that is damaged is not replaced."""
    nowhere, picture, before = tmp_path / "nowhere", tmp_path / "picture", bureau.entries()
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\xff\x00\xfe")

    assert_one_line(typed(nowhere), str(nowhere), "No such file")
    assert_one_line(typed(mapping=nowhere), str(nowhere), "No such file")
    assert_one_line(typed(key=nowhere), str(nowhere), "No such file")
    assert_one_line(typed(key=picture), "private key")
    assert_one_line(typed(mapping=picture), "not UTF-8")
    assert_one_line(typed(picture), "picture", "neither UTF-8 nor GB 18030")
    assert_one_line(typed(numbering=picture), "picture", "kesu-numbering-v1")
    assert_one_line(typed(vkey="nonsense"), "vkey")
    assert_one_line(typed(faults=bureau.good.penalties), "--faults")
    assert bureau.entries() == before
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_wrong_use_in_a_process_of_its_own(bureau: Bureau) -> None:
    """The code reaches the shell; no traceback, whatever was wrong."""
    assert_one_line(kesu(*words(bureau, bureau.good, "--vkey", "nonsense")), "vkey")
