"""Runs a node agent: a process that takes queued jobs and has them trained by warm children.

What you can rely on:

- a job is trained to its end exactly once, whatever dies on the way: its rows are written by one attempt;
- the process ends with its children within seconds of SIGTERM, and its jobs are back in the queue;
- it imports no TensorFlow.
"""

from __future__ import annotations

import logging
import threading
import time
from functools import partial

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from uuid_utils import uuid7

from service.database.session import create_engine, writing
from service.database.transactions import RetryingTransactions
from service.queue import agents, workflows
from service.queue.executor import Executor
from service.queue.notifications import Listener, listen
from service.settings import Settings
from service.telemetry import logs, spans
from service.worker import periodic
from service.worker.pool import Pool

logger = logging.getLogger(__name__)

LISTEN = 1.0  # seconds after which an agent with a free slot looks into the queue though it was not notified
PATIENCE = 10.0  # seconds for the slots to hand their jobs back


def run(settings: Settings, stopping: threading.Event) -> None:
    """Work until ``stopping`` is set; the database's schema must be there.

    Args:
        settings: the database, and what the slots need.
        stopping: set when the agent must stop, see :mod:`service.worker.signals`.
    """
    logs.configure(settings)
    engine = create_engine(settings)
    spans.configure("clinic-worker")
    spans.observe(engine)
    bound_transactions(engine, settings.agent_timeout)
    agent_id = f"agent_{uuid7().hex}"
    transactions = RetryingTransactions(engine, stopping)
    pool = Pool(agent_id, settings, transactions, stopping)
    pool.start()
    transactions.retry(partial(workflows.prepare, engine))
    transactions.write(partial(agents.register, agent_id=agent_id, slots=settings.slots))  # before it can own anything

    def train(job_id: str) -> None:
        pool.train(job_id)
        tasks["gradings"].call()

    executor = Executor(engine, agent_id, train, settings.max_running_per_owner)
    executor.launch()
    tasks = periodic.tasks(engine, agent_id, executor, settings, stopping)
    for task in tasks.values():
        task.start()
    listener = listen(engine, stopping, workflows.CHANNEL)
    logger.info("%s works with %d slots", agent_id, settings.slots)
    feed(pool, executor, listener, stopping)
    logger.info("%s stops", agent_id)
    pool.join(PATIENCE)
    periodic.end(tasks.values(), PATIENCE)  # the heartbeat's row is deleted below
    listener.close()
    leave(engine, agent_id, executor)
    engine.dispose()
    spans.end()


def bound_transactions(engine: Engine, seconds: float) -> None:
    """Let PostgreSQL end a transaction in which nothing happens for ``seconds``.

    An agent that stands still in the middle of one would else hold its locks, and no other could take its job.
    """

    def prepare(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET idle_in_transaction_session_timeout = {int(seconds * 1000)}")
        cursor.close()
        connection.commit()

    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", prepare)


def feed(pool: Pool, executor: Executor, listener: Listener, stopping: threading.Event) -> None:
    """Take as many jobs as there are free slots, again and again, until the agent stops."""
    while free := pool.wait_free():
        try:
            for job_id in executor.take(free):
                pool.expect(job_id)
                free -= 1
        except SQLAlchemyError as error:
            logger.warning("cannot look into the queue: %s", error)
            stopping.wait(LISTEN)
            continue
        if free and not stopping.is_set():
            listener.wait(LISTEN)


def leave(engine: Engine, agent_id: str, executor: Executor) -> None:
    """Give what is not finished to other agents, and deregister."""
    ends = time.monotonic() + PATIENCE
    while executor.running() and time.monotonic() < ends:
        time.sleep(0.01)
    with writing(engine) as session:
        unfinished = [job_id for job_id, taker in workflows.taken(session).items() if taker == agent_id]
    for job_id in unfinished:
        executor.recover(job_id, agent_id)
    with writing(engine) as session:
        agents.deregister(session, agent_id)
    executor.close()
