"""归档 (archive): the ledger as files - tiles that anybody can audit, history as Parquet for replays at any size.

The tiles are the truth; the Parquet is derived from the same ledger and can be made again. It holds what a replay
needs: gists, outcomes and the published law. No values and no openings: those stay where they can be erased. No HTTP,
and no rule of law but those of `ledger.domain`.
"""
