"""Clerks who fill templates: made-up values of any item, typed into the workbook as Excel saves it, or into CSV."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from api.sampling.tables import company_code
from api.spreadsheet.reading import cell_name, read_sheets
from api.templates.columns import template_of
from api.templates.sheets import template_csv, template_workbook
from ledger.catalogue import CatalogueItem, Field, FieldKind, judge_values
from ledger.catalogue_item import Nature
from verify.strict import JsonValue

SHEET = "xl/worksheets/sheet1.xml"
Typed = Mapping[str, object]
"""Code of a column -> what is typed: text, a number, a day; `Raw` for a cell's own XML."""


class Raw(str):
    """The inner XML of a cell with its attributes, after the reference."""

    __slots__ = ()


def marker(item: CatalogueItem) -> str:
    """The code of the first column."""
    return template_of(item).marker


def values(item: CatalogueItem, number: int, *, full: bool) -> dict[str, JsonValue]:
    """Valid values of an item for test company `number`: of every field, or of as few as the item demands."""
    random = Random(f"{item.item}/{number}")
    natural = {label for _, labels in item.natural_person_labels for label in labels}
    every = {field.code: _value(field, random, number, natural) for field in item.fields}
    every |= {item.subject_name_field or "": f"测试企业{number:04d}有限公司"}
    if item.subject_code_field is not None:
        every[item.subject_code_field] = company_code(number)
    made: dict[str, JsonValue] = {field.code: every[field.code] for field in item.fields}
    if item.withdrawn_on is not None:
        made[item.withdrawn_on] = None
    if not full:
        made = {field.code: made[field.code] if field.required else None for field in item.fields}
        name = str(every[item.subject_name_field or ""])
        while faults := judge_values(item, None, None, name, made).faults:
            made[faults[0].field] = every[faults[0].field]
    return made


def _value(field: Field, random: Random, number: int, natural: set[str]) -> JsonValue:
    labels = [label for label in field.labels if label not in natural] or list(field.labels)
    odd = ("=1+1", "0012", "110105000000001", "-5", "@测试", "<测试>&", "测试，换\n行")
    made: Mapping[FieldKind, Callable[[], JsonValue]] = {
        FieldKind.DATE: lambda: date(2026, 11, 2 if field.not_before is None else 3).isoformat(),
        FieldKind.MONEY: lambda: random.choice((0, 1, 100, 123_456, 10_000_000, 99_999_999_999_999)),
        FieldKind.LABEL: lambda: random.choice(labels),
        FieldKind.LABELS: lambda: list[JsonValue](random.sample(labels, min(2, len(labels)))),
        FieldKind.USCC: lambda: company_code(9_000_000 + number),
        FieldKind.INTEGER: lambda: random.choice((0, 1, 2026, 5)),
        FieldKind.TEXT: lambda: random.choice(odd)[: field.max_length],
    }
    return made[field.kind]()


def typed(item: CatalogueItem, made: Mapping[str, JsonValue], number: int, **more: object) -> dict[str, object]:
    """What a clerk types for these values of test company `number`: yuan, days, labels with a separator."""
    cells: dict[str, object] = {"kesu.record": f"测试{number}"}
    if item.subject_code_field is None or made[item.subject_code_field] is None:
        cells["kesu.code"] = company_code(number)
    for field in item.fields:
        value = made[field.code]
        if value is None:
            continue
        if field.kind is FieldKind.MONEY and isinstance(value, int):
            cells[field.code] = f"{value // 100}.{value % 100:02d}" if value % 100 else value // 100
        elif field.kind is FieldKind.DATE:
            cells[field.code] = date.fromisoformat(str(value))
        elif isinstance(value, list):
            cells[field.code] = "；".join(map(str, value))
        else:
            cells[field.code] = value
    if item.nature is Nature.ADVERSE:
        cells["kesu.class"] = "一般"
    return cells | {code.replace("__", "."): value for code, value in more.items()}


def fill(path: Path, item: CatalogueItem, rows: Sequence[Typed], *, first: int = 3, empty_rows: int = 0) -> Path:
    """Type rows into a new template, as Excel saves them; `empty_rows` behind them have formats and nothing else."""
    path.write_bytes(template_workbook(item))
    columns = places(path)
    lines = [f'<row r="{number}">{_line(number, row, columns)}</row>' for number, row in enumerate(rows, first)]
    end = first + len(rows)
    lines += [
        f'<row r="{number}"><c r="A{number}" s="4"/><c r="B{number}" s="4"/></row>'
        for number in range(end, end + empty_rows)
    ]
    return edit(path, "</sheetData>", "".join(lines) + "</sheetData>")


def places(path: Path) -> dict[str, int]:
    """Code -> column, from 0, of a template."""
    return {cell.text: at for at, cell in read_sheets(path)[0].rows[1].cells.items()}


def edit(path: Path, old: str, new: str, part: str = SHEET) -> Path:
    """Change a part of a workbook by its text."""
    with zipfile.ZipFile(path) as parts:
        kept = {name: parts.read(name) for name in parts.namelist()}
    text = kept[part].decode()
    assert old in text
    kept[part] = text.replace(old, new).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, data in kept.items():
            parts.writestr(name, data)
    return path


def fill_csv(path: Path, item: CatalogueItem, rows: Sequence[Typed], encoding: str = "utf-8-sig") -> Path:
    """Type rows into a new template as CSV; days come out with strokes, as Excel saves them."""
    titles, codes = csv.reader(template_csv(item).decode("utf-8-sig").splitlines())
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerows([titles, codes])
        writer.writerows([_plain(row.get(code, "")) for code in codes] for row in rows)
    return path


def _plain(value: object) -> str:
    return f"{value.year}/{value.month}/{value.day}" if isinstance(value, date) else str(value)


def _line(number: int, row: Typed, columns: Mapping[str, int]) -> str:
    ordered = sorted(row.items(), key=lambda pair: columns[pair[0]])
    return "".join(_cell(number, columns[code], value) for code, value in ordered)


def _cell(row: int, column: int, value: object) -> str:
    name = cell_name(row, column)
    match value:
        case Raw():
            return f'<c r="{name}"{value}</c>'
        case date():
            return f'<c r="{name}" s="5"><v>{(value - date(1899, 12, 30)).days}</v></c>'
        case int() | float():
            return f'<c r="{name}" s="6"><v>{value}</v></c>'
        case _:
            text = escape(str(value))
            return f'<c r="{name}" s="4" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
