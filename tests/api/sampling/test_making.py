"""A sample in a ledger: everything in it, nothing wrong with it, and the same bytes again."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date
from multiprocessing import Pipe
from pathlib import Path

import pytest

from api.cli.app import run
from api.sampling import ahead
from api.sampling.ahead import Order, PlanningEnded, admissions
from api.sampling.days import midnight
from api.sampling.dice import Dice
from api.sampling.filling import Filling, SampleRefused
from api.sampling.making import make_ledger, new_home, order_for, statements_for, write_statements
from api.sampling.plan import Scope
from ledger.home import LedgerHome
from ledger.service import Ledger, WritableLedger, open_for_reading, open_for_writing
from ledger.subjects import read_subject
from tests.ledger.harness import findings, query, randomness
from verify.checkpoint import Checkpoint
from verify.statement_type import ADMINISTRATIVE, StatementType
from verify.submission import Submission

YEARS = date(2022, 1, 4), date(2026, 11, 20)
SPRING = date(2024, 2, 1), date(2024, 4, 30)
EVENTS = 2000


def make(folder: Path, seed: int, events: int, days: tuple[date, date], companies: int = 60) -> Counter[str]:
    home = new_home(folder, seed)
    order = order_for(home, seed, companies, Scope(statements_for(events), *days))
    return make_ledger(home, order, lambda _done: None)


def checkpoint(folder: Path) -> Checkpoint:
    with open_for_reading(LedgerHome(folder), randomness(1)) as ledger:
        return Checkpoint.parse(ledger.reader.checkpoint())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Counter[str]]:
    """A sample of some size, planned in a process of its own."""
    folder = tmp_path_factory.mktemp("sample") / "ledger"
    return folder, make(folder, 1, EVENTS, YEARS, companies=300)


@pytest.fixture
def ledger(made: tuple[Path, Counter[str]]) -> Iterator[Ledger]:
    with open_for_reading(LedgerHome(made[0]), randomness(1)) as ledger:
        yield ledger


def test_everything_that_can_be_said_of_records_and_links_is_in_it(made: tuple[Path, Counter[str]]) -> None:
    """What people say and what falls due by itself, in about as many entries as were asked for."""
    counts = made[1]

    assert {kind.value for kind in set(StatementType) - ADMINISTRATIVE} <= counts.keys()
    assert abs(counts.total() - EVENTS) < EVENTS / 10
    assert counts[StatementType.DEADLINE_MISSED] > counts.total() / 50
    assert counts[StatementType.RECORD_FILED] > counts.total() / 4


def test_an_audit_finds_nothing_wrong_with_it(ledger: Ledger, made: tuple[Path, Counter[str]]) -> None:
    """Every step is legal, by the ledger's own rules and by the auditor's."""
    assert findings(ledger) == []
    assert made[1].total() == checkpoint(made[0]).size


def test_all_its_subjects_are_tests(ledger: Ledger, made: tuple[Path, Counter[str]]) -> None:
    """As the ledger's own values say, and whoever signs is registered under such a name."""
    names = set()
    for notification in ledger.recorder.select_notifications(1, made[1].total()):
        values = ledger.mapper.to_domain_event(notification).values()
        assert isinstance(values, dict)
        names |= {read_subject(values[path]).name for path in ("subject", "former") if path in values}
        names |= {str(values["name"])} if "name" in values else set()

    assert len(names) > 200
    assert not [name for name in names if not name.startswith("测试")]


def test_the_clock_has_said_all_that_fell_due(made: tuple[Path, Counter[str]]) -> None:
    """On the last day nothing that is certain is left unsaid, and none of it is said weeks later."""
    left = "SELECT count(*) FROM deadlines WHERE NOT settled AND NOT provisional AND day < ? AND done_on IS NULL"

    assert query(made[0] / "ledger.db", left, YEARS[1].isoformat()) == [(0,)]


def test_the_same_seed_gives_the_same_root_and_another_one_another(tmp_path: Path) -> None:
    """Statements, entries, checkpoints and keys: nothing comes from the machine or the day."""
    made = {name: make(tmp_path / name, seed, 300, SPRING) for name, seed in (("a", 1), ("b", 1), ("c", 2))}
    first, again, other = (checkpoint(tmp_path / name) for name in made)

    assert first.raw == again.raw
    assert made["a"] == made["b"]
    assert first.root != other.root
    assert (tmp_path / "a" / "keys" / "log.key").read_bytes() == (tmp_path / "b" / "keys" / "log.key").read_bytes()


