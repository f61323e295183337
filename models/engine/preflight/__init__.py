"""Measures untrained networks over many random draws of their weights."""
