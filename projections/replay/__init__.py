"""重放 (replay): what was known at an instant and in force on a day, for one subject or the whole ledger.

A pure fold over the gists of a subject's events, the readers that bring them in order, and the runners that spread
whole subjects over processes. No HTTP, and no rule of law but those of `ledger.domain`.
"""
