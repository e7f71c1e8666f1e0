"""How many requests a client, and all clients together, may make: beyond that a 429 says when to come back.

Counted is what everybody may ask. Free are whoever sends the auditor's token, the questions of load balancers, and
statements: those are signed, and what holds them back is the sequencer's queue (503 busy).
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.buckets import Buckets, Draw, Rate
from api.http.clients import client_key
from api.http.limits import Limits
from api.problems import TooManyRequests, render

FREE: Final = frozenset({"/healthz", "/readyz", "/metrics", "/v1/statements", "/v1/statements:batch"})
_EVERYBODY: Final = "everybody"


class RateLimits:
    """ASGI middleware: refuses requests beyond the limits, and tells each client what it has left."""

    def __init__(self, app: ASGIApp, limits: Limits, token: str, clock: Callable[[], float]) -> None:
        """`clock` gives seconds and never goes back; `token` is the auditor's."""
        self._app = app
        self._clock = clock
        self._limits = limits
        self._clients = Buckets(limits.client)
        self._all = Buckets(limits.everybody)
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http" or scope["path"] in FREE or self._is_auditors(scope):
            await self._app(scope, receive, send)
            return
        address, now = scope.get("client"), self._clock()
        key = client_key(address[0]) if address else None
        own = None if key is None else self._clients.draw(key, now)
        if own is not None and not own.allowed:  # takes nothing of everybody's
            await _refuse(scope, receive, _telling(send, "client", self._limits.client, own), own)
            return
        together = self._all.draw(_EVERYBODY, now)
        if not together.allowed:
            await _refuse(scope, receive, _telling(send, _EVERYBODY, self._limits.everybody, together), together)
        elif own is not None:
            await self._app(scope, receive, _telling(send, "client", self._limits.client, own))
        else:
            await self._app(scope, receive, send)

    def _is_auditors(self, scope: Scope) -> bool:
        """Whether the request carries the auditor's token; a wrong one is counted, or it could be guessed at."""
        return any(
            name == b"authorization" and hmac.compare_digest(value, self._expected) for name, value in scope["headers"]
        )


async def _refuse(scope: Scope, receive: Receive, send: Send, drawn: Draw) -> None:
    await render(TooManyRequests(math.ceil(drawn.wait)), Request(scope))(scope, receive, send)


def _telling(send: Send, name: str, rate: Rate, drawn: Draw) -> Send:
    """Add what draft-ietf-httpapi-ratelimit-headers-10 has for it: the policy, and what is left of it."""
    fields = [
        (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (name.encode(), rate.burst, math.ceil(rate.window))),
        (b"ratelimit", b'"%b";r=%d;t=%d' % (name.encode(), drawn.left, math.ceil(drawn.full))),
    ]

    async def send_with_fields(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *fields]
        await send(message)

    return send_with_fields
