"""Events as lines on standard error: JSON with everything, or text with what a person must know.

A line says what happened and never quotes: no path, no query, no header, no message of an exception, because each may
hold a code or a name. What other libraries log is reduced to their name, the template and the type of the error.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum, unique
from typing import Final, TextIO

_OURS: Final = logging.getLogger("kesu")
_TEMPLATES: Final = "uvicorn"
"""Its messages are constants with their values beside them; asyncio and others put values into the message itself."""

_MOST_WAITING: Final = 10_000
"""Lines that may wait for a slow reader of standard error. More are dropped and counted: the ledger must not wait."""

_LAST_LINES_SECONDS: Final = 2.0
_MOST_FRAMES: Final = 40
_PATH_PARTS: Final = 3


@unique
class LogForm(StrEnum):
    """How events are written."""

    TEXT = "text"
    JSON = "json"


def tell(level: int, event: str, text: str = "", **fields: object) -> None:
    """Write an event. `text` is for people and only in the text form; without it that form leaves the event out."""
    if _OURS.isEnabledFor(level):
        _OURS.log(level, text, extra={"event": event, "told": fields})


def name_of(kind: type[BaseException]) -> str:
    """An error's type, as a log and a metric name it."""
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def error_fields(error: BaseException) -> dict[str, object]:
    """An error by its type, those it came from, and the lines of code that it passed; never its message."""
    causes: list[str] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < _MOST_FRAMES:
        causes.append(name_of(type(cause)))
        cause = cause.__cause__ or cause.__context__
    frames = [
        f"{'/'.join(frame.f_code.co_filename.split('/')[-_PATH_PARTS:])}:{line} {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    fields: dict[str, object] = {"error": name_of(type(error)), "frames": frames[-_MOST_FRAMES:]}
    return fields | ({"causes": causes} if causes else {})


class _Lines(logging.Handler):
    """Hands records to a thread that writes them."""

    def __init__(self, stream: TextIO, form: LogForm) -> None:
        super().__init__()
        self._stream = stream
        self._line = _as_json if form is LogForm.JSON else _as_text
        self._waiting: queue.Queue[logging.LogRecord | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self._thread.start()
        self.dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Let a record wait for the thread."""
        try:
            self._waiting.put_nowait(record)
        except queue.Full:
            self.dropped += 1  # two threads at once may lose one of this count

    def close(self) -> None:
        """Write what is waiting, unless nobody reads it."""
        with suppress(queue.Full):
            self._waiting.put(None, timeout=_LAST_LINES_SECONDS)
            self._thread.join(_LAST_LINES_SECONDS)
        super().close()

    def _write(self) -> None:
        while (record := self._waiting.get()) is not None:
            if line := self._line(record):
                with suppress(OSError, ValueError):  # nobody reads it any more
                    self._stream.write(f"{line}\n")
                    self._stream.flush()


@contextmanager
def written(stream: TextIO, form: LogForm) -> Iterator[None]:
    """Write the events of the block, and what libraries and dying threads have to say, to `stream`."""
    root, hook, lines = logging.getLogger(), threading.excepthook, _Lines(stream, form)
    levels = root.level, _OURS.level
    root.addHandler(lines)
    root.setLevel(logging.WARNING)
    _OURS.setLevel(logging.INFO if form is LogForm.JSON else logging.WARNING)
    threading.excepthook = _thread_died
    logging.captureWarnings(form is LogForm.JSON)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        threading.excepthook = hook
        root.removeHandler(lines)
        root.setLevel(levels[0])
        _OURS.setLevel(levels[1])
        lines.close()


def dropped_lines() -> int:
    """Lines that were not written because nobody read the ones before."""
    return sum(handler.dropped for handler in logging.getLogger().handlers if isinstance(handler, _Lines))


def _thread_died(arguments: threading.ExceptHookArgs) -> None:
    thread = arguments.thread.name if arguments.thread is not None else "?"
    fields = error_fields(arguments.exc_value) if arguments.exc_value is not None else {}
    tell(
        logging.ERROR,
        "thread-died",
        f"the thread {thread} died: {name_of(arguments.exc_type)}",
        thread=thread,
        **fields,
    )


def _as_json(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line: dict[str, object] = {"at": at, "level": record.levelname.lower()}
    if record.name == _OURS.name:
        return json.dumps(
            line | {"event": getattr(record, "event", "?")} | getattr(record, "told", {}), ensure_ascii=False
        )
    return json.dumps(line | {"event": "library", "logger": record.name} | _foreign(record), ensure_ascii=False)


def _as_text(record: logging.LogRecord) -> str:
    if record.name == _OURS.name:
        return f"kesu: {record.getMessage()}" if record.msg else ""
    foreign = _foreign(record)
    frames = foreign.pop("frames", [])
    said = " ".join(str(value) for value in foreign.values())
    where = "".join(f"\n  {frame}" for frame in frames) if isinstance(frames, list) else ""
    return f"kesu: {record.name} {record.levelname.lower()}: {said}{where}"


def _foreign(record: logging.LogRecord) -> dict[str, object]:
    template = {"template": str(record.msg).strip()} if record.name.startswith(_TEMPLATES) else {}
    error = record.exc_info[1] if record.exc_info else None
    return template | (error_fields(error) if error is not None else {})
