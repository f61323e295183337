"""The network on LiteRT, for the peers that bring a server of their own."""

from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter


class Lite:
    """Answers rows, one caller at a time."""

    def __init__(self, folder: str) -> None:
        self.interpreter: Any = Interpreter(model_path=str(Path(folder) / "network.tflite"), num_threads=1)
        self.given = self.interpreter.get_input_details()[0]["index"]
        self.made = self.interpreter.get_output_details()[0]["index"]
        self.rows = -1

    def predict(self, rows: Any) -> Any:
        """The outputs (N, K) for rows (N, D)."""
        x = np.asarray(rows, np.float32)
        if len(x) != self.rows:
            self.interpreter.resize_tensor_input(self.given, x.shape)
            self.interpreter.allocate_tensors()
            self.rows = len(x)
        self.interpreter.set_tensor(self.given, x)
        self.interpreter.invoke()
        return self.interpreter.get_tensor(self.made)
