"""The program of a worker process; only here optional C libraries are imported."""
