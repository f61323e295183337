"""Builds Keras models from specs, with the weights that the spec's seed gives."""
