"""Answers with a tag, which whoever has them already is not sent again (RFC 9110, 13).

A tag is the digest of the answer and of nothing else: it tells what the answer tells. Of a subject that is hidden and
of one that is unknown the answers differ in the code asked for alone, so their tags come about in the same way, and a
304 takes as long as the answer would: it is made first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.http.grid import OnTheGrid
from api.http.keeping import is_for_one_reader

_ALSO: Final = ("Cache-Control", "Vary")
"""What a 304 repeats of the answer it stands for (RFC 9110, 15.4.5)."""

NOT_MODIFIED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "The answer is still the one with the tag sent in If-None-Match"}
}
"""OpenAPI response of a route with tags; `docs.py` adds the request's field to every operation that has it."""


class Tagged(APIRoute):
    """A route whose public answers have an `ETag`. What a token decided has none: nobody is to keep it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, and the comparison after it."""
        handle = super().get_route_handler()

        async def handle_tagged(request: Request) -> Response:
            answer = await handle(request)
            if answer.status_code != HTTPStatus.OK or is_for_one_reader(request) or _is_not_kept(answer):
                return answer
            tag = f'"{hashlib.sha256(answer.body).hexdigest()}"'
            answer.headers.setdefault("Cache-Control", "no-cache")
            answer.headers["ETag"] = tag
            matched = _matching(tag, ",".join(request.headers.getlist("if-none-match")))
            if matched is None:
                return answer
            kept = {name: answer.headers[name] for name in _ALSO if name in answer.headers}
            return Response(None, HTTPStatus.NOT_MODIFIED, {"ETag": matched, **kept})

        return handle_tagged


class TaggedOnTheGrid(OnTheGrid, Tagged):
    """A route with tags whose answers leave on the grid of time."""


def _is_not_kept(answer: Response) -> bool:
    return answer.headers.get("cache-control") == "no-store"


def _matching(tag: str, sent: str) -> str | None:
    """The tag as the client has it, weak if it got the answer compressed; None if it has another answer."""
    for each in sent.split(","):
        given = each.strip()
        if given == "*":
            return tag
        if given.removeprefix("W/") == tag:
            return given
    return None
