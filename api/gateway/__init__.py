"""前置机 (department gateway): watches folders and database views, and sees every row of them into the ledger once.

* `config`    the TOML file: the ledger, the department's key, folders, views
* `inbox`     which files of a folder are complete
* `tray`      a table's way through a folder: inbox, work, done or refused; each step is one rename
* `view`      rows of a database view that are new or changed, written down as a table in the tray
* `journal`   what was decided, sent and recorded; durable before each step that cannot be taken back
* `passage`   one pass over a table: the importer does the work, the journal knows how far it came
* `result`    what became of each row, for people
* `link`      the ledger's client, which waits as long as the server asks for
* `rounds`    one source after the other, for ever or once
* `opening`   a gateway put together from its configuration
* `standing`  what `kesu gateway status` tells

A process may be killed anywhere. What it leaves behind is a table in `work`, which is passed over again: ids
follow from what rows say, so statements are recorded once.
"""
