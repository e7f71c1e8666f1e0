"""Nothing is taken that somebody still writes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from api.gateway.inbox import Inbox
from tests.api.gateway.office import SETTLE, Wall


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def inbox(tmp_path: Path, wall: Wall) -> Inbox:
    return Inbox(tmp_path, SETTLE, lambda: wall.seconds)


def names(inbox: Inbox) -> list[str]:
    return [path.name for path, _look in inbox.complete()]


def test_a_file_is_complete_once_it_has_settled(tmp_path: Path, wall: Wall, inbox: Inbox) -> None:
    """Its age does not count, only what we saw: a copy may bring an old time along."""
    (tmp_path / "a.csv").write_text("x")
    os.utime(tmp_path / "a.csv", (0, 0))
    first = names(inbox)
    wall.seconds = SETTLE - 0.1
    early = names(inbox)
    wall.seconds = SETTLE

    assert (first, early, names(inbox)) == ([], [], ["a.csv"])


def test_every_write_begins_the_time_anew(tmp_path: Path, wall: Wall, inbox: Inbox) -> None:
    """Also one that leaves the size as it is."""
    table = tmp_path / "a.csv"
    found = []
    for step, text in enumerate(("x", "xy", "yx")):
        table.write_text(text)
        os.utime(table, ns=(step, step))
        found += names(inbox)
        wall.seconds += SETTLE - 0.1
    found += names(inbox)
    wall.seconds += 0.2

    assert (found, names(inbox)) == ([], ["a.csv"])


def test_a_file_that_was_seen_unfinished_is_complete_when_it_is_renamed_in(tmp_path: Path, inbox: Inbox) -> None:
    """Whoever renames it says that it is whole; another one of that name has to settle."""
    (tmp_path / "a.csv.part").write_text("x")
    before = names(inbox)
    (tmp_path / "a.csv.part").rename(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("x")

    assert (before, names(inbox), names(inbox)) == ([], ["a.csv"], ["a.csv"])


def test_what_is_no_table_is_left_alone(tmp_path: Path, wall: Wall, inbox: Inbox) -> None:
    """Hidden files, lock files of office programs, folders, links, files that have not begun."""
    (tmp_path / ".a.csv").write_text("x")
    (tmp_path / "~$a.csv").write_text("x")
    (tmp_path / "a.tmp").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / ".a.csv")
    (tmp_path / "empty.csv").touch()
    names(inbox)
    wall.seconds = 10 * SETTLE

    assert names(inbox) == []


def test_the_oldest_comes_first(tmp_path: Path, wall: Wall, inbox: Inbox) -> None:
    """A later table may correct what an earlier one filed."""
    for name, age in (("b.csv", 1), ("a.csv", 2), ("c.csv", 1)):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (age, age))
    names(inbox)
    wall.seconds = SETTLE

    assert names(inbox) == ["b.csv", "c.csv", "a.csv"]
