"""What every request is measured by. The outermost layer, so that it sees every answer and every failure."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.observing.watch import Watch

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""A stranger may send any word as a method."""

_NO_ROUTE: Final = "(none)"


class Observed:
    """An ASGI application and the watch over it.

    A failure that nobody foresaw ends here, when it has been answered: uvicorn would write its message, which may
    quote what was sent.
    """

    def __init__(self, app: ASGIApp, watch: Watch) -> None:
        """Both for as long as the server runs."""
        self._app = app
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and tell the watch."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = perf_counter(), 0

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, seen)
        except Exception as error:  # noqa: BLE001 - whatever it was
            self._watch.failed(error)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            # The router leaves the route in the scope: its template, never the path.
            route = getattr(scope.get("route"), "path", _NO_ROUTE)
            # `RequestIds` takes none that could be a name or a code, and it is in the answer.
            request_id = scope.get("state", {}).get("request_id")
            self._watch.request_done(method, route, status, perf_counter() - begun, request_id)
