"""Real registered names: what is found is what a scan of all names finds."""

from __future__ import annotations

import csv
import gzip
import os
import random
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from ledger.domain.link import LinksAfter
from ledger.store.sqlite import as_writer, writing_engine
from ledger.subjects import Subject
from projections.search.finding import Match, find
from projections.search.fold import NameRow
from projections.search.index import write_names
from projections.search.query import MOST_HITS
from projections.search.tables import create_tables
from projections.search.terms import normalise

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("KESU_SHARED_DATA", ROOT.parent / "shared" / "data"))
REGISTERS = {"bj_enterprises_uscc.csv.gz": 50_795, "tw_epa_penalties_20171202.csv.gz": 35_832}
"""Files of real names, and how many rows they have."""
NAME_COLUMNS = ("name", "facility_name")
BY_NAME = (Match.NAME, Match.PART)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("register", REGISTERS)
def test_two_characters_find_what_a_scan_of_all_names_finds(register: str, tmp_path: Path) -> None:
    """Fifty queries drawn from the names; where more than a list holds fit, the list is of the best of them."""
    file = SHARED / register
    if not file.exists():
        pytest.skip("the real data are not ours to ship: set KESU_SHARED_DATA")
    names = list(read(file))
    subjects = [Subject("test", f"T{number}", name) for number, name in enumerate(sorted(set(names)))]
    rows = [
        NameRow(UUID(int=i).bytes, each.handle, each.scheme, each.code, each.name, i) for i, each in enumerate(subjects)
    ]
    normals = {each.code: normalise(each.name) for each in subjects}
    rng = random.Random(2026)
    queries = [pair_of(rng, rng.choice(list(normals.values()))) for _ in range(50)]
    engine = as_writer(writing_engine(tmp_path / "index.db"))
    with engine.begin() as connection:
        create_tables(connection)
        write_names(connection, rows)
    with engine.begin() as connection:
        for query in queries:
            hits = [hit for hit in find(connection, query, MOST_HITS, sa.true(), LinksAfter()) if hit.match in BY_NAME]
            fitting = sorted(rank(query, normal, code) for code, normal in normals.items() if query in normal)
            assert [rank(query, normals[hit.code], hit.code) for hit in hits] == fitting[:MOST_HITS]
    engine.dispose()

    assert len(names) == REGISTERS[register]


def rank(query: str, normal: str, code: str) -> tuple[bool, int, str]:
    """The better the smaller: names that begin so, then shorter ones, then by code."""
    return not normal.startswith(query), len(normal), code


def pair_of(rng: random.Random, normal: str) -> str:
    """Two neighbouring characters of a name."""
    start = rng.randrange(len(normal) - 1)
    return normal[start : start + 2]


def read(file: Path) -> Iterator[str]:
    """The names of a register."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield next(row[column] for column in NAME_COLUMNS if column in row)
