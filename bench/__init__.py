"""Benchmarks: each prints its figures beside a named peer measured in the same run. No tests: nothing can fail."""
