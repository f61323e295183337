"""Trains networks: the only package that imports keras, tensorflow and scikit-learn.

Begin with :mod:`training`, which reads from top to bottom. A line that makes rows belongs to :mod:`data`, one that
builds a model to :mod:`network`, one that is compiled to :mod:`step`, one that measures a network to :mod:`probe`, one
that writes a file to :mod:`export`, and one about untrained networks to :mod:`preflight`. ``pyproject.toml`` says
which of them may import which.
"""
