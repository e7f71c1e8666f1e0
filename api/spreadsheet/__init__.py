"""Excel workbooks (.xlsx, ISO/IEC 29500) read and written with the standard library: cells in, cells out.

* `reading`  a workbook -> its sheets, cell by cell; nothing in it is guessed, and nothing in it can grow
* `plain`    a workbook whose one visible sheet is a table -> the CSV text that the importer reads
* `writing`  sheets -> a workbook, in which no cell can be a formula

Whoever reads a table, importer or gateway, reads it here. Raises `api.importer.rows.SourceFault` and nothing else.
"""
