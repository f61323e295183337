"""What to train, as data: one class for everything a client can name, and the rules that hold between them.

Start at :class:`~models.specs.job.TrainingJobSpec`; :func:`~models.specs.check.parse` reads one from a JSON document.
"""
