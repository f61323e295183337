"""Ray Serve."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from ray import serve
from starlette.requests import Request

sys.path.insert(0, str(Path(__file__).parent))
from lite import Lite


@serve.deployment(num_replicas=1, max_ongoing_requests=100)
class Network:
    """One endpoint."""

    def __init__(self, folder: str) -> None:
        self.network = Lite(folder)

    async def __call__(self, request: Request) -> dict[str, Any]:
        """The outputs."""
        return {"probabilities": self.network.predict((await request.json())["rows"]).tolist()}


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
    serve.run(Network.bind(sys.argv[2]), route_prefix="/predict")  # type: ignore[attr-defined]
    signal.pause()
