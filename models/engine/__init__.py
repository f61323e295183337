"""How networks are trained: the only package that imports keras, tensorflow and scikit-learn.

Follow a training in this order: :mod:`dataset` makes the rows, :mod:`network` the Keras model, :mod:`program` the
compiled epochs, :mod:`probe` what is measured inside them, and :mod:`trainer` tells it all as events.
"""
