"""Workbooks as Excel writes them, made by hand."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
STYLES = (
    f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
    '<numFmt numFmtId="165" formatCode="[Red]0.00&quot;yd&quot;"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)


def write_workbook(path: Path, *sheets: Sequence[str], shared: Sequence[str] = (), states: Sequence[str] = ()) -> Path:
    """A workbook as Excel writes it: each sheet a list of rows in XML."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        listed, related = "", ""
        for number, rows in enumerate(sheets, 1):
            state = f'state="{states[number - 1]}"' if states else ""
            listed += f'<sheet name="Sheet{number}" sheetId="{number}" {state} r:id="rId{number}"/>'
            related += f'<Relationship Id="rId{number}" Type="x" Target="worksheets/sheet{number}.xml"/>'
            data = "".join(f"<row>{row}</row>" for row in rows)
            parts.writestr(
                f"xl/worksheets/sheet{number}.xml", f"<worksheet {MAIN}><sheetData>{data}</sheetData></worksheet>"
            )
        parts.writestr(
            "xl/workbook.xml", f"<workbook {MAIN} {RELATIONS}><workbookPr/><sheets>{listed}</sheets></workbook>"
        )
        parts.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{related}</Relationships>")
        parts.writestr("xl/styles.xml", STYLES)
        parts.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{''.join(shared)}</sst>")
    return path


def text(reference: str, value: str) -> str:
    """A cell that holds a text."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
