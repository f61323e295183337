"""Every speed claim of the README as a program that anyone can run: ``python -m benchmarks.service``."""
