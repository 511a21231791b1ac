"""Measurements with targets: `make benchmarks`, or one by `python -m tests.benchmarks.bench_…`."""
