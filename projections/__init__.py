"""可溯: the read side - pure folds over events into what holds today, or held at any instant.

A fold knows no database; ``history`` fetches events for it. No HTTP here, and no rule that decides what may be written.
"""
