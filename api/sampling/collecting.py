"""Looking for cycles of objects less often: a sample makes few, and each look goes through all that is remembered."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_COLLECT_AFTER: Final = (50_000, 20, 20)
"""Objects made, on balance, before the youngest are looked through, and so on; Python begins at 700."""


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Leave what there is already alone, and collect the rest seldom, until the block ends."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
