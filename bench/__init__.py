"""Benchmarks: each prints its figures beside a named peer measured in the same run. Not tests: nothing here can fail."""
