"""Holds every threshold of the diagnoses, with the version that is stored beside each judgement."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

VERSION: Final = "2026.2"


@dataclass(frozen=True)
class Thresholds:
    """Limits; decades are powers of ten, shares lie between 0 and 1.

    Attributes:
        attenuation: decades by which signal or gradient may shrink or grow between the first and the last hidden
            layer. Healthy starts of up to 19 tanh layers stay within 1.3 decades, sick ones begin at 4.
        attenuation_harmful: decades that count when the training was also held up.
        attenuation_severe: decades that are an error however the training ended.
        lag: decades by which the steps of a hidden layer's weights may be shorter than the output layer's.
        beginning: the share of the epochs over which that is looked at.
        warm_up_steps: optimizer steps after which a finding about the start must still hold.
        failed: the share of the constant predictor's loss that a training must take off.
        short: the same share under which a training ended poorly, though it learned.
        gross: how many times its threshold a warning must be to explain such an end.
        nothing: the same share under which it has learned nothing.
        stalled: the share of the constant predictor's loss under which a loss is still on the first plateau.
        delayed: the share of the epochs on that plateau that counts as harm.
        late: the last share of the epochs, in which a loss off its plateau must better itself.
        late_gain: the share of its best before by which it must.
        checks: measurements in a row that make a state persistent.
        saturated: the share of saturated entries in a layer.
        saturated_epochs: the share of the epochs that it must last, while the loss stands still.
        saturated_checks: the share of the measurements in which a layer that was born saturated must be so.
        dead: the share of dead units in a layer.
        dead_severe: the share at which a layer hardly passes anything.
        updates_small: the greatest layer's update ratio under which nothing moves.
        updates_large: the update ratio beyond which steps jump.
        oscillation: the jump of the loss, as a share of its range, that counts.
        oscillating: the share of the epochs with such a jump in changing direction.
        rebound: the ratio of the last loss to the best one.
        overfit_rise: the ratio of the last validation loss to the best one that counts as rising.
        overfit_severe: the ratio that is an error when the accuracies part as well.
        overfit_gap: between training and test accuracy.
        clipping: the share of clipped steps beyond which the bound sets the pace.
        clip_high: a bound that no gradient of a scaled problem reaches.
        clip_low: a bound that stops nearly all movement.
        least_steps: optimizer steps of a whole training.
        rate_low_sgd: the least usual learning rate of plain descent, counted with its momentum.
        rate_high_sgd: the greatest one.
        rate_low: the least usual learning rate of an adaptive optimizer.
        rate_high: the greatest one.
        dropout: the share of units that may be dropped.
        feature_ratio: between the largest and the smallest standard deviation of the features.
        feature_shift: a feature's mean in its own standard deviations.
        feature_size: the root mean square of a feature.
        target_large: the standard deviation of regression targets.
        target_small: the same from below.
        imbalance: rows of the largest class for each of the smallest.
        likely: the share of random starts from which on a finding about them is an error.
        possible: the share from which on it is a warning.
        overflow: the size of a pre-activation whose exponential a float can hardly hold.
        start_loss: the loss of an untrained network over that of the best constant prediction.
        batch_accuracy: the accuracy that a network must reach on a single batch.
        batch_loss: the share of the best constant's loss that it may leave there.
        repeated: the share of the test rows that may stand among the training rows too.
        chance: the share of shuffled copies of the targets that may fit the features as well as the targets do.
        steps_few: optimizer steps in which hardly any network comes far.
        telling_rows: rows from which on a dependence that is there would be seen.
        collapsed: the variety of the answers as a share of the targets': of entropies, or of standard deviations.
        noise: the gradient's noise scale in batches.
        unsteady: a turn of the loss, as a share of the constant predictor's loss, that shows noise.
        wandering: the share of the epochs with such a turn.
        gap: between the losses with a batch's own statistics and with the running averages, as a share of the first.
        flat_variance: the running variance under which what a normalization is given hardly varies.
        penalty: the ratio of the penalties' pull on the kernels to the data's.
        penalty_checks: measurements in a row that this must last.
        kept: the share of its first norm that a penalized kernel must keep.
    """

    attenuation: float = 2.0
    attenuation_harmful: float = 1.0
    attenuation_severe: float = 3.0
    lag: float = 1.1
    beginning: float = 0.2
    warm_up_steps: int = 5
    failed: float = 0.1
    short: float = 0.65
    gross: float = 10.0
    nothing: float = 0.01
    stalled: float = 0.1
    delayed: float = 0.4
    late: float = 0.2
    late_gain: float = 0.001
    checks: int = 3
    saturated: float = 0.5
    saturated_epochs: float = 0.2
    saturated_checks: float = 0.5
    dead: float = 0.5
    dead_severe: float = 0.9
    updates_small: float = 1e-5
    updates_large: float = 0.1
    oscillation: float = 0.1
    oscillating: float = 0.1
    rebound: float = 2.0
    overfit_rise: float = 1.1
    overfit_severe: float = 1.5
    overfit_gap: float = 0.1
    clipping: float = 0.9
    clip_high: float = 100.0
    clip_low: float = 1e-3
    least_steps: int = 200
    rate_low_sgd: float = 1e-4
    rate_high_sgd: float = 1.0
    rate_low: float = 1e-5
    rate_high: float = 1e-2
    dropout: float = 0.5
    feature_ratio: float = 100.0
    feature_shift: float = 10.0
    feature_size: float = 100.0
    target_large: float = 10.0
    target_small: float = 0.01
    imbalance: float = 10.0
    likely: float = 0.8
    possible: float = 0.2
    overflow: float = 80.0
    start_loss: float = 2.0
    batch_accuracy: float = 0.95
    batch_loss: float = 0.05
    repeated: float = 0.05
    chance: float = 0.01
    steps_few: int = 50
    telling_rows: int = 150
    collapsed: float = 0.05
    noise: float = 10.0
    unsteady: float = 0.02
    wandering: float = 0.3
    gap: float = 0.5
    flat_variance: float = 1e-6
    penalty: float = 2.0
    penalty_checks: int = 5
    kept: float = 0.1

    def table(self) -> dict[str, float]:
        """Name -> limit."""
        return asdict(self)


LIMITS: Final = Thresholds()
