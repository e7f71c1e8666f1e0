"""`make bench`: every benchmark, or those named: ``python -m bench stream``."""

import sys

from bench import stream

BENCHMARKS = {"stream": stream.main}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHMARKS:
        BENCHMARKS[name]()
