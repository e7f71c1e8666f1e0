"""Source files as rows: the file as a whole may fault, one row never stops the others."""

import gzip
from hashlib import sha256
from pathlib import Path

import pytest

from api.importer.mapping import Mapping, parse_mapping
from api.importer.rows import SourceFault, count_rows, read_header, read_rows

MAPPING = """
[item]
catalogue = "x"
version = 1
[record]
key = ["no"]
[subject]
scheme = "uscc"
code = "code"
name = "name"
[fields.A]
column = "a"
optional = true
"""


def mapping(extra: str = "") -> Mapping:
    return parse_mapping((MAPPING + extra).encode())


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz"])
def test_csv_is_read_in_the_encodings_departments_export(tmp_path: Path, encoding: str, name: str) -> None:
    """Encoding and compression are found out from the bytes."""
    path = write(tmp_path, name, 'no,code,name\r\n1,c,"测试\r\n甲"\r\n\r\n,,\r\n2,d,乙\r\n'.encode(encoding))

    rows = list(read_rows(path, mapping()))

    assert [(row.number, row.line, row.columns) for row in rows] == [
        (1, 2, {"no": "1", "code": "c", "name": "测试\r\n甲"}),
        (2, 6, {"no": "2", "code": "d", "name": "乙"}),
    ]
    assert read_header(path, mapping()) == ("no", "code", "name")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "has no column"),
        ("no,code\n", "has no column name"),
        ("no,code,name,name\n", "two columns"),
        ("no,code,name,\n", "column 4 has no name"),
        ('no,"code"x,name\n', "not CSV"),
    ],
)
def test_a_header_that_does_not_fit_the_mapping_is_a_fault_of_the_file(tmp_path: Path, text: str, rule: str) -> None:
    """Thousands of equal row faults would hide the one thing to change."""
    with pytest.raises(SourceFault, match=rule):
        list(read_rows(write(tmp_path, "rows.csv", text.encode()), mapping()))


def test_rows_that_are_no_csv_or_too_short_or_long_are_faults_of_the_row(tmp_path: Path) -> None:
    """The rows around them are read."""
    text = 'no,code,name\n1,c,n\n2,c\n3,c,n,x\n4,"c"x,n\n5,c,n\n6,"c,n\n'
    rows = list(read_rows(write(tmp_path, "rows.csv", text.encode()), mapping()))

    assert [bool(row.broken) for row in rows] == [False, True, True, True, False, True]
    assert [row.raw for row in rows] == [(), ("2", "c"), ("3", "c", "n", "x"), ('4,"c"x,n',), (), ('6,"c,n',)]


def test_strict_json_lines_refuse_what_json_parsers_forgive(tmp_path: Path) -> None:
    """Duplicate keys, floats and NaN have two readings; a list is no row."""
    lines = ['{"no":"1"}', "", '{"no":1.0}', '{"no":"1","no":"2"}', '{"no":NaN}', "[1]", "{", '{"no":"2","kesu_row":9}']
    rows = list(read_rows(write(tmp_path, "rows.jsonl", "\n".join(lines).encode()), mapping()))

    assert [bool(row.broken) for row in rows] == [False, True, True, True, True, True, False]
    assert rows[-1].columns == {"no": "2"}
    assert [row.line for row in rows] == [1, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"\xff\xfen\x00o\x00", "UTF-16"),
        (b"no,code,name\n\xff\xff\n", "neither"),
        (b"\x1f\x8b\x08\x00damaged", "gzip"),
        (b"no,code,name\n" + b"x" * 1_000_001, "too long"),
    ],
)
def test_a_file_that_is_no_text_table_says_what_it_is(tmp_path: Path, data: bytes, rule: str) -> None:
    """The person who exported it learns what to save instead."""
    path = tmp_path / "rows.csv"
    path.write_bytes(data)

    with pytest.raises(SourceFault, match=rule):
        list(read_rows(path, mapping()))


def test_a_declared_encoding_that_is_wrong_is_a_fault_of_the_file(tmp_path: Path) -> None:
    """No replacement characters ever reach a statement."""
    path = write(tmp_path, "rows.csv", "no,code,name\n1,c,测\n".encode("gb18030"))

    with pytest.raises(SourceFault, match="utf-8"):
        list(read_rows(path, mapping('[source]\nencoding = "utf-8"')))


def test_a_name_that_tells_no_format_is_refused(tmp_path: Path) -> None:
    """Neither the name nor the mapping says how to read it."""
    with pytest.raises(SourceFault, match="no format"):
        list(read_rows(write(tmp_path, "rows.dat", b""), mapping()))


@pytest.mark.parametrize(
    ("name", "text"),
    [("rows.csv", 'no,code,name\n1,c,"a\nb"\n\n2,c,"d ""e"""\n3,c,f'), ("rows.jsonl.gz", '{"a":"\\""}\n\n{}\n{}')],
)
def test_counting_agrees_with_reading(tmp_path: Path, name: str, text: str) -> None:
    """A progress bar ends at a hundred per cent."""
    path = write(tmp_path, name, text.encode())

    assert len(list(read_rows(path, mapping()))) == count_rows(path, mapping()) == 3


def test_rows_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    """A damaged end does not stop the good rows before it from being taken."""
    rows = read_rows(write(tmp_path, "rows.csv", b"no,code,name\n1,c,n\n" + b"x" * 1_000_001), mapping())

    assert next(rows).number == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_digest_of_a_row_is_that_of_its_bytes_in_the_file(tmp_path: Path, encoding: str, end: str) -> None:
    """So anybody who has the file finds the document that an act rests on; quotes and spaces are part of it."""
    rows = ["1,c,测试", f'2, c,"甲{end}""乙"""', "3,c,€𠮷"]
    path = write(tmp_path, "rows.csv", end.join(["no,code,name", rows[0], "", *rows[1:]]).encode(encoding))
    found = list(read_rows(path, mapping()))

    assert [row.written for row in found] == [row.encode(encoding.removesuffix("-sig")) for row in rows]
    assert [row.digest() for row in found] == [sha256(row.written).hexdigest() for row in found]
    for row in found:
        assert row.written in path.read_bytes()


def test_the_digest_of_a_json_line_is_that_of_the_line(tmp_path: Path) -> None:
    """As it is written, not as it is understood."""
    lines = [b'{"no":"1"}', b' {"no" : "\\u6d4b"}\t', b'{"no":"2","kesu_row":9}']
    rows = read_rows(write(tmp_path, "rows.jsonl", b"\n\n".join(lines) + b"\r\n"), mapping())

    assert [row.digest() for row in rows] == [sha256(line).hexdigest() for line in lines]
