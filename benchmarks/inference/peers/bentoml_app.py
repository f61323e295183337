"""BentoML."""

import os
import sys
from pathlib import Path

import bentoml

sys.path.insert(0, str(Path(__file__).parent))
from lite import Lite


@bentoml.service(workers=1)
class Network:
    """One endpoint."""

    def __init__(self) -> None:
        self.network = Lite(os.environ["NETWORK"])

    @bentoml.api
    def predict(self, rows: list[list[float]]) -> dict[str, list[list[float]]]:
        """The outputs."""
        return {"probabilities": self.network.predict(rows).tolist()}


if __name__ == "__main__":
    os.environ["NETWORK"] = sys.argv[2]
    program = str(Path(sys.executable).with_name("bentoml"))
    where = ["--working-dir", str(Path(__file__).parent), "--host", "127.0.0.1", "--port", sys.argv[1]]
    os.execv(program, [program, "serve", "bentoml_app:Network", *where])
