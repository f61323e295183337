"""One attempt at a job: from the claim to the last write, read top to bottom."""

from __future__ import annotations

import threading
from functools import partial

from models.events import Artifact, Checkpoint, Epochs, Failed, Finished, Started, Surface
from models.record import Record
from service.database.transactions import RetryingTransactions
from service.jobs import recorded
from service.settings import Settings
from service.worker import checkpoints, ledger
from service.worker.child import Child
from service.worker.ledger import Claim, Outcome
from service.worker.supervision import listen
from service.worker.verdict import judge, result


class Attempt:
    """An attempt at a job by one child.

    Args:
        claim: what makes its writes count.
        child: ready for work; after an interruption other than its death it is still training, and must be killed.
        transactions: the database.
        settings: for the time that a job may take.
        stopping: set when the agent shuts down.
    """

    def __init__(
        self,
        claim: Claim,
        child: Child,
        transactions: RetryingTransactions,
        settings: Settings,
        stopping: threading.Event,
    ) -> None:
        self._claim = claim
        self._child = child
        self._transactions = transactions
        self._settings = settings
        self._stopping = stopping

    def run(self) -> None:
        """Train, recording all that the child says, up to the end of the job.

        Raises:
            Interruption: the attempt ends, and the job's row still says that it runs.
        """
        claim, record, artifacts = self._claim, Record(self._claim.spec), list[Artifact]()
        look = partial(self._transactions.read, partial(ledger.look, claimed=claim))
        self._ask()
        for events in listen(self._child, claim.job_id, self._settings, self._stopping, look):
            for event in events:
                if isinstance(event, Started) and event.epoch:  # what earlier attempts have recorded up to there stays
                    record = self._transactions.read(partial(recorded.record, job_id=claim.job_id))
                record.add(event)
            said = [event for event in events if isinstance(event, Started | Epochs | Surface | Checkpoint)]
            if said:
                self._transactions.write(partial(ledger.record, claimed=claim, events=said))
            artifacts += [event for event in events if isinstance(event, Artifact)]
            match events[-1]:
                case Finished() as finished:
                    self._succeed(record, finished, artifacts)
                    return
                case Failed() as failed:
                    error = {"type": failed.problem, "title": failed.title, "detail": failed.detail}
                    self._transactions.write(partial(ledger.fail, claimed=claim, error=error))
                    return

    def _ask(self) -> None:
        """Give the child the spec, and the checkpoint, which may be large and is not kept."""
        claim, checkpoint = self._claim, None
        if claim.epoch:
            checkpoint = self._transactions.read(partial(checkpoints.load, job_id=claim.job_id, epoch=claim.epoch))
        self._child.ask(claim.spec, checkpoint)

    def _succeed(self, record: Record, finished: Finished, artifacts: list[Artifact]) -> None:
        diagnosis, verdict = judge(self._claim.job_id, record)
        outcome = Outcome(finished, artifacts, result(self._claim.spec, finished, verdict), diagnosis)
        self._transactions.write(partial(ledger.succeed, claimed=self._claim, outcome=outcome))
