"""Every request has an id: in its answer, in its problem document, and in what the server writes down about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "X-Request-Id"

_HEADER_NAME: Final = HEADER.lower().encode()
_WELL_FORMED: Final = re.compile(
    rb"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-7][0-9A-HJKMNP-TV-Z]{25}"
)
"""What gateways and tracers draw: 32 hexadecimal digits, a UUID, or a ULID. An id ends up in logs, so nothing is taken
that has room for a name, a telephone number or a code of a person or company as it is written."""

_BYTES: Final = 16


class RequestIds:
    """ASGI middleware: keeps the id that came with a request if it is well formed, else draws one."""

    def __init__(self, app: ASGIApp, random: Callable[[int], bytes]) -> None:
        """`random` gives as many random bytes as asked for."""
        self._app = app
        self._random = random

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request under its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identifier = _sent(scope) or self._random(_BYTES).hex()
        scope.setdefault("state", {})["request_id"] = identifier
        field = (_HEADER_NAME, identifier.encode())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), field]
            await send(message)

        await self._app(scope, receive, send_with_id)


def request_id_of(scope: Scope) -> str:
    """The id of a request that has passed through `RequestIds`."""
    return str(scope["state"]["request_id"])


def _sent(scope: Scope) -> str | None:
    sent = [value for name, value in scope["headers"] if name == _HEADER_NAME]
    return sent[0].decode() if len(sent) == 1 and _WELL_FORMED.fullmatch(sent[0]) else None
