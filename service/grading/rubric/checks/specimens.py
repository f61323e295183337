"""Defines a few small submissions for the examples of checks, on one table: few trainings show everything."""

from __future__ import annotations

from typing import Final

from models.diagnoses.specimens import ADAM, OUTPUT, Document, adam, dense, specimen

EPOCHS: Final = 20
SOUND: Final[Document] = specimen(epochs=EPOCHS)
# The same without a chance to learn: it stands still.
STILL: Final[Document] = specimen(optimizer=adam(1e-9), epochs=EPOCHS)
# Eight saturated layers: hardly any gradient arrives at the first one.
VANISHING: Final[Document] = specimen(
    [dense("sigmoid", {"type": "random_uniform", "minval": 0, "maxval": 1}, repeat=8), OUTPUT], epochs=EPOCHS
)
DEAD: Final[Document] = specimen(
    [dense(repeat=2, bias_initializer={"type": "constant", "value": -20}), OUTPUT], epochs=EPOCHS
)
CLIPPED: Final[Document] = specimen(optimizer={**ADAM, "global_clipnorm": 1e-4}, epochs=EPOCHS)
# Steps beyond all numbers: the loss is not finite after the first ones.
DIVERGING: Final[Document] = specimen(
    optimizer={"type": "sgd", "learning_rate": 1e12},
    loss="mse",
    layers=[dense("linear", repeat=2), {"type": "dense", "units": 1}],
    epochs=EPOCHS,
)
LONG: Final[Document] = specimen(epochs=EPOCHS + 1)
WIDE: Final[Document] = specimen([dense(units=9), OUTPUT], epochs=EPOCHS)
