"""Everything that a spec can name, derived from the unions: schema, words, formula, defaults; and curves and draws."""
