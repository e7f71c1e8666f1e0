"""Rows of a database view come into the ledger when they are new or have changed, whenever the gateway is killed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from api.gateway.cell_values import json_value, pack_version, unpack_version
from api.gateway.errors import ConfigFault
from api.gateway.journal import Counts
from tests.api.gateway.mortal import KILLED, lives
from tests.api.gateway.office import NUMBER, Office, Row, numbers, outcomes, size, values_of, views
from tests.api.service import Service, running

CORRECTED = """
[act]
operator = "测试经办人"
basis = "测试规定第一条"
reason = "业务系统更正"
[action]
column = "kesu_action"
file = ["new"]
[action.correct]
words = ["changed"]
"""
VIEW = """
[[view]]
name = "business"
path = "business"
mapping = "penalties.toml"
url_env = "TEST_VIEW_URL"
table = "v_penalties"
version = "at"
key = ["id"]
sweep_seconds = 1000
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service") / "ledger") as started:
        yield started


@dataclass
class Business:
    """A bureau whose penalties stand in a table of its business database, behind a view."""

    office: Office
    rows: list[Row]

    @property
    def path(self) -> Path:
        return self.office.folder / "business.db"

    @property
    def environment(self) -> dict[str, str]:
        return {"TEST_VIEW_URL": f"sqlite:///{self.path}"}

    def sql(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement, values)

    def put(self, at: int, rows: Sequence[int]) -> None:
        """Insert rows, or replace them, with this version."""
        for number in rows:
            values = [number, at, *self.rows[number].values()]
            places = ",".join("?" * len(values))
            self.sql(f"INSERT OR REPLACE INTO penalties VALUES ({places})", *values)  # noqa: S608 - question marks

    def once(self) -> Counts:
        return self.office.once(environment=self.environment).counts


@pytest.fixture
def business(service: Service, tmp_path: Path) -> Business:
    office = Office(tmp_path / "office", service.server.address, VIEW, inbox_too=False)
    business = Business(office, office.penalties(12, seed=office.seed))
    mapping = office.folder / "penalties.toml"
    mapping.write_text(mapping.read_text("utf-8").replace('format = "csv"\n', "") + CORRECTED, "utf-8")
    columns = ", ".join(f'"{name}"' for name in business.rows[0])
    business.sql(f"CREATE TABLE penalties (id INTEGER PRIMARY KEY, at INTEGER, {columns})")
    business.sql("CREATE VIEW v_penalties AS SELECT * FROM penalties")
    return business


def test_new_rows_are_filed_and_changed_ones_corrected(service: Service, business: Business) -> None:
    """Also after a restart; what was only touched, and what is as before, is not said again."""
    before = size(service.desk)
    business.put(1, range(5))
    first, again = business.once(), business.once()
    business.rows[3]["处罚内容"] = "警告，更正"
    business.put(2, [3, 5])
    business.put(3, [1])
    second, third = business.once(), business.once()
    found = [values_of(view) for view in views(service.desk, before)]

    assert (first, again, second, third) == (Counts(5, 0, 0), Counts(), Counts(2, 0, 0), Counts())
    assert size(service.desk) - before == 7
    assert numbers(service.desk, before) == [row[NUMBER] for row in business.rows[:6]]
    assert found[3]["CF_NR"] == "警告，更正"
    assert [outcomes(ticket) for ticket in business.office.filed("done", "business")] == [
        ["accepted"] * 5,
        ["accepted"] * 2,
    ]


def test_one_that_came_late_is_found_too(service: Service, business: Business) -> None:
    """With the version that was read last at once, with an earlier one when the view is read as a whole."""
    before = size(service.desk)
    business.put(7, [1, 2])
    with business.office.gateway(environment=business.environment) as gateway:
        gateway.round()
        business.put(7, [0])
        tie = gateway.round().counts
        business.put(3, [4])
        late = gateway.round().counts
        business.office.wall.sleep(1000)
        swept = gateway.round().counts

    assert (tie, late, swept, size(service.desk) - before) == (Counts(1, 0, 0), Counts(), Counts(1, 0, 0), 4)


def test_a_row_that_was_refused_is_filed_once_it_is_mended(service: Service, business: Business) -> None:
    """In the database; it was never in the log, so it is no correction. Until then it is not sent again and again."""
    before, right = size(service.desk), business.rows[1]["处罚类别"]
    business.rows[1]["处罚类别"] = "9"
    business.put(1, [0, 1, 2])
    first, again = business.once(), business.once()
    business.rows[1]["处罚类别"] = right
    business.put(2, [1])
    second = business.once()
    business.rows[1]["处罚内容"] = "警告，更正"
    business.put(3, [1])

    assert (first, again, second) == (Counts(2, 0, 1), Counts(), Counts(1, 0, 0))
    assert (business.once(), size(service.desk) - before) == (Counts(1, 0, 0), 4)


