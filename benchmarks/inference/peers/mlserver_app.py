"""MLServer, with a runtime of five lines."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from mlserver import MLModel
from mlserver.codecs import NumpyCodec

sys.path.insert(0, str(Path(__file__).parent))
from lite import Lite


class Network(MLModel):
    """One model."""

    async def load(self) -> bool:
        """Load it."""
        self.network = Lite(os.environ["NETWORK"])
        return True

    async def predict(self, payload: Any) -> Any:
        """The outputs."""
        from mlserver.types import InferenceResponse

        outputs = self.network.predict(self.decode(payload.inputs[0], default_codec=NumpyCodec))
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("probabilities", outputs)])


if __name__ == "__main__":
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    home = folder / "mlserver"
    home.mkdir(exist_ok=True)
    settings = {
        "http_port": port,
        "grpc_port": port + 1,
        "metrics_port": port + 2,
        "host": "127.0.0.1",
        "parallel_workers": 0,
    }
    (home / "settings.json").write_text(json.dumps(settings))
    model = {"name": "network", "implementation": "mlserver_app.Network"}
    (home / "model-settings.json").write_text(json.dumps(model))
    os.environ |= {"NETWORK": str(folder), "PYTHONPATH": str(Path(__file__).parent)}
    program = str(Path(sys.executable).with_name("mlserver"))
    os.execv(program, [program, "start", str(home)])
