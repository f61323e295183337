"""The plain way: a FastAPI endpoint that calls ``model.predict``."""

import os
import sys
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
model = keras.models.load_model(Path(sys.argv[2]) / "network.keras")


class Request(BaseModel):
    """Rows."""

    rows: list[list[float]]


@app.post("/predict")
def predict(request: Request) -> dict[str, Any]:
    """The probabilities of each row."""
    return {"probabilities": model.predict(np.array(request.rows, np.float32), verbose=0).tolist()}


uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
