"""Proposes changes that may help: each function takes a design and returns an advice with a JSON Patch."""
