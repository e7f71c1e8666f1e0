"""Where the ledger is durable: schema, recorder, vault of subject keys, readers. SQLAlchemy Core, one schema.

The signer journal is not here: it must never share a database, nor a backup, with what it guards.
"""
