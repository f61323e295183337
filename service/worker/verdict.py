"""The judgement on a finished training."""

from __future__ import annotations

import logging
from typing import Any

from models.diagnoses.judge import diagnose
from models.events import Finished
from models.record import Record
from models.specs.check import parse
from models.specs.geometry import layout

logger = logging.getLogger(__name__)

UNDIAGNOSED = "undiagnosed"


def judge(job_id: str, record: Record) -> tuple[dict[str, Any] | None, str]:
    """The diagnosis of a record and its verdict.

    A rule that fails is our failure and not the job's: the job has succeeded, undiagnosed.
    """
    try:
        diagnosis = diagnose(record).model_dump(mode="json")
    except Exception:
        logger.exception("job %s could not be diagnosed", job_id)
        return None, UNDIAGNOSED
    return diagnosis, diagnosis["verdict"]


def result(spec: dict[str, Any], finished: Finished, verdict: str) -> dict[str, Any]:
    """The ``result`` member of a job.

    Args:
        spec: the job's spec, valid as all stored ones.
        finished: how its training ended.
        verdict: of its diagnosis.
    """
    layers = layout(parse(spec))
    trainable, tracked = sum(layer.trainable for layer in layers), sum(layer.non_trainable for layer in layers)
    return {
        "stop_reason": finished.stop_reason,
        "metrics": finished.metrics,
        "verdict": verdict,
        "parameters": {"total": trainable + tracked, "trainable": trainable, "non_trainable": tracked},
        "weights_digest": finished.weights_digest,
    }
