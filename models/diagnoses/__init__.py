"""Judges specs, preflights and recorded trainings: pure functions to findings, with their causes and advice.

:func:`judge.diagnose` judges a finished training, :func:`preflight.report` a preflight, :func:`judge.lint` a spec
alone. Everything that can be found is in :data:`catalog.DIAGNOSES`, every limit in :mod:`.thresholds`. Nothing is
imported here: the API, which only shows findings, starts without the rules.
"""
