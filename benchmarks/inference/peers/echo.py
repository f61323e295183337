"""A FastAPI endpoint that only echoes its JSON, which is less than any prediction can be."""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.post("/predict")
def echo(body: dict[str, Any]) -> dict[str, Any]:
    """Its own body."""
    return body


uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
