"""Writes a job as a plain Keras script, for people to read and to run."""
