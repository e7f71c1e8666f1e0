"""Answers above a size travel compressed to clients that take gzip.

Never an answer to a request that carries a token: it may hold what others must not see beside what somebody else chose
to have asked for, and the length of the two compressed together tells of the one by the other (BREACH). Nor tiles,
which are hashes, nor answers to statements, most of which is digests and signatures too.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipResponder
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SMALLEST: Final = 1024
"""Bytes; below, an answer fits into one packet anyway."""

_LEVEL: Final = 5
"""Nine takes more than twice as long for three percent less; the server's one thread waits meanwhile."""

_ELSEWHERE: Final = 32 * 1024
"""Bytes from which a thread compresses, so that nobody waits a millisecond for an answer to somebody else."""

_TILES: Final = "/tile/"


class Compression:
    """ASGI middleware: Starlette's compression where it may be.

    Not its `GZipMiddleware`: that one compresses beside tokens and for ``gzip;q=0``, and leaves strong tags strong.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, compressed if it may be and the client wants it."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith(_TILES):
            await self._app(scope, receive, send)
            return
        sent = {name: value for name, value in scope["headers"] if name in {b"authorization", b"accept-encoding"}}
        if b"authorization" in sent:
            await self._app(scope, receive, send)
        elif _takes_gzip(sent.get(b"accept-encoding", b"")):
            responder = GZipResponder(self._app, SMALLEST, _LEVEL, thread_minimum_size=_ELSEWHERE)
            await responder(scope, receive, _completing(send))
        else:
            await self._app(scope, receive, _completing(send))


def _takes_gzip(sent: bytes) -> bool:
    for each in sent.lower().split(b","):
        coding, _, quality = (part.strip() for part in each.partition(b";"))
        if coding == b"gzip":
            return not quality.startswith(b"q=0") or bool(quality[3:].strip(b".0"))
    return False


def _completing(send: Send) -> Send:
    """Say that the answer varies, and weaken the tag of a compressed one.

    A strong tag is of the very bytes sent; with it on both, caches would mix the two up.
    """

    async def send_completed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            if "content-encoding" not in headers:
                headers.add_vary_header("Accept-Encoding")  # it would be another one for a client that takes gzip
            elif (tag := headers.get("etag", "")).startswith('"'):
                headers["ETag"] = f"W/{tag}"
        await send(message)

    return send_completed
