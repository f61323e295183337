"""Computes what theory says of activations and initializers before training, with NumPy alone, in float64."""
