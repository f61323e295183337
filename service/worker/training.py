"""Makes one attempt at a job, from its claim to the last write: read from top to bottom."""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import Any

from models.diagnoses.judge import diagnose
from models.events import Artifact, Checkpoint, Epochs, Failed, Finished, Started, Surface
from models.record import Record
from models.specs.check import read_stored
from models.specs.geometry import layout
from service.database.transactions import RetryingTransactions
from service.jobs import recorded
from service.settings import Settings
from service.worker import checkpoints, recording
from service.worker.attempts import JOBS, Claim
from service.worker.child import Child
from service.worker.recording import Outcome
from service.worker.supervision import listen

logger = logging.getLogger(__name__)

UNDIAGNOSED = "undiagnosed"


def train(
    claim: Claim, child: Child, transactions: RetryingTransactions, settings: Settings, stopping: threading.Event
) -> None:
    """Have a child train a job, recording all that it says, up to the end of the job.

    Args:
        claim: what makes the writes count.
        child: ready for work; after an interruption other than its death it is still training, and must be killed.
        transactions: on the database.
        settings: for the time that a job may take.
        stopping: set when the agent shuts down.

    Raises:
        Interruption: the attempt ends, and the job's row still says that it runs.
    """
    child.ask(claim.spec, _checkpoint(claim, transactions))
    record, artifacts = Record(claim.spec), list[Artifact]()
    look = partial(transactions.read, partial(JOBS.look, claimed=claim))
    for events in listen(child, claim.job_id, settings, stopping, look):
        for event in events:
            if isinstance(event, Started) and event.epoch:  # what earlier attempts have recorded up to there stays
                record = transactions.read(partial(recorded.record, job_id=claim.job_id))
            record.add(event)
        stored = [event for event in events if isinstance(event, Started | Epochs | Surface | Checkpoint)]
        if stored:
            transactions.write(partial(recording.record, claimed=claim, events=stored))
        artifacts += [event for event in events if isinstance(event, Artifact)]
        match events[-1]:
            case Finished() as finished:
                diagnosis, verdict = judge(claim.job_id, record)
                outcome = Outcome(finished, artifacts, result(claim.spec, finished, verdict), diagnosis)
                transactions.write(partial(recording.succeed, claimed=claim, outcome=outcome))
                return
            case Failed() as failed:
                error = {"type": failed.problem, "title": failed.title, "detail": failed.detail}
                transactions.write(partial(JOBS.fail, claimed=claim, error=error))
                return


def _checkpoint(claim: Claim, transactions: RetryingTransactions) -> Checkpoint | None:
    """The checkpoint from which the attempt goes on; it may be large, so that nobody keeps it."""
    if not claim.epoch:
        return None
    return transactions.read(partial(checkpoints.load, job_id=claim.job_id, epoch=claim.epoch))


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
        spec: the job's spec.
        finished: how its training ended.
        verdict: of its diagnosis.
    """
    layers = layout(read_stored(spec))
    trainable, tracked = sum(layer.trainable for layer in layers), sum(layer.non_trainable for layer in layers)
    return {
        "stop_reason": finished.stop_reason,
        "metrics": finished.metrics,
        "verdict": verdict,
        "parameters": {"total": trainable + tracked, "trainable": trainable, "non_trainable": tracked},
        "weights_digest": finished.weights_digest,
    }
