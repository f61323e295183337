"""Builds documents as Keras 3 and Keras 2 write them, without asking either."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

GLOROT = {"class_name": "GlorotUniform", "config": {"seed": None}}


def keras3(class_name: str, module: str = "keras.layers", **config: Any) -> dict[str, Any]:
    """An object in the words of Keras 3."""
    return {"module": module, "class_name": class_name, "config": config, "registered_name": None}


def dense(units: int = 4, name: str = "dense", **config: Any) -> dict[str, Any]:
    """A dense layer of Keras 3."""
    return keras3("Dense", name=name, trainable=True, units=units, activation="relu", **config)


def sequential(*layers: dict[str, Any]) -> dict[str, Any]:
    """A chain of Keras 3 on rows of four columns."""
    first = keras3("InputLayer", batch_shape=[None, 4], dtype="float32", name="input_layer")
    return keras3("Sequential", "keras", name="sequential", layers=[first, *layers])


def tensor(name: str) -> dict[str, Any]:
    """The output of a layer."""
    config = {"shape": [None, 4], "dtype": "float32", "keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def functional(reads: Mapping[str, Sequence[str]], output: str) -> dict[str, Any]:
    """A graph of Keras 3: who reads whom. What reads two adds them, the others are dense; ``x`` is the input.

    Args:
        reads: the name of a layer -> the names of those that it reads.
        output: the last one.
    """
    layers = [
        {**keras3("InputLayer", batch_shape=[None, 4], name="x"), "name": "x", "inbound_nodes": []},
    ]
    for name, sources in reads.items():
        adds = len(sources) > 1
        made = keras3("Add", name=name) if adds else dense(name=name)
        arguments: list[Any] = [[tensor(s) for s in sources]] if adds else [tensor(s) for s in sources]
        layers.append({**made, "name": name, "inbound_nodes": [{"args": arguments, "kwargs": {}}]})
    config = {"name": "functional", "layers": layers, "input_layers": ["x", 0, 0], "output_layers": [output, 0, 0]}
    module = "keras.src.models.functional"
    return {"module": module, "class_name": "Functional", "config": config, "registered_name": "Functional"}


COMPILE: dict[str, Any] = {
    "optimizer": keras3(
        "Adam",
        "keras.optimizers",
        name="adam",
        learning_rate=keras3(
            "CosineDecay", "keras.optimizers.schedules", initial_learning_rate=0.1, decay_steps=10, name="CosineDecay"
        ),
        clipnorm=1.0,
        loss_scale_factor=None,
    ),
    "loss": keras3("BinaryCrossentropy", "keras.losses", reduction="sum_over_batch_size", from_logits=True, axis=-1),
    "loss_weights": None,
    "metrics": ["accuracy", keras3("AUC", "keras.metrics", name="auc", dtype="float32", num_thresholds=100)],
    "weighted_metrics": None,
    "run_eagerly": False,
}


def keras2(class_name: str, **config: Any) -> dict[str, Any]:
    """An object in the words of Keras 2."""
    return {"class_name": class_name, "config": config}


def dense2(units: int, activation: str, **config: Any) -> dict[str, Any]:
    """A dense layer of Keras 2."""
    return keras2(
        "Dense",
        trainable=True,
        dtype="float32",
        units=units,
        activation=activation,
        use_bias=True,
        kernel_initializer=GLOROT,
        bias_initializer=keras2("Zeros"),
        kernel_regularizer=keras2("L2", l2=0.009999999776482582),
        bias_regularizer=None,
        activity_regularizer=None,
        **config,
    )


KERAS2_SEQUENTIAL: dict[str, Any] = {
    "class_name": "Sequential",
    "config": {
        "name": "sequential",
        "layers": [
            dense2(3, "tanh", name="dense", batch_input_shape=[None, 4]),
            keras2("LeakyReLU", name="leaky_re_lu", trainable=True, dtype="float32", alpha=0.30000001192092896),
            keras2("BatchNormalization", name="batch_normalization", axis=[1], momentum=0.99, epsilon=0.001),
            keras2("Dropout", name="dropout", rate=0.2, noise_shape=None, seed=None),
            dense2(1, "sigmoid", name="dense_1"),
        ],
    },
    "keras_version": "2.11.0",
    "backend": "tensorflow",
}
KERAS2_COMPILE: dict[str, Any] = {
    "optimizer": keras2(
        "Custom>Adam",
        name="Adam",
        learning_rate=0.0010000000474974513,
        decay=0.0,
        beta_1=0.8,
        jit_compile=True,
        is_legacy_optimizer=False,
    ),
    "loss": "binary_crossentropy",
    "metrics": [["accuracy"]],
    "weighted_metrics": None,
    "loss_weights": None,
}
KERAS2_FUNCTIONAL: dict[str, Any] = {
    "class_name": "Functional",
    "config": {
        "name": "model",
        "layers": [
            {**keras2("InputLayer", batch_input_shape=[None, 4], name="x"), "name": "x", "inbound_nodes": []},
            {**dense2(4, "relu", name="dense"), "name": "dense", "inbound_nodes": [[["x", 0, 0, {}]]]},
            {**keras2("Add", name="add"), "name": "add", "inbound_nodes": [[["x", 0, 0, {}], ["dense", 0, 0, {}]]]},
            {**dense2(1, "linear", name="dense_1"), "name": "dense_1", "inbound_nodes": [[["add", 0, 0, {}]]]},
        ],
        "input_layers": [["x", 0, 0]],
        "output_layers": [["dense_1", 0, 0]],
    },
    "keras_version": "2.8.0",
    "backend": "tensorflow",
}


H5_TRAINING: dict[str, Any] = {
    "optimizer_config": KERAS2_COMPILE["optimizer"],
    "loss": keras2("LossFunctionWrapper", name="binary_crossentropy", fn="binary_crossentropy", reduction="auto"),
    "metrics": [[keras2("MeanMetricWrapper", name="accuracy", dtype="float32", fn="binary_accuracy")]],
    "weighted_metrics": None,
    "sample_weight_mode": None,
    "loss_weights": None,
}


def forms(model: dict[str, Any]) -> dict[str, tuple[Any, str]]:
    """A model of Keras 2 in every form in which it is written; and where the model stands in it."""
    text = json.dumps(model)
    bare = {name: model[name] for name in ("class_name", "config")}
    version = {"keras_version": "2.15.0", "backend": "tensorflow"}
    tfjs = {"format": "layers-model", "weightsManifest": []}
    h5 = {"model_config": text, "training_config": json.dumps(H5_TRAINING), **version}
    return {
        "an object": (model, ""),
        "text": (text, ""),
        "text in text": (json.dumps(text), ""),
        "TensorFlow.js": ({**tfjs, "modelTopology": {**version, "model_config": bare}}, "/modelTopology/model_config"),
        "TensorFlow.js's own": ({**tfjs, "modelTopology": {**version, **bare}}, "/modelTopology"),
        "TensorFlow.js as text": (json.dumps({**tfjs, "modelTopology": {**version, "model_config": bare}}), ""),
        "topology alone": ({"model_config": bare, **version}, "/model_config"),
        "H5": (h5, "/model_config"),
        "H5 as text": (json.dumps(h5), ""),
        "H5 of objects": ({"model_config": bare, "training_config": H5_TRAINING, **version}, "/model_config"),
    }
