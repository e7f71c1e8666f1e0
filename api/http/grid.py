"""Answers leave on a grid of time, so that nobody can measure what was passed over because it is hidden."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

GRID_MILLISECONDS: Final = 4
"""Pages are made in one or two; with a grid of two, the little that hidden records cost would decide for some on which
side of a step they come to lie, and show the more. Whole ones, because uvloop's clock and timers have no others."""


class OnTheGrid(APIRoute):
    """A route whose answers and refusals leave at a multiple of the grid after the request came."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, and the wait after it."""
        handle = super().get_route_handler()

        async def handle_on_the_grid(request: Request) -> Response:
            loop = asyncio.get_running_loop()
            begun = _milliseconds(loop.time())
            try:
                return await handle(request)
            finally:
                await asyncio.sleep(0)  # the loop's clock moves once a round: it stood while the handler ran
                taken = _milliseconds(loop.time()) - begun
                await asyncio.sleep((GRID_MILLISECONDS - taken % GRID_MILLISECONDS) / 1000)

        return handle_on_the_grid


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
