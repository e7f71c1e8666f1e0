"""Where the ledger is durable: schema, recorder, vault of subject keys, readers. SQLAlchemy Core, one schema for both databases.

The signer journal is not here: it must never share a database, nor a backup, with what it guards.
"""
