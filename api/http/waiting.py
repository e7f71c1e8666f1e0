"""How long a client waits for its receipt: `Prefer: wait=N` (RFC 7240), and what it gets if that was too short."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import Future
from contextlib import suppress
from typing import Final

from starlette.datastructures import Headers

from ledger.sequencer import Accepted

LONGEST_SECONDS: Final = 60
"""Whoever prefers longer is told that so much was applied: proxies cut what stays silent for longer."""

RETRY_SECONDS: Final = 1
"""Between questions for a receipt; it is there in less, unless the ledger is busy."""

_WAIT: Final = re.compile(r'wait\s*=\s*(?:([0-9]{1,9})|"([0-9]{1,9})")\s*(?:;.*)?', re.IGNORECASE | re.ASCII)


def preferred_wait(headers: Headers) -> int | None:
    """Seconds that the client wants to wait at most; None if it does not say, or not in a form that is known.

    The first preference counts, and what is not understood is passed over, as the RFC asks.
    """
    for preference in ",".join(headers.getlist("prefer")).split(","):
        if match := _WAIT.fullmatch(preference.strip()):
            return min(int(match[1] or match[2]), LONGEST_SECONDS)
    return None


async def wait_for(appended: Future[Accepted], seconds: int | None) -> Accepted | None:
    """The receipt, or None if it was not there in time; the statement is then decided all the same.

    Raises the statement's refusal if it came in time.
    """
    if seconds is None:
        return await asyncio.wrap_future(appended)
    loop, decided = asyncio.get_running_loop(), asyncio.Event()

    def tell(_appended: Future[Accepted]) -> None:
        with suppress(RuntimeError):  # the server has stopped meanwhile, and nobody waits
            loop.call_soon_threadsafe(decided.set)

    appended.add_done_callback(tell)  # not wrapped: to give a wrapped one up would give the statement up
    try:
        async with asyncio.timeout(seconds):
            await decided.wait()
    except TimeoutError:
        return None
    return appended.result()
