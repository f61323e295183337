"""Example Keras models for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.models import Example

ARCHITECTURE: dict[str, Any] = {
    "module": "keras",
    "class_name": "Sequential",
    "config": {
        "name": "sequential",
        "layers": [
            {
                "module": "keras.layers",
                "class_name": "InputLayer",
                "config": {"batch_shape": [None, 2], "dtype": "float32", "name": "input_layer"},
            },
            {
                "module": "keras.layers",
                "class_name": "Dense",
                "config": {
                    "name": "dense",
                    "units": 5,
                    "activation": "relu",
                    "kernel_initializer": {
                        "module": "keras.initializers",
                        "class_name": "HeUniform",
                        "config": {"seed": None},
                    },
                },
            },
            {
                "module": "keras.layers",
                "class_name": "Dense",
                "config": {"name": "dense_1", "units": 1, "activation": "sigmoid"},
            },
        ],
    },
}
COMPILE: dict[str, Any] = {
    "optimizer": {
        "module": "keras.optimizers",
        "class_name": "SGD",
        "config": {"name": "sgd", "learning_rate": 0.009999999776482582, "momentum": 0.9},
    },
    "loss": "binary_crossentropy",
    "metrics": ["accuracy"],
}

KERAS_EXAMPLES: dict[str, Example] = {
    "sequential": {
        "summary": "A small Sequential with what it was compiled with",
        "value": {"architecture": ARCHITECTURE, "compile": COMPILE},
    },
}
