"""A grade in the words of the systems that ask for it."""
