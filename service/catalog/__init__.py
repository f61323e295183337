"""Describes everything that a spec can name, derived from the unions: schemas, texts, formulas, defaults, plots."""
