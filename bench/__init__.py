"""The benchmarks of `make bench`: each is a module whose `figures` measures, and `python -m bench` prints them all."""
