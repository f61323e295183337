"""What it means: pure functions from a spec or a record to findings, with a cause and a cure.

:func:`diagnose` judges a finished training, :func:`report` a preflight, :func:`lint` a spec alone. Everything that can
be found is in :data:`DIAGNOSES`, every limit in :mod:`models.diagnoses.thresholds`.
"""

from models.diagnoses.catalogue import DIAGNOSES
from models.diagnoses.finding import Advice, Cause, Diagnosis, Finding, Operation, Words
from models.diagnoses.judge import HEALTHY, diagnose, lint
from models.diagnoses.preflight import PreflightReport, report
from models.diagnoses.thresholds import LIMITS, VERSION

__all__ = [
    "DIAGNOSES",
    "HEALTHY",
    "LIMITS",
    "VERSION",
    "Advice",
    "Cause",
    "Diagnosis",
    "Finding",
    "Operation",
    "PreflightReport",
    "Words",
    "diagnose",
    "lint",
    "report",
]
