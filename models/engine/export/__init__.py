"""Writes what a training leaves: weights, the Keras file, the LiteRT flatbuffer."""
