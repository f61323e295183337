"""Makes one attempt at a preflight, from its claim to the last write."""

from __future__ import annotations

import threading
from functools import partial

from models.diagnoses.preflight import report
from models.events import Failed, Preflighted
from models.specs.check import read_stored
from service.database.transactions import RetryingTransactions
from service.settings import Settings
from service.worker.attempts import PREFLIGHTS, Claim
from service.worker.child import Child
from service.worker.supervision import listen


def measure(
    claim: Claim, child: Child, transactions: RetryingTransactions, settings: Settings, stopping: threading.Event
) -> None:
    """Have a child measure untrained networks, judge what it says, and store the answer.

    Args:
        claim: what makes the write count.
        child: ready for work; after an interruption other than its death it is still measuring, and must be killed.
        transactions: on the database.
        settings: for the time that it may take.
        stopping: set when the agent shuts down.

    Raises:
        Interruption: the attempt ends, and the row still says that it runs.
    """
    child.ask_preflight(claim.spec, single_batch=claim.single_batch)
    look = partial(transactions.read, partial(PREFLIGHTS.look, claimed=claim))
    for events in listen(child, claim.job_id, settings, stopping, look):
        match events[-1]:
            case Preflighted() as measured:
                result = report(read_stored(claim.spec), measured).model_dump(mode="json")
                transactions.write(partial(PREFLIGHTS.succeed, claimed=claim, result=result))
                return
            case Failed() as failed:
                error = {"type": failed.problem, "title": failed.title, "detail": failed.detail}
                transactions.write(partial(PREFLIGHTS.fail, claimed=claim, error=error))
                return
