"""A `kesu serve` process of which everything that it says is kept, and a reader of what it measures."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.processes import SECONDS, Answer, Site, ask

SCRAPE_TOKEN = "test-monitor-0123456789"
_SAMPLE = re.compile(r'([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*\})?) (-?[0-9.e+-]+)')


class Observed(Site):
    """A server in a process of its own; both its streams go to files beside the ledger's folder."""

    def __init__(self, folder: Path, *, form: str) -> None:
        token = folder.with_name("monitor.token")
        token.write_text(f"{SCRAPE_TOKEN}\n")
        self.out, self.err = folder.with_name(f"{form}.out"), folder.with_name(f"{form}.err")
        command = [sys.executable, "-m", "api.cli", "serve", str(folder), "--port", "0", "--log", form]
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen([*command, "--metrics-token", str(token)], stdout=out, stderr=err)
        eventually(lambda: b"Serving" in self.out.read_bytes() or self.process.poll() is not None)
        self.address = self.out.read_text().split()[-1]

    @property
    def said(self) -> str:
        """Everything that it wrote to anybody."""
        return self.out.read_text() + self.err.read_text()

    def events(self, name: str = "") -> list[dict[str, Any]]:
        """What it wrote as JSON, of one kind if named."""
        lines = [json.loads(line) for line in self.err.read_text().splitlines() if not line.startswith("kesu: ")]
        return [line for line in lines if name in ("", line["event"])]

    def metrics(self) -> dict[str, float]:
        """What it measures, by name and labels as they are written."""
        answer = self.scrape()
        assert answer.status == 200
        return samples(answer.body.decode())

    def scrape(self) -> Answer:
        """Ask as the monitor does."""
        return ask(self.address, "GET", "/metrics", None, {"Authorization": f"Bearer {SCRAPE_TOKEN}"})

    def stop(self) -> int:
        """Ask the process to end; gives its exit code."""
        self.process.terminate()
        return self.process.wait(SECONDS)


@contextmanager
def observed(folder: Path, *, form: str = "json") -> Iterator[Observed]:
    """A server for a ledger's folder, stopped in the end."""
    server = Observed(folder, form=form)
    try:
        yield server
    finally:
        server.stop()


def samples(text: str) -> dict[str, float]:
    """Read the exposition format as strictly as it is written here."""
    read: dict[str, float] = {}
    assert text.endswith("\n")
    for line in text.splitlines():
        if not line.startswith(("# HELP kesu_", "# TYPE kesu_", "# HELP process_", "# TYPE process_")):
            match = _SAMPLE.fullmatch(line)
            assert match is not None, line
            assert match[1] not in read, line
            read[match[1]] = float(match[2])
    return read


def eventually(holds: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait until something holds; what is counted, is counted just after the answer is out."""
    patient_until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < patient_until, "it never came true"
        time.sleep(0.05)
