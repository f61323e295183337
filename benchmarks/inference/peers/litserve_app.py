"""LitServe."""

import sys
from typing import Any

import litserve
from lite import Lite


class Api(litserve.LitAPI):
    """One endpoint."""

    def setup(self, device: str) -> None:
        """Load the network."""
        del device
        self.network = Lite(sys.argv[2])

    def decode_request(self, request: dict[str, Any]) -> Any:
        """The rows."""
        return request["rows"]

    def predict(self, rows: Any) -> Any:
        """The outputs."""
        return self.network.predict(rows)

    def encode_response(self, outputs: Any) -> dict[str, Any]:
        """A document."""
        return {"probabilities": outputs.tolist()}


if __name__ == "__main__":
    litserve.LitServer(Api(), accelerator="cpu", workers_per_device=1).run(
        port=int(sys.argv[1]), host="127.0.0.1", log_level="warning", generate_client_file=False
    )
