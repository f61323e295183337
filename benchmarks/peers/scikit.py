"""scikit-learn's MLPClassifier: its own initial weights, and no evaluation between epochs (it has no such thing)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.peers.task import Outcome, Task, Train, Unsupported, activation, dense
from models.specs.optimizers import Adam

ACTIVATIONS = {"sigmoid": "logistic", "tanh": "tanh", "relu": "relu", "linear": "identity"}


def start(threads: int, folder: Path) -> dict[str, Train]:
    """The classifier, with this many threads in NumPy's linear algebra."""
    del folder
    import sklearn.neural_network  # noqa: F401 - importing it is not timed
    from threadpoolctl import threadpool_limits

    threadpool_limits(threads)
    return {"": train}


def train(task: Task, seed: int) -> Outcome:
    """Fit for exactly the asked number of epochs."""
    from sklearn.neural_network import MLPClassifier

    hidden, last = dense(task)[:-1], dense(task)[-1]
    kinds = {activation(layer) for layer in hidden}
    if len(kinds) > 1 or not kinds <= set(ACTIVATIONS):
        raise Unsupported(f"hidden activations {', '.join(sorted(kinds))}")
    if activation(last) != ("sigmoid" if task.binary else "softmax"):
        raise Unsupported(f"the output activation {activation(last)}")
    model = MLPClassifier(
        tuple(layer.units for layer in hidden),
        activation=ACTIVATIONS[kinds.pop()],
        alpha=0.0,
        batch_size=task.batch,
        learning_rate_init=task.rate,
        max_iter=task.epochs,
        shuffle=task.spec.training.shuffle,
        random_state=seed,
        tol=0.0,
        n_iter_no_change=task.epochs + 1,
        **solver(task),
    )
    model.fit(task.x, task.y)
    return Outcome(float(model.score(*task.judged)), model.n_iter_)


def solver(task: Task) -> dict[str, Any]:
    """The optimizer in scikit-learn's words."""
    chosen = task.optimizer
    if chosen.clipnorm or chosen.clipvalue or chosen.global_clipnorm:
        raise Unsupported("clipped gradients")
    if isinstance(chosen, Adam):
        return {"solver": "adam", "beta_1": chosen.beta_1, "beta_2": chosen.beta_2, "epsilon": chosen.epsilon}
    return {"solver": "sgd", "momentum": chosen.momentum, "nesterovs_momentum": chosen.nesterov}
