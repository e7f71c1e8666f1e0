"""A department's office: a key, its numbering, and templates that go to a real server and come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.cli.template_import import TemplateImport, import_template
from api.client import LedgerClient
from api.importer.run import ImportResult
from api.spreadsheet.reading import Row, read_sheets
from ledger.catalogue import CatalogueItem, parse_item, shipped_definitions
from ledger.domain.events import Erased
from ledger.home import write_secret
from projections.history import whole_history
from projections.publications import publications
from projections.records import RecordView, fold_records
from tests.api.service import Service, running
from tests.ledger.harness import MARKET

ITEMS = {item.item: item for item in map(parse_item, shipped_definitions())}


@dataclass(frozen=True)
class Office:
    """The folder of one department."""

    service: Service
    client: LedgerClient
    folder: Path

    def send(self, path: Path) -> tuple[ImportResult, Path]:
        """Import a filled template; gives what became of the rows, and the result file."""
        key = self.folder / "key"
        return import_template(TemplateImport(path, key, self.folder / "key.numbering"), self.client)

    def records(self) -> list[RecordView]:
        """All records there are, in the order of filing."""
        with self.service.desk.read() as ledger:
            items = publications(ledger.recorder, ledger.mapper)[0].items
            return list(fold_records(whole_history(ledger.recorder, ledger.mapper), items).values())


@contextmanager
def open_office(folder: Path, *items: CatalogueItem, rules: bool = False) -> Iterator[Office]:
    """An office beside a ledger of its own."""
    write_secret(folder / "key", MARKET.secret())
    with running(folder / "ledger", *items, rules=rules) as service, LedgerClient(service.server.address) as client:
        yield Office(service, client, folder)


def values_of(view: RecordView) -> Mapping[str, Any]:
    """A record's fields."""
    assert not isinstance(view.values, Erased)
    return view.values


def said(result: Path) -> dict[int, str]:
    """Row of a result file -> what stands in its first column."""
    rows: tuple[Row, ...] = read_sheets(result)[0].rows
    return {row.number: row.cells[0].text for row in rows[2:]}
