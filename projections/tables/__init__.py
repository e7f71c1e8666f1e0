"""The tables of the read side: written with the events, or built anew beside themselves and swapped in.

Each is a fold of `projections` or `ledger.domain` with rows; no rule of law is decided here, and nothing of HTTP.
"""
