"""检索 (search): subjects by code, by old code, and by name or part of a name; never a list of all, never a person.

`fold` says what events name, `index` writes it down, `finding` answers. `terms` and `query` are pure; what only SQLite
can do is in `fts5`.
"""
