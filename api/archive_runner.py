"""Who folds a replay over an archive."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Runner(StrEnum):
    """With every one of them the digest is the same."""

    LOOP = "loop"
    POOL = "pool"
    SPARK = "spark"
