"""Changes that may help: each takes a design and answers with words and a patch."""
