"""PyTorch: a plain loop over a permutation of one tensor, eager or with ``torch.compile``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.peers.task import Outcome, Task, Train, Unsupported, activation, kernels
from models.specs.layers import BatchNormalization, Dense
from models.specs.optimizers import Adam

ACTIVATIONS = {
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "relu": "ReLU",
    "selu": "SELU",
    "elu": "ELU",
    "softplus": "Softplus",
    "silu": "SiLU",
}


def start(threads: int, folder: Path, *, compiled: bool) -> dict[str, Train]:
    """The loop; ``compiled`` compiles network and loss together, and takes the optimizer in one kernel."""
    del folder
    import torch

    torch.set_num_threads(threads)

    def loss_of(model: Any, criterion: Any, x: Any, y: Any) -> Any:
        return criterion(model(x), y)

    if compiled:
        import torch._inductor

        # The network is an argument: one of the same shape with other weights is not compiled again.
        loss_of = torch.compile(loss_of)

    def train(task: Task, seed: int) -> Outcome:
        return loop(task, seed, loss_of, fused=compiled or None)

    return {"": train}


def loop(task: Task, seed: int, loss_of: Any, *, fused: bool | None) -> Outcome:
    """Train; after every epoch look at the test rows where the job does."""
    import torch

    torch.manual_seed(seed)
    model = network(task, seed)
    optimizer = optimizer_of(task, model, fused=fused)
    parameters = list(model.parameters())
    clip = task.optimizer.clipnorm
    if task.optimizer.clipvalue or task.optimizer.global_clipnorm:
        raise Unsupported("this way of clipping")
    criteria = torch.nn.functional
    criterion = criteria.binary_cross_entropy_with_logits if task.binary else criteria.cross_entropy
    x, y = torch.from_numpy(task.x), labels(task, task.y)
    test_x, test_y = torch.from_numpy(task.test_x), labels(task, task.test_y)
    rows, history = len(x), list[list[float]]()
    for _ in range(task.epochs):
        model.train()
        total = torch.zeros(())
        order = torch.randperm(rows)
        for at in range(0, rows, task.batch):
            chosen = order[at : at + task.batch]
            loss = loss_of(model, criterion, x[chosen], y[chosen])
            optimizer.zero_grad()
            loss.backward()
            if clip is not None:
                for parameter in parameters:
                    torch.nn.utils.clip_grad_norm_(parameter, clip)
            optimizer.step()
            total += loss.detach() * len(chosen)
        history.append([total.item() / rows])
        if task.validated:
            history[-1] += evaluate(task, model, criterion, test_x, test_y)
    judged = (test_x, test_y) if len(test_x) else (x, y)
    return Outcome(evaluate(task, model, criterion, *judged)[1], task.epochs)


def evaluate(task: Task, model: Any, criterion: Any, x: Any, y: Any) -> tuple[float, float]:
    """Loss and accuracy in inference mode."""
    import torch

    model.eval()
    with torch.inference_mode():
        logits = model(x)
        right = (logits > 0) == y if task.binary else logits.argmax(1) == y
        return float(criterion(logits, y)), float(right.float().mean())


def labels(task: Task, numbers: Any) -> Any:
    """(N, 1) floats for one output, (N,) class numbers for several."""
    import torch

    found = torch.from_numpy(numbers)
    return found[:, None].float() if task.binary else found


def network(task: Task, seed: int) -> Any:
    """The layers; the last one's activation is part of the loss."""
    import torch

    modules: list[Any] = []
    initial, layers = kernels(task, seed), task.layers
    for placed in layers:
        match placed.spec:
            case BatchNormalization() as norm:
                modules.append(torch.nn.BatchNorm1d(placed.inputs, eps=norm.epsilon, momentum=1 - norm.momentum))
            case Dense() as layer:
                linear = torch.nn.Linear(placed.inputs, layer.units)
                with torch.no_grad():
                    linear.weight.copy_(torch.from_numpy(next(initial).T))
                    linear.bias.zero_()
                modules.append(linear)
                if placed is not layers[-1] and activation(layer) != "linear":
                    modules.append(nonlinearity(activation(layer)))
            case other:
                raise Unsupported(f"a layer of type {other.type}")
    return torch.nn.Sequential(*modules)


def nonlinearity(name: str) -> Any:
    """The module of an activation."""
    import torch

    if name not in ACTIVATIONS:
        raise Unsupported(f"activation {name}")
    return getattr(torch.nn, ACTIVATIONS[name])()


def optimizer_of(task: Task, model: Any, *, fused: bool | None) -> Any:
    """The optimizer in PyTorch's words."""
    import torch

    chosen = task.optimizer
    if isinstance(chosen, Adam):
        return torch.optim.Adam(
            model.parameters(), task.rate, (chosen.beta_1, chosen.beta_2), chosen.epsilon, fused=fused
        )
    return torch.optim.SGD(model.parameters(), task.rate, chosen.momentum, nesterov=chosen.nesterov, fused=fused)
