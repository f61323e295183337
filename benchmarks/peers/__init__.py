"""The contestants of ``benchmarks.training``, one file each; every one trains in a process of its own.

A contestant's module has ``start(threads, folder)``, which imports the framework and returns its ways of training by
name, the usual one under ``""``. What happens inside ``start`` is not timed.
"""
