"""Diagnoses of untrained networks: what many random starts show, before and after a few steps."""
