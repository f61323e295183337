"""A job as a plain Keras script: what is written down here is read by people, and run by them."""
