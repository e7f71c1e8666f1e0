"""`kesu import` of a filled template: no mapping file, and a result file in the same layout."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.cli.place import Usage, now, read_key
from api.cli.progress import tracked
from api.cli.published import item_in_force, published_item
from api.client import LedgerClient
from api.importer.notes import RowResult
from api.importer.numbering import open_numbering
from api.importer.rows import SourceFault
from api.importer.run import Importer, ImportResult
from api.templates.columns import template_of
from api.templates.declared import mapping_of
from api.templates.reading import FilledActions, FilledRows
from api.templates.result import result_path, result_workbook, told
from api.templates.returned import Returned, check_header, read_returned
from api.templates.versions import changes
from ledger.catalogue import CatalogueItem
from ledger.domain.publicity import LIST_PREFIX
from verify.strict import format_instant

_SHOWN_CHANGES: Final = 12
_PERSONS: Final = "natural-person"


@dataclass(frozen=True, slots=True)
class TemplateImport:
    """What to import, and with what."""

    source: Path
    key: Path
    numbering: Path
    target: Path | None = None
    """The result file; None: beside the source."""
    check_skipped: bool = False


def import_template(task: TemplateImport, client: LedgerClient) -> tuple[ImportResult, Path]:
    """Run an import with a progress bar; returns what became of the rows, and the result file.

    Raises `SourceFault` before anything is sent when the file cannot be read to its end, or is not of the version
    in force. When the import breaks off, no result is written; repeated, it recognises what is in the log.
    """
    source, target = task.source, task.target or result_path(task.source)
    if target.resolve() == source.resolve():
        raise Usage("the result file would replace the source: name another with --faults")
    returned = read_returned(source)
    if returned is None:
        raise Usage(f"{source.name} is no filled template: name a mapping file with --mapping, or download a template")
    item = _current(client, returned)
    _require_filing(client, item)
    template = template_of(item)
    check_header(returned, template)
    rows = FilledRows(template, returned)
    key = read_key(task.key)
    numbering = open_numbering(task.numbering, milliseconds=time.time_ns() // 1_000_000, random=os.urandom)
    importer = Importer(
        client,
        key,
        numbering,
        mapping_of(template),
        template.item,
        lambda: format_instant(now()),
        os.urandom,
        check_skipped=task.check_skipped,
    )
    said: dict[int, str] = {}

    def note(result: RowResult) -> None:
        said[result.row.number] = told(template, result)

    with tracked(f"import {source.name}") as progress:
        last = rows.filled[-1].number if rows.filled else 0
        result = importer.run(
            iter(rows), lambda _fault: None, lambda done: progress(done, last), note, FilledActions(template, rows)
        )
    _write_whole(target, result_workbook(template, returned, rows.filled, said))
    return result, target


def _current(client: LedgerClient, returned: Returned) -> CatalogueItem:
    """The item of the template, if it is of the version in force; raises `SourceFault` with what has changed."""
    current = item_in_force(client, returned.item)
    if returned.version == current.version:
        return current
    filled = published_item(client, returned.item, returned.version)
    if returned.version > current.version:
        rule = f"is a template of {filled.item} version {filled.version}, in force from {filled.effective_from}"
        raise SourceFault(returned.name, rule, "send it from that day on")
    changed = list(changes(filled, current))
    more = [f"and {len(changed) - _SHOWN_CHANGES} more"] if len(changed) > _SHOWN_CHANGES else []
    different = " | ".join([*changed[:_SHOWN_CHANGES], *more]) or "the columns are the same"
    rule = f"is a template of {filled.item} version {filled.version}, and version {current.version} is in force"
    raise SourceFault(returned.name, f"{rule} ({different})", "download the template again, and copy the rows into it")


def _require_filing(client: LedgerClient, item: CatalogueItem) -> None:
    """Refuse a whole file of which the ledger would refuse every row; raises `Usage`."""
    if set(item.schemes) == {_PERSONS}:
        raise Usage(f"{item.item} is about natural persons, whose records are not accepted by this version")
    match client.get_json("/v1/rules"):
        case {"rules": [*rules]}:
            names = {rule.get("name") for rule in rules if isinstance(rule, dict)}
            if f"{LIST_PREFIX}{item.item}" in names:
                rule = f"{item.item} is a list: who is put on it is notified first, and two officials sign the decision"
                raise Usage(f"{rule}; write listing.notified and listing.decided with kesu sign, kesu submit")


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file that appears whole, in the place of an older one."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
