"""模板 (templates): a catalogue item as a table to download, fill in Excel or WPS, and send back without a mapping.

* `columns`    the columns of an item's template: titles, codes, rules; in which form what is typed there is
* `wording`    what the template says to the people who fill it
* `sheets`     the template as a workbook and as CSV
* `returned`   a file that comes back: which template it is, and its cells by column
* `declared`   what a mapping file would say about such a file
* `reading`    its rows, as the importer takes them, or with everything that is wrong in the way they were typed
* `versions`   which version of an item is in force, and what changed between two
* `chinese`    what importer and ledger say of a row, in the words of the result
* `result`     the rows again, each with what became of it beside it, in the same layout

Pure but for files that are read; `api.cli.template_import` sends.
"""
