"""The ledger's client as a gateway needs it: it waits as long as the server asks for."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from typing import Final, cast

from api.client import LedgerClient
from verify.note import VerifierKey

PATIENCE_SECONDS: Final = 20.0
"""How long one request is repeated with the same bytes; then the whole table is tried again later."""

_LONGEST_ASKED_SECONDS: Final = 600.0
"""A server that asks for more has made a mistake; we come back earlier."""


class _Listening(http.client.HTTPConnection):
    """Takes note of Retry-After (RFC 9110 section 10.2.3) in seconds; a date needs clocks that agree."""

    heard: Callable[[float], None]
    _last: http.client.HTTPResponse | None = None

    def getresponse(self) -> http.client.HTTPResponse:
        self._last = response = super().getresponse()
        asked = response.headers.get("Retry-After", "").strip()
        self.heard(min(float(asked), _LONGEST_ASKED_SECONDS) if asked.isascii() and asked.isdecimal() else 0.0)
        return response

    def close(self) -> None:
        """Close the answer too: one that was cut off and given up would hold the socket."""
        super().close()
        if self._last is not None:
            self._last.close()


class _ListeningTls(_Listening, http.client.HTTPSConnection):
    pass


class Link(LedgerClient):
    """Pauses between repetitions for what the last answer of the thread asked for, if that is longer."""

    def __init__(
        self,
        url: str,
        *,
        log_key: VerifierKey | None = None,
        patience: float = PATIENCE_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(url, log_key=log_key, patience=patience, sleep=self._pause)
        self._rest = sleep
        self._asked = threading.local()
        connect = _ListeningTls if issubclass(self._connect, http.client.HTTPSConnection) else _Listening
        bound = type(connect.__name__, (connect,), {"heard": staticmethod(self._heard)})
        self._connect = cast("type[http.client.HTTPConnection]", bound)
        self.asked_for = 0.0
        """What the last busy answer asked for, whichever thread heard it."""

    def _heard(self, seconds: float) -> None:
        self._asked.seconds = self.asked_for = seconds

    def _pause(self, seconds: float) -> None:
        self._rest(max(seconds, getattr(self._asked, "seconds", 0.0)))
