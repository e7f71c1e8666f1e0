"""Templates to download, from a ledger or from what comes with Kesu, and what happens to those of another version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.cli.place import Usage
from api.importer.rows import SourceFault
from api.templates.result import result_path
from api.templates.sheets import CSV_TYPE, XLSX_TYPE, template_csv, template_workbook
from tests.api.templates.filling import fill, fill_csv, typed, values
from tests.api.templates.office import ITEMS, Office, open_office, said
from tests.commands import kesu_here
from tests.ledger.harness import LICENCE, PENALTY

_CHANGED: dict[str, dict[str, Any]] = {
    "CF_SY": {"zh": "违法事实和证据"},
    "BZ": {"required": True},
    "CF_NR": {"max_length": 100},
}
SECOND = replace(
    PENALTY,
    version=2,
    effective_from="2022-01-01",
    fields=tuple(
        replace(field, **_CHANGED.get(field.code, {})) for field in PENALTY.fields if field.code != "CF_GSJZQ"
    ),
)
THIRD = replace(PENALTY, version=3, effective_from="2999-01-01")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office"), SECOND, THIRD) as opened:
        yield opened


def test_the_server_gives_the_template_of_the_version_in_force(office: Office) -> None:
    """To everybody, as a file with a name; a version that is asked for is given, whatever its day."""
    server = office.service.server
    book = server.get("/v1/catalogue/administrative-penalty/template.xlsx")
    table = server.get("/v1/catalogue/administrative-penalty/template.csv?version=3")

    assert (book.status, book.headers["content-type"], book.body) == (200, XLSX_TYPE, template_workbook(SECOND))
    assert book.headers["content-disposition"] == 'attachment; filename="administrative-penalty-2.xlsx"'
    assert (table.status, table.headers["content-type"], table.body) == (200, CSV_TYPE, template_csv(THIRD))
    assert table.body.startswith("\ufeff导入结果（不填）,*记录编号,操作,".encode())


@pytest.mark.parametrize("name", ["nothing/template.xlsx", "administrative-penalty/template.csv?version=4"])
def test_a_template_of_nothing_is_a_problem(office: Office, name: str) -> None:
    path = f"/v1/catalogue/{name}"

    office.service.problem(office.service.server.get(path), 404, "not-found", path.partition("?")[0])


def test_the_command_writes_a_template(office: Office, tmp_path: Path) -> None:
    """Of the ledger's item with --url, else of the shipped one; it replaces no file."""
    address = office.service.server.address
    book, table = tmp_path / "a.xlsx", tmp_path / "b.csv"

    theirs = kesu_here("catalogue", "template", "administrative-penalty", "--url", address, "--out", book)
    ours = kesu_here("catalogue", "template", "administrative-penalty", "--format", "csv", "--out", table)
    twice = kesu_here("catalogue", "template", "administrative-penalty", "--out", book)

    assert (theirs.code, ours.code, twice.code) == (0, 0, 2)
    assert theirs.out == f"{book}: template of administrative-penalty version 2, 行政处罚\n"
    assert (book.read_bytes(), table.read_bytes()) == (template_workbook(SECOND), template_csv(PENALTY))
    assert kesu_here("catalogue", "template", "nothing", "--out", tmp_path / "c.csv").code == 2
    assert "--format" in kesu_here("catalogue", "template", "honour", "--out", tmp_path / "c").err


def test_a_filled_template_is_imported_without_a_mapping(office: Office, tmp_path: Path) -> None:
    """By the command; the result lies beside it, and says what to do."""
    rows = [typed(LICENCE, values(LICENCE, number, full=False), number) for number in (1, 2)]
    rows[1]["XK_XKLB"] = "测试"
    book = fill(tmp_path / "licences.xlsx", LICENCE, rows)
    server = ("--key", office.folder / "key", "--url", office.service.server.address)

    done = kesu_here("import", book, "--template", *server)

    assert (done.code, done.out.splitlines()[0]) == (1, "1 accepted, 0 skipped (in the log before), 1 not accepted")
    note = said(tmp_path / "licences.result.xlsx")[3]
    assert re.match(r"已入账：第\d+号\n提示：【许可机关统一社会信用代码】XK_XKJGDM: ", note)
    assert "row 4: 许可类别: 许可类别 has a code that is none of: 普通" in done.err
    assert f"correct them in {tmp_path / 'licences.result.xlsx'} and import that file" in done.err
    assert kesu_here("import", tmp_path / "licences.result.xlsx", *server).code == 1


def test_what_is_no_template_needs_a_mapping(office: Office, tmp_path: Path) -> None:
    other = tmp_path / "a.csv"
    other.write_text("甲\n1\n", "utf-8")

    with pytest.raises(Usage, match=r"a\.csv is no filled template: name a mapping file with --mapping"):
        office.send(other)


def test_a_template_of_an_older_version_is_refused_with_what_changed(office: Office, tmp_path: Path) -> None:
    """And one of a version that is not yet in force with its day. Nothing is sent."""
    older = fill_csv(tmp_path / "a.csv", PENALTY, [{"kesu.record": "测试1"}])
    early = fill_csv(tmp_path / "b.csv", THIRD, [{"kesu.record": "测试1"}])

    with pytest.raises(SourceFault) as raised:
        office.send(older)
    with pytest.raises(SourceFault, match="version 3, in force from 2999-01-01; send it from that day on"):
        office.send(early)
    assert str(raised.value) == (
        "a.csv: is a template of administrative-penalty version 1, and version 2 is in force (no column 公示截止期 "
        "(CF_GSJZQ) any more | 违法事实和证据 (CF_SY): was titled 违法事实 | 处罚内容 (CF_NR): at most 100 characters "
        "| 备注 (BZ): is required now); download the template again, and copy the rows into it"
    )


def test_the_same_item_gives_the_same_bytes() -> None:
    """So that a tag of the server holds, and nothing tells when a template was made."""
    for item in ITEMS.values():
        assert template_workbook.__wrapped__(item) == template_workbook(item)


def test_a_result_is_named_after_its_source() -> None:
    names = ["a.xlsx", "a.result.xlsx", "a.result-2.xlsx", "b.csv"]

    assert [result_path(Path(name)).name for name in names] == [
        "a.result.xlsx",
        "a.result-2.xlsx",
        "a.result-3.xlsx",
        "b.result.xlsx",
    ]
