"""The department's importer, pure part: a source file and a declared mapping become credit actions, or row faults.

Nothing here signs, sends or asks a clock; the command line does that with what these modules return.

* `mapping`     a TOML file that says which column becomes which field -> `Mapping`
* `conversion`  one source value -> one catalogue value, exactly or not at all
* `rows`        a CSV or JSON-lines file -> a stream of `SourceRow`
* `actions`     rows -> `Action` (file, or any act on a record) or `RowFault`, remembering what each record last said
* `acts`        who did what to a record when, by which law and why; what became of it
* `notes`       a durable account of an import, for whoever keeps one
* `faults`      the rows that could not be taken, written so that they can be put right and sent again
"""
