"""What it means: pure functions from a spec or a record to findings, with a cause and a cure.

:func:`judge.diagnose` judges a finished training, :func:`preflight.report` a preflight, :func:`judge.lint` a spec
alone. Everything that can be found is in :data:`catalogue.DIAGNOSES`, every limit in :mod:`.thresholds`. Nothing is
imported here: the API, which only shows findings, starts without the rules.
"""
