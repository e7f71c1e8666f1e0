"""`make bench`: every benchmark; ``python -m bench NAME [ARGUMENTS]``: one of them."""

import sys
from collections.abc import Callable, Sequence

from bench import page, replay, stream

BENCHMARKS: dict[str, Callable[[Sequence[str]], None]] = {
    "stream": lambda _arguments: stream.main(),
    "replay": replay.main,
    "page": page.main,
}

if __name__ == "__main__":
    if sys.argv[1:]:
        BENCHMARKS[sys.argv[1]](sys.argv[2:])
    else:
        for benchmark in BENCHMARKS.values():
            benchmark(())
