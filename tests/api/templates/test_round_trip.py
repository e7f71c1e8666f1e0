"""Every shipped item: its template, filled and sent back, becomes records with exactly these values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli.place import Usage
from api.sampling.tables import company_code
from ledger.catalogue_item import Nature
from ledger.domain.events import Erased
from ledger.particulars import NO_TERMS
from tests.api.templates.filling import fill, fill_csv, typed, values
from tests.api.templates.office import ITEMS, Office, open_office, said, values_of

LISTS = {
    "abnormal-operation-list",
    "dishonest-judgment-debtor",
    "false-litigation-list",
    "key-attention-list",
    "procurement-dishonesty",
    "serious-dishonesty-list",
    "trustworthy-subject",
}
PERSONS = {"administrative-payment-person", "public-servant-breach"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office"), rules=True) as opened:
        yield opened


@pytest.mark.parametrize("name", sorted(ITEMS.keys() - LISTS - PERSONS))
def test_what_is_typed_into_a_template_is_what_is_recorded(office: Office, tmp_path: Path, name: str) -> None:
    """Of every field, or of as few as the item demands; as workbook and as CSV; and sent again it is recognised."""
    item, before = ITEMS[name], len(office.records())
    whole, lean, third = (values(item, number, full=number != 2) for number in (1, 2, 3))
    book = fill(tmp_path / "a.xlsx", item, [typed(item, whole, 1), typed(item, lean, 2)], empty_rows=3)
    table = fill_csv(tmp_path / "b.csv", item, [typed(item, third, 3)])

    first, result = office.send(book)
    second, _ = office.send(table)
    again, _ = office.send(result)

    assert (first.accepted, first.faults, first.first_faults) == (2, 0, [])
    assert (second.accepted, second.faults, second.first_faults) == (1, 0, [])
    assert (again.accepted, again.skipped, again.faults) == (0, 2, 0)
    assert [text.partition("：")[0] for text in said(result).values()] == ["已入账"] * 2
    filed = office.records()[before:]
    assert [values_of(view) for view in filed] == [whole, lean, third]
    name_field = item.subject_name_field or ""
    parties = [(company_code(at), str(made[name_field])) for at, made in enumerate((whole, lean, third), 1)]
    assert [(view.subject.code, view.subject.name) for view in filed if not isinstance(view.subject, Erased)] == parties
    given = [view.state.terms for view in filed]
    assert all((terms != NO_TERMS) is (item.nature is Nature.ADVERSE) for terms in given)


@pytest.mark.parametrize("name", sorted(LISTS | PERSONS))
def test_what_no_table_can_file_is_refused_as_a_whole(office: Office, tmp_path: Path, name: str) -> None:
    """The template can be downloaded; nothing of it is sent."""
    item, before = ITEMS[name], len(office.records())
    book = fill(tmp_path / "a.xlsx", item, [{"kesu.record": "测试1"}])

    with pytest.raises(Usage, match="natural persons" if name in PERSONS else "two officials sign"):
        office.send(book)
    assert len(office.records()) == before
    assert not (tmp_path / "a.result.xlsx").exists()
