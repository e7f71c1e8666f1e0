"""Commands in the process of the test: one of its own takes more than a second to start."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from api.cli.app import run
from tests.processes import Finished


def kesu_here(*arguments: object) -> Finished:
    """Run one command in this process. What `kesu` does as a program is for `tests.processes.kesu`."""
    with _captured() as (out, err):
        code = run([*map(str, arguments)])
    return Finished(code, out.getvalue().decode(), err.getvalue().decode())


@contextmanager
def _captured() -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Both streams as bytes: commands write rows as bytes."""
    out, err = io.BytesIO(), io.BytesIO()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (io.TextIOWrapper(each, "utf-8", write_through=True) for each in (out, err))
    try:
        yield out, err
    finally:
        for each in (sys.stdout, sys.stderr):
            each.flush()
            each.detach()
        sys.stdout, sys.stderr = before
