"""The fault file: the bad rows of a source, to be put right and sent again with the same mapping."""

import csv
import json
from pathlib import Path

import pytest

from api.importer.actions import Actions, RowFault
from api.importer.faults import FaultFile
from api.importer.mapping import Mapping, parse_mapping
from api.importer.rows import read_rows

TEXT = """
[source]
{source}
[item]
catalogue = "x"
version = 1
[record]
key = ["no"]
[subject]
scheme = "other"
code = "code"
name = "name"
[fields.FINE]
column = "fine"
money = "元"
"""
CSV = "no,code,name,fine\n1,c,甲,5\n2,c,=乙,1e3\n3,c,丙\n4,c,丁,5,6\n5,c,@戊,-5\n"


def mapping(source: str = "") -> Mapping:
    return parse_mapping(TEXT.format(source=source).encode())


def faults_of(source: Path, declared: Mapping, target: Path) -> int:
    with FaultFile.for_source(target, source, declared) as file:
        for outcome in Actions(declared).read(read_rows(source, declared)):
            if isinstance(outcome, RowFault):
                file.write(outcome)
    return file.count


def cells_without_added(text: str, delimiter: str) -> list[list[str]]:
    return [cells[3:] for cells in csv.reader(text.splitlines(), delimiter=delimiter)]


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [(mapping(), "utf-8"), (mapping(), "gb18030"), (mapping('encoding = "gb18030"\ndelimiter = ";"'), "gb18030")],
)
def test_a_fault_file_sent_again_gives_the_same_faults_and_once_put_right_none(
    tmp_path: Path, declared: Mapping, encoding: str
) -> None:
    """Cells stay as they were, the added columns are ignored, and the declared encoding and delimiter still hold."""
    source, first, second = tmp_path / "rows.csv", tmp_path / "faults.csv", tmp_path / "again.csv"
    delimiter = declared.source.delimiter
    source.write_bytes(CSV.replace(",", delimiter).encode(encoding))

    assert faults_of(source, declared, first) == 4
    assert faults_of(first, declared, second) == 4
    read = "gb18030" if declared.source.encoding == "gb18030" else "utf-8-sig"
    was, now = (cells_without_added(path.read_text(read), delimiter) for path in (first, second))
    assert was == now
    assert now[1] == ["2", "c", "=乙", "1e3"]

    right = first.read_text(read).replace("1e3", "1000").replace("-5", "5").replace("丙", f"丙{delimiter}5")
    first.write_text(right.replace(f"5{delimiter}6", "5"), read)
    assert faults_of(first, declared, tmp_path / "none.csv") == 0
    assert not (tmp_path / "none.csv").exists()


def test_csv_begins_with_a_byte_order_mark_and_names_row_field_and_reason(tmp_path: Path) -> None:
    """Spreadsheet programs would show Chinese text as rubbish without it."""
    source, target = tmp_path / "rows.csv", tmp_path / "faults.csv"
    source.write_text(CSV, "utf-8")
    faults_of(source, mapping(), target)

    lines = target.read_bytes().decode().split("\r\n")
    assert lines[0] == "\ufeffkesu_row,kesu_field,kesu_reason,no,code,name,fine"
    assert lines[1].startswith("2,fine,")


def test_json_lines_keep_the_object_and_a_line_that_is_none_keeps_its_text(tmp_path: Path) -> None:
    """The unreadable line comes back as a fault until it is a line again."""
    source, first, second = tmp_path / "rows.jsonl", tmp_path / "faults.jsonl", tmp_path / "again.jsonl"
    source.write_text('{"no":"1","code":"c","name":"甲","fine":-5,"more":[1]}\n{"no":\n', "utf-8")

    assert faults_of(source, mapping(), first) == 2
    assert faults_of(first, mapping(), second) == 2
    for path in (first, second):
        bad, unread = (json.loads(line) for line in path.read_text("utf-8").splitlines())
        assert (bad["no"], bad["fine"], bad["more"], bad["kesu_row"], bad["kesu_field"]) == ("1", -5, [1], 1, "fine")
        assert unread["kesu_text"] == '{"no":'


def test_nothing_is_left_behind_when_the_import_breaks_off(tmp_path: Path) -> None:
    """Half a fault file could be taken for all the faults there are."""
    source, target = tmp_path / "rows.csv", tmp_path / "faults.csv"
    source.write_text(CSV, "utf-8")
    target.write_text("of an earlier run", "utf-8")
    declared = mapping()
    rows = Actions(declared).read(read_rows(source, declared))
    bad = [outcome for outcome in rows if isinstance(outcome, RowFault)]

    def break_off() -> None:
        with FaultFile.for_source(target, source, declared) as file:
            file.write(bad[0])
            raise OSError("network")

    with pytest.raises(OSError, match="network"):
        break_off()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["faults.csv", "rows.csv"]
    assert target.read_text("utf-8") == "of an earlier run"