def test_a_large_view_is_read_in_many_tables(
    service: Service, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of one version, which cannot be told apart by it."""
    monkeypatch.setattr("api.gateway.view.BATCH", 5)
    before = size(service.desk)
    business.put(1, range(12))

    assert (business.once(), size(service.desk) - before) == (Counts(12, 0, 0), 12)
    assert len(business.office.filed("done", "business")) == 3


def test_a_table_that_was_written_down_is_finished_whatever_the_view_says_then(
    service: Service, business: Business
) -> None:
    """Killed between reading and sending: what was read is sent, and then what has changed since."""
    before = size(service.desk)
    business.put(1, [0, 1])
    business.office.configure("http://127.0.0.1:1")
    unreachable = business.once()
    business.office.configure(service.server.address)
    business.rows[1]["处罚内容"] = "警告，更正"
    business.put(2, [1])

    assert (unreachable, business.once()) == (Counts(), Counts(3, 0, 0))
    assert size(service.desk) - before == 3
    assert [len(outcomes(ticket)) for ticket in business.office.filed("done", "business")] == [2, 1]


def test_a_lost_journal_is_made_good_from_the_tickets(service: Service, business: Business) -> None:
    """Nothing is said twice, and what has changed since is still a correction."""
    before = size(service.desk)
    business.put(1, range(4))
    business.once()
    for path in business.office.folder.glob("gateway.db*"):
        path.unlink()
    business.rows[3]["处罚内容"] = "警告，更正"
    business.put(2, [3])

    assert (business.once(), business.once(), size(service.desk) - before) == (Counts(1, 0, 0), Counts(), 5)


@pytest.mark.parametrize("seed", [0, *[pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 4)]])
def test_a_gateway_that_is_killed_reading_a_view_loses_and_doubles_nothing(
    service: Service, business: Business, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """At seeded steps, while rows come and change."""
    monkeypatch.setenv("TEST_VIEW_URL", business.environment["TEST_VIEW_URL"])
    before, random = size(service.desk), Random(seed)
    business.put(1, range(11))
    ends = lives(business.office, [random.randrange(1, 150) for _ in range(4)])
    business.rows[2]["处罚内容"] = "警告，更正"
    business.put(2, [2, 11])
    ends += lives(business.office, [random.randrange(1, 90) for _ in range(3)] + [0])
    filed = [outcome for ticket in business.office.filed("done", "business") for outcome in outcomes(ticket)]
    added = size(service.desk) - before
    said = {values["CF_WSH"]: values["CF_NR"] for values in map(values_of, views(service.desk, before))}

    assert ends.count(KILLED) >= 3
    assert (ends[-1], business.office.left("business")) == (0, [])
    assert sorted(numbers(service.desk, before)) == sorted(row[NUMBER] for row in business.rows)
    assert said == {row[NUMBER]: row["处罚内容"] for row in business.rows}
    assert added in {12, 13}  # the row that changes may have been read before it did
    assert filed == ["accepted"] * added


def test_a_database_that_cannot_be_read_is_tried_again(business: Business) -> None:
    """What its driver says is not repeated: it may hold an address or values."""
    business.sql("DROP VIEW v_penalties")
    summary = business.office.once(environment=business.environment)

    assert (summary.counts, summary.failed) == (Counts(), 1)
    assert business.office.wall.warned == [
        "business: view business cannot be read (OperationalError): look at the database; tried again in 1 s"
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('key = ["id"]', 'key = ["at"]', "view business: key is that of two rows; name columns that tell rows apart"),
        ('key = ["id"]', 'key = ["id", "案号"]', "view business: key names no column of the view"),
        ("TEST_VIEW_URL", "TEST_NOTHING", "view.url_env names TEST_NOTHING, which is not set"),
    ],
)
def test_what_is_wrong_with_the_view_is_named(business: Business, old: str, new: str, words: str) -> None:
    business.put(1, [0, 1])
    business.office.extra = VIEW.replace(old, new)
    business.office.configure(business.office.address)

    with pytest.raises(ConfigFault) as raised:
        business.once()
    assert str(raised.value).startswith(words)


def test_the_address_may_stand_in_a_file_that_only_its_owner_reads(service: Service, business: Business) -> None:
    business.put(1, [0])
    secret = business.office.folder / "view.url"
    secret.write_text(f"sqlite:///{business.path}\n")
    secret.chmod(0o644)
    business.office.extra = VIEW.replace('url_env = "TEST_VIEW_URL"', 'url_file = "view.url"')
    business.office.configure(service.server.address)
    with pytest.raises(ConfigFault, match="may be read by others; run chmod 600 on it"):
        business.once()
    secret.chmod(0o600)

    assert business.office.once().counts == Counts(1, 0, 0)


def test_an_address_is_never_repeated(business: Business) -> None:
    with pytest.raises(ConfigFault) as raised:
        business.office.once(environment={"TEST_VIEW_URL": "nonsense://bureau:secret-word@db/x"})

    assert "secret-word" not in str(raised.value)


def test_cells_become_what_mappings_read() -> None:
    """Amounts stay exact, a day at midnight is a day."""
    cells = [
        Decimal("12.50"),
        0.1,
        2**60,
        datetime.fromisoformat("2026-11-20"),
        datetime.fromisoformat("2026-11-20T08:00:00"),
        date(2026, 1, 2),
        None,
        "x",
    ]

    assert json.loads(json.dumps([json_value(cell) for cell in cells])) == [
        *("12.50", "0.1", str(2**60), "2026-11-20", "2026-11-20T08:00:00", "2026-01-02", None, "x")
    ]


def test_versions_are_read_back_as_they_were() -> None:
    """As the database gave them, so that it can compare with them."""
    versions = [7, "a", Decimal("1.5"), 2.5, date(2026, 1, 2), datetime.fromisoformat("2026-01-02T03:04:05.000006")]

    assert [unpack_version(pack_version(each)) for each in versions] == versions
    with pytest.raises(ConfigFault, match="is of a type without order: bytes"):
        pack_version(b"x")
