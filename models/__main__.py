"""Trains networks, and looks at untrained ones, from a pipe: JSON lines in, JSON lines out.

Each line of the input is ``{"spec": {…}}`` with a spec as ``POST /api/v1/jobs`` takes it, or ``{"preflight": {…}}``
with the same. The output is one event of :mod:`models.events` a line: ``ready`` first, then for each spec ``started`` …
``finished``, or ``failed``; for each preflight ``preflighted`` or ``failed``. Beside the spec there may be a
``checkpoint`` that an earlier training of it has said: then this one goes on from there. Beside ``preflight`` there may
be ``"single_batch": true``: then one network is tried on a single batch as well.

Example:
    $ echo '{"spec": {…}}' | python -m models
"""

from __future__ import annotations

import argparse
import json
import os
import select
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from models.engine.startup import prepare, warm_up
from models.events import Checkpoint, Event, Failed, Ready
from models.frameworks import missing
from models.specs.check import InvalidSpec, parse

UNASKED = 2.0  # seconds without a request, after which there is time to warm up


@dataclass(frozen=True)
class Request:
    """One line of the input.

    Attributes:
        document: the spec.
        preflight: whether its untrained networks are asked for, and not its training.
        checkpoint: from which the training is to go on.
        single_batch: whether the preflight tries a network on a single batch as well.
    """

    document: Any
    preflight: bool
    checkpoint: Checkpoint | None
    single_batch: bool

    @classmethod
    def of(cls, line: str) -> Request:
        """Read a line.

        Raises:
            ValueError, KeyError, TypeError, AttributeError, RecursionError: it is no request.
        """
        request = json.loads(line)
        preflight = "preflight" in request
        document, found = request["preflight" if preflight else "spec"], request.get("checkpoint")
        single_batch = request.get("single_batch", False)
        if not isinstance(single_batch, bool):
            raise TypeError(f"single_batch must be true or false, got {single_batch!r}")
        checkpoint = None if found is None else Checkpoint.model_validate(found)
        return cls(document, preflight, checkpoint, single_batch)


class Answers:
    """Answers requests one after the other.

    Args:
        checkpoint_seconds: the least time between two checkpoints of a training; None: none are made.
    """

    def __init__(self, checkpoint_seconds: float | None) -> None:
        from models.engine.preflight.preflights import Preflights
        from models.engine.training import Trainer

        self.trainer = Trainer(checkpoint_seconds)
        self.preflights = Preflights()

    def to(self, line: str) -> Iterator[Event]:
        """The events for one request; whatever goes wrong is an event too."""
        from models.engine.data.dataset import DataError

        try:
            request = Request.of(line)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            title = 'The request is neither {"spec": …} nor {"preflight": …}'
            yield Failed(problem="request", title=title, detail=repr(error))
            return
        try:
            spec = parse(request.document)
            if request.preflight:
                yield self.preflights.measure(spec, single_batch=request.single_batch)
            else:
                yield from self.trainer.train(spec, request.checkpoint)
        except InvalidSpec as error:
            yield Failed(problem="spec", title="The spec is not valid", detail=str(error))
        except DataError as error:
            yield Failed(problem="data", title="The data cannot be made", detail=str(error))
        except MemoryError as error:
            yield Failed(problem="memory", title="It needs more memory than there is", detail=str(error))
        except Exception as error:  # noqa: BLE001 - the next request must find a living process
            traceback.print_exc()
            yield Failed(problem="internal", title="It stopped on an error of ours", detail=repr(error))


def serve(source: TextIO, sink: TextIO, threads: int, cache_dir: Path | None, checkpoint_seconds: float | None) -> None:
    """Answer requests until the input ends."""
    prepare(threads, cache_dir)
    from models.engine.receipt import versions

    def say(event: Event) -> None:
        sink.write(event.model_dump_json() + "\n")
        sink.flush()

    answers = Answers(checkpoint_seconds)
    say(Ready(versions=versions()))
    if not select.select([source], [], [], UNASKED)[0]:
        warm_up()
    for line in source:
        if line.strip():
            for event in answers.to(line):
                say(event)


def main() -> None:
    """Read the command line and serve standard input."""
    parser = argparse.ArgumentParser(prog="python -m models", description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1, help="threads that a training may use")
    parser.add_argument("--cache-dir", type=Path, help="folder for compiled programs")
    parser.add_argument(
        "--checkpoint-seconds",
        type=float,
        help="least time between two checkpoints, 0 for one after every chunk; none are said without this",
    )
    arguments = parser.parse_args()
    if (reason := missing()) is not None:
        sys.exit(reason)
    # Frameworks print to standard output now and then; events must not share it with them.
    sink = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    serve(sys.stdin, sink, arguments.threads, arguments.cache_dir, arguments.checkpoint_seconds)


if __name__ == "__main__":
    main()
