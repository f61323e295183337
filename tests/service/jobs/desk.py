"""Jobs in every state, stored as submissions and agents store them."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from models.diagnoses.finding import Diagnosis
from models.diagnoses.spec_check import check_spec
from models.events import Artifact, Epochs, Event, Finished, Started, Surface, event_adapter
from models.specs.check import parse
from service.database.session import writing
from service.jobs.operations import submit
from service.queue.limits import QueueLimits
from service.worker import recording as writes
from service.worker.attempts import JOBS, Claim
from tests.service.jobs.specs import RECORDED, document

RECORDINGS = Path(__file__).parent / "recordings"
OWNER = "local"


@cache
def recording(name: str) -> list[Event]:
    """What a child has said during one training."""
    lines = gzip.decompress((RECORDINGS / f"{name}.jsonl.gz").read_bytes()).splitlines()
    return [event_adapter.validate_json(line) for line in lines]


class Desk:
    """Stores jobs."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def queued(self, owner: str = OWNER, **changes: Any) -> str:
        """A job that waits; its id."""
        with writing(self.engine) as session:
            return submit(session, owner, parse(document(**changes)), None, QueueLimits(10_000)).id

    def claimed(self, name: str = "circles") -> Claim:
        """A job that an agent has just begun."""
        with writing(self.engine) as session:
            job_id = submit(session, OWNER, parse(RECORDED[name]), None, QueueLimits(10_000)).id
        return self.claim(job_id)

    def claim(self, job_id: str) -> Claim:
        """Let an agent begin a job that waits."""
        with writing(self.engine) as session:
            claim = JOBS.claim(session, job_id, "agent_test", 3)
        assert claim is not None
        return claim

    def record(self, claim: Claim, *events: Event) -> None:
        """Store what a training has said."""
        for event in events:
            if isinstance(event, Started | Epochs | Surface):
                with writing(self.engine) as session:
                    writes.record(session, claim, [event])

    def running(self, name: str = "circles", *, events: int = 6) -> Claim:
        """A job whose first events have been stored."""
        claim = self.claimed(name)
        self.record(claim, *recording(name)[:events])
        return claim

    def succeeded(self, name: str = "circles") -> str:
        """A job that has been trained as recorded; its id."""
        claim = self.claimed(name)
        self.record(claim, *recording(name))
        self.succeed(claim, name)
        return claim.job_id

    def unexported(self) -> str:
        """A job whose network could not be exported for serving; its id."""
        claim = self.claimed()
        self.record(claim, *recording("circles"))
        self.succeed(claim, exported=False)
        return claim.job_id

    def succeed(
        self,
        claim: Claim,
        name: str = "circles",
        *,
        metrics: dict[str, dict[str, float | None]] | None = None,
        verdict: str = "healthy",
        diagnosis: Diagnosis | None = None,
        exported: bool = True,
    ) -> None:
        """End a job as recorded; ``metrics`` replace those of its end, ``diagnosis`` an empty one with ``verdict``."""
        events = recording(name)
        finished = events[-1]
        assert isinstance(finished, Finished)
        if metrics is not None:
            finished = finished.model_copy(update={"metrics": metrics})
        judged = diagnosis or Diagnosis(version="0", verdict=verdict, findings=[])
        parameters = check_spec(RECORDED[name]).parameters
        assert parameters is not None
        result = {
            "stop_reason": finished.stop_reason,
            "metrics": finished.metrics,
            "verdict": judged.verdict,
            "parameters": parameters.model_dump(),
            "weights_digest": finished.weights_digest,
        }
        artifacts = [event for event in events if isinstance(event, Artifact)]
        if not exported:
            failed = {"export_difference": None, "export_error": "the exported network differs from Keras"}
            finished = finished.model_copy(update={"receipt": finished.receipt | failed})
            artifacts = [artifact for artifact in artifacts if artifact.name != "tflite"]
        with writing(self.engine) as session:
            writes.succeed(session, claim, writes.Outcome(finished, artifacts, result, judged.model_dump(mode="json")))

    def failed(self) -> str:
        """A job that could not be done; its id."""
        claim = self.running(events=3)
        with writing(self.engine) as session:
            JOBS.fail(session, claim, {"type": "data", "title": "No data", "detail": "There are none."})
        return claim.job_id

    def cancelled(self) -> str:
        """A job that was cancelled while it ran; its id."""
        claim = self.running(events=3)
        with writing(self.engine) as session:
            JOBS.cancel(session, claim)
        return claim.job_id
