"""可核: the language of evidence - what is signed, hashed, chained and proved, and how anybody checks it.

Lives here: commitments, statements, entries, the Merkle tree, tiles, checkpoints, receipts and the audit.
May not live here: databases, HTTP servers, rules of law. Imports only the standard library, ``cryptography`` and
``rfc8785``, so that an auditor can copy this one folder and run ``python -m verify PATH``.
"""