def test_a_second_process_changes_nothing_and_the_file_has_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planned ahead, one by one, or written as lines: the same steps, signed the same, and legal in this order."""
    home = new_home(tmp_path / "ledger", 3)
    order = order_for(home, 3, 50, Scope(150, *SPRING))
    write_statements(home, order, tmp_path / "lines", lambda _done: None)
    lines = [Submission.parse(line.encode()) for line in (tmp_path / "lines").read_text().splitlines()]
    with writing(home) as ledger:
        here = steps_of(order, ledger)
        monkeypatch.setattr(ahead, "_WORTH_A_PROCESS", 1)
        there = steps_of(order, ledger)
        accepted = ledger.sequencer.append_all(ledger.sequencer.admit(each.statement, each.openings) for each in lines)

        assert len(here) > 100
        assert here == there
        assert here == [each.statement for each in lines]
        assert len(accepted) == len(here)
        assert findings(ledger) == []


def test_a_sample_ends_with_the_process_that_plans_it() -> None:
    """Killed, it leaves no sample that looks whole."""
    ours, theirs = Pipe(duplex=False)
    theirs.close()

    with ours, pytest.raises(PlanningEnded):
        next(ahead._received(ours))


def test_an_illegal_step_ends_the_sample_and_is_named(tmp_path: Path) -> None:
    """A rule of the ledger that the plan does not know must be seen, not passed over."""
    home = new_home(tmp_path / "ledger", 4)
    order = order_for(home, 4, 50, Scope(150, *SPRING))
    write_statements(home, order, tmp_path / "lines", lambda _done: None)
    with writing(home) as ledger:
        rules = ledger.sequencer.rules
        with admissions(order, rules.registry, rules.catalogue) as steps:
            later = next((at, step) for at, step in steps if step.statement.type == StatementType.RECORD_CORRECTED)
        filling = Filling(ledger, home.operator_key(), Dice("x"), lambda _done: None)
        filling.take(*later)
        with pytest.raises(SampleRefused, match=r"no record with this id.*record\.corrected"):
            filling.finish()


def test_the_command_tells_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts by type, the time, the log's key, and what to do next; a log that is there already is left alone."""
    folder, days = tmp_path / "ledger", ["--from", "2024-02-01", "--until", "2024-03-01"]
    made = run(["sample", str(folder), "--events", "130", "--seed", "5", *days])
    told = capsys.readouterr()
    again = run(["sample", str(folder), "--events", "130", *days])
    refused = capsys.readouterr()

    assert (made, again) == (0, 2)
    assert "record.filed 信息归集" in told.out
    assert f"{checkpoint(folder).size}  entries from 2024-02-01 to 2024-03-01" in told.out
    assert str(LedgerHome(folder).log_key().verifier) in told.out
    assert "is not empty" in refused.err


@pytest.mark.parametrize(
    ("first", "last"), [("2020-01-01", "2024-01-01"), ("2024-01-02", "2024-01-02"), ("2024-1-2", "2025-01-01")]
)
def test_days_must_be_days_on_which_the_catalogue_is_in_force(tmp_path: Path, first: str, last: str) -> None:
    """Nothing is made for an order that cannot be filled."""
    assert run(["sample", str(tmp_path / "x"), "--events", "100", "--from", first, "--until", last]) == 2
    assert not (tmp_path / "x").exists()


def test_the_command_writes_statements_for_load_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The ledger is founded, and takes the lines in their order."""
    file = tmp_path / "lines"
    options = ["--events", "40", "--from", "2024-02-01", "--until", "2024-03-01", "--statements", str(file)]

    assert run(["sample", str(tmp_path / "ledger"), *options]) == 0
    assert str(file) in capsys.readouterr().out
    assert abs(len(file.read_text().splitlines()) - 40) < 10


def writing(home: LedgerHome) -> AbstractContextManager[WritableLedger]:
    return open_for_writing(home, clock=lambda: midnight(SPRING[1]), random=randomness(2))


def steps_of(order: Order, ledger: WritableLedger) -> list[bytes]:
    rules = ledger.sequencer.rules
    with admissions(order, rules.registry, rules.catalogue) as steps:
        return [step.statement.raw for _at, step in steps]
