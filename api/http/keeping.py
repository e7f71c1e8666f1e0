"""Who may keep an answer: only what says so is kept, and what a token decided is kept by nobody else."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_DECIDES = "token_decides"


class Keeping:
    """ASGI middleware: completes `Cache-Control` and `Vary`, so that a route that forgets them is not kept at all."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and say who may keep the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_fields(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if "cache-control" not in headers:
                    # What has a tag is asked about again each time; the rest is made anew.
                    headers["Cache-Control"] = "no-cache" if "etag" in headers else "no-store"
                if _DECIDES in scope.get("state", ()):
                    headers.add_vary_header("Authorization")
            await send(message)

        await self._app(scope, receive, send_with_fields)


def note_token_decides(request: Request, *, sent: bool) -> None:
    """Note that the answer depends on the auditor's token, and whether one was `sent`."""
    request.scope.setdefault("state", {})[_DECIDES] = sent


def is_for_one_reader(request: Request) -> bool:
    """Whether the answer is what it is because of a token."""
    return bool(request.scope.get("state", {}).get(_DECIDES))
