"""Defines what to train, as data: one class for everything that a client can name, and the rules between them.

Start at :class:`~models.specs.job.TrainingJobSpec`; :func:`~models.specs.check.parse` reads one from a JSON document.
"""
