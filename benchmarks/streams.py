"""What clients cost that only listen: 500 event streams of a job that waits, beside none, on one API process.

    python -m benchmarks.streams

- *idle*: the process's share of one core while nothing happens but heartbeats.
- *commits*: the same while another client submits five jobs a second.
- *memory*: resident memory.

The database is SQLite, or that of ``CLINIC_DATABASE_URL`` (which is migrated, and gets some jobs).
"""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.service import free_port, process, resident, row

STREAMS = 500
SECONDS = 30.0  # of each measurement: two heartbeats
PERIOD = 0.2  # seconds between two submissions


@asynccontextmanager
async def stream(port: int, job_id: str) -> AsyncIterator[None]:
    """An open stream that has told what has happened so far; whatever comes later is read and forgotten."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = f"/api/v1/jobs/{job_id}/events"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: clinic\r\nAccept: text/event-stream\r\n\r\n".encode())
    await reader.readuntil(b"event: queued")

    async def forget() -> None:
        while await reader.read(65536):
            pass

    reading = asyncio.create_task(forget())
    try:
        yield
    finally:
        reading.cancel()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def share(server: psutil.Process) -> float:
    """Percent of one core that a process uses for some seconds."""
    before, start = server.cpu_times(), time.perf_counter()
    await asyncio.sleep(SECONDS)
    after, seconds = server.cpu_times(), time.perf_counter() - start
    return 100 * (after.user + after.system - before.user - before.system) / seconds


async def submit(client: httpx.AsyncClient, spec: dict[str, Any]) -> None:
    """Submit jobs for ever."""
    while True:
        (await client.post("jobs", json=spec)).raise_for_status()
        await asyncio.sleep(PERIOD)


async def measured(client: httpx.AsyncClient, server: psutil.Process, spec: dict[str, Any]) -> tuple[float, float]:
    """The process's share of a core without commits, and with them."""
    idle = await share(server)
    submitting = asyncio.create_task(submit(client, spec))
    commits = await share(server)
    submitting.cancel()
    return idle, commits


async def compare(port: int, started: subprocess.Popen[bytes]) -> None:
    """Measure without streams, then with them, in one process."""
    server = psutil.Process(started.pid)
    async with AsyncExitStack() as stack:
        address = f"http://127.0.0.1:{port}/api/v1/"
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=60))
        spec = (await client.get("presets/S3")).json()["spec"]
        job_id = (await client.post("jobs", json=spec)).json()["id"]
        async with stream(port, job_id):  # the first one alone makes the process import something
            pass
        memory = resident(started)
        without = await measured(client, server, spec)
        for _ in range(STREAMS):
            await stack.enter_async_context(stream(port, job_id))
        streams = await measured(client, server, spec)
        row("idle", streams[0], without[0] or 0.01, "%")
        row("commits", streams[1], without[1], "%")
        row("memory", resident(started), memory, "MB")


def main() -> None:
    """Measure on a fresh process."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["clinic", "migrate"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with process("clinic", "api", port=port, folder=Path(folder)) as (started, _):
            asyncio.run(compare(port, started))


if __name__ == "__main__":
    main()
