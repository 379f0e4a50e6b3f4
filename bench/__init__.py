"""The benchmarks of `make bench`: each is a module that prints its figures beside their limits, and ends with 1."""
