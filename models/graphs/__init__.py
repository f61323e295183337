"""Traces a trained network into a short list of operations, from which other forms are made.

From it come ONNX and SavedModel files, the activations of every layer, and the gradient with respect to the inputs.
NumPy alone; no framework is needed to make or to run any of it.
"""
