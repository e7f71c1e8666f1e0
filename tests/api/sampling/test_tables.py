"""The made-up export: repeatable, plainly a test, and fit for the catalogue."""

from datetime import date
from pathlib import Path

import pytest

from api.importer.actions import Action, Actions, RowFault
from api.importer.mapping import load_mapping
from api.importer.rows import read_rows
from api.sampling.tables import SampleFiles, write_sample
from ledger.catalogue import judge_values, parse_item, shipped_definitions

TODAY = date(2026, 11, 23)


def sample(folder: Path, *, seed: int = 7, bad_rows: bool = False) -> SampleFiles:
    return write_sample(folder, seed=seed, companies=30, penalties=200, licences=150, today=TODAY, bad_rows=bad_rows)


def outcomes(source: Path, mapping: Path) -> list[Action | RowFault]:
    """What became of each row: these mappings make one action of it."""
    declared = load_mapping(mapping)
    taken = Actions(declared).read(read_rows(source, declared))
    return [outcome if isinstance(outcome, RowFault) else outcome[0] for outcome in taken]


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    """A demo can be repeated; another seed gives other rows."""
    first, second, other = (sample(tmp_path / name, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))

    assert first.penalties.read_bytes() == second.penalties.read_bytes()
    assert first.licences.read_bytes() == second.licences.read_bytes()
    assert first.penalties.read_bytes() != other.penalties.read_bytes()


def test_every_row_holds_what_its_catalogue_item_demands(tmp_path: Path) -> None:
    """Every field has a key and every required field a value, by the judgement the ledger itself uses."""
    files = sample(tmp_path)
    items = {item.item: item for item in map(parse_item, shipped_definitions())}
    for source, mapping, rows in (
        (files.penalties, files.penalties_mapping, 200),
        (files.licences, files.licences_mapping, 150),
    ):
        item = items[load_mapping(mapping).item]
        actions = outcomes(source, mapping)

        assert rows == len(actions)
        for action in actions:
            assert isinstance(action, Action)
            subject = action.subject
            assert judge_values(item, subject.scheme, subject.code, subject.name, action.values).faults == ()


def test_everybody_in_the_sample_is_plainly_a_test(tmp_path: Path) -> None:
    """Nobody can take a sample row for a real company or a real authority."""
    files = sample(tmp_path)
    for action in outcomes(files.penalties, files.penalties_mapping):
        assert isinstance(action, Action)
        assert action.subject.name.startswith("测试")
        assert action.subject.code.startswith("91110000MA")
        assert str(action.values["CF_CFJG"]).startswith("测试")
        assert str(action.values["CF_CFJGDM"]).startswith("121100000000000")


def test_every_penalty_has_a_class_and_a_stop_of_business_a_serious_one(tmp_path: Path) -> None:
    """So that its record can be shown to the public; a licence has none."""
    files = sample(tmp_path)
    classes: dict[str, set[str]] = {}
    for action in outcomes(files.penalties, files.penalties_mapping):
        assert isinstance(action, Action)
        assert action.publicity is not None
        kinds = action.values["CF_CFLB"]
        assert isinstance(kinds, list)
        given, kind = str(action.publicity["class"]), str(kinds[-1])
        assert given != "minor" or kinds[0] == "警告"
        classes.setdefault(kind, set()).add(given)

    assert classes["责令停产停业"] == {"serious"}
    assert classes["警告"] == {"minor"}
    assert classes["罚款"] == {"minor", "ordinary", "serious"}
    for action in outcomes(files.licences, files.licences_mapping):
        assert isinstance(action, Action)
        assert action.publicity is None


def test_decisions_lie_in_the_three_years_before_today(tmp_path: Path) -> None:
    """Nothing is decided today or later, whatever the clock of the machine says."""
    files = sample(tmp_path)
    days = [
        str(row.values["CF_JDRQ"])
        for row in outcomes(files.penalties, files.penalties_mapping)
        if isinstance(row, Action)
    ]

    assert days == sorted(days)
    assert "2023-11-24" <= days[0] < "2024-02-01"
    assert "2026-10-01" < days[-1] <= "2026-11-22"


def test_bad_rows_fault_one_each_and_the_others_stay(tmp_path: Path) -> None:
    """The demo can show a fault file with the typical mistakes."""
    files = sample(tmp_path, bad_rows=True)
    found = outcomes(files.penalties, files.penalties_mapping)

    assert len(found) == 204
    assert [row.field for row in found if isinstance(row, RowFault)] == [
        "统一社会信用代码",
        "处罚决定日期",
        "罚款金额（万元）",
        "处罚类别",
    ]


def test_rows_need_companies(tmp_path: Path) -> None:
    """A sample about nobody is a mistake of the caller."""
    with pytest.raises(ValueError, match="companies"):
        write_sample(tmp_path, seed=1, companies=0, penalties=1, licences=1, today=TODAY)
