"""One attempt at a preflight, from the claim to the last write."""

from __future__ import annotations

import threading
from functools import partial

from models.diagnoses.preflight import report
from models.events import Failed, Preflighted
from models.specs.check import parse
from service.database.transactions import RetryingTransactions
from service.settings import Settings
from service.worker import preflights
from service.worker.child import Child
from service.worker.preflights import Claim
from service.worker.supervision import listen


class Measuring:
    """An attempt at a preflight by one child.

    Args:
        claim: what makes its write count.
        child: ready for work; after an interruption other than its death it is still measuring, and must be killed.
        transactions: the database.
        settings: for the time that it may take.
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
        """Measure, judge, and store the answer.

        Raises:
            Interruption: the attempt ends, and the row still says that it runs.
        """
        claim = self._claim
        self._child.ask_preflight(claim.spec, single_batch=claim.single_batch)
        look = partial(self._transactions.read, partial(preflights.look, claimed=claim))
        for events in listen(self._child, claim.preflight_id, self._settings, self._stopping, look):
            match events[-1]:
                case Preflighted() as measured:
                    result = report(parse(claim.spec), measured).model_dump(mode="json")
                    self._transactions.write(partial(preflights.succeed, claimed=claim, result=result))
                    return
                case Failed() as failed:
                    error = {"type": failed.problem, "title": failed.title, "detail": failed.detail}
                    self._transactions.write(partial(preflights.fail, claimed=claim, error=error))
                    return
