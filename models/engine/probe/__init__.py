"""Measures networks: the trace of every epoch, surfaces, and the examination at the end."""
