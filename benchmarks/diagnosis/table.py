"""What is printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from benchmarks.diagnosis.calibration import calibration
from benchmarks.diagnosis.development import BASE, DETERMINISTIC, STOCHASTIC
from benchmarks.diagnosis.judgement import JUDGES, OURS, Judgement
from benchmarks.diagnosis.operators import OPERATORS
from benchmarks.networks import Document

WIDTH = 26
HEAD = f"{'':{WIDTH}} {'n':>4} {'suffer':>6}  " + "".join(f"{judge:>12}" for judge in JUDGES)


def development(judgements: Sequence[Judgement]) -> Iterator[str]:
    """Recall on the labelled networks, calibration, false alarms on the base networks."""
    yield f"DEVELOPMENT CASES\n{HEAD}"
    certain = of(judgements, DETERMINISTIC)
    yield row("alarm, " + DETERMINISTIC, certain, Judgement.found, "asked of ours: 0.98")
    yield row("names the label first", certain, Judgement.right)
    yield row("names it at all", certain, Judgement.hinted)
    verdicts = sum(each.verdict in each.case.accepted for each in certain)
    yield f"{'':{WIDTH}} our verdict, the first error, is the label: {share(verdicts, len(certain))}"
    chance = of(judgements, STOCHASTIC)
    yield row("alarm, those that suffer", [each for each in chance if each.suffers], Judgement.found)
    yield row("alarm, those that do not", [each for each in chance if not each.suffers], Judgement.found)
    yield from probability(networks(chance))
    base = networks(of(judgements, BASE))
    alarms = "".join(f"{sum(any(map(asked(judge), seeds)) for seeds in base):12}" for judge in JUDGES)
    suffering = sum(any(each.suffers for each in seeds) for seeds in base)
    yield f"{'base networks with an alarm':{WIDTH}} {len(base):3} {suffering:6}  {alarms}  asked of ours: at most 1"
    yield from alarmed(of(judgements, BASE))
    yield from missed(certain)


def probability(seeds: Sequence[Sequence[Judgement]]) -> Iterator[str]:
    """The calibration on networks whose fault depends on the draw.

    What is asked are our findings about the untrained network as they stand after the training.
    """
    if not seeds or min(map(len, seeds)) < 2:
        yield "no calibration: it takes at least two seeds"
        return
    found = calibration(seeds)
    yield (
        f"probability of suffering, the share of the other seeds with a finding about the untrained network: Brier "
        f"{found.against_share:.3f} against the share of seeds that suffer (asked: under 0.1), "
        f"{found.against_seeds:.3f} against each seed; {found.of_the_draw:.3f} if its own untrained network is asked"
    )


def healthy(judgements: Sequence[Judgement], left_out: Sequence[str]) -> Iterator[str]:
    """False alarms on healthy configurations, and the configurations that were none."""
    yield f"HEALTHY CONFIGURATIONS\n{HEAD}"
    yield row("false alarm", judgements, Judgement.found, "asked of ours: at most 0.03")
    yield spread([each.case.document for each in judgements])
    yield from alarmed(judgements)
    yield f"left out, because their score says that they are not healthy: {len(left_out)}"
    yield from (f"  {line}" for line in left_out)


def faults(judgements: Sequence[Judgement]) -> Iterator[str]:
    """What is found of each seeded fault, where the training suffers from it."""
    heads = "".join(f"{judge:>12} {'right':>5}{' listed' if judge == OURS else ''}" for judge in JUDGES)
    yield f"{'SEEDED FAULTS':{WIDTH}} {'n':>4} {'suffer':>6}  {heads}"
    for name in [operator.name for operator in OPERATORS]:
        group = of(judgements, name)
        if group:
            yield fault(name, group)
    yield fault("all", judgements)
    yield "of those that suffer: with an alarm (asked of ours: 0.90), the cause first (asked: 0.80), or among others"
    yield from missed([each for each in judgements if each.suffers])


def fault(name: str, group: Sequence[Judgement]) -> str:
    """The row of one operator; only what suffers counts."""
    hurt = [each for each in group if each.suffers]
    text = f"{name:{WIDTH}} {len(group):4} {len(hurt):6}  "
    for judge in JUDGES:
        right, listed = sum(each.right(judge) for each in hurt), sum(each.hinted(judge) for each in hurt)
        more = f"{share(listed, len(hurt)):>7}" if judge == OURS else ""
        text += f"{share(sum(map(asked(judge), hurt)), len(hurt)):>12} {share(right, len(hurt)):>5}{more}"
    return text


def spread(documents: Sequence[Document]) -> str:
    """How different the configurations are."""
    layers = [list(every(document["architecture"]["layers"])) for document in documents]
    dense = [[layer["units"] for layer in own if layer["type"] == "dense"][:-1] for own in layers]
    types = [{layer["type"] for layer in own} for own in layers]
    optimizers = [document["training"]["optimizer"] for document in documents]
    counts = {
        "data sets": len({json.dumps(document["data"]["source"]) for document in documents}),
        "regressions": sum("r2" in document["training"]["metrics"] for document in documents),
        "of 10 to 20 hidden layers": sum(len(units) >= 10 for units in dense),
        "128 or 256 units wide": sum(max(units) >= 128 for units in dense),
        "with batch normalization": sum("batch_normalization" in own for own in types),
        "layer normalization": sum("layer_normalization" in own for own in types),
        "dropout": sum("dropout" in own for own in types),
        "skips": sum("residual" in own for own in types),
        "schedules": sum(isinstance(optimizer["learning_rate"], dict) for optimizer in optimizers),
        "clipping": sum("global_clipnorm" in optimizer for optimizer in optimizers),
        "optimizers": len({optimizer["type"] for optimizer in optimizers}),
    }
    return "among them: " + ", ".join(f"{count} {name}" for name, count in counts.items())


def every(layers: Sequence[Document]) -> Iterator[Document]:
    """Each layer, those inside blocks too, as often as it is repeated."""
    for layer in layers:
        for _ in range(layer.get("repeat", 1)):
            yield layer
            yield from every(layer.get("layers", ()))


def row(name: str, group: Sequence[Judgement], asks: Callable[[Judgement, str], bool], remark: str = "") -> str:
    """In how many cases of a group each judge answers a question with yes."""
    hurt = sum(each.suffers for each in group)
    cells = "".join(f"{share(sum(asks(each, judge) for each in group), len(group)):>12}" for judge in JUDGES)
    return f"{name:{WIDTH}} {len(group):4} {hurt:6}  {cells}  {remark}".rstrip()


def alarmed(group: Sequence[Judgement]) -> Iterator[str]:
    """Each case in which we alarm, with what we say."""
    for each in group:
        if each.found(OURS):
            said = ", ".join(sorted(each.answers[OURS].found))
            state = "suffers" if each.suffers else "fine"
            seed = each.case.document["seed"]
            yield f"  alarm: {each.case.name}, seed {seed}: {said} (score {each.score:.3f}, {state})"


def missed(group: Sequence[Judgement]) -> Iterator[str]:
    """Each case in which we do not alarm, or do not name what is wrong."""
    for each in group:
        if not each.right(OURS):
            said = ", ".join(sorted(each.answers[OURS].named)) or "nothing"
            yield f"  not named: {each.case.name}, seed {each.case.document['seed']}: {said} (score {each.score:.3f})"


def asked(judge: str) -> Callable[[Judgement], bool]:
    """Whether this judge alarms."""
    return lambda each: each.found(judge)


def of(judgements: Sequence[Judgement], group: str) -> list[Judgement]:
    """Those of a group."""
    return [each for each in judgements if each.case.group == group]


def networks(judgements: Sequence[Judgement]) -> list[list[Judgement]]:
    """The judgements of each network's seeds, which stand together."""
    return [list(seeds) for _, seeds in groupby(judgements, key=lambda each: each.case.name)]


def share(count: int, total: int) -> str:
    """``count`` of ``total``; a dash of none."""
    return f"{count / total:.2f}" if total else "-"
